"""What each policy of a guardrail finds in content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bedrock_mock.scripting.detections import CONFIDENCES, confidence_of
from bedrock_mock.services.bedrock_runtime.guardrails.evaluated import IMAGE, TEXT, Content
from bedrock_mock.services.bedrock_runtime.guardrails.hits import (
    BLOCKED,
    NONE,
    OUTPUT,
    Hit,
    action_of,
    without_overlaps,
)
from bedrock_mock.services.bedrock_runtime.guardrails.matching import (
    expressions,
    personal_data,
    words,
)

#: The confidences at which a filter of a strength fires.
#: Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters-overview.html
_FIRES: Mapping[str, tuple[str, ...]] = {
    "NONE": (),
    "LOW": ("HIGH",),
    "MEDIUM": ("HIGH", "MEDIUM"),
    "HIGH": ("HIGH", "MEDIUM", "LOW"),
}
#: What a guardrail finds an answer to be, if a test says nothing: based on the source, relevant.
_PERFECT = 1.0


def topics(content: Content) -> Iterator[Hit]:
    """The topics that the test says are there."""
    said = {
        name
        for place, _ in content.texts
        for each in content.detected[place]
        for name in each.topics
    }
    for topic in content.entries("topic_policy", "topics"):
        is_detected = topic["name"] in said
        action = action_of(topic, content.source) if is_detected else NONE
        item = {"name": topic["name"], "type": "DENY", "action": action}
        yield Hit("topicPolicy", "topics", item, is_detected=is_detected)


def filters(content: Content) -> Iterator[Hit]:
    """The harmful content that the test says is there, if the filter is strong enough."""
    for each in content.filters:
        looks_at = content.modalities(each)
        scores = [
            said.filters.get(each["type"], 0.0)
            for place, block in content.guarded
            if (IMAGE if block.text is None else TEXT) in looks_at
            for said in content.detected[place]
        ]
        confidence = confidence_of(max(scores, default=CONFIDENCES[NONE]))
        strength = each[content.strength]
        is_detected = confidence in _FIRES.get(strength, ())
        item = {
            "type": each["type"],
            "confidence": confidence,
            "filterStrength": strength,
            "action": action_of(each, content.source) if is_detected else NONE,
        }
        yield Hit("contentPolicy", "filters", item, is_detected=is_detected)


def grounding(content: Content) -> Iterator[Hit]:
    """Whether an answer is based on its source and relevant to the query, as the test says."""
    for each in grounding_filters(content):
        score = content.first(each["type"].lower())
        score = _PERFECT if score is None else score
        is_low = score < each["threshold"]
        item = {
            "type": each["type"],
            "threshold": each["threshold"],
            "score": score,
            "action": action_of(each, content.source) if is_low else NONE,
        }
        # What passes is reported, too, unlike in the other policies.
        yield Hit("contextualGroundingPolicy", "filters", item, is_detected=is_low)


def grounding_filters(content: Content) -> list[dict[str, Any]]:
    """The filters of contextual grounding that are on in this direction."""
    if content.source != OUTPUT or not content.is_grounded:
        return []
    found = content.entries("contextual_grounding_policy", "filters")
    return [each for each in found if each.get("enabled", True)]


def reasoning(content: Content) -> list[Mapping[str, Any]]:
    """The findings of automated reasoning, as the test says; they never block."""
    policy = content.version.automated_reasoning_policy
    if not policy or content.source != OUTPUT:
        return []
    said = [
        finding
        for place, _ in content.texts
        for each in content.detected[place]
        for finding in each.findings
    ]
    threshold = policy.get("confidenceThreshold", 0.0)
    return [_sure(each, threshold) for each in said] or [{"noTranslations": {}}]


def _sure(finding: Mapping[str, Any], threshold: float) -> Mapping[str, Any]:
    """A finding, or that its translation is ambiguous, if its confidence is too low."""
    for result in finding.values():
        translation = result.get("translation", {})
        if translation.get("confidence", _PERFECT) < threshold:
            return {"translationAmbiguous": {"options": [{"translations": [translation]}]}}
    return finding


def hits_of(content: Content) -> list[Hit]:
    """All that the policies find, in the order in which an assessment has them."""
    return [
        *topics(content),
        *filters(content),
        *sorted(words(content), key=lambda each: (each.part, each.place)),
        *_entities_in_order(content),
        *sorted(expressions(content), key=lambda each: each.place),
        *grounding(content),
    ]


def _entities_in_order(content: Content) -> list[Hit]:
    hits = list(personal_data(content))
    found = [each for each in hits if each.is_detected]
    return [*without_overlaps(found), *(each for each in hits if not each.is_detected)]


def is_blocking(hits: Sequence[Hit]) -> bool:
    """Whether one of the hits blocks."""
    return any(each.action == BLOCKED for each in hits)
