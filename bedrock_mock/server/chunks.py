"""The body of a request in chunks, read in pieces and strictly by the rules of HTTP.

cheroot's own reader takes what ``int()`` takes for a size, and copies all that is left of a
chunk for each piece of it, so that a large chunk takes minutes.
"""

from __future__ import annotations

import re

from bedrock_mock.protocol.types import Foreign

_HEAD = re.compile(rb"(?P<size>[0-9A-Fa-f]{1,16})[ \t]*(?:;.*)?\r?\n")
_LINE_ENDS = (b"\r\n", b"\n")
#: The bytes that the line with a size may have, and that all trailers may have together.
_MOST_OF_LINE, _MOST_OF_TRAILERS = 4 * 1024, 64 * 1024


class ChunkedBody:
    """A body to read from, as WSGI asks for.

    Args:
        request: cheroot's request; its connection ends if the body is malformed.
        most: how many bytes the body may have.
    """

    def __init__(self, request: Foreign, most: int) -> None:
        self._request = request
        self._source = request.conn.rfile
        self._most = most
        #: Of the chunk that is being read.
        self._left = 0
        self._has_ended = False

    def read(self, size: int) -> bytes:
        """The next bytes, at most as many as asked for; none at the end.

        Raises:
            ValueError: the chunks are malformed, cut short or too large.
        """
        try:
            return self._read(size)
        except ValueError:
            # Where the next request begins is not known.
            self._request.close_connection = True
            raise

    def _read(self, size: int) -> bytes:
        if self._left == 0 and not self._has_ended:
            self._begin_chunk()
        if self._has_ended:
            return b""
        piece: bytes = self._source.read(min(size, self._left))
        if not piece:
            msg = f"a chunk ended {self._left} bytes early"
            raise ValueError(msg)
        self._left -= len(piece)
        if self._left == 0 and (end := self._source.readline(2)) not in _LINE_ENDS:
            msg = f"a chunk must end with a line break, got {end!r}"
            raise ValueError(msg)
        return piece

    def _begin_chunk(self) -> None:
        line = self._source.readline(_MOST_OF_LINE)
        head = _HEAD.fullmatch(line)
        if head is None:
            msg = f"a chunk must begin with its size in hexadecimal, got {line[:20]!r}"
            raise ValueError(msg)
        self._left = int(head["size"], 16)
        self._most -= self._left
        if self._most < 0:
            msg = "the body is larger than any that is read"
            raise ValueError(msg)
        if self._left == 0:
            self._skip_trailers()
            self._has_ended = True

    def _skip_trailers(self) -> None:
        left = _MOST_OF_TRAILERS
        while (line := self._source.readline(left)) not in _LINE_ENDS:
            left -= len(line)
            if not line.endswith(b"\n") or left <= 0:
                msg = "no empty line follows the last chunk"
                raise ValueError(msg)
