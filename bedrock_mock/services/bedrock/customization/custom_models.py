"""Custom models: made by a customization job, by a copy job, or by CreateCustomModel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.errors import ConflictException, ValidationException
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.listing import BY_CREATION_TIME, contains, equals
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.capacity.served_models import check_unused
from bedrock_mock.services.bedrock.customization.base_models import BaseModel, foundation_model
from bedrock_mock.services.bedrock.customization.rules import check_source
from bedrock_mock.services.bedrock.rules import check_role, in_milliseconds, kms_key_arn

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_bedrock.type_defs import (
        CreateCustomModelRequestTypeDef,
        DeleteCustomModelRequestTypeDef,
    )

    from bedrock_mock.resources.claims import Claims
    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock.capacity.model_copy_jobs import ModelCopyJob
    from bedrock_mock.services.bedrock.customization.model_customization_jobs import (
        ModelCustomizationJob,
    )

#: Why a name cannot be used: a model has it, or will have it.
NAME_TAKEN = "The provided model name is currently in use."
#: CreateCustomModel takes models of the Nova family only; their files say which one.
_IMPORTED_FROM = "amazon.nova-lite-v1:0"


class CustomModel:
    """One custom model; its attributes are the members of GetCustomModel."""

    is_owned = True

    def __init__(
        self, backend: BedrockBackend, arn: str, name: str, base: BaseModel, created: datetime
    ) -> None:
        self.arn = self.model_arn = arn
        self.name = self.model_name = name
        self.base_model_arn = base.arn
        self.base_model_name = base.name
        self.foundation_model_arn = base.foundation_model_arn
        self.owner_account_id = backend.account_id
        self.creation_time = created
        self.customization_type = "IMPORTED"
        self.model_kms_key_arn: str | None = None
        self.tags: dict[str, str] = {}

    @property
    def model_status(self) -> str:
        """The status as of now."""
        return "Active"


class CustomizedModel(CustomModel):
    """The model of a completed job; it is as old as the job."""

    def __init__(self, backend: BedrockBackend, job: ModelCustomizationJob) -> None:
        name, arn = job.custom_model_name, job.future_model_arn
        super().__init__(backend, arn, name, job.base, job.creation_time)
        self.job_arn = job.job_arn
        self.job_name = job.job_name
        self.customization_type = job.customization_type
        self.customization_config = job.customization_config
        self.hyper_parameters = job.hyper_parameters
        self.training_data_config = job.training_data_config
        self.validation_data_config = job.given_validation_data
        self.output_data_config = job.output_data_config
        self.training_metrics = job.training_metrics
        self.validation_metrics = job.validation_metrics
        self.model_kms_key_arn = job.output_model_kms_key_arn
        self.tags = job.model_tags


class ImportedCustomModel(CustomModel, Lifecycle):
    """A model of CreateCustomModel; it becomes active by its clock."""

    clock = "bedrock::custom_model"
    transitions: ClassVar = {"Creating": "Active"}

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateCustomModelRequestTypeDef,
        tags: dict[str, str],
    ) -> None:
        now = in_milliseconds(utcnow())
        Lifecycle.__init__(self, "Creating", now, request)
        arn = backend.new_arn("custom-model", "imported")
        base = foundation_model(backend, _IMPORTED_FROM)
        CustomModel.__init__(self, backend, arn, request["modelName"], base, now)
        self.model_kms_key_arn = kms_key_arn(backend, request.get("modelKmsKeyArn"))
        self.tags = tags

    @property
    def model_status(self) -> str:
        """The status as of now."""
        return self.status


class CopiedModel(CustomModel):
    """The copy that a completed copy job has made; it is as old as the job."""

    def __init__(self, backend: BedrockBackend, job: ModelCopyJob) -> None:
        source = job.source
        base = source.base_model_arn
        foundation = foundation_model(
            backend, BaseModel(base, source.foundation_model_arn).model_id
        )
        if base == source.foundation_model_arn:
            # A foundation model has another ARN in each region.
            base = foundation.arn
        model = BaseModel(base, foundation.arn)
        super().__init__(backend, job.target_model_arn, job.name, model, job.creation_time)
        self.customization_type = source.customization_type
        self.model_kms_key_arn = job.target_model_kms_key_arn
        self.tags = job.model_tags


class CustomModels(Kind[CustomModel]):
    """The operations on custom models. Deleting one leaves its job, which still names it."""

    arn_type = "custom-model"
    identifier = "modelIdentifier"
    created = "modelArn"
    filters: ClassVar = {
        **BY_CREATION_TIME,
        "nameContains": contains("name"),
        "baseModelArnEquals": equals("base_model_arn"),
        "foundationModelArnEquals": equals("foundation_model_arn"),
        "isOwned": equals("is_owned"),
        "modelStatus": equals("model_status"),
    }
    operations: ClassVar = {
        "create": "CreateCustomModel",
        "get": "GetCustomModel",
        "list": "ListCustomModels",
        "delete": "DeleteCustomModel",
    }
    _backend: BedrockBackend

    def new(self, request: CreateCustomModelRequestTypeDef) -> ImportedCustomModel:
        """A model of the request's own files, if its name is free and they are there."""
        if "roleArn" in request:
            check_role(self._backend, request["roleArn"])
        check_source(self._backend, request)
        self.check_name(request["modelName"])
        return ImportedCustomModel(self._backend, request, as_dict(request.get("modelTags", ())))

    def delete(self, request: DeleteCustomModelRequestTypeDef) -> None:
        """Deletes a model that is neither being created nor in use.

        Raises:
            ConflictException: it is being created, or throughput or a deployment serves it.
        """
        model = self.find(request["modelIdentifier"])
        if model.model_status == "Creating":
            msg = "The custom model cannot be deleted: its status is Creating."
            raise ConflictException(msg)
        check_unused(self._backend, self.title, model.arn)
        super().delete(request)

    def check_name(self, name: str) -> None:
        """Refuses a name that a model has, or that the model of a job in progress will have.

        Raises:
            ValidationException: the name is taken.
        """
        if self.is_taken(name):
            raise ValidationException(NAME_TAKEN)

    def is_taken(self, name: str) -> bool:
        """Whether a model has this name, or the model of a job in progress will have it."""
        self.settle(name)
        return name in self.store or any(name in claims for claims in self._claims)

    @property
    def _claims(self) -> tuple[Claims[ModelCustomizationJob], Claims[ModelCopyJob]]:
        """What the jobs that make custom models will make."""
        backend = self._backend
        return backend.model_customization_jobs.claims, backend.model_copy_jobs.claims

    def arrive(self, identifier: str | None = None, *, is_look: bool = False) -> None:
        """A model is there once its job is due, even if no client asks for the job."""
        for claims in self._claims:
            claims.settle(identifier, is_look=is_look)
