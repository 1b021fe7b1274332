"""What evaluation jobs say of one record of a data set, in the form of the service."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.copying import copied
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock.evaluation.asking import Answerer, asked
from bedrock_mock.services.bedrock.evaluation.data_sets import (
    TURNS,
    TURNS_WITH_ANSWERS,
    DataSetError,
)
from bedrock_mock.services.bedrock.evaluation.metrics import RETRIEVES
from bedrock_mock.services.bedrock.evaluation.scores import checked, scales_of
from bedrock_mock.services.bedrock.evaluation.summary import at, identifier_of, judges_of
from bedrock_mock.services.bedrock.json_lines import Form

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.evaluation.evaluation_jobs import EvaluationJob
    from bedrock_mock.services.bedrock.json_lines import Record

_RETRIEVE_AND_GENERATE = ("knowledgeBaseConfig", "retrieveAndGenerateConfig")
#: Where a RAG configuration names the model that generates.
_MODELS = (
    (*_RETRIEVE_AND_GENERATE, "knowledgeBaseConfiguration", "modelArn"),
    (*_RETRIEVE_AND_GENERATE, "externalSourcesConfiguration", "modelArn"),
)


#: The turns of a conversation where answers are generated.
_MAX_TURNS = 5


class Records(ABC):
    """Makes the results of the records of one data set.

    Args:
        job: whose they are; its ``scores`` are those that the test has scripted.
        metrics: the data set with its metrics.
        config: the job's automated or human configuration.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-report-s3.html
    """

    #: What a record of the data set must have.
    form: Mapping[str, Form]

    def __init__(
        self, job: EvaluationJob, metrics: Mapping[str, Any], config: Mapping[str, Any]
    ) -> None:
        self._job_name = job.job_name
        self._job = job
        self._scripted = job.scores
        self._metrics: Sequence[str] = metrics["metricNames"]
        self._scales = scales_of(job.request)
        own = config.get("customMetricConfig", {})
        self._custom = {
            at(each, "customMetricDefinition", "name") for each in own.get("customMetrics", ())
        }
        self._judges = judges_of(config) or []
        self._custom_judges = judges_of(own) or []

    def check(self, record: Record) -> None:  # noqa: B027 - most jobs take any record
        """Refuses a record that has the right form but is not for this job.

        Raises:
            DataSetError: it is not.
        """

    @abstractmethod
    def of(self, record: Record) -> Record:
        """What the job says of a record."""

    def scores(self, record: Record) -> dict[str, tuple[Any, str | None]]:
        """The score of each metric, scripted or made up, and its explanation if it is scripted."""
        scripted = self._scripted
        if callable(scripted):
            # What a function gives is known only now.
            try:
                scripted = checked(scripted(copied(record)), self._job_name, self._scales)
            except Exception as error:
                self._job.scores_failed(error)
                raise
        found = {}
        for metric in self._metrics:
            scale = self._scales[metric]
            said = (scripted or {}).get(metric, scale.made_up(metric))
            if not isinstance(said, Mapping):
                said = {"score": said}
            found[metric] = scale.written(said["score"]), said.get("explanation")
        return found

    def results(self, record: Record) -> list[Record]:
        """The scores as a list, each with what its judges say."""
        results = []
        for metric, (score, explanation) in self.scores(record).items():
            judges = self._custom_judges if metric in self._custom else self._judges
            details = [
                {
                    "modelIdentifier": judge,
                    "explanation": explanation or self._explained(judge, metric, record),
                }
                for judge in judges
            ]
            # In the order of the service's own files.
            result = {"metricName": metric, "evaluatorDetails": details, "result": score}
            if not judges:
                del result["evaluatorDetails"]
            results.append(result)
        return results

    def _explained(self, judge: str, metric: str, record: Record) -> str:
        """What a judge says of a score, which the rules of the test may say."""
        said = asked(self._job.backend, judge, f"{metric}: {json.dumps(record)}")
        return f"A made-up explanation of {metric}." if said is None else said


class AnswersOfModel(Records):
    """Programmatic and judged evaluation of one model."""

    def __init__(self, job: Json, metrics: Json, config: Json, model: Mapping[str, Any]) -> None:
        super().__init__(job, metrics, config)
        self._answerer = Answerer(model, job.backend)
        self.form = self._answerer.form
        self.model_id = self._answerer.identifier.rpartition("/")[2]

    def of(self, record: Record) -> Record:
        """Scores, the record and the answer."""
        return {
            "automatedEvaluationResult": {"scores": self.results(record)},
            "inputRecord": record,
            "modelResponses": [self._answerer.response(record)],
        }


class AnswersOfRag(Records):
    """Evaluation of a knowledge base, turn by turn."""

    def __init__(self, job: Json, metrics: Json, config: Json, rag: Mapping[str, Any]) -> None:
        super().__init__(job, metrics, config)
        self._rag = rag
        self.form = TURNS_WITH_ANSWERS if "precomputedRagSourceConfig" in rag else TURNS
        (source,) = rag.values()
        self._max_turns = 1 if RETRIEVES & source.keys() else _MAX_TURNS

    def check(self, record: Record) -> None:
        """A conversation has as many turns as the job can evaluate."""
        turns = len(record["conversationTurns"])
        if turns > self._max_turns:
            msg = f"A conversation of this job can have {self._max_turns} turns, not {turns}."
            raise DataSetError(msg)

    def of(self, record: Record) -> Record:
        """What was found and said in each turn, and its scores."""
        return {"conversationTurns": [self._turn(turn) for turn in record["conversationTurns"]]}

    def _turn(self, turn: Record) -> Record:
        output = turn.get("output")
        if output is None:
            prompt = turn["prompt"]["content"][0]["text"]
            model = next(filter(None, (at(self._rag, *p) for p in _MODELS)), None)
            said = asked(self._job.backend, model, prompt) if model else None
            output = {
                "text": f"A made-up answer to: {prompt}" if said is None else said,
                "modelIdentifier": model,
                "knowledgeBaseIdentifier": identifier_of(self._rag),
                "retrievedPassages": {"retrievalResults": []},
            }
        return {"inputRecord": turn, "output": output, "results": self.results(turn)}
