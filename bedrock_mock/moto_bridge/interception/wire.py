"""HTTP/1.1 as bytes: a request that a library writes, and the answer that it reads."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from http.client import parse_headers
from http.client import responses as PHRASES  # noqa: N812 - a table of constants
from typing import TYPE_CHECKING

from bedrock_mock.moto_bridge.interception.answering import Answer, Request

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_END_OF_HEAD = b"\r\n\r\n"


class Incoming:
    """Reads one request from the bytes that a library writes.

    Args:
        origin: scheme and host of the URL, for a request that names only a path.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._data = b""

    @property
    def data(self) -> bytes:
        """All that was written."""
        return self._data

    def feed(self, data: ReadableBuffer) -> None:
        """Takes what the library writes."""
        self._data += bytes(data)

    @property
    def awaits_go(self) -> bool:
        """Whether the library waits for ``100 Continue`` before it writes the body."""
        head, end, body = self._data.partition(_END_OF_HEAD)
        return bool(end) and not body and b"\r\nexpect: 100-continue" in head.lower()

    def request(self) -> Request | None:
        """The request, once all of it was written."""
        head, end, body = self._data.partition(_END_OF_HEAD)
        if not end:
            return None
        line, _, fields = head.partition(b"\r\n")
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers = parse_headers(io.BytesIO(fields + _END_OF_HEAD))
        if "chunked" in headers.get("Transfer-Encoding", "").lower():
            whole = _joined(body)
            del headers["Transfer-Encoding"]
        else:
            length = int(headers.get("Content-Length", 0))
            whole = body[:length] if len(body) >= length else None
        if whole is None:
            return None
        url = f"{self._origin}{target}" if target.startswith("/") else target
        return Request(method, url, headers.items(), whole)


def _joined(body: bytes) -> bytes | None:
    """A body that was written in chunks; ``None`` as long as its last chunk is missing."""
    whole = b""
    while True:
        line, end, rest = body.partition(b"\r\n")
        if not end:
            return None
        size = int(line.partition(b";")[0], 16)
        if len(rest) < size + 2:
            return None
        if size == 0:
            return whole
        whole += rest[:size]
        body = rest[size + 2 :]


def written(answer: Answer) -> Generator[bytes]:
    """An answer as a server writes it: the head, then the body in pieces as they are made."""
    headers = {**answer.headers, "Connection": "close"}
    if isinstance(answer.body, bytes):
        headers["Content-Length"] = str(len(answer.body))
    else:
        headers["Transfer-Encoding"] = "chunked"
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    phrase = PHRASES.get(answer.status, "")
    yield f"HTTP/1.1 {answer.status} {phrase}\r\n{fields}\r\n".encode("latin-1")
    try:
        yield from _body(answer)
    finally:
        answer.close()


def _body(answer: Answer) -> Iterator[bytes]:
    if isinstance(answer.body, bytes):
        yield answer.body
    else:
        for chunk in filter(None, answer.body):
            yield b"%x\r\n%b\r\n" % (len(chunk), chunk)
        yield b"0\r\n\r\n"


class Outgoing(io.RawIOBase):
    """The file from which ``http.client`` reads an answer.

    Args:
        pieces: of the answer, which are made when they are asked for.
    """

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Reads from the current piece; the next one is made when this one is used up."""
        view = memoryview(buffer).cast("B")
        if not self._rest:
            self._rest = next(filter(None, self._pieces), b"")
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        """Makes no more pieces."""
        self._pieces.close()
        super().close()
