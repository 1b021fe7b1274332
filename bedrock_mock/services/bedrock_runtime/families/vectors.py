"""Vectors for embeddings: of length 1 and made from the content, or the one of a reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from math import sqrt
from random import Random

from bedrock_mock.services.bedrock_runtime.families.base import Family, Said

_DIGITS = 8
_BYTE = 8
_HIGHEST = 127
_SIGNED = 128


class Embedding(Family):
    """A family that answers with vectors: it does not stream."""

    streams = False
    counts_output = False
    is_text = False
    data = "embedding"


def vector(content: str, size: int) -> list[float]:
    """A vector of length 1 that is always the same for a content."""
    chance = Random(sha256(content.encode()).digest())  # noqa: S311 - no secret
    values = [chance.gauss(0, 1) for _ in range(size)]
    length = sqrt(sum(value * value for value in values))
    return [round(value / length, _DIGITS) for value in values]


def made(said: Said, content: str, size: int) -> list[float]:
    """The vector of the reply, or one that is made from the content."""
    given = said.reply.embedding
    return vector(content, size) if given is None else list(given)


def _bits(values: Sequence[float]) -> list[int]:
    return [int(value > 0) for value in values]


def _packed(values: Sequence[float]) -> list[int]:
    """The signs of eight values in each number from 0 to 255."""
    bits = "".join(map(str, _bits(values)))
    return [int(bits[at : at + _BYTE].ljust(_BYTE, "0"), 2) for at in range(0, len(bits), _BYTE)]


#: The types of Cohere's vectors.
TYPES: Mapping[str, Callable[[Sequence[float]], Sequence[float]]] = {
    "float": list,
    "int8": lambda values: [round(value * _HIGHEST) for value in values],
    "uint8": lambda values: [round(value * _HIGHEST) + _SIGNED for value in values],
    "binary": lambda values: [number - _SIGNED for number in _packed(values)],
    "ubinary": _packed,
}
#: Those of Titan, whose binary vectors have a number for each bit.
TITAN_TYPES = {"float": TYPES["float"], "binary": _bits}
