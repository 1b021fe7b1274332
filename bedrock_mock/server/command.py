"""``bedrock-mock serve``: the command, and cheroot that it runs on."""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING
from unittest.mock import patch

from werkzeug.serving import run_simple

from bedrock_mock.moto_bridge.takeover import takeover
from bedrock_mock.server.flags import parse
from bedrock_mock.server.listening import (
    MissingExtraError,
    application,
    listen,
    url_of,
    wsgi_server,
)
from bedrock_mock.server.log import logged

if TYPE_CHECKING:
    from bedrock_mock.server.wsgi import WSGIServer

#: What the command prints once it can be called, before its URL.
READY = "bedrock-mock is ready at "
#: What of the developer's environment moto would read: it makes sessions of boto3.
_PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


def serve(argv: Sequence[str]) -> int:
    """Runs the server until it is interrupted (SIGINT, SIGTERM).

    Args:
        argv: the flags of ``moto_server``: ``-H``/``--host`` (default ``127.0.0.1``),
            ``-p``/``--port`` (default ``MOTO_PORT`` or 5000; 0 for a free one),
            ``-s``/``--ssl``, ``-c``/``--ssl-cert``, ``-k``/``--ssl-key``,
            ``-r``/``--reload``; and ``-l``/``--log-requests``, ``--ssl-ca`` and ``--replay``.

    Returns:
        The exit status: 0, or 1 where the address cannot be listened at, the certificate
        cannot be used, or what is to be replayed cannot be.

    Raises:
        SystemExit: the extra ``server`` is not installed, or the flags make no sense.

    Source: https://docs.getmoto.org/en/latest/docs/server_mode.html
    """
    options = parse(argv)
    with patch.dict(os.environ):
        for name in _PROFILES:
            os.environ.pop(name, None)
        for name in _FILES:
            os.environ[name] = os.devnull
        takeover.acquire()
        try:
            with ExitStack() as stack:
                try:
                    stack.enter_context(_replayed(options.replay))
                except (OSError, ValueError) as error:
                    return _refuse(f"--replay: {error}")
                return _run(options)
        except MissingExtraError as error:
            raise SystemExit(str(error)) from error
        finally:
            takeover.release()


@contextmanager
def _replayed(paths: Sequence[str]) -> Iterator[None]:
    """While this lasts, models answer as these logs say, also after a reset.

    Raises:
        OSError, ValueError: a file cannot be read, or is not one of logs.
    """
    if not paths:
        yield
        return
    from bedrock_mock.mock.log_files import read_logs  # noqa: PLC0415 - it loads moto
    from bedrock_mock.mock.performing import perform  # noqa: PLC0415
    from bedrock_mock.scripting.scripts import SCRIPTS  # noqa: PLC0415

    for path in paths:
        perform("replay", {"path": path, "records": read_logs(path)})
    SCRIPTS.replies.keep()
    try:
        yield
    finally:
        SCRIPTS.replies.keep_none()


def _run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        try:
            certificate = _certificate(options, folder)
        except OSError as error:
            return _refuse(f"cannot write --ssl-ca: {error}. Name a file in a folder that exists.")
        if options.reload:
            # A reloader watches a server that it can kill: that of developers.
            run_simple(
                options.host,
                options.port,
                application(),
                threaded=True,
                use_reloader=True,
                ssl_context=certificate,
            )
            return 0
        try:
            server = wsgi_server(options.host, options.port, certificate)
        except OSError as error:
            return _refuse(
                f"cannot use the certificate {options.ssl_cert} with the key {options.ssl_key}: "
                f"{error}. Give two files in PEM format."
            )
        if options.log_requests:
            server.wsgi_app = logged(server.wsgi_app)
        try:
            listen(server)
        except (OSError, ValueError) as error:
            return _refuse(
                f"cannot listen at {options.host}:{options.port}: {error}. {_remedy(error)}"
            )
        # moto calls itself here.
        os.environ["MOTO_PORT"] = str(server.bind_addr[1])
        with _stopped_by_signals(server):
            url = url_of(server, secure=certificate is not None)
            print(f"{READY}{url}", flush=True)  # noqa: T201 - a command
            server.serve()
    return 0


def _remedy(error: Exception) -> str:
    """What helps where an address cannot be listened at."""
    if isinstance(error, PermissionError):
        return "Choose a --port from 1024, or --port 0 for a free one."
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return "Choose another --port, or --port 0 for a free one."
    return "Give --host an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them."


def _refuse(reason: str) -> int:
    print(f"bedrock-mock serve: {reason}", file=sys.stderr)  # noqa: T201 - a command
    return 1


@contextmanager
def _stopped_by_signals(server: WSGIServer) -> Iterator[None]:
    """SIGINT and SIGTERM have another thread stop the server, as its own way to end is.

    A handler that raises would do so anywhere, also where the server hands a connection to
    its threads: one of them might then never end, and the server waits for it.
    """
    ended_by: SimpleQueue[int] = SimpleQueue()

    def stop() -> None:
        ended_by.get()
        server.stop()

    stopper = Thread(target=stop, name="bedrock-mock-stopper")
    for signum in (signal.SIGINT, signal.SIGTERM):
        # Of all that could be called here, this alone may interrupt itself.
        signal.signal(signum, lambda signum, _: ended_by.put(signum))
    stopper.start()
    try:
        yield
    finally:
        # Nothing is left to do but to end, which a second signal must not call a failure.
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.SIG_IGN)
        ended_by.put(0)
        stopper.join()


def _certificate(options: argparse.Namespace, folder: str) -> tuple[str, str] | None:
    """The files of the certificate and its key, where https is asked for."""
    if options.ssl_cert and options.ssl_key:
        return options.ssl_cert, options.ssl_key
    if not options.ssl:
        return None
    from bedrock_mock.server.certificate import made_certificate  # noqa: PLC0415 - when needed

    made = made_certificate(Path(folder), options.host)
    if options.ssl_ca:
        shutil.copyfile(made.authority, options.ssl_ca)
    return made.pair
