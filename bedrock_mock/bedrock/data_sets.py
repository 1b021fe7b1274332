"""The data sets of evaluation jobs: the records of their files, or some made up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from bedrock_mock.core import neighbours

if TYPE_CHECKING:
    from bedrock_mock.core.backend import ServiceBackend

Record = dict[str, Any]

#: A job takes so many prompts of a data set.
MAX_RECORDS = 1_000

_QUESTIONS = (
    ("Which planet is the largest?", "Jupiter", "Astronomy"),
    ("How many sides has a hexagon?", "Six", "Geometry"),
    ("What does water become at 0 degrees Celsius?", "Ice", "Physics"),
)


class DataSetError(Exception):
    """The data set cannot be used; the message says why, and is the job's."""


def records_of(
    backend: ServiceBackend, data_set: Mapping[str, Any], needed: tuple[str, ...]
) -> Iterator[Record]:
    """The records of a data set, read as they are asked for.

    Args:
        backend: whose.
        data_set: an EvaluationDataset of the service model.
        needed: the members that each record must have.

    Raises:
        DataSetError: a record is malformed, or the file is not there.
    """
    uri: str = (data_set.get("datasetLocation") or {}).get("s3Uri", "")
    bucket = neighbours.bucket_of(backend, uri)
    if bucket is None:
        return iter(_made_up(needed))
    lines = bucket.lines(neighbours.split_uri(uri)[1])
    if lines is None:
        msg = f"The data set '{data_set['name']}' was not found: there is no object {uri}."
        raise DataSetError(msg)
    return islice(_parsed(lines, uri, needed), MAX_RECORDS)


def _parsed(lines: Iterator[bytes], uri: str, needed: tuple[str, ...]) -> Iterator[Record]:
    found = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        missing = [name for name in needed if not isinstance(record, dict) or name not in record]
        if missing:
            msg = (
                f"The data set {uri} is malformed: line {number} is not a JSON object with "
                f"{' and '.join(missing)}."
            )
            raise DataSetError(msg)
        found = True
        yield record
    if not found:
        msg = f"The data set {uri} is empty."
        raise DataSetError(msg)


def _made_up(needed: tuple[str, ...]) -> Iterator[Record]:
    for question, answer, category in _QUESTIONS:
        if "conversationTurns" in needed:
            turn = {
                "prompt": {"content": [{"text": question}]},
                "referenceResponses": [{"content": [{"text": answer}]}],
            }
            yield {"conversationTurns": [turn]}
        else:
            yield {"prompt": question, "referenceResponse": answer, "category": category}
