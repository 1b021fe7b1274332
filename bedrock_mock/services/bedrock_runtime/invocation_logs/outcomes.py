"""How a call has ended: its answer as JSON, its tokens, and its error."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bedrock_mock.protocol.events import unframed
from bedrock_mock.protocol.json_text import strict
from bedrock_mock.protocol.payload import Answer
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.invocation_logs.assembly import assembled

#: The counts of a record, each with the names that answers have for it.
_COUNTS = {
    "inputTokenCount": ("inputTokens", "inputTokenCount", "Input-Token-Count"),
    "outputTokenCount": ("outputTokens", "outputTokenCount", "Output-Token-Count"),
    "cacheReadInputTokenCount": (
        "cacheReadInputTokens",
        "cacheReadInputTokenCount",
        "Cache-Read-Input-Token-Count",
    ),
    "cacheWriteInputTokenCount": (
        "cacheWriteInputTokens",
        "cacheWriteInputTokenCount",
        "Cache-Write-Input-Token-Count",
    ),
}
_HEADER = "X-Amzn-Bedrock-"
_METRICS = "amazon-bedrock-invocationMetrics"
#: The order of a logged answer of Converse.
_MEMBERS = ("output", "stopReason", "metrics", "usage")
_USAGE = (
    "inputTokens",
    "cacheReadInputTokens",
    "cacheWriteInputTokens",
    "outputTokens",
    "totalTokens",
)
#: Of the usage that answers have, logs lack these.
_UNLOGGED_USAGE = frozenset(
    {"cacheReadInputTokenCount", "cacheWriteInputTokenCount", "serverToolUsage"}
)


@dataclass(frozen=True)
class Outcome:
    """How a call has ended.

    Attributes:
        body: the answer: a JSON value, or bytes that are not JSON; ``None`` without one.
        content_type: what the body is.
        counts: the tokens, by the names of the record.
        error: the code of the error that it has ended in, or ``None``.
    """

    body: Json = None
    content_type: str = "application/json"
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None


def outcome_of(answer: Json) -> Outcome:
    """The outcome of a call that was answered at once."""
    if isinstance(answer, Answer):
        found = {
            name.removeprefix(_HEADER): int(value)
            for name, value in answer.headers.items()
            if name.endswith("-Token-Count")
        }
        assert isinstance(answer.body, bytes)  # noqa: S101 - it is not a stream
        kind = answer.headers.get("Content-Type", "application/json")
        return Outcome(parsed(answer.body), kind, _counts(found))
    return Outcome(_converse(answer), counts=_counts(answer["usage"]))


def parsed(body: bytes) -> Json:
    """A body as a JSON value, or as it is where it is not JSON."""
    try:
        return strict(body)
    except (ValueError, RecursionError):
        return body


def _converse(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of Converse with the members of a log, in their order."""
    ordered = {name: answer[name] for name in _MEMBERS if name in answer}
    if "usage" in answer:
        usage = answer["usage"]
        known = {name: usage[name] for name in _USAGE if name in usage}
        others = {name: usage[name] for name in usage if name not in _UNLOGGED_USAGE}
        ordered["usage"] = {**known, **others}
    return {**ordered, **{name: answer[name] for name in answer if name not in ordered}}


def _counts(found: Mapping[str, Any]) -> dict[str, int]:
    return {
        count: found[name] for count, names in _COUNTS.items() for name in names if name in found
    }


class FollowedStream(Generator[bytes, None, None]):
    """The frames of a stream, which are noted as they pass.

    A stream ends with its last event, with an error, or because the client closes it: then its
    record has what was sent by then. One that is dropped without being closed leaves no record,
    because only the garbage collector would notice it, at any time.

    Args:
        operation: ``ConverseStream`` or ``InvokeModelWithResponseStream``.
        frames: the frames.
        ended: is called once with the outcome.
    """

    def __init__(
        self,
        operation: str,
        frames: Generator[bytes, None, None],
        ended: Callable[[Outcome], None],
    ) -> None:
        self._is_converse = operation == "ConverseStream"
        self._frames = frames
        self._ended: Callable[[Outcome], None] | None = ended
        self._events: list[tuple[str, Any]] = []
        self._error: str | None = None

    def send(self, _: None) -> bytes:
        """The next frame."""
        try:
            frame = next(self._frames)
        except BaseException:
            self._end()
            raise
        if self._note(frame):
            # Clients ask no further after an error, and some not after the last event either.
            self._end()
        return frame

    def throw(self, *error: Any) -> bytes:  # noqa: ANN401  # pragma: no cover
        """Asked for by the base class; what reads streams does not throw."""
        return super().throw(*error)

    def close(self) -> None:
        """The client reads no further."""
        self._frames.close()
        self._end()

    def _note(self, frame: bytes) -> bool:
        """Notes a frame; whether it is the last one."""
        headers, members = unframed(frame)
        if ":exception-type" in headers:
            name = headers[":exception-type"]
            self._error = name[:1].upper() + name[1:]
            return True
        event = headers[":event-type"]
        self._events.append((event, members))
        return event == "metadata" or (
            event == "chunk" and _METRICS.encode() in b64decode(members["bytes"])
        )

    def _end(self) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            ended(self._outcome())

    def _outcome(self) -> Outcome:
        if self._is_converse:
            answer = assembled(self._events)
            body: Json = _converse(answer) if answer else None
            found = answer.get("usage", {})
        else:
            body = [parsed(b64decode(members["bytes"])) for _, members in self._events]
            last = body[-1] if body and isinstance(body[-1], dict) else {}
            found = last.get(_METRICS, {})
            if any(isinstance(chunk, bytes) for chunk in body):
                # A part is not JSON, so the whole is not.
                body = b"".join(b64decode(members["bytes"]) for _, members in self._events)
        return Outcome(body or None, counts=_counts(found), error=self._error)
