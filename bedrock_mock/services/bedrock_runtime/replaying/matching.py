"""Conversations in a form in which two are equal if they say the same, through any operation."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bedrock_mock.protocol.types import Json

#: Blocks that do not make a conversation another one: marks of a cache, and thoughts, which
#: not every form carries.
_PASSED_OVER = frozenset(
    {"cachePoint", "reasoningContent", "thinking", "redacted_thinking", "guardContent"}
)


def comparable(value: Json) -> str:
    """A JSON value as text; equal values have equal texts, and bytes are base64."""
    return json.dumps(value, sort_keys=True, default=_text_of_bytes)


def _text_of_bytes(value: bytes) -> str:
    return b64encode(value).decode()


class Conversation:
    """What is said in messages, in the form of Converse; ids of tools are numbers."""

    def __init__(self, messages: Sequence[Mapping[str, Any]]) -> None:
        self._ids: dict[str, int] = {}
        turns: list[tuple[str, list[Json]]] = []
        for message in messages:
            blocks = list(self._blocks(message.get("content", ())))
            if turns and turns[-1][0] == message["role"]:
                # Some forms have a message for each result of a tool.
                turns[-1][1].extend(blocks)
            else:
                turns.append((message["role"], blocks))
        self.text = comparable(turns)

    def _blocks(self, content: Sequence[Mapping[str, Any]]) -> Iterator[Json]:
        for block in content:
            for kind, value in block.items():
                if kind not in _PASSED_OVER and value != "":
                    yield self._block(kind, value)

    def _block(self, kind: str, value: Json) -> Json:
        if kind == "toolUse":
            number = self._number(value.get("toolUseId", ""))
            return [kind, number, value.get("name"), value.get("input")]
        if kind == "toolResult":
            number = self._number(value.get("toolUseId", ""))
            return [kind, number, list(self._blocks(value.get("content", ())))]
        source = value.get("source") if isinstance(value, Mapping) else None
        if isinstance(source, Mapping):
            # Converse says `bytes`, Claude's own form `data`.
            return [kind, source.get("bytes") or source.get("data") or source]
        return [kind, value]

    def _number(self, identifier: str) -> int:
        return self._ids.setdefault(identifier, len(self._ids))
