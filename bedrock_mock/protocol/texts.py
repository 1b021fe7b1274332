"""Values that a request has as text: in its query string and in its headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, Shape

from bedrock_mock.protocol.bounded import bounded
from bedrock_mock.protocol.decoding import string, timestamp
from bedrock_mock.protocol.errors import SerializationException


def query_decoder(shape: Shape) -> Callable[[list[str]], Any]:
    """A decoder of the values that one name has in a query string.

    A list takes all of them; of another type's values the last one counts.
    """
    if isinstance(shape, ListShape):
        decode_element = _SCALARS[shape.member.type_name]
        return lambda values: [decode_element(value) for value in values]
    decode = _SCALARS[shape.type_name]
    return lambda values: decode(values[-1])


def header_decoder(shape: Shape) -> Callable[[str], Any]:
    """A decoder of a header's value: its text is written as in a query string."""
    return _SCALARS[shape.type_name]


def _integer(value: str) -> int:
    # int() would also take blanks, underscores and other alphabets' digits.
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", value):
        msg = f"'{bounded(value)}' can not be converted to an Integer"
        raise SerializationException(msg)
    return int(value)


def _boolean(value: str) -> bool:
    if value not in ("true", "false"):
        msg = f"'{bounded(value)}' can not be converted to a Boolean"
        raise SerializationException(msg)
    return value == "true"


_SCALARS: dict[str, Callable[[str], Any]] = {
    "string": string,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "timestamp": timestamp,
}
