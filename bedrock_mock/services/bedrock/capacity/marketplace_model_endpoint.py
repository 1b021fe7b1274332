"""A marketplace model endpoint: a model of the marketplace that SageMaker hosts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge import sagemaker
from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.services.bedrock.rules import in_milliseconds

if TYPE_CHECKING:
    from datetime import datetime

    from bedrock_mock.services.bedrock.backend import BedrockBackend


class MarketplaceModelEndpoint(Lifecycle):
    """One endpoint that is registered with Bedrock, and its endpoint in moto's SageMaker."""

    clock = "bedrock::marketplace_model_endpoint"
    transitions: ClassVar = {"Creating": "InService", "Updating": "InService"}
    fallible: ClassVar = frozenset({"Creating", "Updating"})
    is_changeable = True

    def __init__(
        self,
        backend: BedrockBackend,
        name: str,
        request: Mapping[str, Any],
        config: Mapping[str, Any],
        status: str,
    ) -> None:
        now = in_milliseconds(utcnow())
        super().__init__(status, now, request)
        self._backend = backend
        self.name = name
        self.arn = sagemaker.endpoint_arn(backend, name)
        self.model_source_identifier = request["modelSourceIdentifier"]
        self.config = config
        self.creation_time = self.updated_at = now
        # They are SageMaker's: Bedrock has no operations on them.
        self.tags: dict[str, str] = {}

    @property
    def hosted(self) -> Any:  # noqa: ANN401 - moto's
        """SageMaker's endpoint, unless it was deleted there."""
        return sagemaker.hosted_endpoint(self._backend, self.name)

    @property
    def endpoint_status(self) -> str:
        """The status as SageMaker has it."""
        return "Failed" if self.hosted is None else str(self.hosted.endpoint_status)

    def entered(self, status: str, at: datetime) -> None:
        """The status has changed, in SageMaker too."""
        self.updated_at = in_milliseconds(at)
        if self.hosted is not None:
            self.hosted.endpoint_status = status
            self.hosted.failure_reason = self.failure_message

    @property
    def marketplace_model_endpoint(self) -> dict[str, Any]:
        """The members of Get, Create, Update and Register; a List answers with some of them."""
        hosted = self.hosted
        shown = {
            "endpointArn": self.arn,
            "modelSourceIdentifier": self.model_source_identifier,
            "status": "REGISTERED",
            "createdAt": self.creation_time,
            "updatedAt": self.updated_at,
            "endpointConfig": {"sageMaker": self.config},
            "endpointStatus": self.endpoint_status,
        }
        if hosted is None:
            shown["status"] = "INCOMPATIBLE_ENDPOINT"
            shown["statusMessage"] = "The endpoint was deleted in Amazon SageMaker."
        else:
            shown["endpointStatusMessage"] = hosted.failure_reason
        return shown
