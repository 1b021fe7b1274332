"""ServiceResponse: base of the response classes, which answer the requests to one service."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from moto import settings

from bedrock_mock.moto_bridge.caller import CallerResponse
from bedrock_mock.protocol import errors
from bedrock_mock.protocol.json_text import encoder
from bedrock_mock.protocol.payload import Answer, Body
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.pipeline import serve

if TYPE_CHECKING:
    from bedrock_mock.resources.service import MockedService

#: What moto's stubber and server take: status, headers, body.
Response = tuple[int, dict[str, str], str | Body]

_log = logging.getLogger(__name__)
_compact, _usual = encoder(is_compact=True, is_sorted=True), encoder()


class ServiceResponse(CallerResponse):
    """Answers the requests to one service.

    How a request is read and answered is worked out once per operation, in
    :class:`~bedrock_mock.protocol.operation.Operation`, and happens step by step in
    :mod:`~bedrock_mock.resources.pipeline`.

    Attributes:
        mocked: the service that the class belongs to; the value sets it.
        error_suffix: what follows an error's name in its header.
        authentication_suffix: the same for errors about the caller's credentials.
        is_compact: whether JSON has no white space, and its members are in alphabetical order.
    """

    mocked: ClassVar[MockedService]
    error_suffix: ClassVar[str] = ""
    authentication_suffix: ClassVar[str] = ""
    is_compact: ClassVar[bool] = False

    @classmethod
    def dispatch(cls, *args: Foreign, **kwargs: Foreign) -> Foreign:
        """Answers a request; this is what moto's URL tables point to."""
        return cls(cls.mocked.name)._dispatch(*args, **kwargs)  # noqa: SLF001 - moto's name

    def _dispatch(
        self,
        request: Foreign,
        full_url: str | None = None,
        headers: Foreign = None,  # noqa: ARG002 - moto's signature
    ) -> Foreign:
        self.read(request, full_url or request.url)
        try:
            status, answer = self.serve()
        except errors.ServiceError as error:
            if isinstance(error, errors.NotImplementedException) and not self.from_server:
                raise NotImplementedError(error.message) from None
            is_of_caller = isinstance(error, errors.AuthenticationError)
            suffix = self.authentication_suffix if is_of_caller else self.error_suffix
            status = self.mocked.protocol.status_of(error)
            return self._refuse(status, f"{error.code}{suffix}", error.message)
        except Exception as error:
            if not self.from_server:
                raise
            # A server must answer: an SDK takes a page of HTML for a failure to retry.
            _log.exception("bedrock_mock failed to answer %s %s", self.method, self.uri)
            message = f"bedrock_mock has a bug, please report it: {error!r}"
            return self._refuse(500, f"InternalServerException{self.error_suffix}", message)
        if isinstance(answer, Answer):
            body = answer.body
            if isinstance(body, Iterator) and not self.takes_chunks:
                body = b"".join(body)  # pragma: no cover - in the process of moto's proxy
            return status, self._headers(answer.headers), body
        return status, self._headers(), self._json(answer)

    def _refuse(self, status: int, error_type: str, message: str) -> Response:
        headers = self._headers({"x-amzn-ErrorType": error_type})
        return status, headers, self._json(self.refusal(error_type, message))

    def serve(self) -> tuple[int, Foreign]:
        """Has the request served: the status, and the members of the answer or an ``Answer``."""
        return serve(self.mocked, self)

    def refusal(self, error_type: str, message: str) -> dict[str, Foreign]:  # noqa: ARG002
        """The members of an error; the header has its type."""
        return {"message": message}

    def _json(self, members: Foreign) -> str:
        if settings.PRETTIFY_RESPONSES:
            return json.dumps(members, indent=4)
        return (_compact if self.is_compact else _usual)(members)

    def _headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "x-amzn-RequestId": self.request_id,
            **(more or {}),
        }
        if not self.from_server:
            headers["Date"] = _date(int(time.time()))
        return headers


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """A second since 1970 as headers have it."""
    return formatdate(second, usegmt=True)
