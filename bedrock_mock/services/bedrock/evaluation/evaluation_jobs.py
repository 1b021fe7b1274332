"""Evaluation jobs: automated, human, judged by a model, of RAG, or of given answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.resources.jobs import Job, Jobs
from bedrock_mock.resources.kind import Request
from bedrock_mock.resources.lifecycle import GONE
from bedrock_mock.resources.listing import BY_CREATION_TIME, contains, equals
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.evaluation.data_sets import DataSet, DataSetError
from bedrock_mock.services.bedrock.evaluation.references import check_references, named_models
from bedrock_mock.services.bedrock.evaluation.results import write_results
from bedrock_mock.services.bedrock.evaluation.rules import check_evaluation, undefined_metrics
from bedrock_mock.services.bedrock.evaluation.summary import EvaluationSummary
from bedrock_mock.services.bedrock.quotas import AUTOMATED_JOBS, check_quota
from bedrock_mock.services.bedrock.rules import check_role, kms_key_arn

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        BatchDeleteEvaluationJobRequestTypeDef,
        CreateEvaluationJobRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

#: How often what is in progress reports that it was modified; the service's own is not known.
_MINUTE = timedelta(minutes=1)
_DELETABLE = frozenset({"Completed", "Failed", "Stopped"})


class EvaluationJob(EvaluationSummary, Job):
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
        self._backend = self.backend = backend
        self.arn = self.job_arn = backend.new_arn("evaluation-job")
        self.name = self.job_name = request["jobName"]
        self.job_description = request.get("jobDescription")
        self.role_arn = request["roleArn"]
        self.customer_encryption_key_id = kms_key_arn(
            backend, request.get("customerEncryptionKeyId")
        )
        self.evaluation_config = request["evaluationConfig"]
        self.inference_config = request["inferenceConfig"]
        self.output_data_config = request["outputDataConfig"]
        self.job_type = "Human" if "human" in self.evaluation_config else "Automated"
        self.application_type = request.get("applicationType") or (
            "RagEvaluation" if "ragConfigs" in self.inference_config else "ModelEvaluation"
        )
        (config,) = self.evaluation_config.values()
        #: Its data sets as they are now.
        self.data_sets = [
            DataSet(backend, each["dataset"]) for each in config["datasetMetricConfigs"]
        ]
        self.creation_time = self._last_modified_time = now
        self.tags = tags

    @property
    def last_modified_time(self) -> datetime:
        """When its status began; while it is in progress, that moves on by whole minutes."""
        if self.status != "InProgress":
            return self._last_modified_time
        passed = (utcnow() - self.creation_time) // _MINUTE
        return self.creation_time + max(0, passed) * _MINUTE

    def finish(self, at: datetime) -> str | None:
        """Writes the results; a data set that cannot be used has the job fail."""
        if undefined := undefined_metrics(self.evaluation_config):
            return f"The metrics {', '.join(undefined)} are neither built in nor defined."
        try:
            write_results(self._backend, self, at)
        except DataSetError as error:
            return str(error)
        return None

    def scores_failed(self, error: Exception) -> None:
        """The test's function has raised: it is called no more, and the error names the job."""
        self.scores = None
        self._backend.scripts.blame(error, "evaluation_results", self)

    def entered(self, status: str, at: datetime) -> None:
        """The job's status has changed; a deleted job leaves the store."""
        self._last_modified_time = at
        self.data_sets = []
        if status == GONE:
            self._backend.evaluation_jobs.store.remove(self)


class EvaluationJobs(Jobs[EvaluationJob]):
    """The operations on evaluation jobs."""

    arn_type = "evaluation-job"
    filters: ClassVar = {
        **BY_CREATION_TIME,
        "applicationTypeEquals": equals("application_type"),
        "nameContains": contains("name"),
        "statusEquals": equals("status"),
    }
    operations: ClassVar = {
        "create": "CreateEvaluationJob",
        "get": "GetEvaluationJob",
        "list": "ListEvaluationJobs",
        "stop": "StopEvaluationJob",
    }
    _backend: BedrockBackend

    def new(self, request: CreateEvaluationJobRequestTypeDef) -> EvaluationJob:
        """A job that evaluates, if its name is free and its parts go together."""
        check_role(self._backend, request["roleArn"])
        check_evaluation(request)
        self.check_name(request)
        check_references(self._backend, request)
        if "automated" in request["evaluationConfig"]:
            check_quota(self._backend, AUTOMATED_JOBS, self._running_automated)
        return EvaluationJob(self._backend, request, as_dict(request.get("jobTags", ())))

    @operation("BatchDeleteEvaluationJob")
    def batch_delete(self, request: BatchDeleteEvaluationJobRequestTypeDef) -> dict[str, Any]:
        """Deletes the jobs that have ended and reports the others, each ARN once."""
        deleted, errors = [], []
        for arn in dict.fromkeys(request["jobIdentifiers"]):
            self.settle(arn)
            job = self.store.get(arn)
            if job is None:
                error = {"code": "404", "message": "Unable to locate this job to delete."}
            elif job.status not in _DELETABLE:
                message = f"An evaluation job with the status {job.status} cannot be deleted."
                error = {"code": "400", "message": message}
            else:
                job.move_to("Deleting")
                deleted.append({"jobIdentifier": arn, "jobStatus": "Deleting"})
                continue
            errors.append({"jobIdentifier": arn, **error})
        return {"errors": errors, "evaluationJobs": deleted}

    def arns_of(self, request: Request) -> Sequence[str]:
        """Also those of BatchDeleteEvaluationJob, which names several jobs."""
        return [*super().arns_of(request), *self.arns(*request.get("jobIdentifiers", ()))]

    def uses(self, arn: str) -> bool:
        """Whether a job in progress names a model or profile by this ARN."""
        self.settle()
        return any(
            arn in named_models(job.request) for job in self.store if job.status == "InProgress"
        )

    def _running_automated(self) -> int:
        self.settle()
        return sum(job.job_type == "Automated" and job.status == "InProgress" for job in self.store)
