"""The scales of metrics, and the scores that a test scripts by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock.evaluation.metrics import BUILT_IN, STEPS

#: What a judge says where a metric does not apply; the service writes null then.
_NOT_APPLICABLE = -1


class Scale(NamedTuple):
    """What the scores of a metric can be; by default a number from 0 to 1.

    Attributes:
        values: the values that there are, if they are few.
        is_open: whether any number and any text is one: nothing says what there is.
    """

    values: tuple[Any, ...] = ()
    is_open: bool = False

    @property
    def words(self) -> str:
        """What a score is, for messages."""
        if self.is_open:
            return "a number or a text"
        if self.values:
            return f"one of {', '.join(map(repr, self.values))}, or -1 for 'not applicable'"
        return "a number from 0 to 1"

    def has(self, score: Json) -> bool:
        """Whether this can be a score."""
        is_number = type(score) in (int, float)  # a bool is an int
        if score is None or (self.is_open and (is_number or isinstance(score, str))):
            return True
        if self.values:
            return (is_number and score == _NOT_APPLICABLE) or score in self.values
        return is_number and 0 <= score <= 1

    def written(self, score: Json) -> Json:
        """The score as the service writes it.

        Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-report-s3.html
        """
        is_custom = bool(self.values) or self.is_open
        is_stated = score in self.values
        return None if is_custom and score == _NOT_APPLICABLE and not is_stated else score

    def made_up(self, metric: str) -> Json:
        """A random score, where the test gives none; moto's seed makes it repeatable."""
        values = self.values or STEPS.get(metric)
        return mock_random.choice(values) if values else round(mock_random.random(), 4)


_UNIT = Scale()
_OPEN = Scale(is_open=True)


def scales_of(request: Mapping[str, Any]) -> dict[str, Scale]:
    """The scale of each metric of a CreateEvaluationJob request, in order."""
    ((kind, config),) = request["evaluationConfig"].items()
    defined = {} if kind == "human" else _defined(config)
    names = (name for each in config["datasetMetricConfigs"] for name in each["metricNames"])
    return {name: defined.get(name, _UNIT) for name in names}


def _defined(config: Mapping[str, Any]) -> dict[str, Scale]:
    """The scales of the metrics that an automated job defines."""
    scales = {}
    for metric in config.get("customMetricConfig", {}).get("customMetrics", ()):
        definition = metric["customMetricDefinition"]
        items = definition.get("ratingScale", ())
        values = tuple(value for item in items for value in item["value"].values())
        scales[definition["name"]] = Scale(values) if values else _OPEN
    return scales


def checked(scores: Json, job: str, scales: Mapping[str, Scale] | None = None) -> Mapping[str, Any]:
    """The scores, if they are some.

    Args:
        scores: for each metric a score on its scale, ``None``, or ``{"score": ...,
            "explanation": ...}``.
        job: the job, for the message.
        scales: those of the job, if it is known already.

    Raises:
        ValueError: they are something else; the message says what is wrong.
    """
    if not isinstance(scores, Mapping):
        msg = f"evaluation_results: scores is a dict or a function of the record, not {scores!r}"
        raise ValueError(msg)
    for metric, said in scores.items():
        if scales is not None and metric not in scales:
            has = ", ".join(scales)
            msg = f"evaluation_results: the job {job!r} has no metric {metric!r}; it has: {has}"
            raise ValueError(msg)
        of_unknown_job = _UNIT if metric.startswith(BUILT_IN) else _OPEN
        scale = of_unknown_job if scales is None else scales[metric]
        if not _is_said(said, scale):
            msg = (
                f"evaluation_results: the score of {metric!r} is {scale.words}, None, or "
                f"{{'score': ..., 'explanation': ...}}, not {said!r}"
            )
            raise ValueError(msg)
    return scores


def _is_said(said: Json, scale: Scale) -> bool:
    if isinstance(said, Mapping):
        has_both = {"score"} <= said.keys() <= {"score", "explanation"}
        return (
            has_both and isinstance(said.get("explanation", ""), str) and scale.has(said["score"])
        )
    return scale.has(said)
