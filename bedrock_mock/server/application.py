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

from bedrock_mock.moto_bridge.environment import serving
from bedrock_mock.protocol.service import Service
from bedrock_mock.resources.schedule import SCHEDULE
from bedrock_mock.resources.service import DNS_SUFFIXES, MockedService
from bedrock_mock.server import bodies
from bedrock_mock.server.answers import (
    Environ,
    StartResponse,
    allowed,
    answer_of,
    is_preflight,
    refuse,
    send,
)
from bedrock_mock.server.memory import return_large_blocks
from bedrock_mock.services import SERVICES

#: For container health checks; beside moto's own paths.
HEALTH_PATH = "/moto-api/health"

#: What a body of ours may have: more than any request of the service.
_MOST_BYTES = 64 * 1024 * 1024
_BY_WERKZEUG = "werkzeug.request"
_OF_BODIES = ("wsgi.input", "CONTENT_LENGTH")
_SCOPE = re.compile(r"Credential=[^/,]*/[^/,]*/(?P<region>[^/,]*)/(?P<service>[^/,]*)/aws4_request")
_PRESIGNED = re.compile(r"(?:^|&)X-Amz-Credential=(?P<scope>[^&]+)")
# What is presigned for Bedrock has got a header by then.
_PRESIGNED_FOR_OTHERS = re.compile("(?:^|&)(?:X-Amz-Credential|AWSAccessKeyId)=")


class _Request(moto_request.Request):
    """A request as moto's own server hands it to the services."""

    from_wsgi_server = True


class Application:
    """Serves our services by ourselves and all else by moto's dispatcher.

    Our backends must be in moto's slots while it runs.
    """

    def __init__(self) -> None:
        # moto has these; they are signed for "bedrock", too.
        names = {"bedrock-agent", "bedrock-runtime"} - {service.name for service in SERVICES}
        self._others = [Service(name) for name in sorted(names)]
        self._moto = DomainDispatcherApplication(create_backend_app)
        return_large_blocks()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request, as PEP 3333 asks for."""
        try:
            with serving():
                return self._answer(environ, start_response)
        finally:
            # It holds the environment, so both would stay until Python looks for cycles.
            environ.pop(_BY_WERKZEUG, None)

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == HEALTH_PATH:
            return send(environ, start_response, 200, {}, json.dumps({"status": "ok"}))
        # Servers call the path as it was sent by one of two names; moto knows the first.
        environ.setdefault("RAW_URI", environ.get("REQUEST_URI") or _rebuilt_uri(environ))
        _sign_by_header(environ)
        path = environ["RAW_URI"].partition("?")[0]
        # Of what GET answers, HEAD gets the headers.
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        asked = {**environ, "REQUEST_METHOD": "GET"} if is_head else environ
        service = self._service_of(asked, path)
        try:
            bodies.read(environ, None if service is None else _MOST_BYTES)
        except bodies.UnreadableBodyError as error:
            return refuse(environ, start_response, 400, "SerializationException", str(error))
        if service is None:
            is_others = self._is_others(environ, path)
            _sign_for_moto(environ)
            return answer_of(self._moto, environ, start_response, must_know=not is_others)
        if is_preflight(environ):
            return send(environ, start_response, 204, allowed(environ), "")
        asked.update({name: environ[name] for name in _OF_BODIES if name in environ})
        request = _Request(asked)
        recorder._record_request(request)  # noqa: SLF001 - as moto's own server does
        url = f"http://{environ.get('HTTP_HOST', '')}{environ['RAW_URI']}"
        SCHEDULE.settle()
        answer = service.response.dispatch(request, url, request.headers)
        asked.pop(_BY_WERKZEUG, None)
        return send(environ, start_response, *answer)

    def _service_of(self, environ: Environ, path: str) -> MockedService | None:
        """The service that a request is for, by its signature, host or path; else ``None``."""
        if f"{path}/".startswith("/moto-api/"):
            # Scripts and proxies may sign every request.
            return None
        if is_preflight(environ):
            # It has no signature, and asks about a verb that is not its own.
            return _knowing(path)
        if scope := _SCOPE.search(environ.get("HTTP_AUTHORIZATION", "")):
            is_signed = any(scope["service"] == each.signing_name for each in SERVICES)
            return self._signed_for(environ, path) if is_signed else None
        if _has_bearer_token(environ):
            # An API key of Bedrock.
            return self._signed_for(environ, path)
        host = environ.get("HTTP_HOST", "")
        if service := _of_host(host):
            return service
        # An unsigned request to S3, say, by its host or by the query of a presigned URL.
        is_of_others = host.partition(":")[0].endswith(
            DNS_SUFFIXES
        ) or _PRESIGNED_FOR_OTHERS.search(environ.get("QUERY_STRING", ""))
        return None if is_of_others else _knowing(path)

    def _signed_for(self, environ: Environ, path: str) -> MockedService | None:
        """Which of the services with the same signing name is meant: the host or path says."""
        routed = [each for each in SERVICES if _answers(each, environ, path)]
        by_host = _of_host(environ.get("HTTP_HOST", ""))
        if routed:
            return by_host if by_host in routed else routed[0]
        if self._is_others(environ, path):
            return None
        # It says that it has no such operation.
        return by_host or SERVICES[0]

    def _is_others(self, environ: Environ, path: str) -> bool:
        if any(_answers(each, environ, path) for each in SERVICES):
            return False
        return any(_routes(other, environ, path) for other in self._others)


def _routes(protocol: Service, environ: Environ, path: str) -> bool:
    return protocol.route(environ["REQUEST_METHOD"], path) is not None


def _answers(service: MockedService, environ: Environ, path: str) -> bool:
    return path in service.other_paths or _routes(service.protocol, environ, path)


def _knowing(path: str) -> MockedService | None:
    """The first service that has an operation at this path."""
    known = (each for each in SERVICES if path in each.other_paths or each.protocol.knows(path))
    return next(known, None)


def _of_host(host: str) -> MockedService | None:
    return next((each for each in SERVICES if each.hosts.match(f"http://{host}")), None)


def _has_bearer_token(environ: Environ) -> bool:
    return str(environ.get("HTTP_AUTHORIZATION", ""))[:7].lower() == "bearer "


def _sign_for_moto(environ: Environ) -> None:
    """Gives a request with a bearer token, a scheme that moto does not know, a signature."""
    if _has_bearer_token(environ):
        environ["HTTP_AUTHORIZATION"] = _signature("BEARER/20230420/us-east-1/bedrock")


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
