"""What handlers return into JSON values, by a shape of the model."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StructureShape

from bedrock_mock.protocol.compiling import Compiler, is_document, is_union
from bedrock_mock.protocol.types import Json

Encode = Callable[[Any], Any]
T = TypeVar("T")
#: How the shapes of texts are named that the service writes.
_TEXTS = ("Message", "Reason")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a List operation: its items, and the token of the next page, if any."""

    items: list[T]
    next_token: str | None


class Extended(dict[str, Any]):
    """A structure with members that the service sends although its model lacks them.

    Those are sent as they are; SDKs that go by the model drop them.
    """


class Encoders(Compiler[Encode]):
    """Compiles encoders: the shape decides what is sent, so one object answers many operations.

    A structure is read from a dict by member names, or from any other object by
    attributes in snake_case. What is ``None`` or absent is not sent.
    """

    def compile(self, shape: Shape) -> Encode:
        """The encoder of a shape, giving what ``json.dumps`` takes."""
        if is_document(shape):
            return _identity
        if isinstance(shape, StructureShape):
            members = [
                (name, member.serialization.get("name", name), xform_name(name), self.of(member))
                for name, member in shape.members.items()
            ]
            return _structure_encoder(members, is_union=is_union(shape))
        if isinstance(shape, ListShape):
            encode = self.of(shape.member)
            return lambda value: [encode(element) for element in value]
        if isinstance(shape, MapShape):
            encode = self.of(shape.value)
            return lambda value: {key: encode(element) for key, element in value.items()}
        if shape.name.endswith(_TEXTS) and "max" in shape.metadata:
            return _text_encoder(shape.metadata["max"])
        return _SCALARS.get(shape.type_name, _identity)


def _text_encoder(most: int) -> Encode:
    """The encoder of a text of ours, which may contain long names and values of a user."""
    return lambda text: text if len(text) <= most else f"{text[: most - 3]}..."


def _identity(value: Json) -> Json:
    return value


def _structure_encoder(members: list[tuple[str, str, str, Encode]], *, is_union: bool) -> Encode:
    names = frozenset(name for name, *_ in members)
    by_name = {each[0]: [each] for each in members}

    def encode(source: Json) -> dict[str, Any]:
        encoded = {}
        is_dict = isinstance(source, dict)
        possible = members
        if is_union and is_dict and len(source) == 1:
            # It is one of many: the others need not be looked for.
            possible = by_name.get(next(iter(source)), [])
        for name, wire_name, attribute, encode_member in possible:
            value = source.get(name) if is_dict else getattr(source, attribute, None)
            if value is not None:
                is_plain = encode_member is _identity
                encoded[wire_name] = value if is_plain else encode_member(value)
        if type(source) is Extended:
            encoded.update({name: source[name] for name in source.keys() - names})
        return encoded

    return encode


@lru_cache(maxsize=1024)
def iso8601(moment: datetime) -> str:
    """A naive UTC moment with a ``Z``: milliseconds, or microseconds where there are any."""
    timespec = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    return f"{moment.isoformat(timespec=timespec)}Z"


def _encode_float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _encode_blob(value: bytes) -> str:
    return base64.b64encode(value).decode()


def header_text(value: Json) -> str:
    """A member's value as a header has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


_SCALARS: dict[str, Encode] = {
    "blob": _encode_blob,
    "double": _encode_float,
    "float": _encode_float,
    "timestamp": iso8601,
}
