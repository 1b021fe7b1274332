"""What people say of the answers of models, in the form of the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.protocol.encoding import iso8601
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock.evaluation.asking import Answerer
from bedrock_mock.services.bedrock.evaluation.data_sets import PROMPTS, PROMPTS_WITH_ANSWERS
from bedrock_mock.services.bedrock.evaluation.records import Records

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.json_lines import Record

#: How long a person takes for a record.
_SECONDS = (5, 120)
_PASSED = 0.5
_LIKERT_STEPS = 4


class AnswersToHumans(Records):
    """Evaluation by people, who see the answers of all models."""

    def __init__(
        self,
        job: Json,
        metrics: Json,
        config: Mapping[str, Any],
        models: Sequence[Any],
        at: datetime,
    ) -> None:
        super().__init__(job, metrics, config)
        #: When the answers are handed in: when the job ends.
        self._at = at
        self._lasted = int((at - job.creation_time).total_seconds())
        self._answerers = [Answerer(model, job.backend) for model in models]
        is_beforehand = any(answerer.is_beforehand for answerer in self._answerers)
        self.form = PROMPTS_WITH_ANSWERS if is_beforehand else PROMPTS
        custom = config.get("customMetrics", ())
        self._methods = {each["name"]: each["ratingMethod"] for each in custom}
        self._flow = config.get("humanWorkflowConfig", {}).get("flowDefinitionArn")

    def of(self, record: Record) -> Record:
        """One person's answers, the record and the answers of the models."""
        # A worker cannot have worked for longer than the job has run.
        spent = min(mock_random.randint(*_SECONDS), self._lasted)
        answer = {
            "acceptanceTime": iso8601(self._at - timedelta(seconds=spent)),
            "submissionTime": iso8601(self._at),
            "timeSpentInSeconds": spent,
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
            rated += [{"metricName": metric, **each} for each in self._rating(method, score)]
        return ratings

    def _rating(self, method: str, score: Json) -> list[Record]:
        """What is said of the answers by one metric: of each one, or of how they compare.

        Source: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-foundation-model-evaluate-results-human.html
        """
        numbers = [str(number) for number in range(len(self._answerers))]
        is_good = None if score is None else score >= _PASSED
        likert = None if score is None else 1 + round(_LIKERT_STEPS * score)
        # The better the score, the better is the first.
        ranked = numbers if is_good is not False else numbers[::-1]
        if method == "ComparisonChoice":
            return [{"result": {"modelResponseId": each}} for each in ranked[:1]]
        if method == "ComparisonRank":
            ranks = [{"modelResponseId": each, "rank": n} for n, each in enumerate(ranked, 1)]
            return [{"result": ranks}]
        if method == "ComparisonLikertScale":
            left, right = numbers[:1], numbers[-1:]
            return [
                {"leftModelResponseId": one, "rightModelResponseId": other, "result": likert}
                for one, other in zip(left, right, strict=True)
            ]
        value = is_good if method == "ThumbsUpDown" else likert
        return [{"modelResponseId": each, "result": value} for each in numbers]
