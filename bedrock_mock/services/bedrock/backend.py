"""BedrockBackend composes the resources, one line each."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from boto3 import Session
from moto.core.base_backend import BackendDict

from bedrock_mock.moto_bridge.methods import method
from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.resources.lifecycle import clocks
from bedrock_mock.scripting.scripts import Scripts
from bedrock_mock.services.bedrock import urls
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
from bedrock_mock.services.bedrock.responses import BedrockResponse

# The clocks are known once this module is: it loads every resource.
__all__ = ["BedrockBackend", "bedrock_backends", "clocks"]


class BedrockBackend(ServiceBackend):
    """Everything that Bedrock holds for one account in one region."""

    service: ClassVar[str] = "bedrock"
    scripts: ClassVar[Scripts] = Scripts()

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
        self.compose()

    @classmethod
    def known_operations(cls) -> Collection[str]:
        """The operations of the installed service model."""
        return BedrockResponse.service.model.operation_names

    @property
    def _url_module(self) -> Any:
        """moto would look for it beside a module whose name ends in ``models``."""
        return urls

    # Hidden from type checkers, which would let any attribute pass.
    if not TYPE_CHECKING:  # pragma: no branch

        def __getattr__(self, name: str) -> Any:
            """The methods that moto's backends have: ``create_model_customization_job``."""
            return method(self, BedrockResponse.service, name)


class _AllRegions(list[str]):
    """Every region that botocore knows, worked out when first asked for.

    Bedrock itself is in fewer, but a test that runs where the service is not must not
    fail for it: moto, too, takes any region it knows.
    """

    def __bool__(self) -> bool:
        return True

    def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204 - as in list
        return iter(_all_regions())


@cache
def _all_regions() -> list[str]:
    session = Session()
    return [
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition)
    ]


class _Backends(BackendDict[BedrockBackend]):
    """What moto resets, and with it what has been scripted."""

    def clear(self) -> None:
        """Forgets all accounts: moto's reset ends with it."""
        super().clear()
        BedrockBackend.scripts.clear()


bedrock_backends = _Backends(
    BedrockBackend, "bedrock", use_boto3_regions=False, additional_regions=_AllRegions()
)
