"""The files that a completed evaluation job has written to S3, under the service's keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.services.bedrock.evaluation.data_sets import (
    MAX_RECORDS,
    DataSet,
    DataSetError,
)
from bedrock_mock.services.bedrock.evaluation.human_answers import AnswersToHumans
from bedrock_mock.services.bedrock.evaluation.records import (
    AnswersOfModel,
    AnswersOfRag,
    Records,
)
from bedrock_mock.services.bedrock.json_lines import Record, written

if TYPE_CHECKING:
    from datetime import datetime

    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.services.bedrock.evaluation.evaluation_jobs import EvaluationJob

_IN_MEMORY = 1_000_000
_PERMISSION_CHECK = "amazon-bedrock-evaluations-permission-check"


def write_results(backend: ServiceBackend, job: EvaluationJob, at: datetime) -> None:
    """Writes a job's files, if the bucket that it names is there.

    Args:
        backend: whose.
        job: the job.
        at: when it completes, in naive UTC.

    Raises:
        DataSetError: a data set cannot be used; nothing is written then.
    """
    uri = job.output_data_config["s3Uri"]
    folder = neighbours.split_uri(uri)[1].rstrip("/")
    folder = f"{folder}/{job.job_name}" if folder else job.job_name
    bucket = neighbours.bucket_of(backend, uri)
    job_id = job.arn.rpartition("/")[2]
    with ExitStack() as stack:
        files = {}
        number = count(1)

        def checked(found: Iterator[Record]) -> Iterator[Record]:
            for record in found:
                if next(number) > MAX_RECORDS:
                    msg = f"The data sets have more than {MAX_RECORDS} prompts."
                    raise DataSetError(msg)
                records.check(record)
                yield record

        for place, data_set, records in _parts(job, at):
            found = checked(data_set.records(records.form))
            if bucket is None:
                # The bucket for results is missing, but a bad data set must still fail the job.
                deque(found, maxlen=0)
                continue
            # On disk where they are many: nothing is written before all data sets are read.
            file = stack.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))
            for place_in_file, each in enumerate(found):
                # Real clients parse everything between two newlines.
                file.write(b"\n" * bool(place_in_file) + written(records.of(each)))
            name = f"{UUID(int=mock_random.getrandbits(128), version=4)}_output.jsonl"
            files[f"{folder}/{job_id}/{place}/{name}"] = file
        if bucket is not None:
            bucket.put(f"{folder}/{_PERMISSION_CHECK}", b"")
            for name, definition in _definitions(job):
                bucket.put(f"{folder}/{job_id}/custom_metrics/{name}.json", written(definition))
            for key, file in files.items():
                file.seek(0)
                bucket.put(key, file.read())


def _definitions(job: EvaluationJob) -> Iterator[tuple[str, dict[str, Any]]]:
    """The custom metrics by their names, in the form in which the console takes them."""
    config = job.evaluation_config.get("automated", {}).get("customMetricConfig", {})
    for metric in config.get("customMetrics", ()):
        yield metric["customMetricDefinition"]["name"], metric


def _parts(job: EvaluationJob, at: datetime) -> Iterator[tuple[str, DataSet, Records]]:
    """For each file its folder, the data set, and what makes its records."""
    ((kind, config),) = job.evaluation_config.items()
    models = job.inference_config.get("models", ())
    for metrics, data_set in zip(config["datasetMetricConfigs"], job.data_sets, strict=True):
        folder = f"datasets/{data_set.name}"
        if kind == "human":
            yield folder, data_set, AnswersToHumans(job, metrics, config, models, at)
            continue
        for model in models:
            answers = AnswersOfModel(job, metrics, config, model)
            task = f"taskTypes/{metrics['taskType']}"
            yield f"models/{answers.model_id}/{task}/{folder}", data_set, answers
        for index, rag in enumerate(job.inference_config.get("ragConfigs", ())):
            turns = AnswersOfRag(job, metrics, config, rag)
            yield f"inference_configs/{index}/{folder}", data_set, turns
