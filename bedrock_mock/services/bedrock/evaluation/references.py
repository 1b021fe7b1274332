"""What a CreateEvaluationJob request refers to, and what its data sets say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.services.bedrock.evaluation.data_sets import (
    TURNS_WITH_ANSWERS,
    DataSet,
    DataSetError,
)
from bedrock_mock.services.bedrock.references import check_bucket
from bedrock_mock.services.bedrock.rules import kms_key_arn

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import CreateEvaluationJobRequestTypeDef

    from bedrock_mock.services.bedrock.backend import BedrockBackend

_PROFILE = re.compile(r"arn:[^:]+:bedrock:[^:]*:[^:]*:(application-)?inference-profile/.+")


def check_references(backend: BedrockBackend, request: CreateEvaluationJobRequestTypeDef) -> None:
    """Profiles must be there; key and buckets, where that is asked for; and the data sets fit.

    Raises:
        ValidationException: it is not so.
    """
    for model in named_models(request):
        if _PROFILE.fullmatch(model) and backend.inference_profiles.route(model) is None:
            raise ValidationException("The provided model identifier is invalid.")
    kms_key_arn(backend, request.get("customerEncryptionKeyId"))
    check_bucket(backend, "outputDataConfig.s3Uri", request["outputDataConfig"]["s3Uri"])
    (config,) = cast("Any", request["evaluationConfig"]).values()
    data_sets = [metrics["dataset"] for metrics in config["datasetMetricConfigs"]]
    for data_set in data_sets:
        location = data_set.get("datasetLocation")
        if location:
            check_bucket(backend, "datasetLocation.s3Uri", location["s3Uri"])
    for rag in cast("Any", request["inferenceConfig"]).get("ragConfigs", ()):
        for source in rag.get("precomputedRagSourceConfig", {}).values():
            for data_set in data_sets:
                _check_knowledge_base(backend, data_set, source["ragSourceIdentifier"])


def named_models(request: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a request
    """The models that a request names by id or ARN: those that answer, and those that judge."""
    if isinstance(request, Mapping):
        for name, value in request.items():
            if name in ("modelArn", "modelIdentifier"):
                yield value
            else:
                yield from named_models(value)
    elif isinstance(request, list):
        for each in request:
            yield from named_models(each)


def _check_knowledge_base(
    backend: BedrockBackend, data_set: Mapping[str, Any], identifier: str
) -> None:
    """What was found beforehand is of the knowledge base that the request names."""
    # A data set that cannot be read is the job's failure, later.
    with suppress(DataSetError):
        for record in DataSet(backend, data_set).records(TURNS_WITH_ANSWERS):
            for turn in record["conversationTurns"]:
                if turn.get("output", {}).get("knowledgeBaseIdentifier", identifier) != identifier:
                    msg = (
                        "The provided dataset in your RAG evaluation configuration has different "
                        "KnowledgeBaseIdentifiers in output than your RAGConfig."
                    )
                    raise ValidationException(msg)
