"""The service model, compiled: which operation a path means, and how it is read and answered."""

from __future__ import annotations

from functools import cached_property

from botocore.loaders import Loader
from botocore.model import ServiceModel

from bedrock_mock.protocol.decoding import Decoders
from bedrock_mock.protocol.encoding import Encoders
from bedrock_mock.protocol.errors import ServiceError, ValidationException
from bedrock_mock.protocol.locks import new_lock
from bedrock_mock.protocol.operation import Operation
from bedrock_mock.protocol.routing import Route, Routes
from bedrock_mock.protocol.rules import NO_DEPARTURES, Departures
from bedrock_mock.protocol.types import Json
from bedrock_mock.protocol.validation import Checks, refusal


class Service:
    """All operations of a service, each compiled at its first use.

    Args:
        name: the service's name in botocore.
        departures: where the real service departs from its model.
    """

    def __init__(self, name: str, departures: Departures = NO_DEPARTURES) -> None:
        self.name = name
        self.decoders = Decoders()
        self.encoders = Encoders()
        self.checks = Checks(departures)
        self.structural_checks = Checks(values=False)
        self._operations: dict[str, Operation] = {}
        self._compiling = new_lock()

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

    def read(self, shape_name: str, value: Json) -> Json:
        """Decodes a JSON value that is not a request by a shape of the model.

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

    def route(self, method: str, path: str) -> Route | None:
        """The operation that a request means, and its path labels, or ``None``."""
        return self._routes.route(method, path)

    def knows(self, path: str) -> bool:
        """Whether any operation has this path, with any HTTP method."""
        return self._routes.knows(path)

    @cached_property
    def _routes(self) -> Routes:
        return Routes(self.model)
