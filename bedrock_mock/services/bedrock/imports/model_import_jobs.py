"""Model import jobs: they bring a custom model into the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.resources.jobs import Job, Jobs
from bedrock_mock.resources.lifecycle import FAILED
from bedrock_mock.resources.listing import BY_CREATION_TIME, contains, equals
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.imports.imported_models import ImportedModel
from bedrock_mock.services.bedrock.quotas import IMPORT_JOBS, IMPORTED_MODELS, check_quota
from bedrock_mock.services.bedrock.references import check_bucket, check_vpc, model_at
from bedrock_mock.services.bedrock.rules import check_role, in_milliseconds, kms_key_arn

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_bedrock.type_defs import (
        CreateModelImportJobRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend


class ModelImportJob(Job):
    """One import job; its attributes are the members of GetModelImportJob."""

    clock = "bedrock::model_import_job"
    transitions: ClassVar = {"InProgress": "Completed"}

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateModelImportJobRequestTypeDef,
        tags: dict[str, str],
        model_tags: dict[str, str],
    ) -> None:
        now = in_milliseconds(utcnow())
        super().__init__("InProgress", now, request)
        self._backend = backend
        self.arn = self.job_arn = backend.new_arn("model-import-job")
        self.name = self.job_name = request["jobName"]
        self.imported_model_name = request["importedModelName"]
        self.role_arn = request["roleArn"]
        self.model_data_source = request["modelDataSource"]
        self.vpc_config = request.get("vpcConfig")
        #: What its files say, as they are now: they may go once the job has begun.
        self.model = model_at(backend, request["modelDataSource"]["s3DataSource"]["s3Uri"])
        self.failure = self.model.failure
        self.imported_model_kms_key_arn = kms_key_arn(backend, request.get("importedModelKmsKeyId"))
        self.creation_time = self.last_modified_time = now
        self.end_time: datetime | None = None
        self.imported_model_arn: str | None = None
        self.tags = tags
        self.model_tags = model_tags
        #: Where its model will be, once there is one.
        self.future_model_arn = backend.new_arn("imported-model")
        self.claimed = (self.imported_model_name, self.future_model_arn)

    def entered(self, status: str, at: datetime) -> None:
        """The job has ended: its model is there, unless it has failed."""
        self.last_modified_time = self.end_time = in_milliseconds(at)
        if status != FAILED:
            self.imported_model_arn = self.future_model_arn
            self._backend.imported_models.store.add(ImportedModel(self))
        self._backend.model_import_jobs.claims.release(*self.claimed)


class ModelImportJobs(Jobs[ModelImportJob]):
    """The operations on import jobs."""

    arn_type = "model-import-job"
    filters: ClassVar = {
        **BY_CREATION_TIME,
        "nameContains": contains("name"),
        "statusEquals": equals("status"),
    }
    operations: ClassVar = {
        "create": "CreateModelImportJob",
        "get": "GetModelImportJob",
        "list": "ListModelImportJobs",
    }
    _backend: BedrockBackend

    def new(self, request: CreateModelImportJobRequestTypeDef) -> ModelImportJob:
        """A job that imports a model, if its names are free and what it refers to is there."""
        check_role(self._backend, request["roleArn"])
        self.check_name(request)
        model_name = request["importedModelName"]
        models = self._backend.imported_models
        models.settle(model_name)
        if model_name in self.claims or model_name in models.store:
            raise ValidationException("The provided model name is currently in use.")
        source = request["modelDataSource"]["s3DataSource"]["s3Uri"]
        check_bucket(self._backend, "modelDataSource.s3DataSource.s3Uri", source)
        check_vpc(self._backend, request.get("vpcConfig"))
        check_quota(self._backend, IMPORT_JOBS, self.claims.count)
        check_quota(self._backend, IMPORTED_MODELS, lambda: self.claims.count() + len(models.store))
        return ModelImportJob(
            self._backend,
            request,
            as_dict(request.get("jobTags", ())),
            as_dict(request.get("importedModelTags", ())),
        )
