"""MockedService: one service that is mocked, as a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.rules import NO_DEPARTURES, Departures
from bedrock_mock.protocol.service import Service
from bedrock_mock.resources.settings import SHARED, Setting

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.resources.response import ServiceResponse

#: What the hosts of AWS end in, for all partitions, plain and dual-stack.
DNS_SUFFIXES = (
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
)
_SUFFIX = "|".join(suffix.replace(".", r"\.") for suffix in DNS_SUFFIXES)


@dataclass(frozen=True)
class MockedService:
    """A service that is mocked: all that the rest of the package needs to know of it.

    A value belongs to one backend class and one response class, and both have it as their
    attribute ``mocked``.

    Attributes:
        name: the service's name in botocore and in its hosts: ``bedrock-runtime``.
        slot: its name in moto: ``bedrockruntime``.
        backend: the class that holds the state of one account and region.
        response: the class that answers requests.
        signing_name: the name that its requests are signed for, which is also its name in
            ARNs and in moto's config.
        settings: what it reads of moto's config beside the shared settings.
        departures: where the real service enforces something else than its model says.
        actions: the IAM actions of operations, where they have other names.
        tagging: the operations that need the action TagResource as well if a request has a
            value in the member that is named.
        not_implemented: what a caller of an operation that is not implemented should know, by
            the names of the operations.
        verbs: its own scripting verbs by the names of their methods, which
            :class:`bedrock_mock.mock.verbs.Scripting` documents; each takes a ``VerbCall`` and
            then the method's arguments.
        other_paths: paths that it answers beside those of its model.
    """

    name: str
    slot: str
    backend: type[ServiceBackend]
    response: type[ServiceResponse]
    signing_name: str = "bedrock"
    settings: Mapping[str, Setting] = field(default_factory=dict, hash=False)
    departures: Departures = NO_DEPARTURES
    actions: Mapping[str, str] = field(default_factory=dict, hash=False)
    tagging: Mapping[str, str] = field(default_factory=dict, hash=False)
    not_implemented: Mapping[str, str] = field(default_factory=dict, hash=False)
    verbs: Mapping[str, Callable[..., Any]] = field(default_factory=dict, hash=False)
    other_paths: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.backend.mocked = self
        self.response.mocked = self

    @cached_property
    def protocol(self) -> Service:
        """The compiled service model."""
        return Service(self.name, self.departures)

    @cached_property
    def all_settings(self) -> Mapping[str, Setting]:
        """Its own settings and those that hold for every service."""
        return {**SHARED, **self.settings}

    @cached_property
    def hosts(self) -> re.Pattern[str]:
        """The beginning of its URLs: plain, FIPS, dual-stack and VPC hosts of all partitions."""
        host = rf"(?:vpce-[^./]+\.)?{self.name}(?:-fips)?"
        # A bucket of the same name has hosts, too: bedrock.s3.us-east-1.amazonaws.com.
        region = r"(?!s3[.-])([^./]+)"
        return re.compile(rf"https?://{host}\.{region}(?:\.vpce)?\.(?:{_SUFFIX})(?=[:/?]|$)")

    @cached_property
    def urls(self) -> dict[str, Callable[..., Any]]:
        """The one URL of the service and what answers it: the service model knows the paths."""
        return {f"{self.hosts.pattern}/.*$": self.response.dispatch}
