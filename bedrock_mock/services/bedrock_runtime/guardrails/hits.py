"""What a policy has found, and how what was found is masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

INPUT, OUTPUT = "INPUT", "OUTPUT"
BLOCKED, ANONYMIZED, NONE = "BLOCKED", "ANONYMIZED", "NONE"
#: What an assessment calls the action that a policy is configured with.
_ACTIONS = {"BLOCK": BLOCKED, "ANONYMIZE": ANONYMIZED, "NONE": NONE}


@dataclass(frozen=True)
class Hit:
    """One item of an assessment.

    Attributes:
        policy: the member of the assessment: ``wordPolicy``.
        part: the member of that: ``customWords``.
        item: what is reported, without ``detected``.
        block: the block that it stands in; ``None`` if it is about no single place.
        span: where in the block.
        mask: what replaces it, if it is anonymized.
        is_detected: whether it fired; an assessment with the scope FULL has the others, too.
    """

    policy: str
    part: str
    item: Mapping[str, Any]
    block: int | None = None
    span: tuple[int, int] = (0, 0)
    mask: str | None = None
    is_detected: bool = True

    @property
    def action(self) -> str:
        """``BLOCKED``, ``ANONYMIZED`` or ``NONE``."""
        return str(self.item["action"])

    @property
    def place(self) -> tuple[int, int, int]:
        """What orders hits from left to right, of those at one place the longest first."""
        start, end = self.span
        return (-1 if self.block is None else self.block), start, -end


def is_enabled(item: Mapping[str, Any], source: str) -> bool:
    """Whether a part of a policy is evaluated in a direction; it is unless it says otherwise."""
    return bool(item.get(f"{source.lower()}Enabled", True))


def action_of(item: Mapping[str, Any], source: str) -> str:
    """What a part of a policy does in a direction: its action for that, else its ``action``."""
    configured = item.get(f"{source.lower()}Action") or item.get("action", "BLOCK")
    # Where values are not checked, it may be any.
    return _ACTIONS.get(configured, NONE)


def without_overlaps(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Hits in the order of the text; of those that overlap, the one that begins first."""
    block, reached = -1, 0
    for hit in sorted(hits, key=lambda each: each.place):
        if hit.block != block:
            block, reached = hit.block or 0, 0
        if hit.span[0] >= reached:
            reached = hit.span[1]
            yield hit


def masked(texts: Sequence[str | None], hits: Iterable[Hit]) -> list[str | None]:
    """The texts with everything replaced that is anonymized."""
    changed = list(texts)
    hidden = [each for each in hits if each.action == ANONYMIZED and each.mask is not None]
    # From the end, so that the places before stay right.
    for hit in reversed([*without_overlaps(hidden)]):
        assert hit.block is not None  # noqa: S101 - what has a mask has a place
        text = changed[hit.block] or ""
        start, end = hit.span
        changed[hit.block] = f"{text[:start]}{hit.mask}{text[end:]}"
    return changed
