"""What evaluation jobs say of one record of a data set, in the form of the service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from bedrock_mock.bedrock.data_sets import (
    PROMPTS,
    PROMPTS_WITH_ANSWERS,
    TURNS,
    TURNS_WITH_ANSWERS,
    Form,
)
from bedrock_mock.bedrock.evaluation_scores import checked
from bedrock_mock.core.encoding import iso8601

if TYPE_CHECKING:
    from bedrock_mock.bedrock.data_sets import Record
    from bedrock_mock.bedrock.evaluation_jobs import EvaluationJob

_PASSED = 0.5
_LIKERT_STEPS = 4


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
        self._scripted = job.scores
        self._metrics: Sequence[str] = metrics["metricNames"]
        judges = (config.get("evaluatorModelConfig") or {}).get("bedrockEvaluatorModels", ())
        self._judges = [judge["modelIdentifier"] for judge in judges]

    @abstractmethod
    def of(self, record: Record) -> Record:
        """What the job says of a record."""

    def scores(self, record: Record) -> dict[str, tuple[Any, str]]:
        """The score and the explanation of each metric: scripted ones, else made up."""
        scripted = self._scripted
        if callable(scripted):
            # What a function gives is known only now.
            scripted = checked(scripted(record), self._job_name, self._metrics)
        found = {}
        for metric in self._metrics:
            said = (scripted or {}).get(metric, round(mock_random.random(), 4))
            if not isinstance(said, Mapping):
                said = {"score": said}
            explanation = said.get("explanation", f"A made-up explanation of {metric}.")
            found[metric] = said["score"], explanation
        return found

    def results(self, record: Record) -> list[Record]:
        """The scores as a list, each with what its judges say."""
        results = []
        for metric, (score, explanation) in self.scores(record).items():
            result = {"metricName": metric, "result": score}
            if self._judges:
                result["evaluatorDetails"] = [
                    {"modelIdentifier": judge, "explanation": explanation} for judge in self._judges
                ]
            results.append(result)
        return results


class Answerer:
    """Who has answered: a model, or what gave its answers beforehand."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        beforehand = model.get("precomputedInferenceSource")
        source = beforehand or model["bedrockModel"]
        #: Whether the data set has the answers.
        self.is_beforehand = beforehand is not None
        self.identifier: str = source[
            "inferenceSourceIdentifier" if beforehand else "modelIdentifier"
        ]

    @property
    def form(self) -> Mapping[str, Form]:
        """What a record must have."""
        return PROMPTS_WITH_ANSWERS if self.is_beforehand else PROMPTS

    def response(self, record: Record) -> Record:
        """Its answer to the prompt of a record."""
        text = f"A made-up answer to: {record['prompt']}"
        if self.is_beforehand:
            # Made-up records have no answers.
            for each in record.get("modelResponses", ()):
                if each.get("modelIdentifier", self.identifier) == self.identifier:
                    text = each["response"]
        return {"modelIdentifier": self.identifier, "response": text}


class AnswersOfModel(Records):
    """Programmatic and judged evaluation of one model."""

    def __init__(self, job: Any, metrics: Any, config: Any, model: Mapping[str, Any]) -> None:
        super().__init__(job, metrics, config)
        self._answerer = Answerer(model)
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

    def __init__(self, job: Any, metrics: Any, config: Any, rag: Mapping[str, Any]) -> None:
        super().__init__(job, metrics, config)
        self._rag = rag
        self.form = TURNS_WITH_ANSWERS if "precomputedRagSourceConfig" in rag else TURNS

    def of(self, record: Record) -> Record:
        """What was found and said in each turn, and its scores."""
        return {"conversationTurns": [self._turn(turn) for turn in record["conversationTurns"]]}

    def _turn(self, turn: Record) -> Record:
        output = turn.get("output")
        if output is None:
            asked = turn["prompt"]["content"][0]["text"]
            output = {
                "text": f"A made-up answer to: {asked}",
                "modelIdentifier": _found(self._rag, "modelArn"),
                "knowledgeBaseIdentifier": _found(self._rag, "knowledgeBaseId"),
                "retrievedPassages": {"retrievalResults": []},
            }
        return {"inputRecord": turn, "output": output, "results": self.results(turn)}


class AnswersToHumans(Records):
    """Evaluation by people, who see the answers of all models."""

    def __init__(
        self, job: Any, metrics: Any, config: Mapping[str, Any], models: Sequence[Any]
    ) -> None:
        super().__init__(job, metrics, config)
        self._answerers = [Answerer(model) for model in models]
        is_beforehand = any(answerer.is_beforehand for answerer in self._answerers)
        self.form = PROMPTS_WITH_ANSWERS if is_beforehand else PROMPTS
        custom = config.get("customMetrics", ())
        self._methods = {each["name"]: each["ratingMethod"] for each in custom}
        self._flow = config.get("humanWorkflowConfig", {}).get("flowDefinitionArn")

    def of(self, record: Record) -> Record:
        """One person's answers, the record and the answers of the models."""
        now = iso8601(utcnow())
        answer = {
            "acceptanceTime": now,
            "submissionTime": now,
            "timeSpentInSeconds": mock_random.randint(5, 120),
            "workerId": f"{mock_random.getrandbits(64):016x}",
            "workerMetadata": {"identityData": {"identityProvider": "Cognito"}},
            "answerContent": {"evaluationResults": self._ratings(record)},
        }
        responses = [answerer.response(record) for answerer in self._answerers]
        identifiers = [answerer.identifier for answerer in self._answerers]
        result = {
            "flowDefinitionArn": self._flow,
            "humanAnswers": [answer],
            "humanLoopName": f"{mock_random.getrandbits(128):032x}",
            "inputContent": {"prompt": record["prompt"], "modelResponses": responses},
            "modelResponseIdMap": {str(n): each for n, each in enumerate(identifiers)},
        }
        return {
            "humanEvaluationResult": [result],
            "inputRecord": record,
            "modelResponses": responses,
        }

    def _ratings(self, record: Record) -> dict[str, list[Record]]:
        ratings: dict[str, list[Record]] = {}
        for metric, (score, _) in self.scores(record).items():
            method = self._methods[metric]
            rated = ratings.setdefault(f"{method[:1].lower()}{method[1:]}", [])
            for number in range(len(self._answerers)):
                value: Any = None
                if method in ("ComparisonChoice", "ComparisonRank"):
                    value = number + 1
                elif score is not None:
                    is_thumb = method == "ThumbsUpDown"
                    value = score >= _PASSED if is_thumb else 1 + round(_LIKERT_STEPS * score)
                rated.append(
                    {"metricName": metric, "modelResponseId": str(number), "result": value}
                )
        return ratings


def _found(config: Any, name: str) -> Any:
    """The value of a member, wherever in a configuration it stands; ``None`` if nowhere."""
    if isinstance(config, Mapping):
        if name in config:
            return config[name]
        return next((each for each in (_found(v, name) for v in config.values()) if each), None)
    return None
