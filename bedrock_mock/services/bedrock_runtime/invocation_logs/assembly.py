"""The answer of ConverseStream put together from its events, as Converse would give it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Events = Iterable[tuple[str, Mapping[str, Any]]]


def assembled(events: Events) -> dict[str, Any]:
    """The members of an answer, as far as a stream has come; empty if it has no event.

    Args:
        events: the name and the members of each event, as JSON has them.
    """
    answer: dict[str, Any] = {}
    blocks: dict[int, dict[str, Any]] = {}
    for name, members in events:
        if name == "messageStart":
            answer["output"] = {"message": {"role": members["role"], "content": []}}
        elif name in {"messageStop", "metadata"}:
            answer |= {name: value for name, value in members.items() if name != "p"}
        elif name == "contentBlockStart":
            blocks[members["contentBlockIndex"]] = _copied(members["start"])
        elif name == "contentBlockDelta":
            block = blocks.setdefault(members["contentBlockIndex"], {})
            _add(block, members["delta"])
    if answer:
        finished = [_finished(block) for _, block in sorted(blocks.items())]
        # gpt-oss begins with an empty text, which is not part of what it says.
        answer["output"]["message"]["content"] = [
            block for block in finished if block != {"text": ""} or len(finished) == 1
        ]
    return answer


def _copied(block: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: dict(members) for kind, members in block.items()}


def _add(block: dict[str, Any], delta: Mapping[str, Any]) -> None:
    """Adds a delta to the block that it belongs to."""
    ((kind, value),) = delta.items()
    if kind == "text" and "citationsContent" in block:
        block["citationsContent"].setdefault("content", []).append(value)
    elif kind == "text":
        block["text"] = block.get("text", "") + value
    elif kind == "toolUse":
        block["toolUse"]["input"] = block["toolUse"].get("input", "") + value["input"]
    elif kind == "toolResult":
        block["toolResult"].setdefault("content", []).extend(value)
    elif kind == "citation":
        cited = block.setdefault("citationsContent", {"citations": []})
        cited["citations"].append(value)
    elif kind == "reasoningContent":
        _think(block.setdefault("reasoningContent", {}), value)
    else:
        block.setdefault(kind, {}).update(value)


def _think(thought: dict[str, Any], delta: Mapping[str, Any]) -> None:
    if "redactedContent" in delta:
        thought |= delta
        return
    text = thought.setdefault("reasoningText", {"text": ""})
    text["text"] += delta.get("text", "")
    if "signature" in delta:
        text["signature"] = delta["signature"]


def _finished(block: dict[str, Any]) -> dict[str, Any]:
    """A block whose pieces are put together: a tool's input is JSON again."""
    use = block.get("toolUse")
    if use is not None:
        use["input"] = _input(use.get("input", ""))
    content = block.get("citationsContent", {}).get("content")
    if content is not None:
        block["citationsContent"]["content"] = [{"text": "".join(content)}]
    return block


def _input(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text or "{}")
    except ValueError:
        # The stream has ended in the midst of it.
        return text
