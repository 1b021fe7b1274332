"""requests, which moto answers already: answers of Bedrock come in chunks, as they are made."""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from moto.core.custom_responses_mock import CallbackResponse

from bedrock_mock.moto_bridge.interception.answering import Answer, Request, is_answered
from bedrock_mock.moto_bridge.interception.wire import Outgoing, written
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign


@contextmanager
def adapted() -> Iterator[None]:
    """While this lasts, moto's mock of ``requests`` takes an iterator for a body."""
    original = CallbackResponse.get_response

    def get_response(self: CallbackResponse, request: Any) -> Foreign:  # noqa: ANN401
        if not is_answered(request.url):
            return original(self, request)
        headers = [(name, _text(value)) for name, value in request.headers.items()]
        answer = Request(request.method, request.url, headers, _read(request.body)).answer()
        return original(self, request) if answer is None else _response(request.method, answer)

    with REPLACED.attribute(CallbackResponse, "get_response", get_response):
        yield


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _read(body: Any) -> bytes:  # noqa: ANN401 - what requests takes
    """The body of a request: a text or an iterable of chunks; files have been read."""
    if body is not None and not isinstance(body, str | bytes):
        body = b"".join(body)
    return body.encode() if isinstance(body, str) else (body or b"")


class _Socket:
    """All that ``http.client`` wants of a socket to read an answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(Outgoing(written(self._answer)))


def _response(method: str, answer: Answer) -> urllib3.HTTPResponse:
    socket: Any = _Socket(answer)
    read = http.client.HTTPResponse(socket, method=method)
    read.begin()
    return urllib3.HTTPResponse(
        body=read,
        headers=dict(read.headers.items()),
        status=read.status,
        reason=read.reason,
        preload_content=False,
        decode_content=False,
        original_response=read,
        request_method=method,
    )
