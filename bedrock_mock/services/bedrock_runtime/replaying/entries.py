"""One logged call: what was asked, and the reply that gives its answer in whichever form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.scripting.reply_checks import USAGE, is_error
from bedrock_mock.services.bedrock_runtime.conversations import asked_by
from bedrock_mock.services.bedrock_runtime.families import family_of
from bedrock_mock.services.bedrock_runtime.families.base import Asked
from bedrock_mock.services.bedrock_runtime.naming import name_of
from bedrock_mock.services.bedrock_runtime.replaying.bodies import Heard, heard_in
from bedrock_mock.services.bedrock_runtime.replaying.chunks import body_of
from bedrock_mock.services.bedrock_runtime.replaying.matching import Conversation, comparable

#: Makes blocks of Converse as they stand in JSON into those that a reply takes.
Decode = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]

_CONVERSE = frozenset({"Converse", "ConverseStream"})
_INVOKE = frozenset({"InvokeModel", "InvokeModelWithResponseStream"})
_METRICS = "amazon-bedrock-invocationMetrics"
#: The counts of a record by their names in the usage of a reply.
_COUNTS = {
    "inputTokens": ("input", "inputTokenCount"),
    "outputTokens": ("output", "outputTokenCount"),
    "cacheReadInputTokens": ("input", "cacheReadInputTokenCount"),
    "cacheWriteInputTokens": ("input", "cacheWriteInputTokenCount"),
}
#: Of a logged usage, what the mock does not add by itself.
_KEPT = USAGE - {"serverToolUsage", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"}
#: The members of a body that mark its form, for families that have several.
_FORM = ("messages", "prompt", "max_tokens")


@dataclass(frozen=True)
class Entry:
    """One logged call that has an answer.

    Attributes:
        operation: the operation.
        model: the model, without ARN and profile.
        asked: what was asked, in the words of Converse; ``None`` if that cannot be read.
        request: the body of the request.
        answer: the answer: of Converse, of InvokeModel, or the list of chunks.
        heard: what the model said; ``None`` if that is not text.
        usage: the tokens.
        latency_ms: the latency that the answer reports, if it does.
        error: the error in which a stream has ended, or ``None``.
    """

    operation: str
    model: str
    asked: Asked | None
    request: Json
    answer: Json
    heard: Heard | None
    usage: Mapping[str, Any]
    latency_ms: int | None
    error: str | None

    @property
    def conversation(self) -> str | None:
        """What it is found by in whichever form it is asked again; ``None`` if only as it is."""
        if self.asked is None or self.heard is None:
            return None
        return Conversation(self.asked.messages).text

    @property
    def body(self) -> str | None:
        """What it is found by if the very same body is asked again."""
        return comparable(self.request) if self.operation in _INVOKE else None

    def reply(self, call: ModelCall, decode: Decode) -> Reply:
        """The logged answer for a call."""
        said: dict[str, Any] = {
            "usage": self.usage,
            "latency_ms": self.latency_ms,
            "error": self.error,
        }
        if self._is_same_form(call) or self.heard is None:
            return Reply(raw=self.answer, **said)
        blocks = decode(self.heard.blocks)
        return Reply(blocks, stop_reason=self.heard.stop_reason, **said)

    def _is_same_form(self, call: ModelCall) -> bool:
        if call.operation != self.operation or self.operation not in _INVOKE:
            return False
        return all((name in self.request) == (name in call.body) for name in _FORM)


def entry_of(record: Mapping[str, Any]) -> Entry | None:
    """A record as an entry; ``None`` if it has no body to match, or no answer."""
    request = _part(record, "input").get("inputBodyJson")
    answer = _part(record, "output").get("outputBodyJson")
    operation, model_id = str(record.get("operation")), record.get("modelId")
    if not isinstance(request, Mapping) or not answer or operation not in _CONVERSE | _INVOKE:
        return None
    if not isinstance(model_id, str):
        return None
    is_stream = operation == "InvokeModelWithResponseStream"
    if is_stream and not isinstance(answer, (list, bytes)):
        return None
    heard = heard_in(body_of(answer) if is_stream and isinstance(answer, list) else answer)
    return Entry(
        operation,
        name_of(model_id),
        _asked(operation, model_id, request),
        request,
        answer,
        heard,
        _usage(record, answer),
        _latency(answer),
        _error(record.get("errorCode")),
    )


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = record.get(name)
    return part if isinstance(part, Mapping) else {}


def _asked(operation: str, model_id: str, request: Mapping[str, Any]) -> Asked | None:
    try:
        if operation in _CONVERSE:
            asked = asked_by(request)
        else:
            kind = "imported." if ":imported-model/" in model_id else name_of(model_id)
            family = family_of(kind)
            if family is None:
                return None
            asked = family.asked(request)
        # What cannot be compared cannot be found either.
        Conversation(asked.messages)
    except Exception:  # noqa: BLE001 - a body of another form than the family's
        return None
    return asked


def _usage(record: Mapping[str, Any], answer: Json) -> dict[str, Any]:
    """The tokens; those of the prompt cache only where there are any."""
    usage = answer.get("usage") if isinstance(answer, Mapping) else None
    if isinstance(usage, Mapping) and "totalTokens" in usage:
        return {name: usage[name] for name in usage if name in _KEPT and usage[name] is not None}
    found = {name: _part(record, part).get(count) for name, (part, count) in _COUNTS.items()}
    return {
        name: value
        for name, value in found.items()
        if value or (value is not None and not name.startswith("cache"))
    }


def _latency(answer: Json) -> int | None:
    if isinstance(answer, list):
        last = answer[-1]
        metrics = last.get(_METRICS, {}) if isinstance(last, Mapping) else {}
        found = metrics.get("invocationLatency")
    elif isinstance(answer, Mapping):
        metrics = answer.get("metrics")
        found = metrics.get("latencyMs") if isinstance(metrics, Mapping) else None
    else:
        found = None
    return found if isinstance(found, int) else None


def _error(code: Json) -> str | None:
    if not isinstance(code, str):
        return None
    # What is newer than the mock is an error all the same.
    return code[:1].lower() + code[1:] if is_error(code) else "internalServerException"
