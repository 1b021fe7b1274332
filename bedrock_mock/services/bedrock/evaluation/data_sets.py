"""The data sets of evaluation jobs: the records of their files, or some made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.services.bedrock.json_lines import Form, MisfitError, Record, parsed

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

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


class DataSet:
    """A data set as it is now: what later becomes of its file does not concern the job.

    Args:
        backend: whose.
        data_set: an EvaluationDataset of the service model.
    """

    def __init__(self, backend: ServiceBackend, data_set: Mapping[str, Any]) -> None:
        self.name: str = data_set["name"]
        self.uri: str = (data_set.get("datasetLocation") or {}).get("s3Uri", "")
        bucket = neighbours.bucket_of(backend, self.uri)
        self._is_made_up = bucket is None
        lines = bucket.lines(neighbours.split_uri(self.uri)[1]) if bucket else None
        #: The lines that are not blank, with their numbers; one more than a job can have.
        self._lines: list[tuple[int, bytes]] | None = None
        if lines is not None:
            numbered = (each for each in enumerate(lines, start=1) if each[1].strip())
            self._lines = list(islice(numbered, MAX_RECORDS + 1))

    def records(self, form: Mapping[str, Form]) -> Iterator[Record]:
        """The records, which are parsed as they are asked for; made up where there is no bucket.

        Args:
            form: what each record must have.

        Raises:
            DataSetError: a record is malformed, or the file is not there.
        """
        if self._is_made_up:
            yield from _made_up(form)
            return
        if self._lines is None:
            msg = f"The data set '{self.name}' was not found: there is no object {self.uri}."
            raise DataSetError(msg)
        if not self._lines:
            msg = f"The data set {self.uri} is empty."
            raise DataSetError(msg)
        for number, line in self._lines:
            if len(line) > neighbours.MAX_LINE:
                msg = (
                    f"The data set {self.uri} is malformed: line {number} has more than "
                    f"{neighbours.MAX_LINE} bytes."
                )
                raise DataSetError(msg)
            yield _parsed(line, f"line {number}", self.uri, form)


def _parsed(line: bytes, place: str, uri: str, form: Mapping[str, Form]) -> Record:
    try:
        return parsed(line, place, form)
    except MisfitError as error:
        msg = f"The data set {uri} is malformed: {error}."
        raise DataSetError(msg) from None


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
