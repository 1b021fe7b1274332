"""The body of a request, read as a whole before anything is done that it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

#: Bodies are read in pieces, so a large Content-Length alone takes no memory.
_PIECE = 64 * 1024


class UnreadableBodyError(Exception):
    """The body is not what the head of the request says."""


def read(environ: dict[str, Any], most: int | None = None) -> None:
    """Reads the body, and puts it back to be read again.

    Args:
        environ: of the request.
        most: how many bytes are kept at most; what is more is read and forgotten, so that
            the client gets its answer.

    Raises:
        UnreadableBodyError: its chunks are malformed, it is shorter than its Content-Length,
            or longer than it may be.
    """
    is_chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    length = environ.get("CONTENT_LENGTH") or "0"
    if not is_chunked and not (length.isascii() and length.isdecimal()):
        msg = f"Content-Length must be a number of bytes, got {length[:20]!r}"
        raise UnreadableBodyError(msg)
    expected = None if is_chunked else int(length)
    if expected == 0:
        return
    body, total = BytesIO(), 0
    try:
        for piece in _pieces(environ["wsgi.input"], expected):
            total += len(piece)
            if most is None or total <= most:
                body.write(piece)
            else:
                body = BytesIO()
    except (OSError, ValueError) as error:
        what = "its chunks are malformed" if is_chunked else "it did not arrive"
        msg = f"The request body cannot be read, {what}: {error}"
        raise UnreadableBodyError(msg) from None
    if most is not None and total > most:
        msg = f"The request body has {total} bytes; {most} is the most that is read"
        raise UnreadableBodyError(msg)
    if expected is not None and total < expected:
        msg = f"The request body ended after {total} of {expected} bytes"
        raise UnreadableBodyError(msg)
    body.seek(0)
    environ["wsgi.input"] = body
    environ["CONTENT_LENGTH"] = str(total)


def _pieces(source: Any, expected: int | None) -> Iterator[bytes]:  # noqa: ANN401 - of any server
    left = expected
    while left is None or left > 0:
        piece = source.read(_PIECE if left is None else min(_PIECE, left))
        if not piece:
            return
        yield piece
        if left is not None:
            left -= len(piece)
