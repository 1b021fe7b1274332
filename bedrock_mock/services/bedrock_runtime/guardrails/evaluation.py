"""The evaluation of content by one version of a guardrail: assessment, action, outputs, units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bedrock_mock.scripting.exchange import note_assessment
from bedrock_mock.services.bedrock_runtime.guardrails.evaluated import Content
from bedrock_mock.services.bedrock_runtime.guardrails.hits import (
    ANONYMIZED,
    INPUT,
    Hit,
    masked,
)
from bedrock_mock.services.bedrock_runtime.guardrails.policies import (
    hits_of,
    is_blocking,
    reasoning,
)
from bedrock_mock.services.bedrock_runtime.guardrails.units import coverage_of, usage_of

NOTHING, INTERVENED = "NONE", "GUARDRAIL_INTERVENED"
#: Members whose items an assessment with the scope FULL has even if they have not fired.
_ALWAYS_IN_FULL = frozenset({"topics", "filters", "piiEntities"})
_GROUNDING = "contextualGroundingPolicy"
_MILLISECONDS = 100


@dataclass(frozen=True)
class Evaluation:
    """What a guardrail makes of content.

    Attributes:
        guardrail_id: its id, under which a trace has the assessment.
        assessment: the assessment.
        action: ``NONE`` or ``GUARDRAIL_INTERVENED``.
        reason: why, in words.
        is_blocked: whether the message of the guardrail replaces everything.
        outputs: that message, or the texts of all guarded blocks if some are masked.
        texts: the text of every block with what is masked; ``None`` for images.
        usage: the units of each policy.
        coverage: how much was guarded.
    """

    guardrail_id: str
    assessment: dict[str, Any]
    action: str
    reason: str
    is_blocked: bool
    outputs: list[str]
    texts: list[str | None]
    usage: dict[str, int]
    coverage: dict[str, Any]

    @property
    def has_intervened(self) -> bool:
        """Whether something was blocked or masked."""
        return self.action == INTERVENED


def evaluate(
    content: Content, *, is_full: bool = False, origins: Sequence[str] = ("REQUEST",)
) -> Evaluation:
    """Evaluates content by all policies of a version, and notes it for the record of calls.

    Args:
        content: the content, with the version.
        is_full: whether the assessment also has what was not detected.
        origins: why the guardrail is used: ``REQUEST``, ``ACCOUNT_ENFORCED``.
    """
    version = content.version
    hits = hits_of(content)
    findings = reasoning(content)
    usage, coverage = usage_of(content), coverage_of(content)
    is_blocked = is_blocking(hits)
    is_masked = any(each.action == ANONYMIZED for each in hits)
    texts = [each.text for each in content.blocks]
    outputs: list[str] = []
    action, reason = NOTHING, "No action."
    if is_blocked:
        action, reason = INTERVENED, "Guardrail blocked."
        is_input = content.source == INPUT
        outputs = [
            version.blocked_input_messaging if is_input else version.blocked_outputs_messaging
        ]
    elif is_masked:
        action, reason = INTERVENED, "Guardrail masked."
        texts = masked(texts, hits)
        outputs = [texts[place] or "" for place, _ in content.texts]
    assessment = {
        **_policies(hits, is_full=is_full),
        **({"automatedReasoningPolicy": {"findings": findings}} if findings else {}),
        "invocationMetrics": {
            "guardrailProcessingLatency": _MILLISECONDS,
            "usage": usage,
            "guardrailCoverage": coverage,
        },
        "appliedGuardrailDetails": {
            "guardrailId": version.guardrail_id,
            "guardrailVersion": version.version,
            "guardrailArn": version.guardrail_arn,
            "guardrailOrigin": list(origins),
            "guardrailOwnership": "SELF",
        },
    }
    note_assessment({"source": content.source, "action": action, **assessment})
    return Evaluation(
        version.guardrail_id,
        assessment,
        action,
        reason,
        is_blocked,
        outputs,
        texts,
        usage,
        coverage,
    )


def _policies(hits: Sequence[Hit], *, is_full: bool) -> dict[str, Any]:
    """The hits as members of an assessment; what found nothing has no member."""
    policies: dict[str, Any] = {}
    for hit in hits:
        if hit.is_detected or hit.policy == _GROUNDING or (is_full and hit.part in _ALWAYS_IN_FULL):
            items = policies.setdefault(hit.policy, {}).setdefault(hit.part, [])
            items.append({**hit.item, "detected": hit.is_detected})
    return policies
