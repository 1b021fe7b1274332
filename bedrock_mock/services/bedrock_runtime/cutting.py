"""How a stream cuts text into pieces: as a reply says, else by a number of characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bedrock_mock.scripting.reply import Reply


def cut(text: str, size: int) -> list[str]:
    """A text in pieces of this many characters; as one piece with the size 0."""
    if not size:
        return [text]
    return [text[place : place + size] for place in range(0, len(text), size)]


def cut_texts(
    reply: Reply, blocks: Sequence[Mapping[str, Any]], size: int
) -> Iterator[Sequence[str]]:
    """The pieces of each block of text.

    The chunks of a reply are those of all its text: one that reaches beyond a block is cut
    at the block's end.

    Args:
        reply: the reply.
        blocks: its content, which may have blocks that are not text.
        size: how many characters a piece has where the reply has no chunks.
    """
    texts = [block["text"] for block in blocks if "text" in block]
    chunks = list(reply.chunks or ())
    if not chunks:
        yield from (cut(text, size) for text in texts)
        return
    for number, text in enumerate(texts, start=1):
        left = len(text)
        pieces = []
        # Empty chunks at the end are the last block's.
        while chunks and (left or number == len(texts)):
            chunk = chunks.pop(0)
            pieces.append(chunk[:left])
            if len(chunk) > left:
                chunks.insert(0, chunk[left:])
            left -= len(pieces[-1])
        yield pieces
