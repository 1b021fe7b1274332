"""The boto3 clients that the mock and a server hand out."""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal, overload

from bedrock_mock.protocol.types import Foreign

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

_DEFAULT_REGION = "us-east-1"
_ACCOUNT = re.compile("[0-9]{12}")
_REGION = re.compile("[a-z]{2,}(-[a-z]+)+-[0-9]+")


class Clients(ABC):
    """What hands out clients of the services that are mocked."""

    @overload
    def client(
        self,
        service_name: Literal["bedrock"],
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> BedrockClient: ...
    @overload
    def client(
        self,
        service_name: Literal["bedrock-runtime"],
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> BedrockRuntimeClient: ...
    @overload
    def client(
        self, region_name: str | None = None, account_id: str | None = None
    ) -> BedrockClient: ...
    def client(self, *args: Any, **kwargs: Any) -> Any:  # noqa: D417 - the overloads say which
        """A boto3 client: of Bedrock, or of the service that is named first.

        Args:
            service_name: a service that is mocked; default: ``bedrock``.
            region_name: default: ``AWS_DEFAULT_REGION``, or ``us-east-1``. Without a
                service it may come first: ``client("eu-west-1")``.
            account_id: the account that its calls come from (12 digits); default:
                moto's own rules, which end at ``123456789012``.

        Raises:
            ValueError: the service is not mocked, or ``account_id`` is not 12 digits.

        Example::

            other = bedrock.client(region_name="eu-west-1", account_id="111122223333")
        """
        service_name, region_name, account_id = _service_region_account(*args, **kwargs)
        if account_id is not None and not _ACCOUNT.fullmatch(str(account_id)):
            msg = f"account_id must be 12 digits, got {account_id!r}"
            raise ValueError(msg)
        client = self._make_client(service_name, region_of(region_name))
        if account_id is not None:
            from bedrock_mock.moto_bridge.caller import ACCOUNT_HEADER  # noqa: PLC0415 - as above

            def name_account(request: Foreign, **_: Foreign) -> None:
                request.headers[ACCOUNT_HEADER] = str(account_id)

            # The event has the service's id with hyphens, which is its name in boto3, too.
            client.meta.events.register(f"before-sign.{service_name}", name_account)
        return client

    @abstractmethod
    def _make_client(self, service_name: str, region_name: str) -> Foreign:
        """A client of boto3 that reaches the mock."""


def region_of(region_name: str | None) -> str:
    """The region that is meant, where a test may leave it out."""
    return region_name or os.environ.get("AWS_DEFAULT_REGION") or _DEFAULT_REGION


def _service_region_account(
    *args: Foreign, **kwargs: Foreign
) -> tuple[str, str | None, str | None]:
    """The service, the region and the account of a call of ``client``."""
    from bedrock_mock.services import SERVICES  # noqa: PLC0415 - it loads moto

    names = [service.name for service in SERVICES]
    first = args[0] if args else None
    if first not in names and "service_name" not in kwargs:
        if first is not None and not _REGION.fullmatch(str(first)):
            _refuse(first, names)
        args = (names[0], *args)
    service_name, region_name, account_id = _bound(*args, **kwargs)
    if service_name not in names:
        _refuse(service_name, names)
    return service_name, region_name, account_id


def _bound(
    service_name: str, region_name: str | None = None, account_id: str | None = None
) -> tuple[str, str | None, str | None]:
    return service_name, region_name, account_id


def _refuse(name: str | None, names: list[str]) -> None:
    msg = (
        f"client({name!r}): neither a region nor a service that is mocked, which are: "
        f"{', '.join(names)}; the clients of other services come from boto3.client"
    )
    raise ValueError(msg)
