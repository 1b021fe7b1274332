"""What a guardrail evaluates: blocks of text and images, and what of them is guarded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GROUNDING_SOURCE, QUERY, GUARD = "grounding_source", "query", "guard_content"


@dataclass(frozen=True)
class Block:
    """A block of content.

    Attributes:
        text: its text; ``None`` for an image.
        qualifiers: what it is; without one, it is content to guard.
        is_selected: whether the caller wants it to be looked at.
    """

    text: str | None
    qualifiers: Collection[str] = ()
    is_selected: bool = True

    @property
    def is_guarded(self) -> bool:
        """Whether policies look at it."""
        return self.is_selected and (not self.qualifiers or GUARD in self.qualifiers)

    @property
    def length(self) -> int:
        """The number of its characters."""
        return len(self.text or "")


def blocks_of(content: Iterable[Mapping[str, Any]]) -> list[Block]:
    """The blocks of ApplyGuardrail and of ``guardContent``: ``{"text": {"text": ...}}``."""
    return [
        Block(each["text"]["text"], each["text"].get("qualifiers", ()))
        if "text" in each
        else Block(None)
        for each in content
    ]
