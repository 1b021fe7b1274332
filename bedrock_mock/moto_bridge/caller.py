"""Who asks: region, account and policies, as moto works them out."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

import moto.backends
from botocore.awsrequest import AWSPreparedRequest
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.iam.models import mark_account_as_visited
from moto.utilities.utils import get_partition
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from bedrock_mock.moto_bridge import access_keys
from bedrock_mock.moto_bridge.headers import Headers

#: The header by which moto takes the account that a client wants.
ACCOUNT_HEADER = "x-moto-account-id"


#: Random numbers for request ids; seeds of moto and of tests do not affect them.
_RANDOM = random.Random()  # noqa: S311 - they protect nothing


class NotAuthorisedError(Exception):
    """moto's authorisation refuses a request.

    Attributes:
        kind: moto's name of the error, ``AccessDenied``; empty if the request is not signed.
        message: moto's message.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class CallerResponse(BaseResponse):
    """A response class of moto that knows who asks, and reads a request by itself.

    Of moto's ``BaseResponse`` it keeps region, account and authorisation. moto's own way of
    reading a request works the action out several times, and outside of its error handling.
    """

    def read(self, request: Any, full_url: str) -> None:  # noqa: ANN401 - one of three classes
        """Takes what is needed from a request of moto's server, stubber or ``responses``."""
        #: What the answer's header ``x-amzn-RequestId`` says.
        self.request_id = _request_id()
        environ = getattr(request, "environ", {})
        # Only the raw URI still has the path as it was sent; it may lack the query.
        path = (environ.get("RAW_URI") or full_url).partition("?")[0]
        self.raw_path = path if path.startswith("/") else urlsplit(path).path
        self.query: str = environ.get("QUERY_STRING") or full_url.partition("?")[2]
        self.uri = f"{self.raw_path}?{self.query}" if self.query else self.raw_path
        self.method = request.method
        self.headers = Headers(request.headers)
        if self.is_authorised_by_policies() and "host" not in self.headers:
            # botocore leaves it to the connection, and the signature covers it.
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
        # Only moto's stubber hands over requests that did not come through a server: as
        # they are, or (newer) in a class that says where it came from. So does moto's proxy,
        # which says in the environment of its process that it is one.
        is_wsgi = isinstance(request, Request)
        is_from_server = getattr(request, "from_wsgi_server", is_wsgi)
        self.from_server: bool = is_from_server or (
            type(request) is not AWSPreparedRequest and settings.is_test_proxy_mode()
        )
        #: Whether the body of an answer may be chunks: those who ask by requests, or through
        #: moto's proxy, get it as a whole. Older versions of moto make a plain Request of theirs.
        self.takes_chunks: bool = getattr(request, "stream_output", False) or (
            is_from_server and type(request) is not Request
        )
        try:
            # moto takes what stands before the domain for the region, which VPC endpoints have not.
            self.region = self.get_region_from_url(self, full_url.replace(".vpce.", ".", 1))
        except IndexError:
            # An Authorization header that only looks like a signature.
            self.region = self.default_region
        self._may_be_known = access_keys.exist_in_iam()
        key, owner = access_keys.key_and_account(self.headers.get("authorization") or "")
        self.access_key = key or super().get_access_key()
        # moto would let MOTO_ACCOUNT_ID win over the account that the client asked for.
        self.current_account = (
            self.headers.get(ACCOUNT_HEADER) or owner or self.get_current_account()
        )

    def get_access_key(self) -> str:
        """The access key, which moto asks for several times."""
        return self.access_key

    def get_current_account(self) -> str:
        """The account of the access key, or the default one."""
        if self._may_be_known:
            return super().get_current_account()
        return os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)

    def visit(self, service: str) -> None:
        """Records for IAM that the caller has used a service."""
        if self._may_be_known:
            mark_account_as_visited(self.current_account, self.access_key, service, self.region)

    def identity(self) -> str:
        """The ARN of the caller, as STS reports it."""
        partition = get_partition(self.region)
        sts = moto.backends.get_backend("sts")[self.current_account][partition]
        _, arn, _ = sts.get_caller_identity(self.access_key, self.region)
        return arn

    @staticmethod
    def is_authorised_by_policies() -> bool:
        """Whether moto's authorisation is on."""
        return math.inf != settings.INITIAL_NO_AUTH_ACTION_COUNT

    def authorise(self, action: str, arns: Collection[str], *more: str) -> None:
        """Checks signature and policies for each ARN.

        Args:
            action: what the caller wants to do.
            arns: the resources; none for ``*``.
            more: other actions that this needs, on ``*``.

        Raises:
            NotAuthorisedError: the caller may not do this.
        """
        counted = self.request_count
        needed = [(action, arn) for arn in sorted(set(arns)) or ["*"]]
        for each, arn in [*needed, *((also, "*") for also in more)]:
            self._action = each
            # However many resources it names, to moto it is one request.
            ActionAuthenticatorMixin.request_count = counted
            self._authorise(arn)

    def _authorise(self, resource: str) -> None:
        try:
            self._authenticate_and_authorize_normal_action(resource)
        except (HTTPException, LookupError, AttributeError) as error:
            # moto takes a signature apart without asking whether it is there.
            kind, message = getattr(error, "error_type", ""), getattr(error, "message", "")
            raise NotAuthorisedError(kind, message) from None

    def _get_action(self) -> str:
        """The name that moto's authorisation asks for."""
        return self._action


def _request_id() -> str:
    """A random UUID; Python's class asks the system for its numbers, which takes longer."""
    digits = f"{_RANDOM.getrandbits(128):032x}"
    # Version 4, and the first of its variants.
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
