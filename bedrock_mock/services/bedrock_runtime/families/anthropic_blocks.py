"""The content blocks that Claude sends, at once and in a stream."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_mock.scripting.reply import text_of
from bedrock_mock.services.bedrock_runtime.cutting import cut
from bedrock_mock.services.bedrock_runtime.families.anthropic_citations import sent_citation

_INPUT_PIECE = 15


def sent_block(block: Mapping[str, Any]) -> dict[str, Any] | None:
    """A block of Converse as Claude's own; ``None`` for one that Claude does not send."""
    if "toolUse" in block:
        use = block["toolUse"]
        made = use["toolUseId"].replace("tooluse_", "toolu_bdrk_01")
        return {"type": "tool_use", "id": made, "name": use["name"], "input": use["input"]}
    thought = block.get("reasoningContent", {}).get("reasoningText")
    if thought is not None:
        return {
            "type": "thinking",
            "thinking": thought["text"],
            "signature": thought.get("signature", ""),
        }
    if "redactedContent" in block.get("reasoningContent", {}):
        return {"type": "redacted_thinking", "data": _data(block)}
    text = text_of(block)
    if text is None:
        return None
    citations = block.get("citationsContent", {}).get("citations")
    sent: dict[str, Any] = {"type": "text", "text": text}
    if citations:
        sent["citations"] = [found for each in citations if (found := sent_citation(each))]
    return sent


def _data(block: Mapping[str, Any]) -> str:
    """Redacted thoughts: the bytes that Converse has are Claude's text, which is base64."""
    content: bytes = block["reasoningContent"]["redactedContent"]
    return content.decode() if content.isascii() else b64encode(content).decode()


def begun_block(sent: Mapping[str, Any]) -> dict[str, Any]:
    """A block as a stream begins it."""
    empty: dict[str, Any] = {"text": "", "thinking": "", "signature": "", "input": {}}
    empty["citations"] = []
    return {name: empty.get(name, value) for name, value in sent.items()}


def deltas_of(sent: Mapping[str, Any], pieces: list[str], size: int) -> Iterator[dict[str, Any]]:
    """What follows in a stream.

    Args:
        sent: the block.
        pieces: its text as the stream cuts it.
        size: how many characters a piece of thoughts has.
    """
    if sent["type"] == "text":
        for citation in sent.get("citations", ()):
            yield {"type": "citations_delta", "citation": citation}
        yield from ({"type": "text_delta", "text": piece} for piece in pieces)
    elif sent["type"] == "thinking":
        for piece in cut(sent["thinking"], size):
            yield {"type": "thinking_delta", "thinking": piece}
        yield {"type": "signature_delta", "signature": sent["signature"]}
    elif sent["type"] == "tool_use":
        text = json.dumps(sent["input"], ensure_ascii=False) if sent["input"] else ""
        for piece in ["", *cut(text, _INPUT_PIECE)]:
            yield {"type": "input_json_delta", "partial_json": piece}
