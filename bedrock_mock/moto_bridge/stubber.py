"""A short way for botocore's requests to Bedrock, past moto's search among all its services."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.config import passthrough_service, passthrough_url, service_whitelisted
from moto.moto_api import recorder

if TYPE_CHECKING:
    from bedrock_mock.resources.service import MockedService


def shortened(services: Sequence[MockedService]) -> AbstractContextManager[Any]:
    """While this lasts, requests to the hosts of these services are dispatched at once.

    moto compares each request with the hosts of all services, asks for the backend's URLs,
    and builds another request of it: that takes longer than the answer. What its config
    says of a service is heeded, and requests that are recorded go moto's way.
    """
    original = BotocoreStubber.process_request

    def process_request(self: BotocoreStubber, request: Any) -> Any:
        url = request.url
        service = next((each for each in services if each.hosts.match(url)), None)
        if (
            service is None
            or recorder._user_enabled  # noqa: SLF001 - see the canaries
            or passthrough_url(url.partition("?")[0])
            or passthrough_service(service.slot)
            or not service_whitelisted(service.slot)
        ):
            return original(self, request)
        headers = request.headers
        for name, value in headers.items():
            if isinstance(value, bytes):
                headers[name] = value.decode()
        return service.response.dispatch(request, url, headers)

    return patch.object(BotocoreStubber, "process_request", process_request)
