"""The events of ConverseStream for a reply, one by one as they come."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_mock.protocol.encoding import Extended
from bedrock_mock.protocol.errors import ServiceError, kind_of
from bedrock_mock.protocol.messages import message_of
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock_runtime.cutting import cut, pieces_of
from bedrock_mock.services.bedrock_runtime.traits import Traits

#: The deltas of the service hold no more characters of a tool's input.
_INPUT_PIECE = 15
#: The blocks that have an event of their own for their start, with what that says.
_STARTS = {
    "toolUse": ("toolUseId", "name", "type"),
    "toolResult": ("toolUseId", "type", "status"),
    "image": ("format",),
}
#: What the last event but one says; the last one has the rest.
_OF_STOP = ("stopReason", "additionalModelResponseFields")
Event = tuple[str, dict[str, Any]] | ServiceError


def error_of(name: str, message: str | None = None) -> ServiceError:
    """The error of an exception in a stream: ``modelStreamErrorException``."""
    code = name[:1].upper() + name[1:]
    return kind_of(code)(message or message_of("bedrock-runtime", code))


def events(
    reply: Reply, blocks: list[dict[str, Any]], end: Mapping[str, Any], traits: Traits
) -> Iterator[Event]:
    """The events of an answer.

    Args:
        reply: how it is cut, how long it takes, and whether it breaks.
        blocks: its content.
        end: what the answer has beside its content: ``stopReason``, ``usage`` and so on.
        traits: of the model.
    """
    yield "messageStart", {"role": "assistant"}
    if traits.begins_empty:
        blocks = [{"text": ""}, *blocks]
    for index, (block, pieces) in enumerate(pieces_of(reply, blocks, traits.piece)):
        start = start_of(block)
        if start:
            yield "contentBlockStart", {"start": start, "contentBlockIndex": index}
        for number, delta in enumerate(deltas_of(block, pieces or [""], traits)):
            if number and reply.gap:
                time.sleep(reply.gap)
            yield "contentBlockDelta", {"delta": delta, "contentBlockIndex": index}
        yield "contentBlockStop", {"contentBlockIndex": index}
    if reply.error is not None:
        yield error_of(reply.error)
    else:
        stop = {name: end[name] for name in _OF_STOP if name in end}
        yield "messageStop", stop
        yield "metadata", {name: value for name, value in end.items() if name not in stop}


def start_of(block: Mapping[str, Any]) -> dict[str, Any]:
    """What opens a block: text and thoughts are opened by their first delta."""
    for kind, names in _STARTS.items():
        if kind in block:
            return {kind: Extended({n: block[kind][n] for n in names if n in block[kind]})}
    return {}


def deltas_of(
    block: Mapping[str, Any], pieces: list[str], traits: Traits
) -> Iterator[dict[str, Any]]:
    """What a block says, in parts.

    Args:
        block: the block.
        pieces: its text as the stream cuts it.
        traits: of the model.
    """
    if "text" in block:
        yield from ({"text": piece} for piece in pieces)
    elif "toolUse" in block:
        yield from ({"toolUse": {"input": each}} for each in _input(block["toolUse"], traits))
    elif "toolResult" in block:
        yield from ({"toolResult": [each]} for each in block["toolResult"]["content"])
    elif "citationsContent" in block:
        cited = block["citationsContent"]
        yield from ({"citation": each} for each in cited.get("citations", ()))
        yield from ({"text": piece} for piece in pieces if piece)
    elif "image" in block:
        yield {"image": {"source": block["image"]["source"]}}
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
