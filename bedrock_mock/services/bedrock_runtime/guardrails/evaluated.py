"""What is evaluated: content, with what a test says is detected in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedrock_mock.services.bedrock_runtime.guardrails.content import GROUNDING_SOURCE, QUERY, Block
from bedrock_mock.services.bedrock_runtime.guardrails.hits import NONE, is_enabled

if TYPE_CHECKING:
    from bedrock_mock.scripting.detections import Detection

TEXT, IMAGE = "TEXT", "IMAGE"
_ATTACK = "PROMPT_ATTACK"


@dataclass(frozen=True)
class Content:
    """Content that is evaluated.

    Attributes:
        version: the version of the guardrail, with its policies.
        source: ``INPUT`` or ``OUTPUT``.
        blocks: the content.
        detected: what the test says is detected in each block, the latest first.
        profanities: the words of the managed list.
        has_attacks: whether prompt attacks are looked for.
    """

    version: Any
    source: str
    blocks: Sequence[Block]
    detected: Sequence[Sequence[Detection]]
    profanities: Sequence[str] = ()
    has_attacks: bool = True

    def entries(self, policy: str, part: str) -> list[dict[str, Any]]:
        """The parts of a policy that are evaluated in this direction."""
        config = getattr(self.version, policy) or {}
        return [each for each in config.get(part) or () if is_enabled(each, self.source)]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The content filters that are on in this direction."""
        strength = self.strength
        found = self.entries("content_policy", "filters")
        return [
            each
            for each in found
            if each.get(strength, NONE) != NONE and (self.has_attacks or each["type"] != _ATTACK)
        ]

    @property
    def strength(self) -> str:
        """The member with the strength of a content filter in this direction."""
        return f"{self.source.lower()}Strength"

    def modalities(self, content_filter: Mapping[str, Any]) -> list[str]:
        """What a content filter looks at in this direction."""
        found: list[str] = content_filter.get(f"{self.source.lower()}Modalities", [TEXT])
        return found

    @property
    def guarded(self) -> Iterator[tuple[int, Block]]:
        """The blocks that policies look at, with their places."""
        return ((place, each) for place, each in enumerate(self.blocks) if each.is_guarded)

    @property
    def texts(self) -> Iterator[tuple[int, str]]:
        """The texts among them."""
        return ((place, each.text) for place, each in self.guarded if each.text is not None)

    @property
    def looks_at_images(self) -> bool:
        """Whether a content filter looks at images."""
        return any(IMAGE in self.modalities(each) for each in self.filters)

    @property
    def is_grounded(self) -> bool:
        """Whether it has what contextual grounding needs: a source, a query, and an answer."""
        qualifiers = {each for block in self.blocks for each in block.qualifiers}
        return {GROUNDING_SOURCE, QUERY} <= qualifiers and any(self.texts)

    def first(self, attribute: str) -> float | None:
        """The latest score that a test says of guarded content."""
        scores = [
            score
            for place, _ in self.guarded
            for each in self.detected[place]
            if (score := getattr(each, attribute)) is not None
        ]
        return scores[0] if scores else None
