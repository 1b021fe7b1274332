"""Checks the scores that a test scripts for an evaluation job."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bedrock_mock.protocol.types import Json


def checked(scores: Json, job: str, metrics: Collection[str] | None = None) -> Mapping[str, Any]:
    """The scores, if they are some.

    Args:
        scores: for each metric a number from 0 to 1, ``None``, or ``{"score": ...,
            "explanation": ...}``.
        job: the job, for the message.
        metrics: the job's metrics, if they are known already.

    Raises:
        ValueError: they are something else; the message says what is wrong.
    """
    if not isinstance(scores, Mapping):
        msg = f"evaluation_results: scores is a dict or a function of the record, not {scores!r}"
        raise ValueError(msg)
    for metric, said in scores.items():
        if metrics is not None and metric not in metrics:
            has = ", ".join(metrics)
            msg = f"evaluation_results: the job {job!r} has no metric {metric!r}; it has: {has}"
            raise ValueError(msg)
        if not _is_score(said):
            msg = (
                f"evaluation_results: the score of {metric!r} is a number from 0 to 1, None, or "
                f"{{'score': ..., 'explanation': ...}}, not {said!r}"
            )
            raise ValueError(msg)
    return scores


def _is_score(said: Json) -> bool:
    if isinstance(said, Mapping):
        has_both = {"score"} <= said.keys() <= {"score", "explanation"}
        return (
            has_both and isinstance(said.get("explanation", ""), str) and _is_number(said["score"])
        )
    return _is_number(said)


def _is_number(score: Json) -> bool:
    # A bool is an int.
    return score is None or (type(score) in (int, float) and 0 <= score <= 1)


def metrics_of(request: Mapping[str, Any]) -> list[str]:
    """The metrics of a CreateEvaluationJob request, each once, in order."""
    (config,) = request["evaluationConfig"].values()
    names = (name for each in config["datasetMetricConfigs"] for name in each["metricNames"])
    return list(dict.fromkeys(names))
