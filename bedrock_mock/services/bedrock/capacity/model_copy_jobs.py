"""Model copy jobs: they bring a custom model of another region or account here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.resources.jobs import Job, Jobs
from bedrock_mock.resources.listing import BY_CREATION_TIME, contains, equals
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.customization.custom_models import (
    NAME_TAKEN,
    CopiedModel,
    CustomModel,
)
from bedrock_mock.services.bedrock.rules import in_milliseconds, kms_key_arn

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_bedrock.type_defs import CreateModelCopyJobRequestTypeDef

    from bedrock_mock.services.bedrock.backend import BedrockBackend


_NO_PARTS = [""] * 5


class ModelCopyJob(Job):
    """One copy job; its attributes are the members of GetModelCopyJob."""

    clock = "bedrock::model_copy_job"
    transitions: ClassVar = {"InProgress": "Completed"}

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateModelCopyJobRequestTypeDef,
        source: CustomModel,
        model_tags: dict[str, str],
    ) -> None:
        now = in_milliseconds(utcnow())
        super().__init__("InProgress", now, request)
        self._backend = backend
        self.arn = self.job_arn = backend.new_arn("model-copy-job")
        # Scripts name a job by it: a copy job has no name of its own.
        self.name = self.target_model_name = request["targetModelName"]
        #: As it is now: it may be deleted while it is copied.
        self.source = source
        self.source_account_id = source.owner_account_id
        self.source_model_arn = source.arn
        self.source_model_name = source.name
        self.target_model_kms_key_arn = kms_key_arn(backend, request.get("modelKmsKeyId"))
        self.target_model_tags = request.get("targetModelTags")
        self.creation_time = now
        # It cannot be tagged.
        self.tags: dict[str, str] = {}
        self.model_tags = model_tags
        self.target_model_arn = backend.new_arn("custom-model", *source.arn.split("/")[1:-1])
        if backend.custom_models.is_taken(self.name):
            # CreateModelCopyJob declares no error for it.
            self.failure = NAME_TAKEN
        else:
            self.claimed = (self.name, self.target_model_arn)

    def entered(self, status: str, at: datetime) -> None:  # noqa: ARG002 - it reports no end
        """The job has ended: its copy is there, unless it has failed."""
        if status == "Completed":
            self._backend.custom_models.store.add(CopiedModel(self._backend, self))
        self._backend.model_copy_jobs.claims.release(*self.claimed)


class ModelCopyJobs(Jobs[ModelCopyJob]):
    """The operations on copy jobs, named by ARN."""

    arn_type = "model-copy-job"
    keys = ("arn",)
    identifier = "jobArn"
    filters: ClassVar = {
        **BY_CREATION_TIME,
        "statusEquals": equals("status"),
        "sourceAccountEquals": equals("source_account_id"),
        "sourceModelArnEquals": equals("source_model_arn"),
        "targetModelNameContains": contains("target_model_name"),
    }
    operations: ClassVar = {
        "create": "CreateModelCopyJob",
        "get": "GetModelCopyJob",
        "list": "ListModelCopyJobs",
    }
    _backend: BedrockBackend

    def new(self, request: CreateModelCopyJobRequestTypeDef) -> ModelCopyJob:
        """A job that copies a model, if the account and region of its ARN have it."""
        source = self._source(request["sourceModelArn"])
        model_tags = as_dict(request.get("targetModelTags", ()))
        return ModelCopyJob(self._backend, request, source, model_tags)

    def _source(self, arn: str) -> CustomModel:
        """The model of an ARN, wherever it is.

        Raises:
            ResourceNotFoundException: there is no such model, or it is not active.
        """
        # Where values are not checked it may be any text.
        region, account = [*arn.split(":"), *_NO_PARTS][3:5]
        there: BedrockBackend | None = self._backend.peer(account, region)
        # Without the lock of that backend: two copies in opposite directions would wait for
        # each other for ever. What is due by a clock of time has happened before this request.
        source = None if there is None else there.custom_models.store.get(arn)
        if source is None or source.model_status != "Active":
            raise self._backend.custom_models.store.not_found()
        return source
