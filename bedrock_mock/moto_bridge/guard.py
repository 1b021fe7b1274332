"""The guard on botocore's way to the network: no request reaches AWS while moto is active."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from botocore.httpsession import URLLib3Session
from moto.core.config import passthrough_service, passthrough_url
from moto.core.models import botocore_stubber

from bedrock_mock.protocol.types import Foreign

#: The URLs of our servers in this process: tests may point clients at them.
SERVERS: set[str] = set()
_VARIABLES = "AWS_ENDPOINT_URL"


def guarded_send() -> Foreign:
    """botocore's way to the network, closed to AWS while moto is active.

    A client that was made before moto was imported does not know of moto's stubber: its
    requests get here, and are answered as if it did.
    """
    original = URLLib3Session.send

    def send(self: URLLib3Session, request: Foreign) -> Foreign:
        if not botocore_stubber.enabled:
            return original(self, request)
        response = botocore_stubber("before-send", request)
        if response is not None:
            return response
        if variable := _configured_by(request.url):
            msg = (
                f"{request.method} {request.url} was about to leave for the endpoint that "
                f"{variable} names: the client was made before the mock began. Unset {variable}, "
                "make the client while the mock is active, or let its requests through with "
                "mock_bedrock(config={'core': {'passthrough': {'urls': [...]}}})."
            )
            raise NotImplementedError(msg)
        if not _would_leak(request.url):
            return original(self, request)
        msg = (
            f"{request.method} {request.url} was about to leave for the real AWS: moto has "
            "no mock for this host. Use the service's standard endpoint, or let it through "
            "with mock_bedrock(config={'core': {'passthrough': {'urls': [...]}}})."
        )
        raise NotImplementedError(msg)

    return send


def _configured_by(url: str) -> str | None:
    """The variable of the environment that names the endpoint of a URL, if one does."""
    if any(url.startswith(each) for each in SERVERS) or passthrough_url(url.partition("?")[0]):
        return None
    for name, value in os.environ.items():
        endpoint = value.rstrip("/")
        if name.startswith(_VARIABLES) and endpoint and f"{url}/".startswith(f"{endpoint}/"):
            return name
    return None


def _would_leak(url: str) -> bool:
    """Whether a request that moto has no answer to would reach AWS.

    moto stops most by itself, unless they are to be passed through, but not those with a
    port, and it knows few hosts other than amazonaws.com.
    """
    from bedrock_mock.resources.service import DNS_SUFFIXES  # noqa: PLC0415 - loaded by now

    service, _, rest = (urlsplit(url).hostname or "").partition(".")
    return (
        rest.endswith(DNS_SUFFIXES)
        and not passthrough_url(url.partition("?")[0])
        and not passthrough_service(service)
    )
