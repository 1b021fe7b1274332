"""The events of ConverseStream for a reply, one by one as they come."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bedrock_mock.protocol.errors import ServiceError, kind_of
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock_runtime.cutting import cut, cut_texts
from bedrock_mock.services.bedrock_runtime.traits import Traits

#: The deltas of the service hold no more characters of a tool's input.
_INPUT_PIECE = 15
Event = tuple[str, dict[str, Any]] | ServiceError


def error_of(name: str, message: str | None = None) -> ServiceError:
    """The error of an exception in a stream: ``modelStreamErrorException``."""
    code = name[:1].upper() + name[1:]
    return kind_of(code)(message or f"{code}, as the test has scripted it.")


def events(
    reply: Reply, blocks: list[dict[str, Any]], end: Mapping[str, Any], traits: Traits
) -> Iterator[Event]:
    """The events of an answer.

    Args:
        reply: how it is cut, how long it takes, and whether it breaks.
        blocks: its content.
        end: ``stopReason``, and the ``usage`` and ``metrics`` of the last event.
        traits: of the model.
    """
    yield "messageStart", {"role": "assistant"}
    texts = cut_texts(reply, blocks, traits.piece)
    for index, block in enumerate(blocks):
        if "toolUse" in block:
            use = block["toolUse"]
            start = {"toolUse": {"toolUseId": use["toolUseId"], "name": use["name"]}}
            yield "contentBlockStart", {"start": start, "contentBlockIndex": index}
        for number, delta in enumerate(_deltas(block, texts, traits)):
            if number and reply.gap:
                time.sleep(reply.gap)
            yield "contentBlockDelta", {"delta": delta, "contentBlockIndex": index}
        yield "contentBlockStop", {"contentBlockIndex": index}
    if reply.error is not None:
        yield error_of(reply.error)
    else:
        yield "messageStop", {"stopReason": end["stopReason"]}
        yield "metadata", {"usage": end["usage"], "metrics": end["metrics"]}


def _deltas(
    block: Mapping[str, Any], texts: Iterator[Sequence[str]], traits: Traits
) -> Iterator[dict[str, Any]]:
    if "text" in block:
        yield from ({"text": piece} for piece in next(texts))
    elif "toolUse" in block:
        yield from ({"toolUse": {"input": each}} for each in _input(block["toolUse"], traits))
    elif "reasoningText" in block.get("reasoningContent", {}):
        thought = block["reasoningContent"]["reasoningText"]
        for piece in cut(thought["text"], traits.piece):
            yield {"reasoningContent": {"text": piece}}
        if "signature" in thought:
            yield {"reasoningContent": {"signature": thought["signature"]}}
    elif "reasoningContent" in block:
        yield {"reasoningContent": dict(block["reasoningContent"])}


def _input(use: Mapping[str, Any], traits: Traits) -> Iterator[str]:
    """The input of a tool as JSON: Claude sends it in pieces, after an empty one."""
    if not traits.spaces_json:
        yield json.dumps(use["input"], separators=(",", ":"), ensure_ascii=False)
        return
    yield ""
    if use["input"]:
        yield from cut(json.dumps(use["input"], ensure_ascii=False), _INPUT_PIECE)
