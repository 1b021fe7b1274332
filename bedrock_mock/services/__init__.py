"""What is mocked: the one list of services. Importing it loads all of them."""

from __future__ import annotations

from bedrock_mock.resources.clocks import check_transition, clocks
from bedrock_mock.resources.service import MockedService
from bedrock_mock.resources.settings import SHARED, Setting
from bedrock_mock.services.bedrock.service import BEDROCK
from bedrock_mock.services.bedrock_runtime.service import BEDROCK_RUNTIME

# The clocks are known once all services are loaded.
__all__ = ["SERVICES", "check_transition", "clocks", "service_of", "settings"]

#: The services that are mocked. One more service is one more value here.
SERVICES: list[MockedService] = [BEDROCK, BEDROCK_RUNTIME]


def settings() -> dict[str, Setting]:
    """All settings that can be set: the shared ones, and those of each service."""
    return {**SHARED, **{name: each for one in SERVICES for name, each in one.settings.items()}}


def service_of(operation: str) -> MockedService | None:
    """The first service that has an operation of this name, or ``None``."""
    return next(
        (each for each in SERVICES if operation in each.protocol.model.operation_names), None
    )
