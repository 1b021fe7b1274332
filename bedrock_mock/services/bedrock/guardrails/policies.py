"""The policies of a guardrail: as a request configures them, and as the service reports them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Policy = dict[str, Any]

#: For each policy, its member in requests and the names of its parts there and in answers.
_PARTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "topic_policy": ("topicPolicyConfig", {"topicsConfig": "topics", "tierConfig": "tier"}),
    "content_policy": ("contentPolicyConfig", {"filtersConfig": "filters", "tierConfig": "tier"}),
    "word_policy": (
        "wordPolicyConfig",
        {"wordsConfig": "words", "managedWordListsConfig": "managedWordLists"},
    ),
    "sensitive_information_policy": (
        "sensitiveInformationPolicyConfig",
        {"piiEntitiesConfig": "piiEntities", "regexesConfig": "regexes"},
    ),
    "contextual_grounding_policy": (
        "contextualGroundingPolicyConfig",
        {"filtersConfig": "filters", "tierConfig": "tier"},
    ),
    "automated_reasoning_policy": (
        "automatedReasoningPolicyConfig",
        {"policies": "policies", "confidenceThreshold": "confidenceThreshold"},
    ),
}
#: Policies that have a tier, also when the request does not name one. Of contextual grounding it
#: is not known what the service reports then.
_TIERED = ("topic_policy", "content_policy")
CLASSIC, STANDARD = "CLASSIC", "STANDARD"


def policies_of(request: Mapping[str, Any]) -> dict[str, Policy | None]:
    """The policies that a request configures, each as GetGuardrail reports it, else ``None``."""
    return {name: _policy(request, name) for name in _PARTS}


def _policy(request: Mapping[str, Any], name: str) -> Policy | None:
    member, parts = _PARTS[name]
    config = request.get(member)
    if config is None:
        return None
    policy = {answered: config[part] for part, answered in parts.items() if part in config}
    if name in _TIERED:
        policy.setdefault("tier", {"tierName": CLASSIC})
    return policy
