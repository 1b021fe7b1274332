"""One batch inference job: a model answers the records of files in S3."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.encoding import iso8601
from bedrock_mock.resources.jobs import Job
from bedrock_mock.resources.lifecycle import FAILED
from bedrock_mock.services.bedrock.batch.inputs import InputError, input_files
from bedrock_mock.services.bedrock.batch.rules import model_arn
from bedrock_mock.services.bedrock.batch.runs import Run
from bedrock_mock.services.bedrock.references import are_strict
from bedrock_mock.services.bedrock.rules import in_milliseconds

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreateModelInvocationJobRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

_HOURS = 24
_EVENT = "Batch Inference Job State Change"


class ModelInvocationJob(Job):
    """One batch inference job; its attributes are the members of GetModelInvocationJob.

    Its input is checked when ``Validating`` ends, and its records are processed while it is
    ``InProgress``: as many as the clock says. Its output is written when it has ended.
    """

    clock = "bedrock::model_invocation_job"
    transitions: ClassVar = {
        "Submitted": "Validating",
        "Validating": "Scheduled",
        "Scheduled": "InProgress",
        "InProgress": "Completed",
        "Stopping": "Stopped",
    }
    fallible: ClassVar = frozenset({"Validating", "InProgress"})
    overdue: ClassVar = {
        "Submitted": "Expired",
        "Validating": "Expired",
        "Scheduled": "Expired",
        "InProgress": "PartiallyCompleted",
    }

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateModelInvocationJobRequestTypeDef,
        model: Any,  # noqa: ANN401 - the runtime's BatchModel
        tags: dict[str, str],
    ) -> None:
        now = in_milliseconds(utcnow())
        super().__init__("Submitted", now, request)
        self._backend = backend
        self._run: Run | None = None
        #: What answers its records.
        self.model = model
        self.arn = self.job_arn = backend.new_arn("model-invocation-job")
        self.job_id = self.arn.rpartition("/")[2]
        self.name = self.job_name = request["jobName"]
        self.client_request_token = request.get("clientRequestToken")
        self.role_arn = request["roleArn"]
        self.model_id = model_arn(backend, model.model.identifier, model.model.name)
        owner = {"s3BucketOwner": backend.account_id}
        #: Where its files are; the owner of a bucket is the caller unless the request says so.
        self.source: dict[str, Any] = {**owner, **request["inputDataConfig"]["s3InputDataConfig"]}
        self.target: dict[str, Any] = {**owner, **request["outputDataConfig"]["s3OutputDataConfig"]}
        self.input_data_config = {"s3InputDataConfig": self.source}
        self.output_data_config = {"s3OutputDataConfig": self.target}
        self.vpc_config = request.get("vpcConfig")
        self.model_invocation_type = request.get("modelInvocationType", "InvokeModel")
        self.timeout_duration_in_hours = request.get("timeoutDurationInHours", _HOURS)
        self.creation_time = self.submit_time = self.last_modified_time = now
        self.job_expiration_time = now + timedelta(hours=self.timeout_duration_in_hours)
        self.deadline = self.job_expiration_time
        self.end_time: datetime | None = None
        self.tags = tags

    @property
    def message(self) -> str | None:
        """Why it has failed, if it has."""
        return self.failure_message

    @property
    def total_record_count(self) -> int:
        """The number of records, from the end of the validation on."""
        return self._run.total if self._run else 0

    @property
    def processed_record_count(self) -> int:
        """The number of records that have an answer or an error by now."""
        return self._run.processed if self._run else 0

    @property
    def success_record_count(self) -> int:
        """The number of records that have an answer by now."""
        return self._run.succeeded if self._run else 0

    @property
    def error_record_count(self) -> int:
        """The number of records that have an error by now."""
        return self._run.failed if self._run else 0

    def look(self) -> None:
        """Moves on, and goes on with the records."""
        super().look()
        self._go_on(utcnow())

    def settle(self) -> None:
        """Moves on, and goes on with the records."""
        super().settle()
        self._go_on(utcnow())

    def leaving(self, at: datetime) -> None:
        """Processes the records for which there was time."""
        self._go_on(at)

    def finish(self, at: datetime) -> str | None:  # noqa: ARG002 - see Lifecycle
        """Checks the input as ``Validating`` ends; then processes the rest of the records."""
        if self._run is not None:
            self._run.until(1)
            return None
        try:
            self._check_output()
            files = input_files(self._backend, self.source, self.model.model.name)
        except InputError as error:
            return str(error)
        self._run = Run(self._backend, self, files)
        return None

    def entered(self, status: str, at: datetime) -> None:
        """The job's status has changed; one that has ended has written its output."""
        self.last_modified_time = in_milliseconds(at)
        if status not in self.transitions:
            if status != "Stopped":
                self.end_time = self.last_modified_time
            if self._run is not None:
                if status != FAILED:
                    self._run.write()
                self._run.release()
        self._announce(status, at)

    def _go_on(self, at: datetime) -> None:
        if self.status == "InProgress" and self._run is not None:
            self._run.until(self.progress(at))

    def _check_output(self) -> None:
        uri = self.target["s3Uri"]
        bucket = neighbours.bucket_of(self._backend, uri, self.target["s3BucketOwner"])
        if bucket is None and are_strict(self._backend):
            name = neighbours.split_uri(uri)[0]
            msg = f"The output bucket was not found: S3 has no bucket '{name}'."
            raise InputError(msg)

    def _announce(self, status: str, at: datetime) -> None:
        """Sends the service's event about a change of the status."""
        detail = {
            "version": "0.0",
            "accountId": self._backend.account_id,
            "batchJobName": self.job_name,
            "batchJobArn": self.arn,
            "batchModelId": self.model_id,
            "status": status,
            "failureMessage": self.failure_message or "",
            "creationTime": iso8601(self.submit_time),
        }
        neighbours.put_event(self._backend, _EVENT, [self.arn], detail, at)
