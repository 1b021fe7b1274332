"""Model customization jobs: they make a custom model out of another model and data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.resources.jobs import Job, Jobs
from bedrock_mock.resources.listing import BY_CREATION_TIME, contains, equals
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.customization.artifacts import losses_of, write_artifacts
from bedrock_mock.services.bedrock.customization.base_models import BaseModel, base_model
from bedrock_mock.services.bedrock.customization.custom_models import CustomizedModel
from bedrock_mock.services.bedrock.customization.rules import (
    check_customization,
    check_references,
    customization_type,
)
from bedrock_mock.services.bedrock.rules import check_role, in_milliseconds, kms_key_arn

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_bedrock.type_defs import (
        CreateModelCustomizationJobRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend


class ModelCustomizationJob(Job):
    """One customization job; its attributes are the members of GetModelCustomizationJob.

    Nothing is trained: its losses are made up, unless a test scripts them.
    """

    clock = "bedrock::model_customization_job"
    transitions: ClassVar = {"InProgress": "Completed", "Stopping": "Stopped"}
    #: The losses that a test has scripted: ``training``, ``validation``.
    scripted_losses: dict[str, Any] | None = None

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateModelCustomizationJobRequestTypeDef,
        base: BaseModel,
        tags: dict[str, str],
        model_tags: dict[str, str],
    ) -> None:
        now = in_milliseconds(utcnow())
        super().__init__("InProgress", now, request)
        self._backend = backend
        self.base = base
        self.arn = self.job_arn = backend.new_arn("model-customization-job", base.model_id)
        self.name = self.job_name = request["jobName"]
        self.custom_model_name = self.output_model_name = request["customModelName"]
        self.client_request_token = request.get("clientRequestToken")
        self.role_arn = request["roleArn"]
        # GetModelCustomizationJob knows foundation models only.
        self.base_model_arn = base.foundation_model_arn
        self.customization_type = customization_type(request)
        self.customization_config = request.get("customizationConfig")
        self.hyper_parameters = request.get("hyperParameters")
        self.training_data_config = request["trainingDataConfig"]
        self.given_validation_data = request.get("validationDataConfig")
        self.validation_data_config = self.given_validation_data or {"validators": []}
        self.output_data_config = request["outputDataConfig"]
        self.output_model_kms_key_arn = kms_key_arn(backend, request.get("customModelKmsKeyId"))
        self.vpc_config = request.get("vpcConfig")
        self.creation_time = self.last_modified_time = now
        self.end_time: datetime | None = None
        self.training_metrics: dict[str, float] | None = None
        self.validation_metrics: list[dict[str, float]] | None = None
        self.output_model_arn: str | None = None
        self.tags = tags
        self.model_tags = model_tags
        #: Where its model will be, once there is one.
        self.future_model_arn = backend.new_arn("custom-model", base.model_id)
        self.claimed = (self.custom_model_name, self.future_model_arn)

    @property
    def custom_model_arn(self) -> str | None:
        """The ARN of the model, by its name in lists."""
        return self.output_model_arn

    @property
    def status_details(self) -> dict[str, Any] | None:
        """The sub-tasks of a distillation; while it goes on, only the first has begun."""
        if self.customization_type != "DISTILLATION":
            return None
        first = {
            "status": self.status,
            "creationTime": self.creation_time,
            "lastModifiedTime": self.last_modified_time,
        }
        rest = first if self.status == "Completed" else {"status": "NotStarted"}
        return {
            "validationDetails": first,
            "dataProcessingDetails": rest,
            "trainingDetails": rest,
        }

    def entered(self, status: str, at: datetime) -> None:
        """The job's status has changed; a completed job's model is there."""
        self.last_modified_time = in_milliseconds(at)
        if status in self.transitions:
            return
        self.end_time = self.last_modified_time
        if status == "Completed":
            self._complete()
        self._backend.model_customization_jobs.claims.release(*self.claimed)

    def _complete(self) -> None:
        losses = losses_of(self.hyper_parameters, self.scripted_losses)
        self.training_metrics = losses.training_metrics
        validators = len(self.validation_data_config["validators"])
        self.validation_metrics = losses.validation_metrics(validators)
        write_artifacts(self._backend, self, losses)
        self.output_model_arn = self.future_model_arn
        self._backend.custom_models.store.add(CustomizedModel(self._backend, self))


class ModelCustomizationJobs(Jobs[ModelCustomizationJob]):
    """The operations on customization jobs."""

    arn_type = "model-customization-job"
    filters: ClassVar = {
        **BY_CREATION_TIME,
        "nameContains": contains("name"),
        "statusEquals": equals("status"),
    }
    operations: ClassVar = {
        "create": "CreateModelCustomizationJob",
        "get": "GetModelCustomizationJob",
        "list": "ListModelCustomizationJobs",
        "stop": "StopModelCustomizationJob",
    }
    _backend: BedrockBackend

    def new(self, request: CreateModelCustomizationJobRequestTypeDef) -> ModelCustomizationJob:
        """A job that customizes a model, if its names are free and its parts go together."""
        check_role(self._backend, request["roleArn"])
        check_customization(request)
        models = self._backend.custom_models
        models.settle(request["baseModelIdentifier"])
        base = base_model(self._backend, models.store, request["baseModelIdentifier"])
        self.check_name(request)
        models.check_name(request["customModelName"])
        check_references(self._backend, request)
        return ModelCustomizationJob(
            self._backend,
            request,
            base,
            as_dict(request.get("jobTags", ())),
            as_dict(request.get("customModelTags", ())),
        )
