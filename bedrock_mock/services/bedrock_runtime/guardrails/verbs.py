"""The scripting verb ``detect``: what guardrails find where a model would have to look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bedrock_mock.scripting.detections import detection
from bedrock_mock.services.bedrock_runtime.backend import RuntimeBackend

if TYPE_CHECKING:
    from bedrock_mock.scripting.replies import TextTest
    from bedrock_mock.scripting.verb_call import VerbCall

#: The shapes whose values are the names that a test can use.
_ENUMS = {
    "filters": (
        "GuardrailContentFilterType",
        "GuardrailChecksContentFilterCategory",
        "GuardrailChecksPromptAttackCategory",
    ),
    "entities": ("GuardrailPiiEntityType",),
}
_FINDING = "GuardrailAutomatedReasoningFinding"


def detect(  # noqa: PLR0913, PLR0917 - the arguments of its method
    call: VerbCall,
    text: TextTest | None,
    guardrail: str | None,
    source: str | None,
    topics: Sequence[str] | None,
    filters: Mapping[str, Any] | None,
    entities: Mapping[str, Any] | None,
    grounding: float | None,
    relevance: float | None,
    findings: Sequence[Mapping[str, Any]] | None,
) -> None:
    """Has guardrails detect this."""
    said = {
        "text": text,
        "guardrail": guardrail,
        "source": source,
        "topics": topics,
        "filters": filters,
        "entities": entities,
        "grounding": grounding,
        "relevance": relevance,
        "findings": findings,
    }
    RuntimeBackend.scripts.detections.add(detection(call.where, said, _types()))


def _types() -> dict[str, Collection[str]]:
    """The names that the installed service model has."""
    model = RuntimeBackend.mocked.protocol.model
    known = set(model.shape_names)
    types: dict[str, Collection[str]] = {
        what: {
            value
            for shape in shapes
            if shape in known
            for value in getattr(model.shape_for(shape), "enum", ())
        }
        for what, shapes in _ENUMS.items()
    }
    finding: Any = model.shape_for(_FINDING) if _FINDING in known else None
    types["findings"] = set(finding.members) if finding else set()
    return types
