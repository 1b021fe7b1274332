"""What each policy of a guardrail finds in content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol import bounded_patterns
from bedrock_mock.protocol.errors import NotImplementedException, ValidationException
from bedrock_mock.scripting.detections import CONFIDENCES, confidence_of
from bedrock_mock.services.bedrock_runtime.guardrails import entities
from bedrock_mock.services.bedrock_runtime.guardrails.content import GROUNDING_SOURCE, QUERY, Block
from bedrock_mock.services.bedrock_runtime.guardrails.hits import (
    BLOCKED,
    NONE,
    OUTPUT,
    Hit,
    action_of,
    is_enabled,
    without_overlaps,
)

if TYPE_CHECKING:
    from bedrock_mock.scripting.detections import Detection

#: The confidences at which a filter of a strength fires.
#: Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters-overview.html
_FIRES: Mapping[str, tuple[str, ...]] = {
    "NONE": (),
    "LOW": ("HIGH",),
    "MEDIUM": ("HIGH", "MEDIUM"),
    "HIGH": ("HIGH", "MEDIUM", "LOW"),
}
_TEXT, _IMAGE = "TEXT", "IMAGE"
_ATTACK = "PROMPT_ATTACK"
#: What a guardrail finds an answer to be, if a test says nothing: based on the source, relevant.
_PERFECT = 1.0
_SENSITIVE = "sensitiveInformationPolicy"


@dataclass(frozen=True)
class Content:
    """Content that is evaluated.

    Attributes:
        version: the version of the guardrail, with its policies.
        source: ``INPUT`` or ``OUTPUT``.
        blocks: the content.
        detected: what the test says is detected in each block, the latest first.
        profanities: the words of the managed list.
        has_attacks: whether prompt attacks are looked for.
    """

    version: Any
    source: str
    blocks: Sequence[Block]
    detected: Sequence[Sequence[Detection]]
    profanities: Sequence[str] = ()
    has_attacks: bool = True

    def entries(self, policy: str, part: str) -> list[dict[str, Any]]:
        """The parts of a policy that are evaluated in this direction."""
        config = getattr(self.version, policy) or {}
        return [each for each in config.get(part) or () if is_enabled(each, self.source)]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The content filters that are on in this direction."""
        strength = self.strength
        found = self.entries("content_policy", "filters")
        return [
            each
            for each in found
            if each.get(strength, NONE) != NONE and (self.has_attacks or each["type"] != _ATTACK)
        ]

    @property
    def strength(self) -> str:
        """The member with the strength of a content filter in this direction."""
        return f"{self.source.lower()}Strength"

    def modalities(self, content_filter: Mapping[str, Any]) -> list[str]:
        """What a content filter looks at in this direction."""
        found: list[str] = content_filter.get(f"{self.source.lower()}Modalities", [_TEXT])
        return found

    @property
    def guarded(self) -> Iterator[tuple[int, Block]]:
        """The blocks that policies look at, with their places."""
        return ((place, each) for place, each in enumerate(self.blocks) if each.is_guarded)

    @property
    def texts(self) -> Iterator[tuple[int, str]]:
        """The texts among them."""
        return ((place, each.text) for place, each in self.guarded if each.text is not None)

    @property
    def looks_at_images(self) -> bool:
        """Whether a content filter looks at images."""
        return any(_IMAGE in self.modalities(each) for each in self.filters)

    @property
    def is_grounded(self) -> bool:
        """Whether it has what contextual grounding needs: a source, a query, and an answer."""
        qualifiers = {each for block in self.blocks for each in block.qualifiers}
        return {GROUNDING_SOURCE, QUERY} <= qualifiers and any(self.texts)

    def first(self, attribute: str) -> float | None:
        """The latest score that a test says of guarded content."""
        scores = [
            score
            for place, _ in self.guarded
            for each in self.detected[place]
            if (score := getattr(each, attribute)) is not None
        ]
        return scores[0] if scores else None


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
            if (_IMAGE if block.text is None else _TEXT) in looks_at
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


def words(content: Content) -> Iterator[Hit]:
    """The custom words and the profanities that stand in the texts, in any case."""
    for word in content.entries("word_policy", "words"):
        action = action_of(word, content.source)
        yield from _words(content, [word["text"]], "customWords", {}, action)
    for each in content.entries("word_policy", "managedWordLists"):
        action = action_of(each, content.source)
        more = {"type": each["type"]}
        yield from _words(content, content.profanities, "managedWordLists", more, action)


def _words(
    content: Content, wanted: Sequence[str], part: str, more: Mapping[str, str], action: str
) -> Iterator[Hit]:
    for place, text in content.texts:
        folded = text.casefold()
        for word in wanted:
            # Most words are not there, and this finds it out sooner.
            for found in _word(word).finditer(text) if word.casefold() in folded else ():
                item = {"match": found[0], **more, "action": action}
                yield Hit("wordPolicy", part, item, place, found.span())


def _word(word: str) -> re.Pattern[str]:
    """A word or phrase that is not part of a longer word."""
    before = r"(?<!\w)" if re.match(r"\w", word) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", word) else ""
    return re.compile(f"{before}{re.escape(word)}{after}", re.IGNORECASE)


def personal_data(content: Content) -> Iterator[Hit]:
    """The entities that patterns find, or that the test says are there."""
    for entity in content.entries("sensitive_information_policy", "piiEntities"):
        kind, action = entity["type"], action_of(entity, content.source)
        is_found = False
        for place, text in content.texts:
            for start, end in entity_spans(kind, text, content.detected[place]):
                is_found = True
                item = {"match": text[start:end], "type": kind, "action": action}
                mask = f"{{{kind}}}"
                yield Hit(_SENSITIVE, "piiEntities", item, place, (start, end), mask)
        if not is_found:
            item = {"match": "", "type": kind, "action": NONE}
            yield Hit(_SENSITIVE, "piiEntities", item, is_detected=False)


def entity_spans(kind: str, text: str, detected: Sequence[Detection]) -> list[tuple[int, int]]:
    """Where a text has an entity of a type, by a pattern or by what the test says."""
    said = {each for one in detected for each in one.entities.get(kind, ())}
    spans = [found.span() for each in said for found in re.finditer(re.escape(each), text)]
    return sorted({*spans, *entities.find(kind, text)})


def expressions(content: Content) -> Iterator[Hit]:
    """What matches the regular expressions of the guardrail."""
    for each in content.entries("sensitive_information_policy", "regexes"):
        action = action_of(each, content.source)
        for place, text in content.texts:
            for start, end in _matches(each, text):
                item = {
                    "name": each["name"],
                    "match": text[start:end],
                    "regex": each["pattern"],
                    "action": action,
                }
                yield Hit(_SENSITIVE, "regexes", item, place, (start, end), f"{{{each['name']}}}")


def _matches(regex: Mapping[str, Any], text: str) -> Sequence[tuple[int, int]]:
    try:
        return bounded_patterns.spans(regex["pattern"], text)
    except re.error as error:
        msg = (
            f"bedrock_mock evaluates regular expressions as Python does, which cannot read "
            f"{regex['name']!r} of the guardrail: {error}."
        )
        raise NotImplementedException(msg) from None
    except bounded_patterns.TooSlowError as error:
        msg = f"The regular expression {regex['name']!r} of the guardrail is too slow: {error}."
        raise ValidationException(msg) from None


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
