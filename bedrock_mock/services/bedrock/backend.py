"""BedrockBackend composes the resources of the control plane, one line each."""

from __future__ import annotations

from collections.abc import Iterator

from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.store import Resource
from bedrock_mock.services.bedrock.batch.model_invocation_jobs import ModelInvocationJobs
from bedrock_mock.services.bedrock.capacity.custom_model_deployments import CustomModelDeployments
from bedrock_mock.services.bedrock.capacity.inference_profiles import InferenceProfiles
from bedrock_mock.services.bedrock.capacity.marketplace_model_endpoints import (
    MarketplaceModelEndpoints,
)
from bedrock_mock.services.bedrock.capacity.model_copy_jobs import ModelCopyJobs
from bedrock_mock.services.bedrock.capacity.prompt_routers import PromptRouters
from bedrock_mock.services.bedrock.capacity.provisioned_model_throughputs import (
    ProvisionedModelThroughputs,
)
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
from bedrock_mock.services.bedrock.model_access import ModelAccess
from bedrock_mock.services.bedrock.references import check_bucket


class BedrockBackend(ServiceBackend):
    """Everything that Bedrock holds for one account in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.model_import_jobs = ModelImportJobs(self)
        self.imported_models = ImportedModels(self)
        self.evaluation_jobs = EvaluationJobs(self)
        self.model_customization_jobs = ModelCustomizationJobs(self)
        self.custom_models = CustomModels(self)
        self.model_invocation_jobs = ModelInvocationJobs(self)
        self.invocation_logging = InvocationLogging(self)
        self.foundation_models = FoundationModels(self)
        self.model_access = ModelAccess(self)
        self.inference_profiles = InferenceProfiles(self)
        self.guardrails = Guardrails(self)
        self.provisioned_model_throughputs = ProvisionedModelThroughputs(self)
        self.custom_model_deployments = CustomModelDeployments(self)
        self.model_copy_jobs = ModelCopyJobs(self)
        self.prompt_routers = PromptRouters(self)
        self.marketplace_model_endpoints = MarketplaceModelEndpoints(self)
        self.enforced_guardrails = EnforcedGuardrails(self)
        self.compose()

    def lifecycles(self) -> Iterator[Lifecycle]:
        """Also the agreements, which have no ARN and are in no store."""
        yield from super().lifecycles()
        yield from self.model_access.agreements()

    def check_bucket(self, member: str, uri: str) -> None:
        """Refuses a bucket that is not there, for a service beside this one, where strict.

        Raises:
            ValidationException: it is not there.
        """
        check_bucket(self, member, uri)

    def resource(self, arn: str) -> Resource | None:
        """Also one of the runtime: its invocations have their tags here."""
        if self.kind_of(arn) is not None:
            return super().resource(arn)
        # The runtime's lock is not taken here: a thread that holds it may ask for ours.
        kind = self.sibling("bedrock-runtime").kind_of(arn)
        return None if kind is None else kind.store.get(arn)
