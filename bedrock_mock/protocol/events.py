"""Event streams: the frames of ``application/vnd.amazon.eventstream``, made one by one."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase, ascii_uppercase, digits
from typing import TYPE_CHECKING, Any
from zlib import crc32

from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.protocol.json_text import encoder
from bedrock_mock.protocol.types import Json

if TYPE_CHECKING:
    from botocore.model import StructureShape

    from bedrock_mock.protocol.encoding import Encode, Encoders

CONTENT_TYPE = "application/vnd.amazon.eventstream"
#: An event by its name in the stream's shape and its members, or an error that ends the stream.
Event = tuple[str, Any] | ServiceError

_PADDING = ascii_lowercase + ascii_uppercase + digits
_LEAST_PADDING, _MOST_PADDING = 2, 61
_STRING = 7
_PRELUDE = struct.Struct("!II")
_NUMBER = struct.Struct("!I")
#: Lengths and checksums of a frame: the prelude with its checksum, and the frame's own.
_OVERHEAD = 16
_json = encoder(is_compact=True, is_sorted=True, is_ascii=False)


class Events:
    """Encodes the events of one stream.

    Args:
        shape: the stream's structure, whose members are its events and exceptions.
        encoders: the encoders of the service.

    Source: https://smithy.io/2.0/aws/amazon-eventstream.html
    """

    def __init__(self, shape: StructureShape, encoders: Encoders) -> None:
        self._encoders: Mapping[str, tuple[Encode, bytes]] = {
            name: (encoders.of(member), _head({":event-type": name}, "event"))
            for name, member in shape.members.items()
        }

    def frames(self, events: Iterable[Event]) -> Iterator[bytes]:
        """The frame of each event, made when it is asked for; an error is the last one."""
        for event in events:
            if isinstance(event, ServiceError):
                yield self._exception(event)
                return
            name, members = event
            encode, head = self._encoders[name]
            yield _frame(head, _padded(encode(members)))

    def _exception(self, error: ServiceError) -> bytes:
        # The stream's shape has the names with a small first letter.
        name = error.code[:1].lower() + error.code[1:]
        return frame({":exception-type": name}, "exception", {"message": error.message})


def _padded(members: dict[str, Any]) -> bytes:
    """Members as JSON with padding, which hides their length; in alphabetical order.

    The service pads with the beginning of an alphabet, of a length that looks like chance.
    """
    text = _json(members)
    length = _LEAST_PADDING + crc32(text.encode()) % (_MOST_PADDING - _LEAST_PADDING + 1)
    padding = _PADDING[:length]
    if members and max(members) < "p":
        # A stream has many of these events: to insert the padding is faster than to encode again.
        return f'{text[:-1]},"p":"{padding}"}}'.encode()
    return _json({**members, "p": padding}).encode()


def frame(kind: Mapping[str, str], message_type: str, members: Json) -> bytes:
    """One frame with JSON in it.

    Args:
        kind: the header that names the event or the exception.
        message_type: ``event`` or ``exception``.
        members: what the JSON has.
    """
    return _frame(_head(kind, message_type), _json(members).encode())


def _frame(head: bytes, body: bytes) -> bytes:
    prelude = _PRELUDE.pack(_OVERHEAD + len(head) + len(body), len(head))
    start = b"".join((prelude, _NUMBER.pack(crc32(prelude)), head, body))
    return start + _NUMBER.pack(crc32(start))


def _head(kind: Mapping[str, str], message_type: str) -> bytes:
    headers = {**kind, ":content-type": "application/json", ":message-type": message_type}
    return b"".join(_header(name, value) for name, value in headers.items())


def unframed(framed: bytes) -> tuple[dict[str, str], Json]:
    """The headers and the JSON of one frame that :func:`frame` has made."""
    size, head_size = _PRELUDE.unpack_from(framed)
    at = _OVERHEAD - _NUMBER.size
    end = at + head_size
    headers = {}
    while at < end:
        length = framed[at]
        name = framed[at + 1 : at + 1 + length].decode()
        at += 1 + length
        (length,) = struct.unpack_from("!H", framed, at + 1)
        headers[name] = framed[at + 3 : at + 3 + length].decode()
        at += 3 + length
    return headers, json.loads(framed[end : size - _NUMBER.size])


def _header(name: str, value: str) -> bytes:
    content = value.encode()
    return (
        struct.pack("!B", len(name))
        + name.encode()
        + struct.pack("!BH", _STRING, len(content))
        + content
    )
