"""Model import jobs: they bring a custom model into the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from moto.core.utils import utcnow

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.resources.claims import Claims
from bedrock_mock.resources.lifecycle import FAILED, Lifecycle
from bedrock_mock.resources.listing import Page, page
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.store import Store
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.imports.imported_models import ImportedModel
from bedrock_mock.services.bedrock.quotas import IMPORT_JOBS, IMPORTED_MODELS, check_quota
from bedrock_mock.services.bedrock.references import check_bucket, check_vpc, model_at
from bedrock_mock.services.bedrock.rules import check_role, in_milliseconds, kms_key_arn

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_bedrock.type_defs import (
        CreateModelImportJobRequestTypeDef,
        GetModelImportJobRequestTypeDef,
        ListModelImportJobsRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend


class ModelImportJob(Lifecycle):
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

    def entered(self, status: str, at: datetime) -> None:
        """The job has ended: its model is there, unless it has failed."""
        self.last_modified_time = self.end_time = in_milliseconds(at)
        if status != FAILED:
            self.imported_model_arn = self.future_model_arn
            self._backend.imported_models.store.add(ImportedModel(self))
        claims = self._backend.model_import_jobs.claims
        claims.release(self.imported_model_name, self.future_model_arn)


class ModelImportJobs:
    """The operations on import jobs."""

    arn_type = "model-import-job"

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend
        self.store = Store[ModelImportJob]("model import job")
        self.claims = Claims[ModelImportJob]()

    @operation("CreateModelImportJob")
    def create(self, request: CreateModelImportJobRequestTypeDef) -> object:
        """Starts a job, or gives the one that the same token has started before."""
        first = self._backend.first_arn("CreateModelImportJob", request)
        if first:
            return {"jobArn": first}
        check_role(self._backend, request["roleArn"])
        if request["jobName"] in self.store:
            raise ValidationException("The provided job name is currently in use.")
        model_name = request["importedModelName"]
        self.settle(model_name)
        if model_name in self.claims or model_name in self._backend.imported_models.store:
            raise ValidationException("The provided model name is currently in use.")
        source = request["modelDataSource"]["s3DataSource"]["s3Uri"]
        check_bucket(self._backend, "modelDataSource.s3DataSource.s3Uri", source)
        check_vpc(self._backend, request.get("vpcConfig"))
        check_quota(self._backend, IMPORT_JOBS, self.claims.count)
        models = self._backend.imported_models.store
        check_quota(self._backend, IMPORTED_MODELS, lambda: self.claims.count() + len(models))
        job = ModelImportJob(
            self._backend,
            request,
            as_dict(request.get("jobTags", ())),
            as_dict(request.get("importedModelTags", ())),
        )
        self.store.add(job)
        self.claims.add(job, model_name, job.future_model_arn)
        self._backend.remember("CreateModelImportJob", request, job.job_arn)
        self._backend.started(job)
        return job

    @operation("GetModelImportJob")
    def get(self, request: GetModelImportJobRequestTypeDef) -> ModelImportJob:
        """The job of this ARN or name."""
        job = self.store.find(request["jobIdentifier"])
        job.look()
        return job

    @operation("ListModelImportJobs")
    def list(self, request: ListModelImportJobsRequestTypeDef) -> Page[ModelImportJob]:
        """A page of jobs."""
        return page(self.store, request, self._backend.scope)

    def settle(self, identifier: str | None = None) -> None:
        """Lets jobs finish that are due: the one of this model's name or ARN, or all."""
        self.claims.settle(identifier)
