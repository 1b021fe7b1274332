"""The chunks of a stream of InvokeModel put together: one body, as a plain call would have it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.invocation_logs.assembly import assembled

Chunks = Sequence[Mapping[str, Any]]


def body_of(chunks: Json) -> Json:
    """The body of the same answer without a stream, as far as it says what the model says.

    Args:
        chunks: the objects of a stream, of any family.
    """
    objects = [each for each in chunks if isinstance(each, Mapping)]
    if any(each.get("type") == "message_start" for each in objects):
        return _claude(objects)
    if any("messageStart" in each for each in objects):
        return _nova(objects)
    if any("choices" in each for each in objects):
        return _chat(objects)
    return _pieces(objects)


def _claude(chunks: Chunks) -> dict[str, Any]:
    blocks: dict[int, dict[str, Any]] = {}
    reason = None
    for chunk in chunks:
        kind = chunk["type"]
        if kind == "content_block_start":
            blocks[chunk["index"]] = {**chunk["content_block"], "partial": ""}
        elif kind == "content_block_delta":
            block, delta = blocks[chunk["index"]], chunk["delta"]
            for name in ("text", "thinking", "signature"):
                if name in delta:
                    block[name] = block.get(name, "") + delta[name]
            if "citation" in delta:
                block["citations"] = [*block.get("citations", ()), delta["citation"]]
            block["partial"] += delta.get("partial_json", "")
        elif kind == "message_delta":
            reason = chunk["delta"].get("stop_reason")
    content = []
    for _, block in sorted(blocks.items()):
        partial = block.pop("partial")
        if block["type"] == "tool_use":
            block["input"] = json.loads(partial or "{}")
        content.append(block)
    return {"content": content, "stop_reason": reason}


def _nova(chunks: Chunks) -> dict[str, Any]:
    events = [(name, chunk[name]) for chunk in chunks for name in list(chunk)[:1]]
    answer = assembled(events)
    content: list[dict[str, Any]] = []
    for block in answer["output"]["message"]["content"]:
        # Each piece of text is a block of its own.
        if "text" in block and content and "text" in content[-1]:
            content[-1] = {"text": content[-1]["text"] + block["text"]}
        else:
            content.append(block)
    answer["output"]["message"]["content"] = content
    return answer


def _chat(chunks: Chunks) -> dict[str, Any]:
    choices = [each for chunk in chunks for each in chunk.get("choices", ())]
    reasons = [each.get("finish_reason") or each.get("stop_reason") for each in choices]
    reason = next(filter(None, reversed(reasons)), None)
    if any("text" in each for each in choices):
        text = "".join(each.get("text") or "" for each in choices)
        return {"choices": [{"text": text, "finish_reason": reason}]}
    deltas = [each.get("delta", {}) for each in choices]
    calls: dict[int, dict[str, Any]] = {}
    for delta in deltas:
        for part in delta.get("tool_calls") or ():
            call = calls.setdefault(part.get("index", 0), {"function": {"arguments": ""}})
            function = part.get("function", {})
            call["id"] = part.get("id") or call.get("id")
            call["function"]["name"] = function.get("name") or call["function"].get("name")
            call["function"]["arguments"] += function.get("arguments") or ""
    message = {
        "content": "".join(delta.get("content") or "" for delta in deltas),
        "tool_calls": [call for _, call in sorted(calls.items())],
    }
    return {"choices": [{"message": message, "finish_reason": reason}]}


def _pieces(chunks: Chunks) -> Json:
    """Pieces of text; the last chunk says how it ended."""
    if len(chunks) == 1:
        return chunks[0]
    if any("outputs" in chunk for chunk in chunks):
        outputs = [chunk["outputs"][0] for chunk in chunks if chunk.get("outputs")]
        text = "".join(each["text"] for each in outputs)
        return {"outputs": [{**outputs[-1], "text": text}]}
    for name in ("completion", "generation", "outputText", "message", "text"):
        pieces = [chunk[name] for chunk in chunks if isinstance(chunk.get(name), str)]
        if pieces:
            last = {key: value for key, value in chunks[-1].items() if key != "response"}
            return {**last, name: "".join(pieces)}
    return None
