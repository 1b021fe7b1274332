"""aiobotocore, and aioboto3 through it: it awaits what moto's stubber answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

from moto.core.botocore_stubber import BotocoreStubber

from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign

_AWAITED = "is_awaited_by_aiobotocore"


@contextmanager
def adapted(module: ModuleType) -> Iterator[None]:
    """While this lasts, ``aiobotocore.endpoint`` gets awaitable answers, of any service of moto."""
    from aiobotocore.awsrequest import AioAWSResponse  # noqa: PLC0415 - not before it is used

    prepare, ask = module.AioEndpoint.prepare_request, BotocoreStubber.__call__

    def prepare_request(self: Any, request: Any) -> Foreign:  # noqa: ANN401 - of aiobotocore
        prepared = prepare(self, request)
        setattr(prepared, _AWAITED, True)
        return prepared

    def ask_or_await(
        self: BotocoreStubber, event_name: str, request: Foreign, **kwargs: Foreign
    ) -> Foreign:
        if not self.enabled or not hasattr(request, _AWAITED):
            return ask(self, event_name, request, **kwargs)
        return awaited(partial(ask, self, event_name, request, **kwargs))

    async def awaited(work: Any) -> Foreign:  # noqa: ANN401
        answer: Any = await asyncio.to_thread(work)
        if answer is None:
            return None
        raw = _Raw(answer.url, answer.raw)
        return AioAWSResponse(answer.url, answer.status_code, answer.headers, raw)

    with (
        REPLACED.attribute(module.AioEndpoint, "prepare_request", prepare_request),
        REPLACED.attribute(BotocoreStubber, "__call__", ask_or_await),
    ):
        yield


class _Raw:
    """The raw answer that aiobotocore reads: a response of aiohttp, as far as it looks at it.

    Args:
        url: what was asked for.
        raw: what moto answers, read in a thread, because it may be delayed.
    """

    def __init__(self, url: str, raw: Any) -> None:  # noqa: ANN401 - of moto
        self.url = url
        self.content = self
        self._raw = raw
        self._is_at_end = False

    async def read(self, amt: int | None = None) -> bytes:
        size = None if amt is None or amt < 0 else amt
        data: bytes = await asyncio.to_thread(self._raw.read, size)
        self._is_at_end = size is None or (not data and size > 0)
        return data

    #: The same where the client uses httpx.
    aread = read

    def at_eof(self) -> bool:
        return self._is_at_end

    async def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        chunks = self._raw.stream()
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            yield chunk, True
        self._is_at_end = True

    def close(self) -> None:
        self._raw.close()
