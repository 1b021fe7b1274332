"""Imported models: what a completed import job leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.listing import BY_CREATION_TIME, contains
from bedrock_mock.services.bedrock.capacity.served_models import check_unused

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock.imports.model_import_jobs import ModelImportJob


class ImportedModel:
    """One imported model; its attributes are the members of GetImportedModel."""

    def __init__(self, job: ModelImportJob) -> None:
        self.arn = self.model_arn = job.future_model_arn
        self.name = self.model_name = job.imported_model_name
        self.job_name = job.job_name
        self.job_arn = job.job_arn
        self.model_data_source = job.model_data_source
        self.model_architecture = job.model.architecture
        self.instruct_supported = job.model.instruct_supported
        self.custom_model_units = {
            "customModelUnitsPerModelCopy": job.model.units,
            "customModelUnitsVersion": job.model.units_version,
        }
        self.model_kms_key_arn = job.imported_model_kms_key_arn
        self.creation_time = job.creation_time
        self.tags = job.model_tags


class ImportedModels(Kind[ImportedModel]):
    """The operations on imported models. Deleting one leaves its job, which still names it."""

    arn_type = "imported-model"
    identifier = "modelIdentifier"
    filters: ClassVar = {**BY_CREATION_TIME, "nameContains": contains("name")}
    operations: ClassVar = {
        "get": "GetImportedModel",
        "list": "ListImportedModels",
        "delete": "DeleteImportedModel",
    }
    _backend: BedrockBackend

    def delete(self, request: Members) -> None:
        """Deletes a model that is not in use.

        Raises:
            ConflictException: throughput serves it.
        """
        check_unused(self._backend, self.title, self.find(request["modelIdentifier"]).arn)
        super().delete(request)

    def arrive(self, identifier: str | None = None, *, is_look: bool = False) -> None:
        """A model is there once its job is due, even if no client asks for the job."""
        self._backend.model_import_jobs.claims.settle(identifier, is_look=is_look)
