"""What a family of models takes and how it answers, as far as that differs between families."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache


@dataclass(frozen=True)
class Traits:
    """How a family differs from Claude, whose ways are the defaults.

    Attributes:
        may_begin: whether an assistant's turn can come first.
        prefills: whether the last turn may be the assistant's.
        mixes_turns: whether a turn may have text beside tool blocks.
        uses_tools: whether it takes tools.
        max_tokens: the most that ``maxTokens`` can be, if that is known.
        counts: whether CountTokens knows it.
        signs: whether its thoughts have a signature.
        reports_cache: whether its usage always tells of the cache.
        piece: how many characters a piece of a stream has; 0: the whole text is one.
        spaces_json: whether it streams a tool's input in pieces, with spaces.
        numbers_tools: whether the ids of its tool calls are ``functions.NAME:0``.
    """

    may_begin: bool = False
    prefills: bool = True
    mixes_turns: bool = True
    uses_tools: bool = True
    max_tokens: int | None = None
    counts: bool = False
    signs: bool = False
    reports_cache: bool = False
    piece: int = 5
    spaces_json: bool = False
    numbers_tools: bool = False


_OTHERS = Traits()
_CLAUDE = Traits(may_begin=True, counts=True, signs=True, piece=20, spaces_json=True)
_CLAUDE_WITH_CACHE = replace(_CLAUDE, reports_cache=True)
#: The first glob that a model's id matches says what it is like.
_TRAITS = (
    ("anthropic.claude-*-4-8*", replace(_CLAUDE_WITH_CACHE, prefills=False)),
    ("anthropic.claude-haiku-4-5*", replace(_CLAUDE_WITH_CACHE, max_tokens=64_000)),
    ("anthropic.claude-3-7*", _CLAUDE_WITH_CACHE),
    ("anthropic.claude-sonnet-*", _CLAUDE_WITH_CACHE),
    ("anthropic.claude-opus-*", _CLAUDE_WITH_CACHE),
    ("anthropic.*", _CLAUDE),
    ("amazon.nova-pro-*", Traits(max_tokens=10_000)),
    ("amazon.titan-*", Traits(uses_tools=False, piece=0)),
    ("mistral.*", Traits(mixes_turns=False)),
    ("meta.*", Traits(mixes_turns=False)),
    ("moonshot*", Traits(numbers_tools=True)),
)


@lru_cache
def traits_of(model_id: str) -> Traits:
    """The traits of a model by its id; an imported one's is ``imported.<architecture>``."""
    return next((traits for glob, traits in _TRAITS if fnmatchcase(model_id, glob)), _OTHERS)
