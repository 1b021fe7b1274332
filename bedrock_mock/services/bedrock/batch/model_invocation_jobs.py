"""The operations on batch inference jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.jobs import Jobs
from bedrock_mock.resources.listing import contains, earlier, equals, later
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.batch.model_invocation_job import ModelInvocationJob
from bedrock_mock.services.bedrock.batch.rules import batch_model
from bedrock_mock.services.bedrock.quotas import BATCH_JOBS, check_quota
from bedrock_mock.services.bedrock.references import check_vpc
from bedrock_mock.services.bedrock.rules import check_role, kms_key_arn

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreateModelInvocationJobRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend


class _Summary:
    """A job as a list shows it: without its token, and without the reason of a failure."""

    client_request_token = message = None

    def __init__(self, job: ModelInvocationJob) -> None:
        self._job = job

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - that of the job
        return getattr(self._job, name)


class ModelInvocationJobs(Jobs[ModelInvocationJob]):
    """The operations on batch inference jobs. Several may have the same name."""

    arn_type = "model-invocation-job"
    keys = ("arn", "job_id")
    repeats_whole_requests = True
    filters: ClassVar = {
        "submitTimeAfter": later("submit_time"),
        "submitTimeBefore": earlier("submit_time"),
        "nameContains": contains("name"),
        "statusEquals": equals("status"),
    }
    operations: ClassVar = {
        "create": "CreateModelInvocationJob",
        "get": "GetModelInvocationJob",
        "list": "ListModelInvocationJobs",
        "stop": "StopModelInvocationJob",
    }
    _backend: BedrockBackend

    @property
    def title(self) -> str:
        """What the service calls them."""
        return "batch inference job"

    def new(self, request: CreateModelInvocationJobRequestTypeDef) -> ModelInvocationJob:
        """A job for a model that supports batch inference; its data are looked at later."""
        check_role(self._backend, request["roleArn"])
        model = batch_model(self._backend, request["modelId"])
        check_vpc(self._backend, request.get("vpcConfig"))
        key = request["outputDataConfig"]["s3OutputDataConfig"].get("s3EncryptionKeyId")
        # Where references are strict, the key must be there.
        kms_key_arn(self._backend, key)
        job = ModelInvocationJob(self._backend, request, model, as_dict(request.get("tags", ())))
        check_quota(self._backend, BATCH_JOBS, lambda: self._running(model.model.name))
        return job

    def list(self, request: Members) -> Page[Any]:
        """A page of summaries of the jobs that pass the filters."""
        page = super().list(request)
        return Page([_Summary(job) for job in page.items], page.next_token)

    def stop(self, request: Members) -> None:
        """Stops a job; one that is being stopped already goes on to stop.

        Raises:
            ValidationException: it has ended.
        """
        job = self.find(request[self.identifier])
        if job.has_ended:
            msg = f"The job can't be stopped because it has ended. State was: {job.status}"
            raise ValidationException(msg)
        if job.status != "Stopping":
            job.move_to("Stopping")

    def uses(self, arn: str) -> bool:
        """Whether a job that has not ended runs by the model or profile of this ARN."""
        self.settle()
        return any(job.model_id == arn and not job.has_ended for job in self.store)

    def _running(self, model_id: str) -> int:
        """How many jobs of a model have not ended."""
        self.settle()
        return sum(job.model.model.name == model_id and not job.has_ended for job in self.store)
