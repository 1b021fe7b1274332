"""What the service asks of an evaluation job beyond its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock.evaluation import metrics as known

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import CreateEvaluationJobRequestTypeDef

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
    for part in config["datasetMetricConfigs"]:
        _check_data_set(kind, part["dataset"])
    _check_models(kind, inference.get("models", ()))
    if kind == "human":
        _check_human_metrics(config, metrics)
        return
    unknown = {name for name in metrics if name.startswith(known.BUILT_IN)} - known.METRICS
    if unknown:
        msg = f"There is no built-in metric {_listed(unknown)}."
        raise ValidationException(msg)
    only, both = metrics & known.RETRIEVE_ONLY, metrics & known.RETRIEVE_AND_GENERATE
    if only and both:
        msg = (
            "Retrieve-only metrics cannot be mixed with retrieve-and-generate metrics: "
            f"{_listed(only)} with {_listed(both)}."
        )
        raise ValidationException(msg)
    is_rag = "ragConfigs" in inference
    if is_rag:
        _check_rag_metrics(inference["ragConfigs"], metrics)
    _check_judge(config, metrics, is_rag=is_rag)


def undefined_metrics(evaluation_config: Json) -> list[str]:
    """The metrics of an automated job that are neither built in nor defined by the request."""
    config = evaluation_config.get("automated", {})
    defined = {
        metric["customMetricDefinition"]["name"]
        for metric in config.get("customMetricConfig", {}).get("customMetrics", ())
    }
    named = {
        name for part in config.get("datasetMetricConfigs", ()) for name in part["metricNames"]
    }
    return sorted(named - known.METRICS - defined)


def _check_data_set(kind: str, data_set: Json) -> None:
    """A data set is one of the service's own, or a file of JSON lines."""
    name, location = data_set["name"], data_set.get("datasetLocation")
    is_built_in = name.startswith(known.BUILT_IN)
    if is_built_in and name not in known.DATA_SETS:
        msg = f"There is no built-in data set {name}. There are: {_listed(known.DATA_SETS)}."
    elif is_built_in and kind == "human":
        msg = f"A human evaluation job needs a data set of its own, not {name}."
    elif not is_built_in and not location:
        # The service treats names of data sets as sensitive.
        msg = "The member 'datasetLocation' is required for a data set that is not built in."
    elif location and not location.get("s3Uri", "").endswith(".jsonl"):
        msg = "The member 'datasetLocation.s3Uri' must be the URI of a file that ends in .jsonl."
    else:
        return
    raise ValidationException(msg)


def _check_rag_metrics(configs: Json, metrics: set[str]) -> None:
    """Metrics suit what the RAG job evaluates: what is retrieved, or also what is generated."""
    parts = {member for config in configs for source in config.values() for member in source}
    if wrong := metrics & known.PROGRAMMATIC:
        msg = f"A RAG evaluation job does not take {_listed(wrong)}."
    elif parts & known.RETRIEVES and (wrong := (metrics & known.METRICS) - known.RETRIEVE_ONLY):
        msg = f"A retrieve-only evaluation job does not take {_listed(wrong)}."
    elif parts & known.GENERATES and not metrics & known.RETRIEVE_AND_GENERATE:
        msg = "A retrieve-and-generate evaluation job needs at least one metric of its own."
    else:
        return
    raise ValidationException(msg)


def _check_judge(config: Json, metrics: set[str], *, is_rag: bool) -> None:
    judged = metrics & (known.JUDGED | known.RETRIEVE_AND_GENERATE)
    if "evaluatorModelConfig" not in config:
        if is_rag or judged:
            why = "a RAG evaluation job" if is_rag else _listed(judged)
            msg = (
                "The member 'evaluationConfig.automated.evaluatorModelConfig' is required for "
                f"{why}."
            )
            raise ValidationException(msg)
        return
    types = {part["taskType"] for part in config["datasetMetricConfigs"]}
    if not is_rag and (wrong := types & known.NOT_JUDGED):
        msg = f"A job that a model judges does not take the taskType {_listed(wrong)}: use General."
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
    for metric in config.get("customMetrics", ()):
        if metric["ratingMethod"] not in known.RATING_METHODS:
            msg = f"The member 'ratingMethod' must be one of {', '.join(known.RATING_METHODS)}."
            raise ValidationException(msg)


def _listed(names: Json) -> str:
    return ", ".join(sorted(names))
