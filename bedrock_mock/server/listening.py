"""A server for the application: made, listening, and its URL."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedrock_mock.server.application import Application
    from bedrock_mock.server.wsgi import WSGIServer

_NEEDS_EXTRA = (
    "bedrock-mock needs the packages of its server, which are not installed: "
    "pip install 'bedrock-mock[server]'"
)


class MissingExtraError(ImportError):
    """The packages of the extra ``server`` are not installed."""


def wsgi_server(host: str, port: int, certificate: tuple[str, str] | None = None) -> WSGIServer:
    """A server of cheroot for the application, which does not listen yet."""
    try:
        from bedrock_mock.server.wsgi import WSGIServer  # noqa: PLC0415 - it needs the extra
    except ImportError as error:
        raise MissingExtraError(_NEEDS_EXTRA) from error
    return WSGIServer(host, port, application(), certificate)


def listen(server: WSGIServer) -> None:
    """Has the server listen at its address.

    Raises:
        OSError: it cannot.
    """
    host, port = server.bind_addr
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if port:
        # cheroot leaves its socket open where this fails.
        socket.create_server((host, port), family=family).close()
    server.prepare()


def url_of(server: WSGIServer, *, secure: bool = False) -> str:
    """The URL of a server that listens."""
    host, port = server.bind_addr[:2]
    if ":" in host:
        host = f"[{host}]"
    return f"http{'s' if secure else ''}://{host}:{port}"


def application() -> Application:
    """The application; our backends must be in moto's slots while it runs.

    Raises:
        MissingExtraError: the extra ``server`` is not installed; the message says how to.
    """
    try:
        from bedrock_mock.server.application import Application  # noqa: PLC0415 - it needs the extra
    except ImportError as error:
        raise MissingExtraError(_NEEDS_EXTRA) from error
    return Application()
