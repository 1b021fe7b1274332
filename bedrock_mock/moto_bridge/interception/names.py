"""The guard behind all adapters: the name of a host of Bedrock is not resolved."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bedrock_mock.moto_bridge.interception.answering import refuse_host
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign


@contextmanager
def guarded() -> Iterator[None]:
    """While this lasts, ``socket.getaddrinfo`` refuses hosts of Bedrock."""
    original = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Foreign, **kwargs: Foreign) -> Foreign:  # noqa: ANN401
        if host:
            refuse_host(host.decode("latin-1") if isinstance(host, bytes) else str(host))
        return original(host, *args, **kwargs)

    with REPLACED.attribute(socket, "getaddrinfo", getaddrinfo):
        yield
