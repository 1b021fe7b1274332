"""The way of a request: route, authorise, decode, script, validate, handle, encode, record."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import moto.backends

from bedrock_mock.moto_bridge.caller import CallerResponse, NotAuthorisedError
from bedrock_mock.protocol import errors
from bedrock_mock.protocol.payload import Answer
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.backend import unknown_region
from bedrock_mock.resources.served import Served
from bedrock_mock.resources.settings import SHARED, value_of
from bedrock_mock.scripting.exchange import exchange
from bedrock_mock.scripting.scripted import Asked

if TYPE_CHECKING:
    from bedrock_mock.protocol.operation import Operation
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.resources.operations import Handler
    from bedrock_mock.resources.service import MockedService

#: What a body may unpack to: far more than any request has.
_MAX_UNPACKED = 64 * 1024 * 1024
_GZIP = b"\x1f\x8b"

# What moto's authorisation calls an error, and what services that speak JSON call it.
_AUTHORISATION_ERRORS: Mapping[str, type[errors.ServiceError]] = {
    "AccessDenied": errors.AccessDeniedException,
    "InvalidClientTokenId": errors.UnrecognizedClientException,
    "SignatureDoesNotMatch": errors.InvalidSignatureException,
}


def serve(service: MockedService, caller: CallerResponse) -> tuple[int, Any]:
    """Answers one request.

    Args:
        service: the service that the request is for.
        caller: the request, and who asks.

    Returns:
        The status, and the members of a JSON answer or an ``Answer`` with another body.

    Raises:
        ServiceError: the service refuses the request, or the mock lacks the operation.
    """
    route = service.protocol.route(caller.method, caller.raw_path)
    if route is None:
        msg = f"No operation of this service is {caller.method} {caller.raw_path}"
        raise errors.UnknownOperationException(msg)
    name, labels = route
    asked = Asked(service.name, name, caller.current_account, caller.region)
    backend = _backend(service, caller)
    operation = service.protocol.operation(name)
    request: dict[str, Any] = {}
    size = len(caller.raw_body)
    body = b""
    with exchange() as exchanged:
        try:
            body = _unpacked(caller)
            request = operation.decode(labels, caller.query, body, caller.headers)
            _authorise(backend, caller, name, request)
            backend.scripts.strike(asked)
            handler = _handler(backend, name)
            operation.validate(request, values=value_of("validate_requests", SHARED))
            answer = _handle(backend, operation, handler, request)
        except errors.ServiceError as error:
            declared = service.protocol.declared(error, operation)
            backend.scripts.record(asked, request, declared, exchanged, size=size)
            backend.answered(Served(name, request, body, declared, caller, exchanged))
            try:
                raise declared from None
            finally:
                # The error would hold this frame, which holds the error and the request.
                del declared
    members = answer.members if isinstance(answer, Answer) else answer
    backend.scripts.record(asked, request, members, exchanged, size=size)
    served = Served(name, request, body, answer, caller, exchanged)
    return operation.status, backend.answered(served)


def _backend(service: MockedService, caller: CallerResponse) -> ServiceBackend:
    caller.visit(service.name)
    slot: Any = service.slot
    regions: Any = moto.backends.get_backend(slot)[caller.current_account]
    try:
        backend: ServiceBackend = regions[caller.region]
    except KeyError:
        msg = unknown_region(caller.region, regions.regions)
        raise errors.AccessDeniedException(msg) from None
    return backend


def _authorise(
    backend: ServiceBackend, caller: CallerResponse, name: str, request: Mapping[str, Any]
) -> None:
    """Checks a request against the policies of each resource that it names."""
    if not caller.is_authorised_by_policies():
        return
    try:
        action = backend.mocked.actions.get(name, name)
        tags = request.get(backend.mocked.tagging.get(name, ""))
        more = ["TagResource"] if tags else []
        caller.authorise(action, backend.arns_of(name, request), *more)
    except NotAuthorisedError as error:
        kind = _AUTHORISATION_ERRORS.get(error.kind)
        if kind is None:
            msg = "Missing Authentication Token: the request is not signed."
            raise errors.MissingAuthenticationTokenException(msg) from None
        raise kind(error.message) from None


def _handler(backend: ServiceBackend, name: str) -> Handler:
    handler = backend.handlers.get(name)
    if handler is None:
        why = backend.mocked.not_implemented.get(name, "")
        msg = (
            f"The operation {name} is not implemented by bedrock_mock. {why}"
            f"It implements: {', '.join(sorted(backend.handlers))}."
        )
        raise errors.NotImplementedException(msg)
    return handler


def _handle(
    backend: ServiceBackend, operation: Operation, handler: Handler, request: dict[str, Any]
) -> Json:
    with backend.held(handler):
        result = handler(request)
        if operation.answers is None:
            # Within the lock, because the result may be a resource that another call changes.
            return operation.encode(result)
    return operation.answers.encode(result)


def _unpacked(caller: CallerResponse) -> bytes:
    """The request's body, unpacked."""
    encoding = caller.headers.get("Content-Encoding", "").lower()
    # Some versions of moto's server have unpacked it already.
    if encoding not in ("gzip", "x-gzip") or caller.raw_body[:2] != _GZIP:
        return caller.raw_body
    try:
        with gzip.open(BytesIO(caller.raw_body)) as packed:
            body = packed.read(_MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        msg = "The request body is not valid gzip data"
        raise errors.SerializationException(msg) from None
    if len(body) > _MAX_UNPACKED:
        msg = f"The request body has more than {_MAX_UNPACKED} bytes when it is unpacked"
        raise errors.SerializationException(msg)
    return body
