"""The data sets of evaluation jobs: the records of their files, or some made up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.protocol.types import Json

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

Record = dict[str, Any]
#: What a JSON value must be: a type, ``[form]`` for a list of at least one such value, or
#: an object with at least these members.
Form = type | list["Form"] | dict[str, "Form"]

# https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-prompt-datasets-judge.html
# https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-evaluation-prompt.html
_TURN: dict[str, Form] = {"prompt": {"content": [{"text": str}]}}
PROMPTS: Mapping[str, Form] = {"prompt": str}
PROMPTS_WITH_ANSWERS: Mapping[str, Form] = {**PROMPTS, "modelResponses": [{"response": str}]}
TURNS: Mapping[str, Form] = {"conversationTurns": [_TURN]}
TURNS_WITH_ANSWERS: Mapping[str, Form] = {"conversationTurns": [{**_TURN, "output": dict}]}

#: The number of prompts that a job can have.
MAX_RECORDS = 1_000

_QUESTIONS = (
    ("Which planet is the largest?", "Jupiter", "Astronomy"),
    ("How many sides has a hexagon?", "Six", "Geometry"),
    ("What does water become at 0 degrees Celsius?", "Ice", "Physics"),
)


class DataSetError(Exception):
    """The data set cannot be used; the message says why, and is the job's."""


def records_of(
    backend: ServiceBackend, data_set: Mapping[str, Any], form: Mapping[str, Form]
) -> Iterator[Record]:
    """The records of a data set, read as they are asked for.

    Args:
        backend: whose.
        data_set: an EvaluationDataset of the service model.
        form: what each record must have.

    Raises:
        DataSetError: a record is malformed, or the file is not there.
    """
    uri: str = (data_set.get("datasetLocation") or {}).get("s3Uri", "")
    bucket = neighbours.bucket_of(backend, uri)
    if bucket is None:
        return iter(_made_up(form))
    lines = bucket.lines(neighbours.split_uri(uri)[1])
    if lines is None:
        msg = f"The data set '{data_set['name']}' was not found: there is no object {uri}."
        raise DataSetError(msg)
    return _parsed(lines, uri, form)


def _parsed(lines: Iterator[bytes], uri: str, form: Mapping[str, Form]) -> Iterator[Record]:
    found = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_constant=_refuse, parse_float=_finite)
        except (ValueError, RecursionError):
            record = None
        if misfit := _misfit(record, dict(form), f"line {number}", ": "):
            msg = f"The data set {uri} is malformed: {misfit}."
            raise DataSetError(msg)
        found = True
        yield record
    if not found:
        msg = f"The data set {uri} is empty."
        raise DataSetError(msg)


def _refuse(name: str) -> NoReturn:
    """Python's JSON has NaN and Infinity, which are not JSON."""
    raise ValueError(name)


def _finite(number: str) -> float:
    value = float(number)
    return value if isfinite(value) else _refuse(number)


def _misfit(value: Json, form: Form, place: str, separator: str = ".") -> str | None:
    """Where a value is not of a form, and what should be there; ``None`` where it is."""
    parts: list[tuple[str, Any, Form]]
    if isinstance(form, type):
        return None if isinstance(value, form) else f"{place} is not {_NAMES[form]}"
    if isinstance(form, dict):
        if not isinstance(value, dict) or not form.keys() <= value.keys():
            return f"{place} is not a JSON object with {' and '.join(form)}"
        parts = [(name, value[name], part) for name, part in form.items()]
    else:
        if not isinstance(value, list) or not value:
            return f"{place} is not a list with at least one element"
        parts = [(str(number), each, form[0]) for number, each in enumerate(value, start=1)]
    misfits = (_misfit(part, wanted, f"{place}{separator}{name}") for name, part, wanted in parts)
    return next(filter(None, misfits), None)


_NAMES: dict[type, str] = {str: "a string", dict: "a JSON object"}


def _made_up(form: Mapping[str, Form]) -> Iterator[Record]:
    for question, answer, category in _QUESTIONS:
        if "conversationTurns" in form:
            turn = {
                "prompt": {"content": [{"text": question}]},
                "referenceResponses": [{"content": [{"text": answer}]}],
            }
            yield {"conversationTurns": [turn]}
        else:
            yield {"prompt": question, "referenceResponse": answer, "category": category}
