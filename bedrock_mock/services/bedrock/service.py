"""Bedrock's control plane as a mocked service."""

from bedrock_mock.protocol.rules import Departures
from bedrock_mock.resources.service import MockedService
from bedrock_mock.services.bedrock import quotas, references
from bedrock_mock.services.bedrock.backend import BedrockBackend
from bedrock_mock.services.bedrock.batch import rules as batch
from bedrock_mock.services.bedrock.catalogue.given import MODELS, PROFILES
from bedrock_mock.services.bedrock.customization.verbs import customization_results
from bedrock_mock.services.bedrock.evaluation.verbs import evaluation_results
from bedrock_mock.services.bedrock.guardrails.rules import OPEN_LIMITS
from bedrock_mock.services.bedrock.model_access import NO_ACCESS
from bedrock_mock.services.bedrock.responses import BedrockResponse

BEDROCK = MockedService(
    name="bedrock",
    slot="bedrock",
    backend=BedrockBackend,
    response=BedrockResponse,
    settings={
        "foundation_models": MODELS.setting,
        "inference_profiles": PROFILES.setting,
        "minimum_batch_records": batch.MINIMUM,
        "no_access": NO_ACCESS,
        "no_batch": batch.NO_BATCH,
        "quotas": quotas.SETTING,
        "references": references.SETTING,
    },
    tagging={"CreateGuardrail": "tags"},
    # Real jobs have the task type "General", which the model's enum does not list.
    departures=Departures(
        open_enums=frozenset({"EvaluationTaskType"}),
        open_limits=OPEN_LIMITS,
        # The model's pattern lacks custom routers.
        patterns={
            "PromptRouterArn": (
                "arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:"
                "((default-prompt-router/[a-zA-Z0-9-:.]+)|(prompt-router/[a-zA-Z0-9]+))"
            )
        },
    ),
    verbs={
        "customization_results": customization_results,
        "evaluation_results": evaluation_results,
    },
)
