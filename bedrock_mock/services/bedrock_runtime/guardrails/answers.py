"""An answer of a model, changed by what the guardrails of the call have found in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bedrock_mock.scripting.reply import Reply, text_of
from bedrock_mock.services.bedrock_runtime.guardrails.guarding import Guarding

Blocks = list[dict[str, Any]]


def checked(guarding: Guarding, reply: Reply, blocks: Blocks) -> tuple[Reply, Blocks]:
    """The reply and its content with what is masked, or with the message of the guardrail.

    What has changed is streamed in one piece for each block.
    """
    texts = _texts(blocks)
    masked = guarding.check_answer(texts)
    if guarding.message is not None:
        return _with(reply, [{"text": guarding.message}])
    if masked == texts:
        return reply, blocks
    remaining = iter(masked)
    return _with(reply, [_with_text(each, remaining) for each in blocks])


def checked_late(guarding: Guarding, reply: Reply, blocks: Blocks) -> tuple[Reply, Blocks]:
    """The same for a stream that does not wait: the message comes after what was sent already.

    Nothing is masked.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-streaming.html
    """
    guarding.check_answer(_texts(blocks))
    if guarding.message is None:
        return reply, blocks
    chunks = None if reply.chunks is None else [*reply.chunks, guarding.message]
    more = [*blocks, {"text": guarding.message}]
    return replace(reply, content=more, json=None, chunks=chunks), more


def refused(guarding: Guarding) -> tuple[Reply, Blocks]:
    """The answer to a request that is blocked: the model is not asked."""
    return _with(Reply([]), [{"text": guarding.message}])


def _texts(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    return [text for each in blocks if (text := text_of(each)) is not None]


def _with(reply: Reply, blocks: Blocks) -> tuple[Reply, Blocks]:
    return replace(reply, content=blocks, json=None, chunks=_texts(blocks)), blocks


def _with_text(block: dict[str, Any], texts: Iterator[str]) -> dict[str, Any]:
    if "citationsContent" in block:
        cited = {**block["citationsContent"], "content": [{"text": next(texts)}]}
        return {"citationsContent": cited}
    return {**block, "text": next(texts)} if "text" in block else block
