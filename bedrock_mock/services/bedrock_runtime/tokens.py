"""How many tokens a text has: one for four characters, rounded up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock_runtime.families.base import Asked

_CHARACTERS = 4


def tokens(text: str) -> int:
    """The number of tokens of a text."""
    return -(-len(text) // _CHARACTERS)


def tokens_of_blocks(blocks: Iterable[Mapping[str, Any]]) -> int:
    """The number of tokens of content blocks; other blocks count as their JSON."""
    return sum(tokens(_text(block)) for block in blocks)


def tokens_of_request(request: Mapping[str, Any]) -> int:
    """The number of tokens that a request of Converse sends: conversation, system and tools."""
    blocks = [block for message in request.get("messages", ()) for block in message["content"]]
    total = tokens_of_blocks([*blocks, *request.get("system", ())])
    tools = request.get("toolConfig", {}).get("tools", ())
    return total + tokens_of_blocks(tools)


def tokens_asked(asked: Asked) -> int:
    """The number of tokens of what a body of InvokeModel asks."""
    blocks = [block for message in asked.messages for block in message["content"]]
    return tokens_of_blocks([*blocks, *asked.tools]) + tokens(asked.system)


def _text(block: Mapping[str, Any]) -> str:
    if "text" in block:
        return str(block["text"])
    if "text" in block.get("guardContent", {}):
        return str(block["guardContent"]["text"]["text"])
    # Images and documents are bytes: what counts there is that they are.
    return json.dumps(block, default=lambda _: "", separators=(",", ":"))
