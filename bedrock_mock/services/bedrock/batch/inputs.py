"""The input files of a batch inference job: found, checked line by line, and kept."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterable, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.services.bedrock.json_lines import Form, MisfitError, Record, parsed
from bedrock_mock.services.bedrock.quotas import (
    BATCH_BYTES,
    BATCH_RECORDS,
    NOVA_BATCH_BYTES,
    limit_of,
)
from bedrock_mock.services.bedrock.references import are_strict

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend

_SUFFIX = ".jsonl"
#: The models whose jobs may read more.
_LARGER = ("amazon.nova-lite-", "amazon.nova-pro-")
_RECORD: Mapping[str, Form] = {"modelInput": dict}
_ID = "recordId"
#: What is larger is on disk.
_IN_MEMORY = 1_000_000


class InputError(Exception):
    """The job cannot run; the message says why, and is the job's."""


def temporary_file(owner: object) -> IO[bytes]:
    """A file that is on disk if it is large, and is closed when its owner is gone."""
    file = cast("IO[bytes]", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - see here
    weakref.finalize(owner, file.close)
    return file


class InputFile:
    """One input file as it is now: what later becomes of the object does not concern the job.

    Args:
        name: the object's name without its folder.
        uri: where it is, for messages.
        lines: its lines.
    """

    def __init__(self, name: str, uri: str, lines: Iterable[bytes]) -> None:
        self.name = name
        self.count = self.size = 0
        self._file = temporary_file(self)
        for number, line in enumerate(lines, start=1):
            self.size += len(line) + 1
            if line.strip():
                _record_of(line, f"line {number}", uri)
                self._file.write(line + b"\n")
                self.count += 1
        self._file.seek(0)

    def records(self) -> Iterator[Record]:
        """Its records, which are parsed as they are asked for; once."""
        return (_record_of(line, self.name, self.name) for line in self._file)


def input_files(
    backend: BedrockBackend, config: Mapping[str, Any], model_id: str
) -> list[InputFile]:
    """The input files of a job, checked as the service checks them before a job runs.

    There are none where moto's S3 lacks the bucket, and references are not strict.

    Args:
        backend: whose job it is.
        config: an ``s3InputDataConfig``.
        model_id: the foundation model that answers: quotas differ.

    Raises:
        InputError: they cannot be used.
    """
    uri = config["s3Uri"]
    bucket = neighbours.bucket_of(backend, uri, config["s3BucketOwner"])
    name, path = neighbours.split_uri(uri)
    if bucket is None:
        if are_strict(backend):
            msg = f"The input bucket was not found: S3 has no bucket '{name}'."
            raise InputError(msg)
        return []
    files: list[InputFile] = []
    for key in _keys(bucket, uri, path):
        # A record may have images in it; the file has its own limit.
        lines = bucket.lines(key, longest=sys.maxsize) or ()
        files.append(InputFile(key.rpartition("/")[2], f"s3://{name}/{key}", lines))
        _check_limits(backend, files, model_id)
    total = sum(file.count for file in files)
    minimum = backend.setting("minimum_batch_records")
    if total < minimum:
        msg = f"Batch job contains less records ({total}) than the required minimum of: {minimum}"
        raise InputError(msg)
    return files


def _keys(bucket: neighbours.Bucket, uri: str, path: str) -> list[str]:
    """The key of the one file, or those of the files in the folder."""
    keys = bucket.keys(path)
    if path in keys and not path.endswith("/"):
        if not path.endswith(_SUFFIX):
            msg = f"The input file {uri} is not a {_SUFFIX} file."
            raise InputError(msg)
        return [path]
    folder = f"{path.rstrip('/')}/" if path else ""
    # A folder may also have images in it, and folders.
    found = [
        key
        for key in keys
        if key.startswith(folder) and key.endswith(_SUFFIX) and "/" not in key[len(folder) :]
    ]
    if not found:
        msg = f"The input was not found: there is no {_SUFFIX} file at {uri}."
        raise InputError(msg)
    return sorted(found)


def _record_of(line: bytes, place: str, uri: str) -> Record:
    try:
        record = parsed(line, place, _RECORD)
    except MisfitError as error:
        msg = f"The input file {uri} is malformed: {error}."
        raise InputError(msg) from None
    if not isinstance(record.get(_ID, ""), str):
        msg = f"The input file {uri} is malformed: {place}: {_ID} is not a string."
        raise InputError(msg)
    return record


def _check_limits(backend: BedrockBackend, files: list[InputFile], model_id: str) -> None:
    """Refuses more records or bytes than a file or a job may have, where quotas hold."""
    bytes_of_job = NOVA_BATCH_BYTES if model_id.startswith(_LARGER) else BATCH_BYTES
    for what, within in (("file", files[-1:]), ("job", files)):
        for quota, used, unit in (
            (BATCH_RECORDS, sum(file.count for file in within), "records"),
            (
                bytes_of_job if what == "job" else BATCH_BYTES,
                sum(file.size for file in within),
                "bytes",
            ),
        ):
            limit = limit_of(backend, quota.format(what))
            if limit is not None and used > limit:
                msg = f"Batch {what} contains more {unit} ({used}) than the maximum of: {limit}"
                raise InputError(msg)
