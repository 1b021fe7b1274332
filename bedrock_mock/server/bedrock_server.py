"""BedrockServer: a running server, as the ``bedrock_server`` fixture gives it."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import requests

from bedrock_mock.mock.clients import Clients
from bedrock_mock.mock.remote import CONFIG_PATH, Remote
from bedrock_mock.mock.verbs import Scripting
from bedrock_mock.moto_bridge.guard import SERVERS
from bedrock_mock.moto_bridge.surroundings import our_transitions, restore_transitions
from bedrock_mock.moto_bridge.takeover import takeover
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.server.command import READY
from bedrock_mock.server.listening import listen, url_of, wsgi_server


class BedrockServer(Clients, Scripting):
    """A running server: what the ``bedrock_server`` fixture and its factory give.

    Attributes:
        endpoint_url: where it is: ``http://127.0.0.1:49152``.
        ca_bundle: the path of the file that clients must trust, for ``AWS_CA_BUNDLE`` or
            ``verify=``, where it speaks HTTPS; else ``None``.
    """

    def __init__(
        self, endpoint_url: str, stop: Callable[[], None], ca_bundle: str | None = None
    ) -> None:
        self.endpoint_url = endpoint_url
        self.ca_bundle = ca_bundle
        self._stop = stop
        #: Whether a server in this process has had a request since the last reset.
        self.is_used = False
        #: What :meth:`configure` has set.
        self.config: dict[str, Any] = {}
        self._remote = Remote(endpoint_url, ca_bundle)
        self._undo: list[Callable[[], None]] = []
        #: Whether someone else may have set the config since.
        self._is_config_posted = False
        #: The transitions before the first request that may have changed them.
        self._transitions: dict[str, Any] | None = None
        self._is_stopped = False
        SERVERS.add(endpoint_url)

    def configure(self, config: dict[str, Any]) -> None:
        """Makes this Bedrock's part of the server's config, until something else is."""
        self._remote.set_config(config)
        self.config = config
        self._is_config_posted = False

    @classmethod
    def in_thread(cls, port: int = 0, *, ssl: bool = False) -> BedrockServer:
        """Starts a server in this process, on a free port of 127.0.0.1 unless one is given.

        Its state is this process's: a second one has the same, and so has ``mock_aws``,
        which has our Bedrock while it runs.

        Args:
            port: 0 for a free one.
            ssl: whether it speaks HTTPS, with a certificate that is made for it.
        """
        files = ExitStack()
        pair = authority = None
        if ssl:
            from bedrock_mock.server.certificate import made_certificate  # noqa: PLC0415 - heavy

            certificate = made_certificate(files.enter_context(_folder()))
            pair, authority = certificate.pair, str(certificate.authority)
        server = wsgi_server("127.0.0.1", port, pair)
        # A connection that is kept alive is one that some client forgets to close.
        server.keep_alive_conn_limit = 0
        application = server.wsgi_app
        listen(server)
        takeover.acquire()
        thread = Thread(target=server.serve, name="bedrock-mock", daemon=True)
        thread.start()

        def stop() -> None:
            server.stop()
            thread.join()
            takeover.release()
            files.close()

        started = cls(url_of(server, secure=ssl), stop, authority)

        def noting(environ: Foreign, start_response: Foreign) -> Foreign:
            started.is_used = True
            started.note_settings(environ.get("PATH_INFO", ""))
            return application(environ, start_response)

        server.wsgi_app = noting
        return started

    @classmethod
    def in_process(cls, port: int = 0, *, ssl: bool = False) -> BedrockServer:
        """Starts a server in a process of its own, with a state of its own.

        Args:
            port: 0 for a free one.
            ssl: as for :meth:`in_thread`.
        """
        files = ExitStack()
        authority = str(files.enter_context(_folder()) / "authority.pem") if ssl else None
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [
                *(sys.executable, "-m", "bedrock_mock", "serve", "--port", str(port)),
                *(("--ssl", "--ssl-ca", authority) if authority else ()),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )

        output = process.stdout
        assert output is not None  # noqa: S101 - for type checkers: it is a pipe
        line = output.readline()
        # moto prints, too, and would wait for ever for somebody to read it.
        reader = Thread(target=deque, args=(output, 0), daemon=True)
        reader.start()

        def stop() -> None:
            process.terminate()
            process.wait()
            reader.join()
            output.close()
            files.close()

        if not line.startswith(READY):
            stop()
            msg = f"bedrock-mock serve --port {port} did not start; it has said why on stderr"
            raise RuntimeError(msg)
        return cls(line.removeprefix(READY).strip(), stop, authority)

    def note_settings(self, path: str) -> None:
        """A request to this path may change what the next test relies on: a reset undoes it."""
        if path == CONFIG_PATH:
            self._is_config_posted = True
        elif path.startswith("/moto-api/state-manager/") and self._transitions is None:
            self._transitions = our_transitions()

    def _make_client(self, service_name: str, region_name: str) -> Foreign:
        import boto3  # noqa: PLC0415 - not before it is needed

        from bedrock_mock.moto_bridge.environment import (  # noqa: PLC0415 - it loads moto
            ignored,
            serving,
        )

        # The developer's profile and config files do not concern it.
        with serving(), ignored():
            return boto3.client(  # type: ignore[call-overload]
                service_name,
                region_name=region_name,
                endpoint_url=self.endpoint_url,
                verify=self.ca_bundle,
                aws_access_key_id="testing",
                aws_secret_access_key="testing",  # noqa: S106 - a server of moto asks for none
            )

    def set_transition(self, model_name: str, transition: dict[str, Any]) -> None:
        """Sets how jobs move on, until the next reset.

        Takes and raises what :meth:`bedrock_mock.BedrockMock.set_transition` does.
        """
        from bedrock_mock.services import check_transition  # noqa: PLC0415 - it loads moto

        check_transition(model_name, transition)
        before = self._remote.transition(model_name)
        self._undo.append(partial(self._remote.set_transition, model_name, before))
        self._remote.set_transition(model_name, transition)

    def _perform(self, verb: str, **arguments: Foreign) -> Foreign:
        return self._remote.perform(verb, arguments)

    def reset(self) -> None:
        """Forgets all state of all services, and the transitions that were set here.

        A server in this process also forgets transitions and a config of Bedrock that were
        posted to its ``/moto-api/``.
        """
        # First, because a clock that is put back may end jobs.
        self._remote.reset()
        while self._undo:
            self._undo.pop()()
        if self._is_config_posted:
            self.configure(self.config)
        if self._transitions is not None:
            restore_transitions(self._transitions)
            self._transitions = None
        self.is_used = False

    def stop(self) -> None:
        """Forgets all state, ends the server and frees its port; again, it does nothing."""
        if self._is_stopped:
            return
        self._is_stopped = True
        try:
            self.reset()
        except requests.ConnectionError:
            # It has ended by itself, and its state with it.
            self._undo.clear()
        self._stop()
        SERVERS.discard(self.endpoint_url)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for what a server's clients must trust."""
    with TemporaryDirectory(prefix="bedrock-mock-") as folder:
        yield Path(folder)
