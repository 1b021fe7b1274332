"""What the service asks of an evaluation job beyond its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.types import Json

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import CreateEvaluationJobRequestTypeDef

_JUDGED = frozenset(
    f"Builtin.{name}"
    for name in (
        "Correctness",
        "Completeness",
        "Faithfulness",
        "Helpfulness",
        "Coherence",
        "Relevance",
        "FollowingInstructions",
        "ProfessionalStyleAndTone",
        "Harmfulness",
        "Stereotyping",
        "Refusal",
    )
)
_RETRIEVE_ONLY = frozenset({"Builtin.ContextRelevance", "Builtin.ContextCoverage"})
_RETRIEVE_AND_GENERATE = _JUDGED | {
    "Builtin.LogicalCoherence",
    "Builtin.CitationPrecision",
    "Builtin.CitationCoverage",
}
_MAX_MODELS = {"automated": 1, "human": 2}


def check_evaluation(request: CreateEvaluationJobRequestTypeDef) -> None:
    """Checks how the parts of a CreateEvaluationJob request go together.

    Raises:
        ValidationException: they do not.
    """
    evaluation: Any = request["evaluationConfig"]
    inference: Any = request["inferenceConfig"]
    ((kind, config),) = evaluation.items()
    metrics = {
        name for data_set in config["datasetMetricConfigs"] for name in data_set["metricNames"]
    }
    if kind == "human" and "ragConfigs" in inference:
        msg = "A human evaluation job has the member 'inferenceConfig.models', not 'ragConfigs'."
        raise ValidationException(msg)
    _check_models(kind, inference.get("models", ()))
    if kind == "human":
        _check_human_metrics(config, metrics)
        return
    if metrics & _RETRIEVE_ONLY and metrics & _RETRIEVE_AND_GENERATE:
        both = (
            f"{_listed(metrics & _RETRIEVE_ONLY)} with {_listed(metrics & _RETRIEVE_AND_GENERATE)}"
        )
        msg = f"Retrieve-only metrics cannot be mixed with retrieve-and-generate metrics: {both}."
        raise ValidationException(msg)
    if "evaluatorModelConfig" not in config and ("ragConfigs" in inference or metrics & _JUDGED):
        why = "a RAG evaluation job" if "ragConfigs" in inference else _listed(metrics & _JUDGED)
        msg = f"The member 'evaluationConfig.automated.evaluatorModelConfig' is required for {why}."
        raise ValidationException(msg)


def _check_models(kind: str, models: Json) -> None:
    if len(models) > _MAX_MODELS[kind]:
        msg = (
            f"The member 'inferenceConfig.models' can have at most {_MAX_MODELS[kind]} "
            f"for the evaluation type '{kind}', not {len(models)}."
        )
        raise ValidationException(msg)
    for model in models:
        params = model.get("bedrockModel", {}).get("inferenceParams", "")
        if "".join(params.split()) == "{}":
            msg = "The member 'inferenceParams' must not be an empty JSON object: leave it out."
            raise ValidationException(msg)


def _check_human_metrics(config: Json, metrics: set[str]) -> None:
    custom = {metric["name"] for metric in config.get("customMetrics", ())}
    if metrics != custom:
        # The service treats metric names as sensitive, so the message does not print them.
        msg = (
            "The metricNames of a human evaluation job must be the names of its customMetrics: "
            f"{len(metrics - custom)} of them are not, and {len(custom - metrics)} are missing."
        )
        raise ValidationException(msg)


def _listed(names: Json) -> str:
    return ", ".join(sorted(names))
