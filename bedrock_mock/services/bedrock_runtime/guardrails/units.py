"""What an evaluation costs in text units, and how much of the content was guarded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bedrock_mock.services.bedrock_runtime.guardrails.evaluated import Content
from bedrock_mock.services.bedrock_runtime.guardrails.hits import OUTPUT
from bedrock_mock.services.bedrock_runtime.guardrails.policies import grounding_filters

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock_runtime.guardrails.content import Block

#: The characters of a text unit.
#: Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters.html
UNIT = 1000


def units_of(characters: int) -> int:
    """Text units, rounded up."""
    return -(-characters // UNIT)


def usage_of(content: Content) -> dict[str, int]:
    """The units of each policy that is evaluated in this direction; 0 for the others."""
    guarded = [block for _, block in content.guarded]
    units = units_of(_characters(guarded))
    images = sum(each.text is None for each in guarded)
    reasoning = content.version.automated_reasoning_policy or {}
    reasons = content.source == OUTPUT and bool(reasoning) and units > 0
    sensitive = "sensitive_information_policy"
    words = [
        *content.entries("word_policy", "words"),
        *content.entries("word_policy", "managedWordLists"),
    ]
    return {
        "topicPolicyUnits": units * bool(content.entries("topic_policy", "topics")),
        "contentPolicyUnits": units * bool(content.filters),
        "wordPolicyUnits": units * bool(words),
        "sensitiveInformationPolicyUnits": units * bool(content.entries(sensitive, "piiEntities")),
        "sensitiveInformationPolicyFreeUnits": units * bool(content.entries(sensitive, "regexes")),
        "contextualGroundingPolicyUnits": (
            units_of(_characters(content.blocks)) * bool(grounding_filters(content))
        ),
        "contentPolicyImageUnits": images * content.looks_at_images,
        "automatedReasoningPolicyUnits": units * reasons,
        "automatedReasoningPolicies": len(reasoning.get("policies", ())) * reasons,
    }


def coverage_of(content: Content) -> dict[str, Any]:
    """The characters, and images if there are any: all of them, and those that are guarded."""
    guarded = [block for _, block in content.guarded]
    coverage: dict[str, Any] = {
        "textCharacters": {
            "guarded": _characters(guarded),
            "total": _characters(content.blocks),
        }
    }
    images = sum(each.text is None for each in content.blocks)
    if images:
        coverage["images"] = {"guarded": images * content.looks_at_images, "total": images}
    return coverage


def _characters(blocks: Iterable[Block]) -> int:
    return sum(each.length for each in blocks)
