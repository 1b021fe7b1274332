"""httpx, synchronous and asynchronous: its transports answer what is for Bedrock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from bedrock_mock.moto_bridge.interception.answering import Answer, Request, is_answered
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign


@contextmanager
def adapted(module: ModuleType) -> Iterator[None]:
    """While this lasts, ``httpx`` answers what is for Bedrock.

    Asynchronous clients are answered in a thread, because an answer may be delayed.
    """
    # httpx depends on it, for asyncio and trio.
    from anyio import to_thread  # noqa: PLC0415 - not before httpx is used

    response = _responses_of(module)
    send = module.HTTPTransport.handle_request
    send_async = module.AsyncHTTPTransport.handle_async_request

    def handle_request(self: Any, request: Any) -> Foreign:  # noqa: ANN401 - of httpx
        if not is_answered(_url(request)):
            return send(self, request)
        request.read()
        answer = _request(request).answer()
        return send(self, request) if answer is None else response(answer)

    async def handle_async_request(self: Any, request: Any) -> Foreign:  # noqa: ANN401 - of httpx
        if not is_answered(_url(request)):
            return await send_async(self, request)
        await request.aread()
        answer = await to_thread.run_sync(_request(request).answer)
        return await send_async(self, request) if answer is None else response(answer)

    with (
        REPLACED.attribute(module.HTTPTransport, "handle_request", handle_request),
        REPLACED.attribute(module.AsyncHTTPTransport, "handle_async_request", handle_async_request),
    ):
        yield


def _responses_of(module: ModuleType) -> Callable[[Answer], Any]:
    """What makes a response of httpx of an answer."""
    from anyio import to_thread  # noqa: PLC0415 - as above

    class Chunks(module.SyncByteStream, module.AsyncByteStream):  # type: ignore[name-defined]
        """The body of an answer, in chunks that are made when they are asked for."""

        def __init__(self, answer: Answer) -> None:
            self._answer = answer
            body = answer.body
            self._chunks = iter([body]) if isinstance(body, bytes) else body

        def __iter__(self) -> Iterator[bytes]:
            yield from self._chunks

        async def __aiter__(self) -> AsyncIterator[bytes]:
            while (chunk := await to_thread.run_sync(next, self._chunks, None)) is not None:
                yield chunk

        def close(self) -> None:
            self._answer.close()

        async def aclose(self) -> None:
            self._answer.close()

    def response(answer: Answer) -> Foreign:
        headers = dict(answer.headers)
        if isinstance(answer.body, bytes):
            headers["Content-Length"] = str(len(answer.body))
        else:
            headers["Transfer-Encoding"] = "chunked"
        extensions = {"http_version": b"HTTP/1.1"}
        return module.Response(
            answer.status, headers=headers, stream=Chunks(answer), extensions=extensions
        )

    return response


def _url(request: Any) -> str:  # noqa: ANN401 - of httpx
    """The URL with the path as it is sent."""
    url = request.url
    return f"{url.scheme}://{url.netloc.decode()}{url.raw_path.decode()}"


def _request(request: Any) -> Request:  # noqa: ANN401 - of httpx
    return Request(request.method, _url(request), list(request.headers.items()), request.content)
