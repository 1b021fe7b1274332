"""The operations on marketplace model endpoints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge import sagemaker
from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.listing import equals
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.capacity.marketplace_model_endpoint import (
    MarketplaceModelEndpoint,
)
from bedrock_mock.services.bedrock.references import check_vpc
from bedrock_mock.services.bedrock.rules import check_role, kms_key_arn

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreateMarketplaceModelEndpointRequestTypeDef,
        RegisterMarketplaceModelEndpointRequestTypeDef,
        UpdateMarketplaceModelEndpointRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html
_NAME = re.compile("[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_UPDATE = "UpdateMarketplaceModelEndpoint"


class MarketplaceModelEndpoints(Kind[MarketplaceModelEndpoint]):
    """The operations on endpoints, named by the ARN that SageMaker gives them."""

    arn_type = "endpoint"
    keys = ("arn",)
    identifier = "endpointArn"
    filters: ClassVar = {"modelSourceEquals": equals("model_source_identifier")}
    operations: ClassVar = {
        "create": "CreateMarketplaceModelEndpoint",
        "get": "GetMarketplaceModelEndpoint",
        "delete": "DeleteMarketplaceModelEndpoint",
    }
    _backend: BedrockBackend

    @property
    def title(self) -> str:
        """What the kind is called in messages."""
        return "marketplace model endpoint"

    def new(
        self, request: CreateMarketplaceModelEndpointRequestTypeDef
    ) -> MarketplaceModelEndpoint:
        """An endpoint, if SageMaker can have one of its name.

        Raises:
            ValidationException: its name is not one that SageMaker takes.
            ConflictException: SageMaker has an endpoint of its name.
        """
        name = request["endpointName"]
        if not _NAME.fullmatch(name):
            msg = f"The endpoint name '{name}' must match the pattern {_NAME.pattern}."
            raise ValidationException(msg)
        config = self._checked(request["endpointConfig"])
        is_hosted = sagemaker.hosted_endpoint(self._backend, name) is not None
        if is_hosted or sagemaker.endpoint_arn(self._backend, name) in self.store:
            msg = f"An endpoint with the name '{name}' already exists."
            raise ConflictException(msg)
        as_dict(request.get("tags", ()))
        return MarketplaceModelEndpoint(self._backend, name, request, config, "Creating")

    def added(self, resource: MarketplaceModelEndpoint) -> None:
        """SageMaker has the endpoint from now on."""
        request = resource.request
        self._host(resource, request.get("tags", ()))
        super().added(resource)
        # The answer to a repeated token has what SageMaker says, which is known only now.
        self._backend.tokens.remember(self.operations["create"], request, self.answer(resource))

    def answer(self, resource: MarketplaceModelEndpoint) -> dict[str, Any]:
        """What CreateMarketplaceModelEndpoint answers."""
        return {"marketplaceModelEndpoint": resource.marketplace_model_endpoint}

    @operation("ListMarketplaceModelEndpoints")
    def list(self, request: Members) -> Page[Any]:
        """A page of endpoints."""
        found = super().list(request)
        items = [each.marketplace_model_endpoint for each in found.items]
        return Page(items, found.next_token)

    @operation(_UPDATE)
    def update(self, request: UpdateMarketplaceModelEndpointRequestTypeDef) -> object:
        """Replaces the configuration of an endpoint, or answers as before to a repeated token.

        Raises:
            ConflictException: the endpoint is being created or updated.
        """
        tokens = self._backend.tokens
        answer = tokens.answer(_UPDATE, request)
        if answer is not None:
            return answer
        endpoint = self.find(request["endpointArn"])
        config = self._checked(request["endpointConfig"])
        if not endpoint.has_ended:
            msg = f"The {self.title} cannot be updated: its status is {endpoint.status}."
            raise ConflictException(msg)
        endpoint.config = config
        self._host(endpoint)
        self._backend.change(endpoint, "Updating")
        endpoint.settle()
        tokens.remember(_UPDATE, request, self.answer(endpoint))
        return endpoint

    def remove(self, resource: MarketplaceModelEndpoint) -> None:
        """Removes an endpoint, in SageMaker too."""
        super().remove(resource)
        sagemaker.drop_endpoint(self._backend, resource.name)

    @operation("RegisterMarketplaceModelEndpoint")
    def register(
        self, request: RegisterMarketplaceModelEndpointRequestTypeDef
    ) -> MarketplaceModelEndpoint:
        """Takes an endpoint of SageMaker in; one that is registered gets the new model source.

        Raises:
            ResourceNotFoundException: SageMaker has no such endpoint.
            ValidationException: the endpoint is serverless, or its model is gone.
        """
        arn = request["endpointIdentifier"]
        name = arn.rpartition("/")[2]
        known = self.store.get(arn)
        hosted = sagemaker.hosted_endpoint(self._backend, name)
        if hosted is None or arn != hosted.arn:
            raise ResourceNotFoundException("The provided SageMaker endpoint was not found.")
        if known is not None:
            known.model_source_identifier = request["modelSourceIdentifier"]
            return known
        config = sagemaker.endpoint_config(self._backend, name)
        if config is None:
            msg = (
                f"The endpoint '{name}' cannot be registered: it needs instances, and a "
                "configuration and a model that are still there."
            )
            raise ValidationException(msg)
        # One that was let go while it was created or updated goes on from there.
        is_busy = hosted.endpoint_status in MarketplaceModelEndpoint.transitions
        status = hosted.endpoint_status if is_busy else "InService"
        endpoint = MarketplaceModelEndpoint(self._backend, name, request, config, status)
        self.store.add(endpoint)
        if is_busy:
            self._backend.started(endpoint)
        return endpoint

    @operation("DeregisterMarketplaceModelEndpoint")
    def deregister(self, request: Members) -> None:
        """Lets an endpoint go; SageMaker keeps it."""
        super().remove(self.find(request["endpointArn"]))

    def arns_of(self, request: Mapping[str, Any]) -> Sequence[str]:
        """The ARN that a request names."""
        return [
            request[each] for each in (self.identifier, "endpointIdentifier") if each in request
        ]

    def _host(
        self,
        endpoint: MarketplaceModelEndpoint,
        tags: Any = (),  # noqa: ANN401 - decoded JSON
    ) -> None:
        sagemaker.host_endpoint(
            self._backend,
            endpoint.name,
            endpoint.config,
            [{"Key": tag["key"], "Value": tag["value"]} for tag in tags],
            endpoint.status,
        )

    def _checked(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """The configuration of a SageMaker endpoint, if what it refers to is there."""
        checked: Mapping[str, Any] = config["sageMaker"]
        check_role(self._backend, checked["executionRole"])
        check_vpc(self._backend, checked.get("vpc"))
        kms_key_arn(self._backend, checked.get("kmsEncryptionKey"))
        return checked
