"""The way of every request: route → authorise → decode → validate → handle → serialise."""

from __future__ import annotations

import gzip
import json
import logging
import math
import zlib
from email.utils import formatdate
from io import BytesIO
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import moto.backends
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.responses import BaseResponse
from moto.iam.models import mark_account_as_visited
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from bedrock_mock.protocol import errors
from bedrock_mock.protocol.service import Service
from bedrock_mock.resources.backend import ServiceBackend, unknown_region
from bedrock_mock.scripting.scripts import Asked

if TYPE_CHECKING:
    from bedrock_mock.resources.service import MockedService

#: What moto's stubber and server take: status, headers, body.
Answer = tuple[int, dict[str, str], str]

#: What a body may unpack to: far more than any request has.
_MAX_UNPACKED = 64 * 1024 * 1024

_log = logging.getLogger(__name__)

# What moto's authorisation calls an error, and what services that speak JSON call it.
_AUTHORISATION_ERRORS: dict[str, type[errors.ServiceError]] = {
    "AccessDenied": errors.AccessDeniedException,
    "InvalidClientTokenId": errors.UnrecognizedClientException,
    "SignatureDoesNotMatch": errors.InvalidSignatureException,
}


class ServiceResponse(BaseResponse):
    """Answers the requests to one service.

    Of moto's ``BaseResponse`` it keeps what says who asks: region, account and
    authorisation. How a request is read and answered is worked out once per operation,
    in :class:`~bedrock_mock.protocol.service.Service`.

    Attributes:
        mocked: the service that the class belongs to; the value sets it.
    """

    mocked: ClassVar[MockedService]

    @classmethod
    def dispatch(cls, *args: Any, **kwargs: Any) -> Any:
        """Answers a request; this is what moto's URL tables point to."""
        return cls(cls.mocked.name)._dispatch(*args, **kwargs)  # noqa: SLF001 - moto's name

    @property
    def service(self) -> Service:
        """The compiled service model."""
        return self.mocked.protocol

    def _dispatch(self, request: Any, full_url: str | None = None, headers: Any = None) -> Answer:  # noqa: ARG002
        self._read(request, full_url or request.url)
        # Only moto's stubber hands over requests that did not come through a server: as
        # they are, or (newer) in a class that says where it came from.
        is_wsgi = isinstance(request, Request)
        self._from_server = getattr(request, "from_wsgi_server", is_wsgi)
        try:
            status, result = self._serve()
        except errors.ServiceError as error:
            if isinstance(error, errors.NotImplementedException) and not self._from_server:
                raise NotImplementedError(error.message) from None
            return self._answer(
                self.service.status_of(error), {"message": error.message}, error.code
            )
        except Exception as error:
            if not self._from_server:
                raise
            # A server must answer: an SDK takes a page of HTML for a failure to retry.
            _log.exception("bedrock_mock failed to answer %s %s", self.method, self.uri)
            message = f"bedrock_mock has a bug, please report it: {error!r}"
            return self._answer(500, {"message": message}, "InternalServerException")
        return self._answer(status, result)

    def _read(self, request: Any, full_url: str) -> None:
        """Takes what is needed from a request of moto's server, stubber or ``responses``."""
        environ = getattr(request, "environ", {})
        # Only the raw URI still has the path as it was sent; it may lack the query.
        path = (environ.get("RAW_URI") or full_url).partition("?")[0]
        self.raw_path = path if path.startswith("/") else urlsplit(path).path
        self.query: str = environ.get("QUERY_STRING") or full_url.partition("?")[2]
        self.uri = f"{self.raw_path}?{self.query}" if self.query else self.raw_path
        self.method = request.method
        self.headers = request.headers
        if "host" not in self.headers:
            # botocore leaves it to the connection, and the signature covers it.
            self.headers = Headers(list(self.headers.items()))
            self.headers["host"] = urlsplit(full_url).netloc
        self.querystring: dict[str, Any] = {}
        self.data = self.querystring
        body: Any
        if isinstance(request, Request):
            body = request.get_data(parse_form_data=False)
        else:
            # responses has read what was a file.
            body = request.body
        self.raw_body: bytes = body.encode() if isinstance(body, str) else (body or b"")
        try:
            self.region = self.get_region_from_url(request, full_url)
        except IndexError:
            # An Authorization header that only looks like a signature.
            self.region = self.default_region
        self.access_key = self.get_access_key()
        self.current_account = self.get_current_account()

    def _serve(self) -> tuple[int, Any]:
        """The status and what the body says.

        Raises:
            ServiceError: the service refuses the request.
                It says so, too, where the mock does not know the operation.
        """
        route = self.service.route(self.method, self.raw_path)
        if route is None:
            msg = f"No operation of this service is {self.method} {self.raw_path}"
            raise errors.UnknownOperationException(msg)
        self._action, labels = route
        backend = self._backend()
        operation = self.service.operation(self._action)
        request: Any = {}
        try:
            request = operation.decode(labels, self.query, self._body())
            self._authorise_all(backend, request)
            backend.scripts.strike(self._asked())
            handler = backend.handlers.get(self._action)
            if handler is None:
                msg = (
                    f"The operation {self._action} is not implemented by bedrock_mock. "
                    f"It implements: {', '.join(sorted(backend.handlers))}."
                )
                raise errors.NotImplementedException(msg)
            operation.validate(request)
            with backend.lock:
                answer = operation.encode(handler(request))
        except errors.ServiceError as error:
            answer = self.service.declared(error, operation)
            self._record(backend, request, answer)
            raise answer from None
        self._record(backend, request, answer)
        return operation.status, answer

    def _record(self, backend: ServiceBackend, request: Any, answer: Any) -> None:
        backend.scripts.record(self._asked(), request, answer)

    def _asked(self) -> Asked:
        return Asked(self.mocked.name, self._action, self.current_account, self.region)

    def _backend(self) -> ServiceBackend:
        mark_account_as_visited(
            self.current_account, self.access_key, self.service.name, self.region
        )
        slot: Any = self.mocked.slot
        regions: Any = moto.backends.get_backend(slot)[self.current_account]
        try:
            backend: ServiceBackend = regions[self.region]
        except KeyError:
            msg = unknown_region(self.region, regions.regions)
            raise errors.AccessDeniedException(msg) from None
        return backend

    def _authorise_all(self, backend: ServiceBackend, request: dict[str, Any]) -> None:
        """Checks a request against the policies of each resource that it names."""
        if math.inf == settings.INITIAL_NO_AUTH_ACTION_COUNT:
            return
        arns = set(backend.arns_of(self._action, request))
        counted = self.request_count
        for arn in sorted(arns) or ["*"]:
            # However many resources it names, to moto it is one request.
            ActionAuthenticatorMixin.request_count = counted
            self._authorise(arn)

    def _authorise(self, resource: str) -> None:
        """moto's check of signature and policies, where it is switched on, with JSON errors."""
        try:
            self._authenticate_and_authorize_normal_action(resource)
        except (HTTPException, LookupError, AttributeError) as error:
            # moto takes a signature apart without asking whether it is there.
            kind = _AUTHORISATION_ERRORS.get(getattr(error, "error_type", ""))
            if kind is None:
                msg = "Missing Authentication Token: the request is not signed."
                raise errors.MissingAuthenticationTokenException(msg) from None
            raise kind(getattr(error, "message", "")) from None

    def _get_action(self) -> str:
        """The name that moto's authorisation asks for."""
        return self._action

    def _body(self) -> bytes:
        """The request's body, unpacked."""
        encoding = self.headers.get("Content-Encoding", "").lower()
        # Some versions of moto's server have unpacked it already.
        if encoding in ("gzip", "x-gzip") and self.raw_body[:2] == b"\x1f\x8b":
            try:
                with gzip.open(BytesIO(self.raw_body)) as packed:
                    body = packed.read(_MAX_UNPACKED + 1)
            except (OSError, EOFError, zlib.error):
                msg = "The request body is not valid gzip data"
                raise errors.SerializationException(msg) from None
            if len(body) > _MAX_UNPACKED:
                msg = f"The request body has more than {_MAX_UNPACKED} bytes when it is unpacked"
                raise errors.SerializationException(msg)
            return body
        return self.raw_body

    def _answer(self, status: int, body: Any, error_code: str | None = None) -> Answer:
        headers = {
            "Content-Type": "application/json",
            "x-amzn-RequestId": str(uuid4()),
        }
        if error_code is not None:
            headers["x-amzn-ErrorType"] = error_code
        if not self._from_server:
            headers["Date"] = formatdate(usegmt=True)
        indent = 4 if settings.PRETTIFY_RESPONSES else None
        return status, headers, json.dumps(body, indent=indent)
