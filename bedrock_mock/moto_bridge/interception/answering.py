"""The one way in which a request of any library is answered in the process."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.config import default_user_config, passthrough_service, passthrough_url
from moto.core.models import botocore_stubber

from bedrock_mock.resources.service import DNS_SUFFIXES, MockedService
from bedrock_mock.services import SERVICES

#: Any service of Bedrock, also those that are not mocked here: bedrock-agent-runtime, say.
_BEDROCK = re.compile(
    r"(?:vpce-[^.]+\.)?(bedrock[a-z-]*)\.[a-z]{2,}(?:-[a-z]+)+-[0-9]+(?:\.vpce)?\.(?:"
    + "|".join(map(re.escape, DNS_SUFFIXES))
    + ")"
)
#: The hosts of requests that URLs of moto's ``passthrough`` have let through: the guard on names
#: does not see paths.
_let_through: set[str] = set()


@dataclass(frozen=True)
class Answer:
    """An answer as the service's response class gives it.

    Attributes:
        status: the HTTP status.
        headers: the headers; neither length nor encoding is among them.
        body: the whole body, or its chunks, which are made when they are asked for.
    """

    status: int
    headers: dict[str, str]
    body: bytes | Iterator[bytes]

    def close(self) -> None:
        """Makes no more chunks."""
        if isinstance(self.body, Generator):
            # Another thread may be making one, which is then the last.
            with suppress(ValueError):
                self.body.close()


@dataclass(frozen=True)
class Request:
    """A request as a library is about to send it.

    Attributes:
        method: the HTTP method.
        url: the URL, with path and query as they would be sent.
        headers: names and values.
        body: the whole body.
    """

    method: str
    url: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def answer(self) -> Answer | None:
        """What the mock answers; ``None`` if moto's config lets the request through.

        Raises:
            NotImplementedError: the mock does not have the operation.
            ServiceNotWhitelisted: moto's ``service_whitelist`` leaves the service out.
        """
        headers = HTTPHeaders()
        for name, value in self.headers:
            headers[name] = value
        parts = urlsplit(self.url)
        # moto knows its hosts without a port only.
        url = parts._replace(netloc=parts.hostname or "").geturl()
        request = AWSPreparedRequest(self.method, url, headers, self.body, stream_output=True)
        is_passed = passthrough_url(self.url.partition("?")[0])
        answer = None if is_passed else botocore_stubber.process_request(request)
        if answer is None:
            _let_through.add(_host_of(self.url))
            return None
        status, answered, body = answer
        return Answer(status, dict(answered), body.encode() if isinstance(body, str) else body)


def is_answered(url: str) -> bool:
    """Whether the mock answers requests to a URL.

    Raises:
        NotImplementedError: the URL belongs to a service of Bedrock that is not mocked here.
    """
    if not botocore_stubber.enabled:
        return False
    host = _host_of(url)
    service = _service_of(host)
    if passthrough_url(url.partition("?")[0]) or _is_passed_through(host, service):
        _let_through.add(host)
        return False
    if service is None:
        refuse_host(host)
    return service is not None


def may_be_answered(url: str) -> bool:
    """The same for a connection, whose requests are not known yet: only some may pass.

    Raises:
        NotImplementedError: as for :func:`is_answered`.
    """
    if not botocore_stubber.enabled:
        return False
    host = _host_of(url)
    service = _service_of(host)
    if service is None:
        refuse_host(host)
        return False
    return not _is_passed_through(host, service)


def refuse_host(host: str) -> None:
    """Refuses a host of Bedrock that something is about to reach.

    Raises:
        NotImplementedError: it is one, AWS is mocked, and moto's config does not let it through.
    """
    name = host.rstrip(".").lower()
    if not botocore_stubber.enabled or not _BEDROCK.fullmatch(name):
        return
    if _is_let_through(name) or _is_passed_through(name, _service_of(name)):
        return
    _refuse(name)


def _refuse(host: str) -> NoReturn:
    names = " and ".join(service.name for service in SERVICES)
    msg = (
        f"{host} is a host of Amazon Bedrock, and a request to the real AWS was about to leave. "
        f"bedrock_mock answers {names}, called by boto3, aiobotocore, httpx, aiohttp, requests, "
        "urllib3 or http.client. Point other clients at a server, as the fixture "
        "bedrock_server_env does, or let the host through with "
        "mock_bedrock(config={'core': {'passthrough': {'urls': ['https://HOST/']}}})."
    )
    raise NotImplementedError(msg)


def _host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def _service_of(host: str) -> MockedService | None:
    url = f"https://{host}"
    return next((each for each in SERVICES if each.hosts.fullmatch(url)), None)


def _is_let_through(host: str) -> bool:
    urls = default_user_config.get("core", {}).get("passthrough", {}).get("urls")
    return bool(urls) and (host in _let_through or passthrough_url(f"https://{host}/"))


def _is_passed_through(host: str, service: MockedService | None) -> bool:
    if service is not None:
        return passthrough_service(service.slot)
    found = _BEDROCK.fullmatch(host)
    return found is not None and passthrough_service(found[1].replace("-", ""))
