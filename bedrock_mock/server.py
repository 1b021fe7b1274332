"""moto's server with our Bedrock in it: the WSGI application, the command, and one for tests."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_ssl_devcert, run_simple

from bedrock_mock._remote import Remote
from bedrock_mock._scripting import Scripting
from bedrock_mock._takeover import install, takeover

if TYPE_CHECKING:
    from cheroot.wsgi import Server as WSGIServer
    from mypy_boto3_bedrock import BedrockClient

    from bedrock_mock._wsgi import Application

_NEEDS_EXTRA = (
    "bedrock-mock needs the packages of its server, which are not installed: "
    "pip install 'bedrock-mock[server]'"
)
_READY = "bedrock-mock is ready at "
_THREADS = 16


def create_app() -> Application:
    """The WSGI application: moto's server, with our Bedrock in it.

    It installs our Bedrock for the whole process, as :func:`bedrock_mock.install` does.
    All state is in the process that runs it, so it must be run by one process.

    Example::

        gunicorn --workers 1 --threads 16 "bedrock_mock.server:create_app()"
    """
    application = _application()
    install()
    return application


def _application() -> Application:
    try:
        from bedrock_mock._wsgi import Application  # noqa: PLC0415 - it needs the extra
    except ImportError as error:
        raise SystemExit(_NEEDS_EXTRA) from error
    return Application()


def serve(argv: Sequence[str]) -> int:
    """Runs the server until it is interrupted (SIGINT, SIGTERM).

    Args:
        argv: the flags of ``moto_server``: ``-H``/``--host`` (default ``127.0.0.1``),
            ``-p``/``--port`` (default ``MOTO_PORT`` or 5000; 0 for a free one),
            ``-s``/``--ssl``, ``-c``/``--ssl-cert``, ``-k``/``--ssl-key``,
            ``-r``/``--reload``.

    Returns:
        The exit status: 0, or 1 where the address cannot be listened at.

    Raises:
        SystemExit: the extra ``server`` is not installed, or a flag is not known.

    Source: https://docs.getmoto.org/en/latest/docs/server_mode.html
    """
    options = _parser().parse_args(argv)
    takeover.acquire()
    try:
        return _run(options)
    finally:
        takeover.release()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bedrock-mock serve", description="moto's server.")
    port = int(os.environ.get("MOTO_PORT", "5000"))
    parser.add_argument("-H", "--host", default="127.0.0.1", help="the address (%(default)s)")
    parser.add_argument(
        "-p", "--port", type=int, default=port, help="the port (%(default)s); 0: a free one"
    )
    parser.add_argument(
        "-r", "--reload", action="store_true", help="start again when a source file changes"
    )
    parser.add_argument(
        "-s", "--ssl", action="store_true", help="https, with a certificate made for the occasion"
    )
    parser.add_argument("-c", "--ssl-cert", metavar="FILE", help="https, with this certificate")
    parser.add_argument("-k", "--ssl-key", metavar="FILE", help="and this private key")
    return parser


def _run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        certificate = _certificate(options, folder)
        if options.reload:
            # A reloader watches a server that it can kill: that of developers.
            run_simple(
                options.host,
                options.port,
                _application(),
                threaded=True,
                use_reloader=True,
                ssl_context=certificate,
            )
            return 0
        server = _wsgi_server(options.host, options.port, certificate)
        try:
            _listen(server)
        except OSError as error:
            print(  # noqa: T201 - a command
                f"bedrock-mock serve: cannot listen at {options.host}:{options.port}: "
                f"{error}. Choose another --port, or --port 0 for a free one.",
                file=sys.stderr,
            )
            return 1
        # moto calls itself here.
        os.environ.setdefault("MOTO_PORT", str(server.bind_addr[1]))
        with _stopped_by_signals(server):
            url = _url(server, secure=certificate is not None)
            print(f"{_READY}{url}", flush=True)  # noqa: T201 - a command
            server.serve()
    return 0


@contextmanager
def _stopped_by_signals(server: WSGIServer) -> Iterator[None]:
    """SIGINT and SIGTERM have another thread stop the server, as its own way to end is.

    A handler that raises would do so anywhere, also where the server hands a connection to
    its threads: one of them may then never be told to end, and the server waits for it.
    """
    told: SimpleQueue[int] = SimpleQueue()

    def stop() -> None:
        told.get()
        server.stop()

    stopper = Thread(target=stop, name="bedrock-mock-stopper")
    for signum in (signal.SIGINT, signal.SIGTERM):
        # Of all that could be called here, this alone may interrupt itself.
        signal.signal(signum, lambda signum, _: told.put(signum))
    stopper.start()
    try:
        yield
    finally:
        told.put(0)
        stopper.join()


def _certificate(options: argparse.Namespace, folder: str) -> tuple[str, str] | None:
    """The files of the certificate and its key, where https is asked for."""
    if options.ssl_cert and options.ssl_key:
        return options.ssl_cert, options.ssl_key
    if not options.ssl:
        return None
    return make_ssl_devcert(str(Path(folder, "certificate")), host=options.host)


def _wsgi_server(host: str, port: int, certificate: tuple[str, str] | None = None) -> WSGIServer:
    try:
        from cheroot.ssl.builtin import BuiltinSSLAdapter  # noqa: PLC0415 - it needs the extra
        from cheroot.wsgi import Server as WSGIServer  # noqa: PLC0415
    except ImportError as error:
        raise SystemExit(_NEEDS_EXTRA) from error
    server = WSGIServer((host, port), _application(), numthreads=_THREADS)
    if certificate is not None:
        server.ssl_adapter = BuiltinSSLAdapter(*certificate)
    return server


def _listen(server: WSGIServer) -> None:
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


def _url(server: WSGIServer, *, secure: bool = False) -> str:
    host, port = server.bind_addr[:2]
    return f"http{'s' if secure else ''}://{host}:{port}"


class BedrockServer(Scripting):
    """A running server: what the ``bedrock_server`` fixture and its factory give.

    Attributes:
        endpoint_url: where it is: ``http://127.0.0.1:49152``.
    """

    def __init__(self, endpoint_url: str, stop: Callable[[], None]) -> None:
        self.endpoint_url = endpoint_url
        self._stop = stop
        self._remote = Remote(endpoint_url)
        self._undo: list[Callable[[], None]] = []

    @classmethod
    def in_thread(cls, port: int = 0) -> BedrockServer:
        """Starts a server in this process, on a free port of 127.0.0.1 unless one is given.

        Its state is this process's: a second one has the same, and so has ``mock_aws``,
        which has our Bedrock while it runs.
        """
        server = _wsgi_server("127.0.0.1", port)
        # A connection that is kept alive is one that some client forgets to close.
        server.keep_alive_conn_limit = 0
        _listen(server)
        takeover.acquire()
        thread = Thread(target=server.serve, name="bedrock-mock", daemon=True)
        thread.start()

        def stop() -> None:
            server.stop()
            thread.join()
            takeover.release()

        return cls(_url(server), stop)

    @classmethod
    def in_process(cls, port: int = 0) -> BedrockServer:
        """Starts a server in a process of its own, with a state of its own."""
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "bedrock_mock", "serve", "--port", str(port)],
            stdout=subprocess.PIPE,
            text=True,
        )

        def stop() -> None:
            process.terminate()
            process.communicate()

        assert process.stdout is not None  # noqa: S101 - for type checkers: it is a pipe
        line = process.stdout.readline()
        if not line.startswith(_READY):
            stop()
            msg = f"bedrock-mock serve --port {port} did not start; it has said why on stderr"
            raise RuntimeError(msg)
        return cls(line.removeprefix(_READY).strip(), stop)

    def client(
        self, region_name: str | None = None, account_id: str | None = None
    ) -> BedrockClient:
        """A boto3 client for Bedrock on this server.

        Args:
            region_name: default: ``AWS_DEFAULT_REGION``, or ``us-east-1``.
            account_id: the account that its calls come from; default: ``123456789012``.
        """
        import boto3  # noqa: PLC0415

        from bedrock_mock._handle import make_client  # noqa: PLC0415 - it loads moto

        return make_client(
            boto3.client,
            region_name,
            account_id,
            endpoint_url=self.endpoint_url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - a server of moto asks for none
        )

    def set_transition(self, model_name: str, transition: dict[str, Any]) -> None:
        """Sets how jobs move on, until the next reset.

        Takes and raises what :meth:`bedrock_mock.BedrockMock.set_transition` does.
        """
        from bedrock_mock._handle import check_transition  # noqa: PLC0415 - it loads moto

        check_transition(model_name, transition)
        before = self._remote.transition(model_name)
        self._undo.append(partial(self._remote.set_transition, model_name, before))
        self._remote.set_transition(model_name, transition)

    def _perform(self, verb: str, **arguments: Any) -> Any:
        return self._remote.perform(verb, arguments)

    def reset(self) -> None:
        """Forgets all state of all services, and the transitions that were set here."""
        while self._undo:
            self._undo.pop()()
        self._remote.reset()

    def stop(self) -> None:
        """Forgets all state, ends the server and frees its port."""
        self.reset()
        self._stop()
