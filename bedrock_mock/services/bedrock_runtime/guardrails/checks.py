"""InvokeGuardrailChecks: scores for messages, without a guardrail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.resources.operations import operation
from bedrock_mock.services.bedrock_runtime.guardrails.matching import entity_spans
from bedrock_mock.services.bedrock_runtime.guardrails.units import units_of

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime.type_defs import InvokeGuardrailChecksRequestTypeDef

    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.scripting.detections import Detection

#: What a test may say of all categories of prompt attacks at once.
_ANY_ATTACK = "PROMPT_ATTACK"
_CONFIDENT = 1.0
#: How many entities an answer has at most.
_MOST_ENTITIES = 1000


class Checks:
    """The operation that checks messages."""

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend

    @operation("InvokeGuardrailChecks")
    def invoke(self, request: InvokeGuardrailChecksRequestTypeDef) -> dict[str, Any]:
        """A result for each check that is asked for; the score of a category is 0 unless said."""
        checks: Mapping[str, Any] = request["checks"]
        if not checks:
            raise ValidationException("The checks in the request are empty. Add a check.")
        where = (self._backend.region_name, self._backend.account_id)
        texts = [
            (message, content, block.get("text", ""))
            for message, each in enumerate(request["messages"])
            for content, block in enumerate(each["content"])
        ]
        detected = [
            self._backend.scripts.detections.of(text, (), None, where) for _, _, text in texts
        ]
        results: dict[str, Any] = {}
        for name in ("contentFilter", "promptAttack"):
            if name in checks:
                categories = [each["category"] for each in checks[name]["categories"]]
                results[name] = {"results": _scores(name, categories, detected)}
        if "sensitiveInformation" in checks:
            kinds = [each["type"] for each in checks["sensitiveInformation"]["entities"]]
            found = _entities(kinds, texts, detected)
            results["sensitiveInformation"] = {
                "results": found[:_MOST_ENTITIES],
                "truncated": len(found) > _MOST_ENTITIES,
            }
        units = {"textUnits": units_of(sum(len(text) for _, _, text in texts))}
        return {"results": results, "usage": dict.fromkeys(results, units)}


def _scores(
    check: str, categories: Sequence[str], detected: Sequence[Sequence[Detection]]
) -> list[dict[str, Any]]:
    said = [each.filters for one in detected for each in one]
    also = (_ANY_ATTACK,) if check == "promptAttack" else ()
    return [
        {
            "category": category,
            "severityScore": max(
                (each.get(name, 0.0) for each in said for name in (category, *also)), default=0.0
            ),
        }
        for category in categories
    ]


def _entities(
    kinds: Sequence[str],
    texts: Sequence[tuple[int, int, str]],
    detected: Sequence[Sequence[Detection]],
) -> list[dict[str, Any]]:
    return [
        {
            "type": kind,
            "confidenceScore": _CONFIDENT,
            "beginOffset": start,
            "endOffset": end,
            "messageIndex": message,
            "contentIndex": content,
        }
        for (message, content, text), said in zip(texts, detected, strict=True)
        for (start, end), kind in sorted(
            (span, kind) for kind in kinds for span in entity_spans(kind, text, said)
        )
    ]
