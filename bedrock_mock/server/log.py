"""A line for each request on stderr, in the form of ``moto_server``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bedrock_mock.server.answers import Environ, StartResponse


def logged(application: Any) -> Any:  # noqa: ANN401 - any WSGI application
    """The application, with a line on stderr for each request and the status of its answer."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            now = datetime.now().astimezone().strftime("%d/%b/%Y %H:%M:%S")
            uri = environ.get("REQUEST_URI") or environ.get("PATH_INFO", "")
            line = f"{environ['REQUEST_METHOD']} {uri} {environ['SERVER_PROTOCOL']}"
            length = dict(headers).get("Content-Length", "-")
            who = environ.get("REMOTE_ADDR", "-")
            said = f'{who} - - [{now}] "{line}" {status.split(maxsplit=1)[0]} {length}'
            print(said, file=sys.stderr, flush=True)  # noqa: T201 - a command
            return start_response(status, headers, *rest)

        answered: Iterable[bytes] = application(environ, start)
        return answered

    return answer
