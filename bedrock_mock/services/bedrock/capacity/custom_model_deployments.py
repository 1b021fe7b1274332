"""Custom model deployments: a custom model that is called on demand."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.errors import ConflictException, ValidationException
from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.listing import contains, earlier, equals, later
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.capacity.served_models import active_custom_model
from bedrock_mock.services.bedrock.rules import in_milliseconds

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_bedrock.type_defs import CreateCustomModelDeploymentRequestTypeDef

    from bedrock_mock.services.bedrock.backend import BedrockBackend

_ACTIVE, _UPDATING, _UPDATE_FAILED = "Active", "Updating", "UpdateFailed"


class CustomModelDeployment(Lifecycle):
    """One deployment; its attributes are the members of GetCustomModelDeployment."""

    clock = "bedrock::custom_model_deployment"
    transitions: ClassVar = {"Creating": _ACTIVE, _UPDATING: _ACTIVE}
    fallible: ClassVar = frozenset({"Creating", _UPDATING})
    is_changeable = True

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateCustomModelDeploymentRequestTypeDef,
        model_arn: str,
        tags: dict[str, str],
    ) -> None:
        now = in_milliseconds(utcnow())
        super().__init__("Creating", now, request)
        self._backend = backend
        self.arn = self.custom_model_deployment_arn = backend.new_arn("custom-model-deployment")
        # Get and List call the name differently.
        self.name = request["modelDeploymentName"]
        self.model_deployment_name = self.custom_model_deployment_name = self.name
        self.model_arn = model_arn
        self.description = request.get("description")
        self.update_details: dict[str, str] | None = None
        self.creation_time = self.created_at = self.last_updated_at = now
        self.tags = tags

    @property
    def status(self) -> str:
        """The status that clients see: it stays Active during an update."""
        return _ACTIVE if self.is_updating else super().status

    @property
    def is_updating(self) -> bool:
        """Whether another model is on its way."""
        return self.phase == _UPDATING

    @property
    def models(self) -> Collection[str]:
        """The ARNs of the models that must stay as long as it is there."""
        details = self.update_details if self.is_updating else None
        return {self.model_arn, (details or {}).get("modelArn", self.model_arn)}

    def update(self, model_arn: str) -> None:
        """Begins to replace the model."""
        self.update_details = {"modelArn": model_arn, "updateStatus": "Updating"}
        self._backend.change(self, _UPDATING)
        self.settle()

    def failing(self) -> str:
        """A deployment whose update fails stays active, with the old model."""
        return _ACTIVE if self.is_updating else super().failing()

    @property
    def failure_message(self) -> str | None:
        """Why its creation or its last update has failed, if it has."""
        has_failed = (self.update_details or {}).get("updateStatus") == _UPDATE_FAILED
        return self.failure if has_failed else super().failure_message

    def entered(self, status: str, at: datetime) -> None:
        """The status has changed; a completed update has replaced the model."""
        self.last_updated_at = in_milliseconds(at)
        if status == _ACTIVE and self.update_details is not None:
            result = _UPDATE_FAILED
            if self.failure is None:
                self.model_arn = self.update_details["modelArn"]
                result = "UpdateCompleted"
            self.update_details = {**self.update_details, "updateStatus": result}


class CustomModelDeployments(Kind[CustomModelDeployment]):
    """The operations on deployments, named by ARN or name. Deleting one leaves its model."""

    arn_type = "custom-model-deployment"
    identifier = "customModelDeploymentIdentifier"
    created = "customModelDeploymentArn"
    filters: ClassVar = {
        "createdAfter": later("creation_time"),
        "createdBefore": earlier("creation_time"),
        "nameContains": contains("name"),
        "statusEquals": equals("status"),
        "modelArnEquals": equals("model_arn"),
    }
    operations: ClassVar = {
        "create": "CreateCustomModelDeployment",
        "get": "GetCustomModelDeployment",
        "list": "ListCustomModelDeployments",
        "delete": "DeleteCustomModelDeployment",
    }
    _backend: BedrockBackend

    def new(self, request: CreateCustomModelDeploymentRequestTypeDef) -> CustomModelDeployment:
        """A deployment, if its name is free and its model is active."""
        if request["modelDeploymentName"] in self.store:
            raise ValidationException("The provided model deployment name is currently in use.")
        model = active_custom_model(self._backend, request["modelArn"])
        tags = as_dict(request.get("tags", ()))
        return CustomModelDeployment(self._backend, request, model.arn, tags)

    @operation("UpdateCustomModelDeployment")
    def update(self, request: Members) -> CustomModelDeployment:
        """Replaces the model of a deployment by its clock; until then the old one answers.

        Raises:
            ValidationException: the deployment is not active, or is being updated, or the
                model is not active.
        """
        deployment = self.find(request[self.identifier])
        if deployment.is_updating or deployment.status != _ACTIVE:
            self._refuse(ValidationException, "updated", deployment)
        deployment.update(active_custom_model(self._backend, request["modelArn"]).arn)
        return deployment

    def delete(self, request: Members) -> None:
        """Deletes a deployment at once.

        Raises:
            ConflictException: it is being created or updated.
        """
        deployment = self.find(request[self.identifier])
        if not deployment.has_ended:
            self._refuse(ConflictException, "deleted", deployment)
        self.remove(deployment)

    def _refuse(
        self,
        error: type[ConflictException | ValidationException],
        what: str,
        deployment: CustomModelDeployment,
    ) -> None:
        status = _UPDATING if deployment.is_updating else deployment.status
        msg = f"The {self.title} cannot be {what}: its status is {status}."
        raise error(msg)
