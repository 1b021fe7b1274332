"""The service model, compiled: which operation a path means, and how it is read and answered."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel

from bedrock_mock.protocol import decoding
from bedrock_mock.protocol.encoding import Encode, Encoders
from bedrock_mock.protocol.errors import ServiceError, ValidationException
from bedrock_mock.protocol.validation import Check, Checks, refusal
from bedrock_mock.resources.listing import Page
from bedrock_mock.resources.settings import setting

_LABEL = re.compile(r"\{(\w+)\+?\}")


class Operation:
    """One operation of the model with all that is needed to serve it, worked out once.

    Attributes:
        name: as in the model, ``CreateModelImportJob``.
        status: the HTTP status of success.
        errors: the codes of the errors that the operation declares.
        moments: the members of its requests that are timestamps.
        encode: the answer for a handler's result, as ``json.dumps`` takes it.
    """

    def __init__(self, model: Any, service: Service) -> None:
        self.name = model.name
        self.status: int = model.http.get("responseCode", 200)
        self.errors = frozenset(shape.name for shape in model.error_shapes)
        members = model.input_shape.members
        self.moments = frozenset(n for n, each in members.items() if each.type_name == "timestamp")
        self._labels = [
            (name, member.serialization["name"])
            for name, member in members.items()
            if member.serialization.get("location") == "uri"
        ]
        self._query = [
            (name, member.serialization["name"], decoding.query_decoder(member))
            for name, member in members.items()
            if member.serialization.get("location") == "querystring"
        ]
        has_body = any("location" not in member.serialization for member in members.values())
        self._body = service.decoders.of(model.input_shape) if has_body else None
        self._config = service.config
        self._faults: Check = service.checks.of(model.input_shape)
        self._structural_faults: Check = service.structural_checks.of(model.input_shape)
        self.encode = self._encoder(model, service.encoders)

    def decode(self, labels: dict[str, str], query: str, body: bytes) -> dict[str, Any]:
        """The request as a dict of the model's member names.

        Raises:
            SerializationException: it cannot be read.
        """
        request = self._body(decoding.parse_object(body)) if self._body else {}
        for name, label in self._labels:
            request[name] = labels[label]
        if query and self._query:
            values = parse_qs(query, keep_blank_values=True)
            for name, wire_name, decode in self._query:
                if wire_name in values:
                    request[name] = decode(values[wire_name])
        return request

    def validate(self, request: dict[str, Any]) -> None:
        """Holds a decoded request against the model.

        ``validate_requests: False`` in the service's part of moto's config leaves of it
        only what handlers rely on.

        Raises:
            ValidationException: it breaks constraints; the message tells all of them.
        """
        full = setting(self._config, "validate_requests")
        if faults := (self._faults if full else self._structural_faults)(request):
            raise refusal(faults)

    @staticmethod
    def _encoder(model: Any, encoders: Encoders) -> Encode:
        encode = encoders.of(model.output_shape)
        lists = [n for n, m in model.output_shape.members.items() if m.type_name == "list"]

        def encode_result(result: Any) -> Any:
            if isinstance(result, Page):
                # A List operation has one list member, whatever its name.
                (items,) = lists
                result = {items: result.items, "nextToken": result.next_token}
            return encode({} if result is None else result)

        return encode_result


class Service:
    """All operations of a service, each compiled at its first use.

    Args:
        name: the service's name in botocore.
        config: its part of moto's config; default: its name.
        open_enums: shapes whose enum the real service does not enforce.
    """

    def __init__(
        self, name: str, config: str | None = None, *, open_enums: Collection[str] = ()
    ) -> None:
        self.name = name
        self.config = config or name
        self.decoders = decoding.Decoders()
        self.encoders = Encoders()
        self.checks = Checks(open_enums)
        self.structural_checks = Checks(values=False)
        self._operations: dict[str, Operation] = {}
        self._compiling = Lock()

    @cached_property
    def model(self) -> ServiceModel:
        """botocore's model of the service."""
        return ServiceModel(Loader().load_service_model(self.name, "service-2"), self.name)

    def operation(self, name: str) -> Operation:
        """The operation of this name, which the model must have."""
        if name not in self._operations:
            with self._compiling:
                self._operations[name] = Operation(self.model.operation_model(name), self)
        return self._operations[name]

    def read(self, shape_name: str, value: Any) -> Any:
        """A JSON value that is no request, by a shape of the model.

        Raises:
            ServiceError: it is of another type, or lacks what is required.
        """
        shape = self.model.shape_for(shape_name)
        with self._compiling:
            decode, check = self.decoders.of(shape), self.structural_checks.of(shape)
        decoded = decode(value)
        if faults := check(decoded):
            raise refusal(faults)
        return decoded

    def status_of(self, error: ServiceError) -> int:
        """The HTTP status of an error."""
        if error.status is not None:
            return error.status
        status: int = self.model.shape_for(error.code).metadata["error"]["httpStatusCode"]
        return status

    def declared(self, error: ServiceError, operation: Operation) -> ServiceError:
        """The error as this operation may raise it: undeclared ones are validation errors."""
        if error.status is not None or error.code in operation.errors:
            return error
        return ValidationException(error.message)

    def route(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        """The operation that a request means, and its path labels, or ``None``.

        ``path`` is the path as it was sent. A label may be percent-encoded or not, so an
        ARN's slashes may stand in it as they are.
        """
        path = path.rstrip("/")
        name = self._literal_routes.get((method, path))
        if name is not None:
            return name, {}
        for pattern, candidate in self._label_routes.get(method, ()):
            if match := pattern.fullmatch(path):
                return candidate, {k: unquote(v) for k, v in match.groupdict().items()}
        return None

    def knows(self, path: str) -> bool:
        """Whether any operation, by whatever verb, has this path."""
        return any(self.route(method, path) for method in ("GET", "POST", "PUT", "PATCH", "DELETE"))

    @cached_property
    def _literal_routes(self) -> dict[tuple[str, str], str]:
        return {(method, uri): name for name, method, uri in self._uris() if not _LABEL.search(uri)}

    @cached_property
    def _label_routes(self) -> dict[str, list[tuple[re.Pattern[str], str]]]:
        """By verb, the paths with labels; those with more fixed text come first."""
        routes: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        uris = [entry for entry in self._uris() if _LABEL.search(entry[2])]
        for name, method, uri in sorted(uris, key=lambda e: -len(_LABEL.sub("", e[2]))):
            pattern = re.compile(_LABEL.sub(r"(?P<\1>.+)", uri), re.DOTALL)
            routes.setdefault(method, []).append((pattern, name))
        return routes

    def _uris(self) -> list[tuple[str, str, str]]:
        models = map(self.model.operation_model, self.model.operation_names)
        return [
            (m.name, m.http["method"], m.http["requestUri"].split("?")[0].rstrip("/"))
            for m in models
        ]
