"""Who asks: region, account and policies, as moto works them out. It imports nothing of ours."""

from __future__ import annotations

import base64
import binascii
import math
import os
import random
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import moto.backends
from botocore.awsrequest import HeadersDict
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends, mark_account_as_visited
from moto.utilities.utils import get_partition
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

#: The header by which moto takes the account that a client wants.
ACCOUNT_HEADER = "x-moto-account-id"


#: What an API key of Bedrock unpacks to. One for a short time is a presigned URL, and one for a
#: long time names the IAM user that it belongs to.
_SIGNED = re.compile("X-Amz-Credential=(?P<key>[A-Z0-9]+)(?:%2F|/)")
_OWNED = re.compile("BedrockAPIKey-[^:]*-at-(?P<account>[0-9]{12}):")
_PREFIXES = ("bedrock-api-key-", "ABSK")
#: What a header begins with that says whose signature it is, for which region and service.
_SIGNATURE = "AWS4-HMAC-SHA256 Credential="


#: Numbers for ids of requests, which no seed of moto or of a test makes repeatable.
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


class _Headers(dict[str, str]):
    """The headers of a request, by names in any case: moto's and botocore's take long to ask.

    botocore has encoded the values.
    """

    def __init__(self, headers: Any) -> None:  # noqa: ANN401 - of botocore or requests
        if type(headers) is HeadersDict:
            # To ask it for its items takes longer than all else that is read of a request.
            found: dict[Any, Any] = vars(headers)["_dict"]
            super().__init__({key._lower: _text(value) for key, value in found.items()})  # noqa: SLF001 - see the canaries
        else:
            super().__init__({name.lower(): _text(value) for name, value in headers.items()})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as of a dict
        """The value of a header, or the default."""
        return super().get(name.lower(), default)

    def items(self) -> Any:  # noqa: ANN401 - a list is what moto needs
        """The headers by their names as they are usually written: moto looks for X-Amz-Date."""
        return [(name.title(), value) for name, value in super().items()]


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
        self.headers = _Headers(request.headers)
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
        self.from_server: bool = is_from_server or settings.is_test_proxy_mode()
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
        self._may_be_known = _has_access_keys()
        token = _unpacked_token(self.headers.get("authorization") or "")
        self.access_key = self._key_of(token)
        owner = _OWNED.match(token) if token else None
        # moto would let MOTO_ACCOUNT_ID win over the account that the client asked for.
        self.current_account = (
            self.headers.get(ACCOUNT_HEADER)
            or (owner and owner["account"])
            or self.get_current_account()
        )

    def _key_of(self, token: str) -> str:
        """The access key of a signature, or the one that an API key of Bedrock was made with."""
        found = _SIGNED.search(token) if token else None
        if found is not None:
            return found["key"]
        authorization = self.headers.get("authorization") or ""
        if authorization.startswith(_SIGNATURE):
            return _key_of_scope(authorization.partition(",")[0])
        return super().get_access_key()

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


def _text(value: Any) -> str:  # noqa: ANN401 - bytes or text
    return value.decode() if type(value) is bytes else value


def _request_id() -> str:
    """A random UUID; Python's class asks the system for its numbers, which takes longer."""
    digits = f"{_RANDOM.getrandbits(128):032x}"
    # Version 4, and the first of its variants.
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _has_access_keys() -> bool:
    """Whether moto's IAM has any access key: without one it knows no caller."""
    # Lists, because another thread may add an account or a partition.
    return any(
        iam.access_keys for account in list(iam_backends.values()) for iam in list(account.values())
    )


@lru_cache(maxsize=16)
def _key_of_scope(credential: str) -> str:
    """The access key in the first part of a signature, as moto finds it."""
    response = BaseResponse("bedrock")
    response.headers, response.querystring = {"Authorization": credential}, {}
    return response.get_access_key()


def _unpacked_token(authorization: str) -> str:
    """What a bearer token says, if it is an API key of Bedrock; else nothing."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return ""
    prefix = next((each for each in _PREFIXES if token.startswith(each)), None)
    if prefix is None:
        return ""
    packed = token.removeprefix(prefix)
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("latin-1")
    except binascii.Error:
        return ""
