"""http.client, and urllib through it: connections to hosts of Bedrock lead to the mock."""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from bedrock_mock.moto_bridge.interception.answering import may_be_answered, refuse_host
from bedrock_mock.moto_bridge.interception.wire import Incoming, Outgoing, written
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign

_PIECE = 65_536
#: What a connection has while it really connects.
_LEAVES = "_leaves_bedrock_mock"


class Wire:
    """What stands in for the socket of a connection.

    Args:
        origin: scheme and host that the connection is for.
        reconnect: makes the real connection, for a request that moto's config lets through,
            and gives its socket.
    """

    def __init__(self, origin: str, reconnect: Callable[[], Any]) -> None:
        self._incoming = Incoming(origin)
        self._reconnect = reconnect

    def sendall(self, data: bytes) -> None:
        """Takes a part of the request."""
        self._incoming.feed(data)

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        """The file with the answer, which is asked for when it is read."""
        return io.BufferedReader(Outgoing(self._pieces()))

    def _pieces(self) -> Generator[bytes]:
        request = self._incoming.request()
        if request is None:
            msg = "the request is not complete: its body is shorter than its headers say"
            raise http.client.RemoteDisconnected(msg)
        answer = request.answer()
        if answer is not None:
            yield from written(answer)
        else:
            yield from self._passed()

    def _passed(self) -> Iterator[bytes]:
        real = self._reconnect()
        real.sendall(self._incoming.data)
        with real.makefile("rb", buffering=0) as file:
            yield from iter(lambda: file.read(_PIECE), b"")

    def close(self) -> None:
        """Nothing is open."""

    def settimeout(self, _: float | None) -> None:
        """An answer takes as long as the test says."""

    def setsockopt(self, *_: object) -> None:
        """There is nothing to set."""

    def shutdown(self, _: int) -> None:
        """Nothing is open."""


@contextmanager
def adapted(module: ModuleType) -> Iterator[None]:
    """While this lasts, ``http.client`` answers what is for Bedrock."""
    putrequest = module.HTTPConnection.putrequest

    def ours(self: Any, method: str, url: str, *args: Foreign, **kwargs: Foreign) -> Foreign:  # noqa: ANN401
        if method == "CONNECT":
            refuse_host(url.rpartition(":")[0])
        elif "://" in url:
            # This is how a proxy is asked for plain http.
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
            if may_be_answered(origin):
                self.sock = Wire(origin, lambda: _reconnected(self, self.connect))
        elif not isinstance(self.sock, Wire | None) and may_be_answered(_origin(self)):
            # The connection was opened before the mock began.
            self.sock.close()
            self.sock = None
            self.connect()
        return putrequest(self, method, url, *args, **kwargs)

    with ExitStack() as stack:
        stack.enter_context(REPLACED.attribute(module.HTTPConnection, "putrequest", ours))
        for owner in (module.HTTPConnection, module.HTTPSConnection):
            stack.enter_context(connects(owner))
        yield


@contextmanager
def connects(owner: Any) -> Iterator[None]:  # noqa: ANN401 - a class of connections
    """While this lasts, connections of a class lead to the mock where they are for Bedrock."""
    connect = owner.connect

    def ours(self: Any) -> None:  # noqa: ANN401
        origin = _origin(self)
        # Some connect as the class above theirs does, and then encrypt.
        if not hasattr(self, _LEAVES) and may_be_answered(origin):
            self.sock = Wire(origin, lambda: _reconnected(self, lambda: connect(self)))
            # urllib3 warns of connections for which this is false.
            self.is_verified = True
        else:
            connect(self)

    with REPLACED.attribute(owner, "connect", ours):
        yield


def _reconnected(connection: Any, connect: Callable[[], None]) -> Any:  # noqa: ANN401
    connection.sock = None
    setattr(connection, _LEAVES, True)
    try:
        connect()
    finally:
        delattr(connection, _LEAVES)
    return connection.sock


def _origin(connection: Any) -> str:  # noqa: ANN401
    """Scheme, host and port of what a connection is for, if need be through a proxy's tunnel."""
    is_secure = connection.default_port == http.client.HTTPS_PORT
    host, port = connection.host, connection.port
    if connection._tunnel_host:  # noqa: SLF001 - see the canaries
        host, port = connection._tunnel_host, connection._tunnel_port  # noqa: SLF001
    suffix = "" if port in (None, connection.default_port) else f":{port}"
    return f"{'https' if is_secure else 'http'}://{host}{suffix}"
