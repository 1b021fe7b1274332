"""Provisioned Throughput: model units that serve one model, with or without a commitment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.errors import ConflictException, ValidationException
from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.listing import BY_CREATION_TIME, contains, equals
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.capacity.served_models import active_custom_model, provisionable
from bedrock_mock.services.bedrock.customization.base_models import base_model
from bedrock_mock.services.bedrock.quotas import MODEL_UNITS, check_quota
from bedrock_mock.services.bedrock.rules import in_milliseconds

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_bedrock.type_defs import (
        CreateProvisionedModelThroughputRequestTypeDef,
        UpdateProvisionedModelThroughputRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock.customization.base_models import BaseModel

#: How long a commitment lasts.
_COMMITMENTS = {"OneMonth": timedelta(days=30), "SixMonths": timedelta(days=180)}
#: The parts of a foundation model's ARN up to its version.
_PARTS = 7
_GOV_CLOUD = "us-gov-"
_NAME_TAKEN = "The provided provisioned model name is currently in use."


class ProvisionedModelThroughput(Lifecycle):
    """One throughput; its attributes are the members of GetProvisionedModelThroughput."""

    clock = "bedrock::provisioned_model_throughput"
    transitions: ClassVar = {"Creating": "InService", "Updating": "InService"}
    fallible: ClassVar = frozenset({"Creating", "Updating"})
    is_changeable = True

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateProvisionedModelThroughputRequestTypeDef,
        model: BaseModel,
        tags: dict[str, str],
    ) -> None:
        now = in_milliseconds(utcnow())
        super().__init__("Creating", now, request)
        self.arn = self.provisioned_model_arn = backend.new_arn("provisioned-model")
        self.name = self.provisioned_model_name = request["provisionedModelName"]
        self.model_units = self.desired_model_units = request["modelUnits"]
        self.model_arn = self.desired_model_arn = model.arn
        self.foundation_model_arn = model.foundation_model_arn
        self.is_of_custom_model = ":custom-model/" in model.arn
        self.commitment_duration = request.get("commitmentDuration")
        self.commitment_expiration_time: datetime | None = None
        if self.commitment_duration is not None:
            # Where values are not checked it may be any text.
            term = _COMMITMENTS.get(self.commitment_duration, timedelta())
            self.commitment_expiration_time = now + term
        self.creation_time = self.last_modified_time = now
        self.tags = tags

    @property
    def models(self) -> Collection[str]:
        """The ARNs of the models that must stay as long as it is there."""
        return {self.model_arn, self.desired_model_arn}

    def entered(self, status: str, at: datetime) -> None:
        """The status has changed; after an update it serves the desired model."""
        self.last_modified_time = in_milliseconds(at)
        if status == "InService":
            self.model_arn = self.desired_model_arn


class ProvisionedModelThroughputs(Kind[ProvisionedModelThroughput]):
    """The operations on Provisioned Throughput, named by ARN or name."""

    arn_type = "provisioned-model"
    identifier = "provisionedModelId"
    created = "provisionedModelArn"
    filters: ClassVar = {
        **BY_CREATION_TIME,
        "nameContains": contains("name"),
        "statusEquals": equals("status"),
        "modelArnEquals": equals("model_arn"),
    }
    operations: ClassVar = {
        "create": "CreateProvisionedModelThroughput",
        "get": "GetProvisionedModelThroughput",
        "list": "ListProvisionedModelThroughputs",
        "delete": "DeleteProvisionedModelThroughput",
    }
    _backend: BedrockBackend

    def new(
        self, request: CreateProvisionedModelThroughputRequestTypeDef
    ) -> ProvisionedModelThroughput:
        """A throughput, if its name is free, its model takes one and the quota allows it."""
        self._check_name(request["provisionedModelName"])
        model = provisionable(self._backend, request["modelId"])
        if self._backend.region_name.startswith(_GOV_CLOUD):
            _check_gov_cloud(request, model)
        units = request["modelUnits"]
        used = sum(each.model_units for each in self.store)
        check_quota(self._backend, MODEL_UNITS, lambda: used + units - 1)
        tags = as_dict(request.get("tags", ()))
        return ProvisionedModelThroughput(self._backend, request, model, tags)

    @operation("UpdateProvisionedModelThroughput")
    def update(self, request: UpdateProvisionedModelThroughputRequestTypeDef) -> None:
        """Gives it another name at once, and another model by its clock.

        Raises:
            ValidationException: it is not in service, the name is taken, or the model is not
                of the same base.
        """
        throughput = self.find(request["provisionedModelId"])
        if throughput.status != "InService":
            msg = f"The {self.title} cannot be updated: its status is {throughput.status}."
            raise ValidationException(msg)
        name = request.get("desiredProvisionedModelName", throughput.name)
        if name != throughput.name:
            self._check_name(name)
        desired = self._desired(throughput, request)
        throughput.name = throughput.provisioned_model_name = name
        self.store.refile(throughput)
        throughput.last_modified_time = in_milliseconds(utcnow())
        if desired != throughput.model_arn:
            throughput.desired_model_arn = desired
            self._backend.change(throughput, "Updating")
            throughput.settle()

    def delete(self, request: Members) -> None:
        """Deletes it at once.

        Raises:
            ConflictException: it is being created or updated, or its commitment lasts.
        """
        throughput = self.find(request[self.identifier])
        if not throughput.has_ended:
            msg = f"The {self.title} cannot be deleted: its status is {throughput.status}."
            raise ConflictException(msg)
        end = throughput.commitment_expiration_time
        if end is not None and utcnow() < end:
            msg = (
                f"The {self.title} cannot be deleted before the end of its commitment term: "
                f"{end.isoformat(timespec='seconds')}Z."
            )
            raise ConflictException(msg)
        self.remove(throughput)

    def _desired(
        self,
        throughput: ProvisionedModelThroughput,
        request: UpdateProvisionedModelThroughputRequestTypeDef,
    ) -> str:
        """The ARN of the model that a throughput is to serve."""
        if "desiredModelId" not in request:
            return throughput.model_arn
        if not throughput.is_of_custom_model:
            msg = (
                "The model cannot be changed: this Provisioned Throughput was created for a base "
                "model."
            )
            raise ValidationException(msg)
        identifier = request["desiredModelId"]
        models = self._backend.custom_models
        models.settle(identifier)
        desired = base_model(self._backend, models.store, identifier)
        if _without_context(desired) != _without_context(throughput):
            msg = (
                "The desired model must be the base model of the custom model that this "
                "Provisioned Throughput was created for, or another custom model of that base "
                "model."
            )
            raise ValidationException(msg)
        if identifier in models.store:
            active_custom_model(self._backend, identifier)
        return desired.arn

    def _check_name(self, name: str) -> None:
        if name in self.store:
            raise ValidationException(_NAME_TAKEN)


def _check_gov_cloud(
    request: CreateProvisionedModelThroughputRequestTypeDef, model: BaseModel
) -> None:
    """In AWS GovCloud (US) it is for custom models only, and without a commitment.

    Raises:
        ValidationException: it is something else.
    """
    if ":custom-model/" not in model.arn:
        msg = "In AWS GovCloud (US), Provisioned Throughput is available for custom models only."
        raise ValidationException(msg)
    if "commitmentDuration" in request:
        msg = (
            "In AWS GovCloud (US), Provisioned Throughput is available without a commitment only. "
            "Leave commitmentDuration out."
        )
        raise ValidationException(msg)


def _without_context(model: BaseModel | ProvisionedModelThroughput) -> str:
    """The ARN of the foundation model without a context length, ``:0:128k``, at its end."""
    return ":".join(model.foundation_model_arn.split(":")[:_PARTS])
