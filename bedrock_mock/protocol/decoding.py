"""JSON and query strings into Python values by a shape of the model.

Decoding knows types only: whether a value is allowed is for the validation to say.
"""

from __future__ import annotations

import base64
import math
import re
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, NoReturn

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from bedrock_mock.protocol.bounded import bounded
from bedrock_mock.protocol.compiling import Compiler, is_document, is_union
from bedrock_mock.protocol.errors import SerializationException
from bedrock_mock.protocol.json_text import finite
from bedrock_mock.protocol.types import Json

Decode = Callable[[Any], Any]

#: Deeper JSON is refused, long before Python's recursion limit would refuse it.
MAX_DEPTH = 100
_SURROGATE = re.compile("[\ud800-\udfff]")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?)?")
_SPECIAL_FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_JSON_TYPES = {
    str: "STRING_VALUE",
    bool: "BOOLEAN_VALUE",
    int: "NUMBER_VALUE",
    float: "NUMBER_VALUE",
    list: "START_ARRAY",
    dict: "START_OBJECT",
}


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a request body holds; an empty body is an empty object.

    Raises:
        SerializationException: the body is not UTF-8, not JSON, not an object, holds a
            number or a character that JSON does not have, or is nested too deeply.
    """
    if not body.strip():
        return {}
    try:
        text = body.decode("utf-8")
        value = finite(text)
    except RecursionError:
        _refuse_depth()
    except ValueError as error:
        msg = f"The request body is not valid JSON: {error}"
        raise SerializationException(msg) from None
    if not isinstance(value, dict):
        msg = f"The request body must be a JSON object, not {_JSON_TYPES.get(type(value), 'null')}"
        raise SerializationException(msg)
    has_surrogates = "\\u" in text
    if has_surrogates or text.count("{") + text.count("[") > MAX_DEPTH:
        _check_tree(value, surrogates=has_surrogates)
    return value


def _refuse_depth() -> NoReturn:
    msg = f"The request body is nested more than {MAX_DEPTH} levels deep"
    raise SerializationException(msg)


def _check_tree(value: Json, *, surrogates: bool, depth: int = 0) -> None:
    """Refuses what parses but could not be sent back: deep trees and half characters."""
    if depth >= MAX_DEPTH:
        _refuse_depth()
    parts = value
    if type(value) is dict:
        parts = [*value.values(), *value] if surrogates else value.values()
    for part in parts:
        kind = type(part)
        if kind is dict or kind is list:
            _check_tree(part, surrogates=surrogates, depth=depth + 1)
        elif surrogates and kind is str and _SURROGATE.search(part):
            msg = "The request body holds half of a surrogate pair, which is not a character"
            raise SerializationException(msg)


class Decoders(Compiler[Decode]):
    """Compiles decoders of JSON values; members that the model does not know are dropped."""

    def compile(self, shape: Shape) -> Decode:
        """The decoder of a shape; it raises :class:`SerializationException`."""
        if is_document(shape):
            return lambda value: value
        if isinstance(shape, StructureShape):
            members = [
                (name, member.serialization.get("name", name), self.of(member))
                for name, member in shape.members.items()
            ]
            return _structure_decoder(members, is_union=is_union(shape))
        if isinstance(shape, ListShape):
            decode = self.of(shape.member)
            return lambda value: [
                None if element is None else decode(element)
                for element in _typed(value, list, "a List")
            ]
        if isinstance(shape, MapShape):
            decode = self.of(shape.value)
            # To a document null is a value like any other.
            has_nulls = is_document(shape.value)
            return lambda value: {
                key: decode(element)
                for key, element in _typed(value, dict, "a Map").items()
                if has_nulls or element is not None
            }
        return _SCALARS[shape.type_name]


def _structure_decoder(members: list[tuple[str, str, Decode]], *, is_union: bool) -> Decode:
    by_wire_name = {wire_name: [(name, wire_name, each)] for name, wire_name, each in members}

    def decode(value: Json) -> dict[str, Any]:
        if type(value) is not dict:
            _typed(value, dict, "a Structure")
        decoded = {}
        possible = members
        if is_union and len(value) == 1:
            # It is one of many: the others need not be looked for.
            possible = by_wire_name.get(next(iter(value)), [])
        for name, wire_name, decode_member in possible:
            member = value.get(wire_name)
            if member is not None:
                try:
                    decoded[name] = decode_member(member)
                except SerializationException as error:
                    msg = f"{error.message} (in '{wire_name}')"
                    raise SerializationException(msg) from None
        return decoded

    return decode


def _typed(value: Json, expected: type, name: str) -> Json:
    if type(value) is not expected:
        msg = f"{_JSON_TYPES.get(type(value), 'NULL_VALUE')} can not be converted to {name}"
        raise SerializationException(msg)
    return value


def string(value: Json) -> Json:
    """A string that is one already."""
    return value if type(value) is str else _typed(value, str, "a String")


def _boolean(value: Json) -> Json:
    return _typed(value, bool, "a Boolean")


def _integer(value: Json) -> Json:
    if type(value) is float and value.is_integer():
        return int(value)
    return _typed(value, int, "an Integer")


def _float(value: Json) -> Json:
    if type(value) is int and abs(value) > sys.float_info.max:
        raise SerializationException("A number is too large for a Float")
    if type(value) is float or type(value) is int:
        return value
    if type(value) is str and value in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[value]
    return _typed(value, float, "a Float")


def timestamp(value: Json) -> datetime:
    """A moment as naive UTC, the form of moto's clock."""
    if type(value) is bool or (type(value) is str and not _TIMESTAMP.fullmatch(value)):
        msg = f"'{bounded(str(value))}' is not an ISO 8601 timestamp"
        raise SerializationException(msg)
    try:
        moment = parse_timestamp(value)
        if moment.tzinfo is None:
            return moment
        return moment.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, TypeError, OverflowError, RuntimeError):
        msg = f"'{bounded(str(value))}' is not a timestamp"
        raise SerializationException(msg) from None


def _blob(value: Json) -> bytes:
    try:
        return base64.b64decode(_typed(value, str, "a Blob"), validate=True)
    except ValueError:
        raise SerializationException("A Blob must be a Base64 string") from None


_SCALARS: dict[str, Decode] = {
    "blob": _blob,
    "string": string,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "timestamp": timestamp,
}
