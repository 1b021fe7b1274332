"""Imported models: what a completed import job leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bedrock_mock.resources.listing import Page, page
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.store import Store

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        DeleteImportedModelRequestTypeDef,
        GetImportedModelRequestTypeDef,
        ListImportedModelsRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock.imports.model_import_jobs import ModelImportJob


class ImportedModel:
    """One imported model; its attributes are the members of GetImportedModel."""

    # Those of a Llama 3.1 8B.
    custom_model_units: ClassVar = {
        "customModelUnitsPerModelCopy": 2,
        "customModelUnitsVersion": "v1.0",
    }

    def __init__(self, job: ModelImportJob) -> None:
        self.arn = self.model_arn = job.future_model_arn
        self.name = self.model_name = job.imported_model_name
        self.job_name = job.job_name
        self.job_arn = job.job_arn
        self.model_data_source = job.model_data_source
        self.model_architecture = job.model.architecture
        self.instruct_supported = job.model.instruct_supported
        self.model_kms_key_arn = job.imported_model_kms_key_arn
        self.creation_time = job.creation_time
        self.tags = job.model_tags


class ImportedModels:
    """The operations on imported models."""

    arn_type = "imported-model"

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend
        self.store = Store[ImportedModel]("imported model")

    @operation("GetImportedModel")
    def get(self, request: GetImportedModelRequestTypeDef) -> ImportedModel:
        """The model of this ARN or name."""
        self.settle(request["modelIdentifier"])
        return self.store.find(request["modelIdentifier"])

    @operation("ListImportedModels")
    def list(self, request: ListImportedModelsRequestTypeDef) -> Page[ImportedModel]:
        """A page of models."""
        if "nextToken" not in request:
            # Once for a walk, else it would cost its pages times the jobs in progress.
            self.settle()
        return page(self.store, request, self._backend.scope)

    @operation("DeleteImportedModel")
    def delete(self, request: DeleteImportedModelRequestTypeDef) -> None:
        """Deletes the model of this ARN or name; its job stays and still tells of it."""
        self.store.remove(self.get({"modelIdentifier": request["modelIdentifier"]}))

    def settle(self, arn: str | None = None) -> None:
        """A model is there once its job is done, whether or not anybody asked for the job."""
        self._backend.model_import_jobs.settle(arn)
