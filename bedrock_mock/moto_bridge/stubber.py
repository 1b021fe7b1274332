"""A short way for botocore's requests past moto's search among all its services, and streams."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from moto.core import botocore_stubber
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.config import passthrough_service, passthrough_url, service_whitelisted
from moto.moto_api import recorder

from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.schedule import SCHEDULE

if TYPE_CHECKING:
    from bedrock_mock.resources.service import MockedService


def shortened(services: Sequence[MockedService]) -> AbstractContextManager[Any]:
    """While this lasts, requests to the hosts of these services are dispatched at once.

    moto compares each request with the hosts of all services, asks for the backend's URLs,
    and builds another request of it: that takes longer than the answer. What its config
    says of a service is heeded, and requests that are recorded go moto's way.
    """
    original = BotocoreStubber.process_request

    def process_request(self: BotocoreStubber, request: Foreign) -> Foreign:
        SCHEDULE.settle()
        url = request.url
        service = None
        for each in services:
            if each.hosts.match(url):
                service = each
                break
        if (
            service is None
            or recorder._user_enabled  # noqa: SLF001 - see the canaries
            or passthrough_url(url.partition("?")[0])
            or passthrough_service(service.slot)
            or not service_whitelisted(service.slot)
        ):
            return original(self, request)
        return service.response.dispatch(request, url, request.headers)

    return REPLACED.attribute(BotocoreStubber, "process_request", process_request)


class LazyRaw:
    """The raw answer of botocore for a body whose chunks are made when they are asked for.

    botocore reads event streams with ``stream`` and bodies with ``read``.

    Args:
        chunks: the chunks, in order.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """The chunks as they are made; the size that is asked for is ignored."""
        if self._rest:
            rest, self._rest = self._rest, b""
            yield rest
        # Not "yield from", which would close the chunks whenever the garbage collector finds
        # this iterator.
        for chunk in self._chunks:  # noqa: UP028
            yield chunk

    def read(self, amt: int | None = None, **_: object) -> bytes:
        """The next bytes, ``amt`` of them at most; all that is left without it."""
        while amt is None or len(self._rest) < amt:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._rest += chunk
        size = len(self._rest) if amt is None else amt
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def close(self) -> None:
        """Makes no more chunks."""
        if isinstance(self._chunks, Generator):
            self._chunks.close()
        self._rest = b""


def lazy_bodies() -> AbstractContextManager[Any]:
    """While this lasts, moto's stubber takes an iterator for a body.

    moto wraps each body in a BytesIO, which does not take an iterator.
    """
    original = botocore_stubber.MockRawResponse

    def raw_response(body: Foreign) -> Foreign:
        # Most are text: to ask whether that is an iterator takes longer.
        is_whole = type(body) is str or not isinstance(body, Iterator)
        return original(body) if is_whole else LazyRaw(body)

    return REPLACED.attribute(botocore_stubber, "MockRawResponse", raw_response)
