"""How streams cut what a model answers: by size, or as a reply says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bedrock_mock.scripting.reply import Reply, text_of


def cut(text: str, size: int) -> list[str]:
    """A text in pieces of a size; as one piece with the size 0."""
    if not size:
        return [text]
    return [text[place : place + size] for place in range(0, len(text), size)]


def pieces_of(
    reply: Reply, blocks: Iterable[Mapping[str, Any]], size: int
) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """Each block with the pieces of its text; a block without text has no pieces.

    The chunks of a reply go through all its text, so that each block takes those that are
    its own; a chunk that reaches into the next block is cut there.

    Args:
        reply: what may have chunks.
        blocks: the content.
        size: how many characters a piece has where the reply has no chunks.
    """
    chunks = None if reply.chunks is None else list(reply.chunks)
    for block in blocks:
        text = text_of(block)
        if text is None:
            yield block, []
        elif chunks is None:
            yield block, cut(text, size)
        else:
            yield block, _taken(chunks, len(text))


def _taken(chunks: list[str], length: int) -> list[str]:
    """The chunks of the next characters, which are taken away from the list."""
    taken = []
    while chunks and length >= 0 and (length or not chunks[0]):
        chunk = chunks.pop(0)
        if len(chunk) > length:
            chunks.insert(0, chunk[length:])
            chunk = chunk[:length]
        taken.append(chunk)
        length -= len(chunk)
    return taken
