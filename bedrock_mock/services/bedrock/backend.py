"""BedrockBackend composes the resources of the control plane, one line each."""

from __future__ import annotations

from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.services.bedrock.customization.custom_models import CustomModels
from bedrock_mock.services.bedrock.customization.model_customization_jobs import (
    ModelCustomizationJobs,
)
from bedrock_mock.services.bedrock.evaluation.evaluation_jobs import EvaluationJobs
from bedrock_mock.services.bedrock.foundation_models import FoundationModels
from bedrock_mock.services.bedrock.guardrails.enforced import EnforcedGuardrails
from bedrock_mock.services.bedrock.guardrails.guardrails import Guardrails
from bedrock_mock.services.bedrock.imports.imported_models import ImportedModels
from bedrock_mock.services.bedrock.imports.model_import_jobs import ModelImportJobs
from bedrock_mock.services.bedrock.invocation_logging import InvocationLogging


class BedrockBackend(ServiceBackend):
    """Everything that Bedrock holds for one account in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.model_import_jobs = ModelImportJobs(self)
        self.imported_models = ImportedModels(self)
        self.evaluation_jobs = EvaluationJobs(self)
        self.model_customization_jobs = ModelCustomizationJobs(self)
        self.custom_models = CustomModels(self)
        self.invocation_logging = InvocationLogging(self)
        self.foundation_models = FoundationModels(self)
        self.guardrails = Guardrails(self)
        self.enforced_guardrails = EnforcedGuardrails(self)
        self.compose()
