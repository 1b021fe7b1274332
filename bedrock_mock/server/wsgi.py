"""cheroot, set so that slow, silent and broken clients do not get in the way of others."""

from __future__ import annotations

import json
import socket
import ssl
from contextlib import suppress
from typing import Any

from cheroot import server as cheroot_server
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Gateway_10, Server

from bedrock_mock.protocol.types import Foreign
from bedrock_mock.server.answers import Environ
from bedrock_mock.server.chunks import ChunkedBody

#: Threads at first, and at most: a client that is slow to send a request holds one.
_THREADS, _MOST_THREADS = 64, 1024
#: Connections that wait to be accepted: bursts are longer than cheroot's 5.
_BACKLOG = 1024
#: Connections that are kept open between requests; each is a file handle.
_KEPT = 512
_SHUTDOWN_SECONDS = 1
#: The most that S3 takes at once, and more than any other service.
_MOST_BYTES = 5 * 1024**3
#: The first line of a request and its headers: far more than any client sends.
_MOST_BYTES_OF_HEAD = 1024 * 1024
_PLAIN = "This port speaks HTTPS only: begin the URL with https://"


class WSGIServer(Server):
    """A server of cheroot whose threads wait for requests, not for connections.

    A connection gets a thread when its first bytes are there, so silent ones take none, and
    the handshake of TLS happens in that thread. Where all threads are taken there are more.
    """

    def __init__(
        self, host: str, port: int, application: Foreign, certificate: tuple[str, str] | None = None
    ) -> None:
        super().__init__(
            (host, port),
            application,
            numthreads=_THREADS,
            max=_MOST_THREADS,
            request_queue_size=_BACKLOG,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self.ConnectionClass = _Connection
        self.gateway = _Gateway
        self.keep_alive_conn_limit = _KEPT
        self.max_request_body_size = _MOST_BYTES
        self.max_request_header_size = _MOST_BYTES_OF_HEAD
        if certificate is not None:
            self.ssl_adapter = _Tls(*certificate)

    def process_conn(self, conn: Foreign) -> None:
        """Takes a connection that has just been accepted, or one whose next bytes are there."""
        if conn.last_used is None:
            # It comes again when it has something to read, or is closed after a while.
            self.put_conn(conn)
            return
        if self.requests.qsize >= self.requests.idle:
            self.requests.grow(_THREADS)
        super().process_conn(conn)


class _Tls(BuiltinSSLAdapter):
    """Leaves the handshake to the thread that reads the first request."""

    def wrap(self, sock: Foreign) -> tuple[ssl.SSLSocket, Environ]:
        """The socket and what a request's environment says of it."""
        wrapped = self.context.wrap_socket(sock, do_handshake_on_connect=False, server_side=True)
        return wrapped, {"wsgi.url_scheme": "https", "HTTPS": "on"}


class _Request(cheroot_server.HTTPRequest):
    """A request whose faults are answered in JSON: SDKs try again what they cannot read."""

    def simple_response(self, status: Foreign, msg: Foreign = "") -> None:
        """Answers what does not reach the application."""
        code = int(str(status)[:3])
        if code in (413, 414):
            # That is how the service answers what is too long.
            status, code = "400 Bad Request", 400
        self.close_connection = True
        name = "BadRequestException" if code < 500 else "InternalServerException"  # noqa: PLR2004
        body = json.dumps({"message": str(msg) or str(status)}).encode()
        head = (
            f"{self.server.protocol} {status}\r\nContent-Type: application/json\r\n"
            f"x-amzn-ErrorType: {name}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        # The client may have gone.
        with suppress(OSError):
            self.conn.wfile.write(head.encode("latin-1") + body)


class _Gateway(Gateway_10):
    """Hands a request to the application, with our reader of chunks."""

    def __init__(self, request: Foreign) -> None:
        if request.chunked_read:
            request.rfile = ChunkedBody(request, _MOST_BYTES)
        super().__init__(request)


class _Connection(cheroot_server.HTTPConnection):
    """A connection whose handshake, if it is one of TLS, precedes its first request."""

    RequestHandlerClass = _Request
    _is_open = False

    def communicate(self) -> Any:  # noqa: ANN401 - of cheroot
        """Answers a request; whether the connection may stay open."""
        if not self._is_open and isinstance(self.socket, ssl.SSLSocket):
            try:
                self.socket.do_handshake()
            except OSError as error:
                self._refuse(error)
                return False
        self._is_open = True
        return super().communicate()  # type: ignore[no-untyped-call]

    def _refuse(self, error: OSError) -> None:
        if getattr(error, "reason", "") == "HTTP_REQUEST":
            # Around the TLS of the socket, for a client that does not speak it.
            body = json.dumps({"message": _PLAIN})
            answer = (
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
            )
            socket.socket.send(self.socket, answer.encode())
