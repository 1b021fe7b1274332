"""What a test has scripted, and the record of what it led to, for all accounts and regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedrock_mock.moto_bridge.clock import now
from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.protocol.locks import new_lock
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.scripting.calls import Call, CallRecord
from bedrock_mock.scripting.detections import Detections
from bedrock_mock.scripting.exchange import Exchange
from bedrock_mock.scripting.replies import Replies
from bedrock_mock.scripting.scripted import Asked, Fault, ForJob

#: The number of calls that are kept: the last ones.
MAX_CALLS = 10_000


class Scripts:
    """All that is scripted; empty until a test says something, and again after a reset."""

    def __init__(self) -> None:
        self._lock = new_lock()
        #: What models answer.
        self.replies = Replies()
        #: What guardrails detect.
        self.detections = Detections()
        self.clear()

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._faults: list[Fault] = []
            self._for_jobs: list[ForJob] = []
            #: The ARNs of jobs that have theirs, with the attribute that was set.
            self._given: set[tuple[str, str]] = set()
            self._calls = CallRecord(MAX_CALLS)
        self.replies.clear()
        self.detections.clear()

    # --- what a test says -----------------------------------------------------------

    def add_fault(self, fault: Fault) -> None:
        """From now on, calls meet this fault."""
        with self._lock:
            self._faults.append(fault)

    def add_for_job(self, script: ForJob) -> None:
        """Keeps what a test has scripted for a job."""
        with self._lock:
            self._for_jobs.append(script)

    def give(self, script: ForJob, job: Json, account_id: str, region_name: str) -> bool:
        """Gives the job what is scripted, if it is for this job and neither was used before.

        The caller holds the lock of the job's backend. A function from the test is
        called without ours: it may call the service.
        """
        try:
            if not script.is_about(job, account_id, region_name):
                return False
        except Exception as error:
            # The test sees what its function has raised once, not at every later call.
            with self._lock:
                self._for_jobs = [each for each in self._for_jobs if each is not script]
            self.blame(error, script.text, job)
            raise
        with self._lock:
            # One failure is enough for a job: the next one is for the next job.
            given = (job.arn, script.attribute)
            if script.used or given in self._given:
                return False
            self._given.add(given)
            script.used += 1
            setattr(job, script.attribute, script.value)
            return True

    @staticmethod
    def blame(error: Exception, text: str, job: Json) -> None:
        """Adds a note that says which function of the test has raised, and for which job."""
        note = f"raised by a function in {text}, for the job {job.name!r}"
        # Python 3.10 has no add_note(); pytest shows the note there, too.
        error.__dict__.setdefault("__notes__", []).append(note)

    def unused(self) -> list[str]:
        """What was scripted and never used, as the test wrote it."""
        with self._lock:
            scripts = [each.text for each in (*self._for_jobs, *self._faults) if not each.used]
        return [*scripts, *self.replies.unused()]

    @property
    def calls(self) -> list[Call]:
        """The last calls: :data:`MAX_CALLS`, or as many as take 64 MiB."""
        with self._lock:
            return list(self._calls.calls)

    # --- what the service asks ----------------------------------------------------------

    def strike(self, asked: Asked) -> None:
        """Raises the error that is scripted for this call, if there is one."""
        if not self._faults:
            return
        with self._lock:
            for fault in self._faults:
                if (
                    (fault.service, fault.operation) == asked[:2]
                    and fault.where.includes(asked.region_name, asked.account_id)
                    and fault.strikes()
                ):
                    raise fault.kind(fault.message)

    def job_started(self, job: Lifecycle, account_id: str, region_name: str) -> None:
        """Gives a job that was just created what is scripted for it."""
        if not self._for_jobs:
            return
        with self._lock:
            waiting = [script for script in self._for_jobs if not script.used]
        # What is meant for this one goes before what any job may have.
        for script in sorted(waiting, key=lambda script: not script.is_for_one):
            self.give(script, job, account_id, region_name)

    def job_changed(self, job: Json, account_id: str, region_name: str) -> None:
        """Gives a job whose change begins what is scripted for it: it may fail once more."""
        with self._lock:
            self._given.discard((job.arn, "failure"))
        self.job_started(job, account_id, region_name)

    def record(
        self,
        asked: Asked,
        request: Mapping[str, Any],
        answer: Json,
        exchange: Exchange,
        *,
        size: int,
    ) -> None:
        """Keeps a call with its answer, the members of a response or a ServiceError.

        Args:
            asked: who called what.
            request: the members of the request.
            answer: of the service.
            exchange: what a model was asked on the way.
            size: how many bytes the request's body had.
        """
        error = response = None
        if isinstance(answer, ServiceError):
            error = {"Code": answer.code, "Message": answer.message}
        else:
            response = answer
        call = Call(
            asked.operation,
            request,
            asked.account_id,
            asked.region_name,
            now(),
            response,
            error,
            asked.service,
            exchange.asked,
            exchange.rule,
            exchange.assessments,
        )
        with self._lock:
            self._calls.add(call, size)


#: What is scripted, for all services.
SCRIPTS = Scripts()
