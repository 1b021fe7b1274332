"""The answer of InvokeModel in the form of its family: its body, and the chunks of its stream."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.protocol.json_text import encoder
from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock_runtime.conversations import plain_error
from bedrock_mock.services.bedrock_runtime.events import error_of
from bedrock_mock.services.bedrock_runtime.families.base import FIRST_BYTE_SHARE, Family, Said
from bedrock_mock.services.bedrock_runtime.guardrails.guarding import Guarding
from bedrock_mock.services.bedrock_runtime.guardrails.traces import (
    action_member,
    invocation_members,
)

#: Encodes a body as JSON.
as_json = encoder(is_ascii=False)
_CACHE_METRICS = ("cacheReadInputTokenCount", "cacheWriteInputTokenCount")
_METRICS = "amazon-bedrock-invocationMetrics"


@dataclass(frozen=True)
class Answer:
    """What a model says, in the form of its family, and what guardrails have found.

    Attributes:
        family: the form.
        said: what is said.
        guarding: the guardrails; ``None`` where nothing was evaluated.
        output: what the model has answered, before anything was changed.
        was_asked: whether a model was asked; if not, there are no metrics.
    """

    family: Family
    said: Said
    guarding: Guarding | None = None
    output: str = ""
    was_asked: bool = True

    @property
    def members(self) -> dict[str, Any]:
        """What an answer, or the last chunk of a stream, has of guardrails."""
        return {} if self.guarding is None else invocation_members(self.guarding, self.output)

    @property
    def member_of_each(self) -> dict[str, Any]:
        """What every chunk of a stream has of them."""
        return {} if self.guarding is None else action_member(self.guarding)

    def body(self) -> Json:
        """The body of an answer that is not a stream.

        Raises:
            ServiceError: the reply is an error.
        """
        reply = self.said.reply
        if reply.error is not None:
            raise plain_error(reply.error)
        body = self.family.answer(self.said) if reply.raw is None else reply.raw
        return {**body, **self.members} if isinstance(body, dict) else body


def events(answer: Answer) -> Iterator[tuple[str, Json] | ServiceError]:
    """The chunks of a stream, each as an event."""
    said, reply = answer.said, answer.said.reply
    chunks = list(answer.family.chunks(said)) if reply.raw is None else _raw(reply)
    metrics = {
        "inputTokenCount": said.input_tokens,
        "outputTokenCount": said.output_tokens,
        "invocationLatency": said.latency,
        "firstByteLatency": int(said.latency * FIRST_BYTE_SHARE),
        **dict(cached(said, _CACHE_METRICS)),
    }
    for number, chunk in enumerate(chunks, start=1):
        if number > 1 and reply.gap:
            time.sleep(reply.gap)
        is_last = number == len(chunks)
        if is_last and reply.error is not None:
            # It breaks before it ends.
            yield error_of(reply.error)
        else:
            more = answer.members if is_last else answer.member_of_each
            if not answer.was_asked:
                chunk = answer.family.unasked(chunk)  # noqa: PLW2901 - what is left of it
            if is_last and answer.was_asked:
                more = {**more, _METRICS: metrics}
            yield "chunk", {"bytes": _encoded(chunk, more)}


def _encoded(chunk: Json, more: Mapping[str, Any]) -> bytes:
    if isinstance(chunk, bytes):
        return chunk
    whole = chunk
    if isinstance(chunk, dict):
        # The chunks of a reply may have their own metrics.
        added = {name: each for name, each in more.items() if name != _METRICS or name not in chunk}
        whole = {**chunk, **added}
    return as_json(whole).encode()


def _raw(reply: Reply) -> list[Json]:
    chunks = reply.raw if isinstance(reply.raw, list) else [reply.raw]
    # What breaks the stream stands in the place of its last chunk.
    return chunks if reply.error is None else [*chunks, None]


def cached(said: Said, names: tuple[str, str]) -> Iterator[tuple[str, int]]:
    """What was read from the prompt cache and written to it, by these names."""
    if said.cache is not None:
        written, read = said.cache
        yield names[0], read
        if written or not said.model.traits.omits_no_writes:
            yield names[1], written
