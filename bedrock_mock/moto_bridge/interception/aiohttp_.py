"""aiohttp: its connectors connect to the mock what is for Bedrock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import copy_context
from types import ModuleType
from typing import Any, TypeVar

from bedrock_mock.moto_bridge.interception.answering import is_answered
from bedrock_mock.moto_bridge.interception.wire import Incoming, written
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign

Result = TypeVar("Result")


@contextmanager
def adapted(module: ModuleType) -> Iterator[None]:
    """While this lasts, ``aiohttp`` answers what is for Bedrock."""
    from aiohttp.client_proto import ResponseHandler  # noqa: PLC0415 - not before it is used
    from aiohttp.connector import Connection  # noqa: PLC0415

    connect = module.BaseConnector.connect

    class Handler(ResponseHandler):
        """Reads an answer, and asks for its next piece when the last one was taken."""

        def set_response_params(self, **params: Foreign) -> None:
            # As soon as something is there to be read, no more is wanted.
            super().set_response_params(**{**params, "read_bufsize": 1})

    async def ours(self: Any, req: Any, *args: Foreign, **kwargs: Foreign) -> Foreign:  # noqa: ANN401
        if not is_answered(str(req.url)):
            return await connect(self, req, *args, **kwargs)
        loop = asyncio.get_running_loop()
        handler = Handler(loop)
        handler.connection_made(_Transport(str(req.url.origin()), handler))
        connector: Any = _Connector()
        return Connection(connector, req.connection_key, handler, loop)

    with REPLACED.attribute(module.BaseConnector, "connect", ours):
        yield


class _Connector:
    """The owner of one connection, which is closed after its one request."""

    force_close = True

    def _release(self, _: Foreign, protocol: Any, **__: object) -> None:  # noqa: ANN401
        protocol.close()


class _Transport(asyncio.Transport):
    """What stands in for the transport of a connection.

    Args:
        origin: scheme and host that the connection is for.
        protocol: reads the answer.
    """

    def __init__(self, origin: str, protocol: Any) -> None:  # noqa: ANN401 - of aiohttp
        super().__init__()
        self._incoming = Incoming(origin)
        self._protocol = protocol
        self._answering: asyncio.Task[None] | None = None
        self._is_closing = False
        self._wanted = asyncio.Event()
        self._wanted.set()

    def write(self, data: Any) -> None:  # noqa: ANN401 - bytes of any class
        """Takes a part of the request."""
        self._incoming.feed(data)
        request = self._incoming.request()
        if request is not None and self._answering is None:
            self._answering = asyncio.ensure_future(self._answer(request.answer))
        elif request is None and self._incoming.awaits_go:
            self._protocol.data_received(b"HTTP/1.1 100 Continue\r\n\r\n")

    async def _answer(self, ask: Callable[[], Any]) -> None:
        try:
            with closing(written(await _in_thread(ask))) as pieces:
                while (piece := await _in_thread(lambda: next(pieces, None))) is not None:
                    self._protocol.data_received(piece)
                    await self._wanted.wait()
        except Exception as error:  # noqa: BLE001 - it is the caller's
            self._protocol.set_exception(error)

    def pause_reading(self) -> None:
        """Makes no more pieces for now."""
        self._wanted.clear()

    def resume_reading(self) -> None:
        """Makes the next piece."""
        self._wanted.set()

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._is_closing

    def close(self) -> None:
        """Makes no more pieces."""
        self._is_closing = True
        if self._answering is not None:
            self._answering.cancel()
        # Later, as asyncio does: aiohttp 3.10 closes while its parser still reads the last piece.
        asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close


async def _in_thread(work: Callable[[], Result]) -> Result:
    """Works in a thread, because an answer may be delayed."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, copy_context().run, work)
