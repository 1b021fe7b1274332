"""One operation of a service model, with all that is needed to serve it, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from botocore.model import StructureShape

from bedrock_mock.protocol import texts
from bedrock_mock.protocol.encoding import Encode, Encoders, Page
from bedrock_mock.protocol.payload import Answers, Headers, body_decoder, payload_of
from bedrock_mock.protocol.types import Json
from bedrock_mock.protocol.validation import refusal

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from bedrock_mock.protocol.service import Service

_NO_HEADERS: Mapping[str, str] = {}


class Operation:
    """How an operation's requests are read and checked, and its answers written.

    Attributes:
        name: as in the model, ``CreateModelImportJob``.
        status: the HTTP status of success.
        errors: the codes of the errors that the operation declares.
        moments: the members of its requests that are timestamps.
        encode: the members of the answer for a handler's result, as ``json.dumps`` takes
            them.
        answers: encodes answers that are not one JSON object; else ``None``.
    """

    def __init__(self, model: OperationModel, service: Service) -> None:
        self.name = model.name
        self.status: int = model.http.get("responseCode", 200)
        self.errors = frozenset(shape.name for shape in model.error_shapes)
        request: Any = model.input_shape
        members = request.members
        self.moments = frozenset(n for n, each in members.items() if each.type_name == "timestamp")
        self._labels = [
            (name, member.serialization["name"])
            for name, member in members.items()
            if member.serialization.get("location") == "uri"
        ]
        self._query = [
            (name, member.serialization["name"], texts.query_decoder(member))
            for name, member in members.items()
            if member.serialization.get("location") == "querystring"
        ]
        self._headers = Headers(request)
        self._body = body_decoder(request, service.decoders)
        self._faults = service.checks.of(request)
        self._structural_faults = service.structural_checks.of(request)
        answer: Any = model.output_shape
        self.answers = Answers(answer, service.encoders) if payload_of(answer) else None
        self.encode = _encoder(answer, service.encoders)

    def decode(
        self,
        labels: Mapping[str, str],
        query: str,
        body: bytes,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> dict[str, Any]:
        """The request as a dict of the model's member names.

        Raises:
            SerializationException: it cannot be read.
        """
        request = self._body(body) if self._body else {}
        request.update(self._headers.decode(headers))
        for name, label in self._labels:
            request[name] = labels[label]
        if query and self._query:
            values = parse_qs(query, keep_blank_values=True)
            for name, wire_name, decode in self._query:
                if wire_name in values:
                    request[name] = decode(values[wire_name])
        return request

    def validate(self, request: Mapping[str, Any], *, values: bool = True) -> None:
        """Checks a decoded request against the model.

        Args:
            request: the request.
            values: whether lengths, ranges, patterns and enums are checked. Without them
                only what handlers rely on is.

        Raises:
            ValidationException: it breaks constraints; the message has all of them.
        """
        if faults := (self._faults if values else self._structural_faults)(request):
            raise refusal(faults)


def _encoder(shape: StructureShape, encoders: Encoders) -> Encode:
    encode = encoders.of(shape)
    lists = [name for name, member in shape.members.items() if member.type_name == "list"]

    def encode_result(result: Json) -> Json:
        if isinstance(result, Page):
            # A List operation has one list member; its name differs.
            (items,) = lists
            result = {items: result.items, "nextToken": result.next_token}
        return encode({} if result is None else result)

    return encode_result
