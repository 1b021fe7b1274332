"""Members that stand in headers, and members that are the whole body, in and out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from botocore import xform_name

from bedrock_mock.protocol.decoding import parse_object
from bedrock_mock.protocol.encoding import header_text
from bedrock_mock.protocol.events import CONTENT_TYPE, Events
from bedrock_mock.protocol.texts import header_decoder
from bedrock_mock.protocol.types import Json

if TYPE_CHECKING:
    from botocore.model import Shape, StructureShape

    from bedrock_mock.protocol.decoding import Decoders
    from bedrock_mock.protocol.encoding import Encoders

#: Beside the members of an answer a handler may give headers that the model does not have.
HEADERS = "$headers"
#: The body of an answer: bytes, or chunks that are made when they are asked for.
Body = bytes | Iterator[bytes]


class Answer(NamedTuple):
    """An answer whose members are not all in a JSON body.

    Attributes:
        members: those that are known at once, by their names in the model.
        headers: the headers that members stand in, and the content type.
        body: the body.
    """

    members: dict[str, Any]
    headers: dict[str, str]
    body: Body


def payload_of(shape: StructureShape) -> tuple[str, Shape] | None:
    """The member that is the whole body, or ``None`` if the body is JSON with members."""
    name = shape.serialization.get("payload")
    return None if name is None else (name, shape.members[name])


class Headers:
    """Decodes the members of a request that stand in headers."""

    def __init__(self, shape: StructureShape) -> None:
        self._members = [
            (name, member.serialization["name"], header_decoder(member))
            for name, member in shape.members.items()
            if member.serialization.get("location") == "header"
        ]

    def decode(self, headers: Mapping[str, str]) -> dict[str, Any]:
        """The members whose headers are there.

        Raises:
            SerializationException: a header cannot be read.
        """
        return {
            name: decode(headers[wire_name])
            for name, wire_name, decode in self._members
            if wire_name in headers
        }


def body_decoder(
    shape: StructureShape, decoders: Decoders
) -> Callable[[bytes], dict[str, Any]] | None:
    """Makes members of a request's body; ``None`` if the operation has none in the body."""
    payload = payload_of(shape)
    if payload is None:
        has_body = any("location" not in member.serialization for member in shape.members.values())
        decode = decoders.of(shape)
        return (lambda body: decode(parse_object(body))) if has_body else None
    name, member = payload
    if member.type_name == "blob":
        return lambda body: {name: body} if body else {}
    decode_payload = decoders.of(member)
    return lambda body: {name: decode_payload(parse_object(body))} if body.strip() else {}


class Answers:
    """Encodes answers with members in headers or with a payload.

    Args:
        shape: the output shape.
        encoders: the encoders of the service.
    """

    def __init__(self, shape: StructureShape, encoders: Encoders) -> None:
        self._headers = [
            (name, member.serialization["name"])
            for name, member in shape.members.items()
            if member.serialization.get("location") == "header"
        ]
        payload = payload_of(shape)
        assert payload is not None  # noqa: S101 - in the models only such operations have headers
        self._name, self._shape = payload
        self._is_stream = bool(self._shape.serialization.get("eventstream"))
        self._is_blob = self._shape.type_name == "blob"
        self._encode = encoders.of(self._shape)
        stream = cast("StructureShape", self._shape)
        self._events = Events(stream, encoders) if self._is_stream else None

    def encode(self, result: Json) -> Answer:
        """The answer for a handler's result, which has the members as a dict or attributes."""
        found = {name: _member(result, name) for name, _ in self._headers}
        members = {name: value for name, value in found.items() if value is not None}
        headers = {
            wire_name: header_text(members[name])
            for name, wire_name in self._headers
            if name in members
        }
        headers |= _member(result, HEADERS) or {}
        payload = _member(result, self._name)
        if self._events is not None:
            headers["Content-Type"] = CONTENT_TYPE
            return Answer(members, headers, self._events.frames(payload))
        if self._is_blob:
            return Answer({**members, self._name: payload}, headers, payload)
        encoded = self._encode(payload)
        headers.setdefault("Content-Type", "application/json")
        return Answer({**members, self._name: encoded}, headers, json.dumps(encoded).encode())


def _member(result: Json, name: str) -> Json:
    return result.get(name) if isinstance(result, dict) else getattr(result, xform_name(name), None)
