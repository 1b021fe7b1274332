"""A batch inference job at work: it asks its model record by record, and writes what it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import floor
from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.scripting.exchange import exchange
from bedrock_mock.services.bedrock.batch.inputs import InputFile, temporary_file
from bedrock_mock.services.bedrock.json_lines import Record, written

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock.batch.model_invocation_job import ModelInvocationJob

_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ID_LENGTH = 11
#: Lines are written out of order, as the service's are, but always in the same order.
_SHUFFLED = 16
_MANIFEST = "manifest.json.out"
#: The token counts of a manifest by the members of Converse's usage; always there, or if any.
_TOKENS = {"inputTokens": "inputTokenCount", "outputTokens": "outputTokenCount"}
_CACHED = {
    "cacheReadInputTokens": "cacheReadInputTokenCount",
    "cacheWriteInputTokens": "cacheWriteInputTokenCount",
}


class _Output:
    """The lines for one input file."""

    def __init__(self, name: str) -> None:
        self.name = f"{name}.out"
        self.file = temporary_file(self)
        self._waiting: list[bytes] = []
        self.is_empty = True

    def add(self, record: Record) -> None:
        self._waiting.append(written(record))
        if len(self._waiting) == _SHUFFLED:
            self.flush()

    def flush(self) -> None:
        for line in reversed(self._waiting):
            # Real clients parse everything between two newlines.
            self.file.write(line if self.is_empty else b"\n" + line)
            self.is_empty = False
        self._waiting.clear()


class Run:
    """The work of one job, which goes on as its clock does.

    Args:
        backend: whose job it is.
        job: the job.
        files: its input.
    """

    def __init__(
        self, backend: BedrockBackend, job: ModelInvocationJob, files: list[InputFile]
    ) -> None:
        self._backend = backend
        self._job = job
        self._outputs = [_Output(file.name) for file in files]
        self._records: Iterator[tuple[_Output, Record]] = (
            (output, record)
            for output, file in zip(self._outputs, files, strict=True)
            for record in file.records()
        )
        self._tokens = Counter[str]()
        self._is_working = False
        self._has_raised = False
        self.total = sum(file.count for file in files)
        self.succeeded = self.failed = 0

    @property
    def processed(self) -> int:
        """The number of records that have an answer or an error."""
        return self.succeeded + self.failed

    def until(self, share: float) -> None:
        """Goes on until this share of the records is processed."""
        if self._is_working:
            # A function of the test that it calls asks for the job.
            return
        self._is_working = True
        try:
            # What a model is asked here is not in the record of calls.
            with exchange():
                while self.processed < floor(share * self.total):
                    self._process(*next(self._records))
        finally:
            self._is_working = False

    def write(self) -> None:
        """Writes the output and the manifest, if anything is processed and the bucket is there."""
        uri = self._job.target["s3Uri"]
        bucket = neighbours.bucket_of(self._backend, uri, self._job.target["s3BucketOwner"])
        if bucket is None or not self.processed:
            return
        folder = neighbours.split_uri(uri)[1].rstrip("/")
        folder = f"{folder}/{self._job.job_id}" if folder else self._job.job_id
        for output in self._outputs:
            output.flush()
            if not output.is_empty:
                bucket.put_file(f"{folder}/{output.name}", output.file)
        bucket.put(f"{folder}/{_MANIFEST}", written(self._manifest()))

    def release(self) -> None:
        """Lets go of the files; the counts stay."""
        self._records = iter(())
        self._outputs.clear()

    def _process(self, output: _Output, record: Record) -> None:
        model_input = record["modelInput"]
        record_id = record.get("recordId")
        if record_id is None:
            record_id = "".join(mock_random.choices(_ID_ALPHABET, k=_ID_LENGTH))
        try:
            answered = self._job.model.answer(self._job.model_invocation_type, model_input)
        except Exception as error:
            self.failed += 1
            failure = {"error": self._failure(error)}
            output.add({"recordId": record_id, "modelInput": model_input, **failure})
            if not isinstance(error, ServiceError) and not self._has_raised:
                # A function of the test has raised: the test sees it once.
                self._has_raised = True
                self._backend.scripts.blame(error, "a reply", self._job)
                raise
            return
        self.succeeded += 1
        self._count(answered.usage)
        output.add(
            {"modelInput": model_input, "modelOutput": answered.output, "recordId": record_id}
        )

    def _failure(self, error: Exception) -> dict[str, Any]:
        if isinstance(error, ServiceError):
            status = self._backend.sibling("bedrock-runtime").mocked.protocol.status_of(error)
            return {"errorCode": status, "errorMessage": error.message}
        return {"errorCode": 500, "errorMessage": f"A reply of the test has raised {error!r}."}

    def _count(self, usage: Mapping[str, Any]) -> None:
        for name in (*_TOKENS, *_CACHED):
            self._tokens[name] += usage.get(name, 0)

    def _manifest(self) -> Record:
        return {
            "totalRecordCount": self.total,
            "processedRecordCount": self.processed,
            "successRecordCount": self.succeeded,
            "errorRecordCount": self.failed,
            **{count: self._tokens[name] for name, count in _TOKENS.items()},
            **{count: self._tokens[name] for name, count in _CACHED.items() if self._tokens[name]},
        }
