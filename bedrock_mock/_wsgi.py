"""The WSGI application: moto's server with our Bedrock in front of it.

Requests to Bedrock take a short way of their own: they do not pass moto's dispatcher and
Flask, which would answer what they do not understand with a page of HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from http.client import responses as PHRASES  # noqa: N812 - a table of constants
from typing import Any, cast

from moto import settings
from moto.core import request as moto_request
from moto.moto_api import recorder
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from bedrock_mock.bedrock.responses import BedrockResponse
from bedrock_mock.bedrock.urls import url_bases
from bedrock_mock.core.service import Service

#: For container health checks; beside moto's own paths.
HEALTH_PATH = "/moto-api/health"

_SCOPE = re.compile(r"Credential=[^/,]*/[^/,]*/(?P<region>[^/,]*)/(?P<service>[^/,]*)/aws4_request")
_HOST = re.compile(url_bases[0])

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class _Request(moto_request.Request):
    """A request as moto's own server hands it to the services."""

    from_wsgi_server = True


class Application:
    """Serves Bedrock by ourselves and all else by moto's dispatcher.

    Whoever runs it sees to it that our backends are in moto's slots meanwhile.
    """

    def __init__(self) -> None:
        # All of these are signed for "bedrock"; moto has the latter two.
        self._ours = BedrockResponse.service
        self._others = [Service("bedrock-agent"), Service("bedrock-runtime")]
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == HEALTH_PATH:
            return _send(environ, start_response, 200, {}, json.dumps({"status": "ok"}))
        # Servers call the path as it was sent by one of two names; moto knows the first.
        environ.setdefault("RAW_URI", environ.get("REQUEST_URI") or _rebuilt_uri(environ))
        if environ["REQUEST_METHOD"] != "OPTIONS" and self._is_bedrock(environ):
            request = _Request(environ)
            recorder._record_request(request)  # noqa: SLF001 - as moto's own server does
            url = f"http://{environ.get('HTTP_HOST', '')}{environ['RAW_URI']}"
            answer = BedrockResponse.dispatch(request, url, request.headers)
            return _send(environ, start_response, *answer)
        return cast("Iterable[bytes]", self._moto(environ, start_response))

    def _is_bedrock(self, environ: Environ) -> bool:
        """Whether a request is for Bedrock's control plane, by its signature, host or path."""
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        path = environ["RAW_URI"].partition("?")[0]
        if scope := _SCOPE.search(authorization):
            return scope["service"] == "bedrock" and not self._is_others(environ, path)
        if authorization.startswith("Bearer "):
            # An API key of Bedrock. moto does not know the scheme: it gets a scope to go by.
            if not self._is_others(environ, path):
                return True
            environ["HTTP_AUTHORIZATION"] = (
                "AWS4-HMAC-SHA256 Credential=BEARER/20230420/us-east-1/bedrock/aws4_request"
            )
            return False
        if _HOST.match(f"http://{environ.get('HTTP_HOST', '')}"):
            return True
        return self._ours.knows(path)

    def _is_others(self, environ: Environ, path: str) -> bool:
        method = environ["REQUEST_METHOD"]
        if self._ours.route(method, path) is not None:
            return False
        return any(other.route(method, path) is not None for other in self._others)


def _rebuilt_uri(environ: Environ) -> str:
    """The path and query, from a server that keeps only the decoded path."""
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING")
    return f"{path}?{query}" if query else path


def _send(
    environ: Environ, start_response: StartResponse, status: int, headers: dict[str, str], body: str
) -> Iterable[bytes]:
    content = body.encode()
    sent = {
        "Content-Type": "application/json",
        **headers,
        "Content-Length": str(len(content)),
    }
    if not settings.DISABLE_GLOBAL_CORS:
        sent["Access-Control-Allow-Origin"] = "*"
    start_response(f"{status} {PHRASES.get(status, '')}", list(sent.items()))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]
