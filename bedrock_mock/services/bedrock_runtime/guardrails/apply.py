"""ApplyGuardrail: content is evaluated without asking a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.encoding import Extended
from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.resources.operations import operation
from bedrock_mock.services.bedrock_runtime.guardrails.content import blocks_of
from bedrock_mock.services.bedrock_runtime.guardrails.evaluated import Content
from bedrock_mock.services.bedrock_runtime.guardrails.evaluation import evaluate
from bedrock_mock.services.bedrock_runtime.guardrails.hits import OUTPUT
from bedrock_mock.services.bedrock_runtime.guardrails.stored import content_of, guardrail_version

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime.type_defs import ApplyGuardrailRequestTypeDef

    from bedrock_mock.resources.backend import ServiceBackend

_NO_SOURCE = (
    "The provided request does not contain the grounding source. Grounding source, query and "
    "content to guard are required for Guardrails contextual grounding policy evaluation."
)
_NOTHING_TO_REASON_ABOUT = (
    "The provided request does not contain content to guard, which is required for Automated "
    "Reasoning checks."
)


class Applications:
    """The operation that applies a guardrail to given content."""

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend

    @operation("ApplyGuardrail")
    def apply(self, request: ApplyGuardrailRequestTypeDef) -> dict[str, Any]:
        """What the guardrail finds, and the text to use instead."""
        identifier, number = request["guardrailIdentifier"], request["guardrailVersion"]
        version = guardrail_version(self._backend, identifier, number)
        if not request["content"]:
            raise ValidationException("The content in the request is empty. Add a content block.")
        blocks = blocks_of(request["content"])
        content = content_of(self._backend, version, request["source"], blocks)
        _check(content)
        evaluation = evaluate(content, is_full=request.get("outputScope") == "FULL")
        outputs = [{"text": text} for text in evaluation.outputs]
        answer = {
            "usage": evaluation.usage,
            "action": evaluation.action,
            "actionReason": evaluation.reason,
            "outputs": outputs,
            "assessments": [evaluation.assessment],
            "guardrailCoverage": evaluation.coverage,
            # The service sends these two as well.
            "output": outputs,
        }
        if evaluation.is_blocked:
            answer["blockedResponse"] = evaluation.outputs[0]
        return Extended(answer)

    def arns_of(self, request: Mapping[str, Any]) -> Sequence[str]:
        """The ARN of the guardrail that a request names; policies are checked against it."""
        arns: Sequence[str] = self._backend.sibling("bedrock").guardrails.arns(
            request["guardrailIdentifier"]
        )
        return arns


def _check(content: Content) -> None:
    """Refuses content that lacks what a policy of the guardrail needs.

    Raises:
        ValidationException: it does.
    """
    if content.source != OUTPUT:
        return
    grounding = content.entries("contextual_grounding_policy", "filters")
    if any(each.get("enabled", True) for each in grounding) and not content.is_grounded:
        raise ValidationException(_NO_SOURCE)
    if content.version.automated_reasoning_policy and not any(content.texts):
        raise ValidationException(_NOTHING_TO_REASON_ABOUT)
