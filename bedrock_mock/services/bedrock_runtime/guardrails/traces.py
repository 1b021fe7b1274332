"""What an answer says of guardrails, in the form of Converse and in that of InvokeModel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedrock_mock.services.bedrock_runtime.guardrails.guarding import Guarding

_ACTION, _TRACE = "amazon-bedrock-guardrailAction", "amazon-bedrock-trace"


def guarded_end(guarding: Guarding, end: Mapping[str, Any], model_output: str) -> dict[str, Any]:
    """What an answer of Converse has beside its content, with what guardrails have done.

    Args:
        guarding: what was found.
        end: the same without guardrails.
        model_output: what the model has answered, before anything was changed.
    """
    guarded = {**end}
    if guarding.has_intervened:
        guarded["stopReason"] = "guardrail_intervened"
    if guarding.has_trace:
        guarded["trace"] = {**end.get("trace", {}), **_trace(guarding, model_output)}
    return guarded


def _trace(guarding: Guarding, model_output: str) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "actionReason": guarding.reason,
        "inputAssessment": {each.guardrail_id: each.assessment for each in guarding.inputs},
    }
    if guarding.outputs:
        trace["modelOutput"] = [model_output] if guarding.has_changed_answer else []
        outputs: dict[str, list[Any]] = {}
        for each in guarding.outputs:
            outputs.setdefault(each.guardrail_id, []).append(each.assessment)
        trace["outputAssessments"] = outputs
    return {"guardrail": trace}


def invocation_members(guarding: Guarding, model_output: str) -> dict[str, Any]:
    """The members that the body of an answer of InvokeModel has besides the model's own."""
    members: dict[str, Any] = {}
    if guarding.has_trace:
        trace: dict[str, Any] = {}
        if guarding.has_changed_answer:
            trace["modelOutput"] = [model_output]
        trace["input"] = {each.guardrail_id: each.assessment for each in guarding.inputs}
        if guarding.outputs:
            trace["outputs"] = [{each.guardrail_id: each.assessment} for each in guarding.outputs]
        trace["actionReason"] = guarding.reason
        members[_TRACE] = {"guardrail": trace}
    return {**members, **action_member(guarding)}


def action_member(guarding: Guarding) -> dict[str, Any]:
    """The member that every chunk of a stream has."""
    return {_ACTION: "INTERVENED" if guarding.has_intervened else "NONE"}
