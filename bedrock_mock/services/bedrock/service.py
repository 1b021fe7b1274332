"""Bedrock's control plane as a mocked service."""

from bedrock_mock.resources.service import MockedService
from bedrock_mock.services.bedrock import quotas, references
from bedrock_mock.services.bedrock.backend import BedrockBackend
from bedrock_mock.services.bedrock.catalogue.given import MODELS, PROFILES
from bedrock_mock.services.bedrock.customization.verbs import customization_results
from bedrock_mock.services.bedrock.evaluation.verbs import evaluation_results
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
        "no_access": NO_ACCESS,
        "quotas": quotas.SETTING,
        "references": references.SETTING,
    },
    # Real jobs have the task type "General", which the model's enum does not list.
    open_enums=frozenset({"EvaluationTaskType"}),
    verbs={
        "customization_results": customization_results,
        "evaluation_results": evaluation_results,
    },
)
