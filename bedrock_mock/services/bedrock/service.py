"""Bedrock's control plane as a mocked service."""

from bedrock_mock.resources.service import MockedService
from bedrock_mock.services.bedrock import foundation_models, quotas, references
from bedrock_mock.services.bedrock.backend import BedrockBackend
from bedrock_mock.services.bedrock.customization.verbs import customization_results
from bedrock_mock.services.bedrock.evaluation.verbs import evaluation_results
from bedrock_mock.services.bedrock.responses import BedrockResponse

BEDROCK = MockedService(
    name="bedrock",
    slot="bedrock",
    backend=BedrockBackend,
    response=BedrockResponse,
    settings={
        "foundation_models": foundation_models.SETTING,
        "quotas": quotas.SETTING,
        "references": references.SETTING,
    },
    # Real jobs have the task type "General", which the model's enum does not list.
    open_enums=frozenset({"EvaluationTaskType"}),
    # The model's pattern lacks custom routers.
    laxer_patterns={
        "PromptRouterArn": (
            "arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:"
            "((default-prompt-router/[a-zA-Z0-9-:.]+)|(prompt-router/[a-zA-Z0-9]+))"
        )
    },
    verbs={
        "customization_results": customization_results,
        "evaluation_results": evaluation_results,
    },
)
