"""The WSGI application: moto's server with our Bedrock in front of it.

Requests to Bedrock take a short way of their own: they do not pass moto's dispatcher and
Flask, which would answer what they do not understand with a page of HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from moto.core import request as moto_request
from moto.moto_api import recorder
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from bedrock_mock.protocol.service import Service
from bedrock_mock.server.answers import (
    Environ,
    StartResponse,
    allowed,
    answer_of,
    is_preflight,
    send,
)
from bedrock_mock.services.bedrock.responses import BedrockResponse
from bedrock_mock.services.bedrock.urls import DNS_SUFFIXES, url_bases

#: For container health checks; beside moto's own paths.
HEALTH_PATH = "/moto-api/health"

_SCOPE = re.compile(r"Credential=[^/,]*/[^/,]*/(?P<region>[^/,]*)/(?P<service>[^/,]*)/aws4_request")
_PRESIGNED = re.compile(r"(?:^|&)X-Amz-Credential=(?P<scope>[^&]+)")
# What is presigned for Bedrock has got a header by then.
_PRESIGNED_FOR_OTHERS = re.compile("(?:^|&)(?:X-Amz-Credential|AWSAccessKeyId)=")
_HOST = re.compile(url_bases[0])


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
        """Answers one request, as PEP 3333 asks for."""
        if environ.get("PATH_INFO") == HEALTH_PATH:
            return send(environ, start_response, 200, {}, json.dumps({"status": "ok"}))
        # Servers call the path as it was sent by one of two names; moto knows the first.
        environ.setdefault("RAW_URI", environ.get("REQUEST_URI") or _rebuilt_uri(environ))
        _sign_by_header(environ)
        path = environ["RAW_URI"].partition("?")[0]
        if not self._is_bedrock(environ, path):
            is_others = self._is_others(environ, path)
            return answer_of(self._moto, environ, start_response, must_know=not is_others)
        if is_preflight(environ):
            return send(environ, start_response, 204, allowed(environ), "")
        request = _Request(environ)
        recorder._record_request(request)  # noqa: SLF001 - as moto's own server does
        url = f"http://{environ.get('HTTP_HOST', '')}{environ['RAW_URI']}"
        answer = BedrockResponse.dispatch(request, url, request.headers)
        return send(environ, start_response, *answer)

    def _is_bedrock(self, environ: Environ, path: str) -> bool:
        """Whether a request is for Bedrock's control plane, by its signature, host or path."""
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        if is_preflight(environ):
            # It has no signature, and asks about a verb that is not its own.
            return self._ours.knows(path)
        if scope := _SCOPE.search(authorization):
            return scope["service"] == "bedrock" and not self._is_others(environ, path)
        if authorization[:7].lower() == "bearer ":
            # An API key of Bedrock. moto does not know the scheme: it gets a scope to go by.
            if not self._is_others(environ, path):
                return True
            environ["HTTP_AUTHORIZATION"] = _signature("BEARER/20230420/us-east-1/bedrock")
            return False
        host = environ.get("HTTP_HOST", "")
        if _HOST.match(f"http://{host}"):
            return True
        # An unsigned request to S3, say, by its host or by the query of a presigned URL.
        is_of_others = host.partition(":")[0].endswith(
            DNS_SUFFIXES
        ) or _PRESIGNED_FOR_OTHERS.search(environ.get("QUERY_STRING", ""))
        return not is_of_others and self._ours.knows(path)

    def _is_others(self, environ: Environ, path: str) -> bool:
        method = environ["REQUEST_METHOD"]
        if self._ours.route(method, path) is not None:
            return False
        return any(other.route(method, path) is not None for other in self._others)


def _signature(scope: str) -> str:
    return f"AWS4-HMAC-SHA256 Credential={scope}/aws4_request, SignedHeaders=host, Signature=0"


def _sign_by_header(environ: Environ) -> None:
    """Has a presigned request of Bedrock say in its header whom and where it is for."""
    presigned = _PRESIGNED.search(environ.get("QUERY_STRING", ""))
    if presigned and "HTTP_AUTHORIZATION" not in environ:
        scope = unquote(presigned["scope"]).removesuffix("/aws4_request")
        if scope.endswith("/bedrock"):
            environ["HTTP_AUTHORIZATION"] = _signature(scope)


def _rebuilt_uri(environ: Environ) -> str:
    """The path and query, from a server that keeps only the decoded path."""
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING")
    path = quote(path.encode("latin-1"), safe="/:")
    return f"{path}?{query}" if query else path
