"""How the WSGI application answers: with JSON, also where moto has a page or fails."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from http.client import responses as PHRASES  # noqa: N812 - a table of constants
from typing import Any

from moto import settings

from bedrock_mock.protocol.bounded import MESSAGE, bounded
from bedrock_mock.protocol.types import Foreign

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

#: Pages that are meant for people.
_FOR_PEOPLE = ("/moto-api", "/static", "/favicon.ico")
_EXPOSED = "x-amzn-ErrorType, x-amzn-RequestId"
_FAILED = 400
#: What moto's own API raises for a body that it cannot use.
_OF_BODIES = (KeyError, TypeError, ValueError)

_log = logging.getLogger(__name__)


def send(
    environ: Environ,
    start_response: StartResponse,
    status: int,
    headers: dict[str, str],
    body: str | bytes | Iterator[bytes],
) -> Iterable[bytes]:
    """Answers with JSON, unless the headers say otherwise; chunks leave as they come."""
    content: Iterable[bytes]
    sent = {"Content-Type": "application/json", **headers}
    if isinstance(body, Iterator):
        content = body
    else:
        text = body.encode() if isinstance(body, str) else body
        sent["Content-Length"] = str(len(text))
        content = [text]
    if not settings.DISABLE_GLOBAL_CORS:
        sent["Access-Control-Allow-Origin"] = "*"
        sent["Access-Control-Expose-Headers"] = _EXPOSED
    start_response(f"{status} {PHRASES.get(status, '')}", list(sent.items()))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else content


def is_preflight(environ: Environ) -> bool:
    """Whether a browser asks if a page of another origin may send what it is about to."""
    return (
        environ["REQUEST_METHOD"] == "OPTIONS"
        and "HTTP_ORIGIN" in environ
        and not settings.DISABLE_GLOBAL_CORS
    )


def allowed(environ: Environ) -> dict[str, str]:
    """The headers that let it."""
    return {
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "*"),
    }


def answer_of(
    moto: Foreign, environ: Environ, start_response: StartResponse, *, must_know: bool
) -> Iterable[bytes]:
    """What moto answers; where it fails or has a page for an error, JSON instead.

    SDKs try again what they cannot read, for minutes in all.

    Args:
        moto: moto's application.
        environ: the request.
        start_response: of the WSGI server.
        must_know: whether moto fails because of the request: what it has not implemented
            is its own fault.
    """
    began: list[Any] = []

    def begin(status: str, headers: list[tuple[str, str]], exc_info: Foreign = None) -> Foreign:  # noqa: ARG001
        began[:] = [status, headers]

    try:
        # Read as a whole: what fails may do so late.
        content = b"".join(moto(environ, begin))
    except Exception as error:  # noqa: BLE001 - every error becomes an answer
        _log.exception("moto failed to answer %s %s", environ["REQUEST_METHOD"], environ["RAW_URI"])
        if environ["RAW_URI"].startswith("/moto-api/state") and isinstance(error, _OF_BODIES):
            message = _lacks(environ, error)
            return refuse(environ, start_response, _FAILED, "BadRequestException", message)
        if _is_for_no_service(environ):
            return _unknown(environ, start_response, 404)
        status = _FAILED if must_know and not isinstance(error, NotImplementedError) else 501
        code = "BadRequestException" if status == _FAILED else "NotImplementedException"
        message = f"moto cannot answer this request, is it signed for the right service? {error!r}"
        return refuse(environ, start_response, status, code, message)
    status_line, headers = began
    status = int(status_line.split()[0])
    if status >= _FAILED and not environ["RAW_URI"].startswith(_FOR_PEOPLE):
        is_page = content[:15].lower().startswith(b"<!doctype html")
        # S3 answers a HEAD so, too.
        is_empty = not content and environ["REQUEST_METHOD"] != "HEAD"
        if is_page or is_empty or (_is_for_no_service(environ) and b"NoSuchBucket" in content):
            return _unknown(environ, start_response, status)
    start_response(status_line, headers)
    return [content]


def _is_for_no_service(environ: Environ) -> bool:
    """Whether nothing says that a request is for S3, which moto takes all those for."""
    agent = environ.get("HTTP_USER_AGENT", "").lower()
    return (
        "HTTP_AUTHORIZATION" not in environ
        and not environ.get("QUERY_STRING")
        and not any(name.startswith("HTTP_X_AMZ") for name in environ)
        and not any(each in agent for each in ("aws", "boto", "s3"))
        and "amazonaws" not in environ.get("HTTP_HOST", "")
    )


def _lacks(environ: Environ, error: Exception) -> str:
    """What is wrong with a request to moto's own API, which takes a body as it is."""
    path = f"{environ['REQUEST_METHOD']} {environ['RAW_URI']}"
    if isinstance(error, KeyError):
        return f"{path}: the body lacks the member {error}"
    return f"{path}: the body must be a JSON object: {error}"


def _unknown(environ: Environ, start_response: StartResponse, status: int) -> Iterable[bytes]:
    message = f"No operation is {environ['REQUEST_METHOD']} {environ['RAW_URI']}"
    return refuse(environ, start_response, status, "UnknownOperationException", message)


def refuse(
    environ: Environ, start_response: StartResponse, status: int, code: str, message: str
) -> Iterable[bytes]:
    """Answers with an error in JSON."""
    headers = {"x-amzn-ErrorType": code}
    body = json.dumps({"message": bounded(message, MESSAGE)})
    return send(environ, start_response, status, headers, body)
