"""BedrockBackend composes the resources of the control plane, one line each."""

from __future__ import annotations

from collections.abc import Iterator

from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.services.bedrock.capacity.inference_profiles import InferenceProfiles
from bedrock_mock.services.bedrock.customization.custom_models import CustomModels
from bedrock_mock.services.bedrock.customization.model_customization_jobs import (
    ModelCustomizationJobs,
)
from bedrock_mock.services.bedrock.evaluation.evaluation_jobs import EvaluationJobs
from bedrock_mock.services.bedrock.foundation_models import FoundationModels
from bedrock_mock.services.bedrock.guardrails.guardrails import Guardrails
from bedrock_mock.services.bedrock.imports.imported_models import ImportedModels
from bedrock_mock.services.bedrock.imports.model_import_jobs import ModelImportJobs
from bedrock_mock.services.bedrock.invocation_logging import InvocationLogging
from bedrock_mock.services.bedrock.model_access import ModelAccess


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
        self.model_access = ModelAccess(self)
        self.inference_profiles = InferenceProfiles(self)
        self.guardrails = Guardrails(self)
        self.compose()

    def lifecycles(self) -> Iterator[Lifecycle]:
        """Also the agreements, which have no ARN and are in no store."""
        yield from super().lifecycles()
        yield from self.model_access.agreements()
