"""Evaluation jobs: automated, human, judged by a model, of RAG, or of given answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from moto.core.utils import utcnow

from bedrock_mock.protocol.errors import (
    ConflictException,
    ValidationException,
)
from bedrock_mock.resources.lifecycle import GONE, Lifecycle
from bedrock_mock.resources.listing import Page, page
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.store import Store
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.evaluation.data_sets import DataSetError
from bedrock_mock.services.bedrock.evaluation.references import check_references
from bedrock_mock.services.bedrock.evaluation.results import write_results
from bedrock_mock.services.bedrock.evaluation.rules import check_evaluation
from bedrock_mock.services.bedrock.evaluation.summary import EvaluationSummary
from bedrock_mock.services.bedrock.quotas import AUTOMATED_JOBS, check_quota
from bedrock_mock.services.bedrock.rules import check_role

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_bedrock.type_defs import (
        BatchDeleteEvaluationJobRequestTypeDef,
        CreateEvaluationJobRequestTypeDef,
        GetEvaluationJobRequestTypeDef,
        ListEvaluationJobsRequestTypeDef,
        StopEvaluationJobRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

_DELETABLE = frozenset({"Completed", "Failed", "Stopped"})


class EvaluationJob(EvaluationSummary, Lifecycle):
    """One evaluation job; its attributes are the members of GetEvaluationJob."""

    clock = "bedrock::evaluation_job"
    transitions: ClassVar = {"InProgress": "Completed", "Stopping": "Stopped", "Deleting": GONE}
    #: Scores by metric, or a function of the record, as a test has scripted them.
    scores: Any = None

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateEvaluationJobRequestTypeDef,
        tags: dict[str, str],
    ) -> None:
        now = utcnow()
        super().__init__("InProgress", now, request)
        self._backend = backend
        self.arn = self.job_arn = backend.new_arn("evaluation-job")
        self.name = self.job_name = request["jobName"]
        self.job_description = request.get("jobDescription")
        self.role_arn = request["roleArn"]
        self.customer_encryption_key_id = request.get("customerEncryptionKeyId")
        self.evaluation_config = request["evaluationConfig"]
        self.inference_config = request["inferenceConfig"]
        self.output_data_config = request["outputDataConfig"]
        self.job_type = "Human" if "human" in self.evaluation_config else "Automated"
        self.application_type = request.get("applicationType") or (
            "RagEvaluation" if "ragConfigs" in self.inference_config else "ModelEvaluation"
        )
        self.creation_time = self.last_modified_time = now
        self.tags = tags

    def finish(self) -> str | None:
        """Writes the results; a data set that cannot be used has the job fail."""
        try:
            write_results(self._backend, self)
        except DataSetError as error:
            return str(error)
        return None

    def entered(self, status: str, at: datetime) -> None:
        """The job's status has changed; a deleted one is no longer there."""
        self.last_modified_time = at
        if status == GONE:
            self._backend.evaluation_jobs.store.remove(self)


class EvaluationJobs:
    """The operations on evaluation jobs."""

    arn_type = "evaluation-job"

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend
        self.store = Store[EvaluationJob]("evaluation job")

    @operation("CreateEvaluationJob")
    def create(self, request: CreateEvaluationJobRequestTypeDef) -> object:
        """Starts a job, or gives the one that the same token has started before."""
        first = self._backend.first_arn("CreateEvaluationJob", request)
        if first:
            return {"jobArn": first}
        check_role(self._backend, request["roleArn"])
        check_evaluation(request)
        self.settle(request["jobName"])
        if request["jobName"] in self.store:
            raise ValidationException("The provided job name is currently in use.")
        check_references(self._backend, request)
        if "automated" in request["evaluationConfig"]:
            check_quota(self._backend, AUTOMATED_JOBS, self._running_automated)
        job = EvaluationJob(self._backend, request, as_dict(request.get("jobTags", ())))
        self.store.add(job)
        self._backend.remember("CreateEvaluationJob", request, job.job_arn)
        self._backend.started(job)
        return job

    @operation("GetEvaluationJob")
    def get(self, request: GetEvaluationJobRequestTypeDef) -> EvaluationJob:
        """The job of this ARN."""
        job = self.store.find(request["jobIdentifier"])
        job.look()
        return self.store.find(job.arn)

    @operation("ListEvaluationJobs")
    def list(self, request: ListEvaluationJobsRequestTypeDef) -> Page[EvaluationJob]:
        """A page of jobs."""
        return page(self.store, request, self._backend.scope)

    @operation("StopEvaluationJob")
    def stop(self, request: StopEvaluationJobRequestTypeDef) -> None:
        """Stops a job that is in progress."""
        self.settle(request["jobIdentifier"])
        job = self.store.find(request["jobIdentifier"])
        if job.status != "InProgress":
            msg = f"The evaluation job is not in progress: its status is {job.status}."
            raise ConflictException(msg)
        job.move_to("Stopping")

    @operation("BatchDeleteEvaluationJob")
    def batch_delete(self, request: BatchDeleteEvaluationJobRequestTypeDef) -> dict[str, Any]:
        """Deletes the jobs that have ended and reports the others, each ARN once."""
        deleted, errors = [], []
        for arn in dict.fromkeys(request["jobIdentifiers"]):
            self.settle(arn)
            job = self.store.get(arn)
            if job is None:
                error = {"code": "404", "message": self.store.not_found().message}
            elif job.status not in _DELETABLE:
                message = f"An evaluation job with the status {job.status} cannot be deleted."
                error = {"code": "400", "message": message}
            else:
                job.move_to("Deleting")
                deleted.append({"jobIdentifier": arn, "jobStatus": "Deleting"})
                continue
            errors.append({"jobIdentifier": arn, **error})
        return {"errors": errors, "evaluationJobs": deleted}

    def _running_automated(self) -> int:
        return sum(
            job.job_type == "Automated" and job.status == "InProgress" for job in list(self.store)
        )

    def settle(self, identifier: str | None = None) -> None:
        """Lets deleted jobs go that are due: the one of this ARN or name, or all."""
        if identifier is None:
            due = list(self.store)
        else:
            due = [job for job in (self.store.get(identifier),) if job]
        for job in due:
            _ = job.status
