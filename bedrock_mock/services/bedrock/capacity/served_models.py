"""The models that throughput and deployments serve, and what keeps a model from being deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedrock_mock.protocol.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from bedrock_mock.services.bedrock.customization.base_models import BaseModel, foundation_model

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock.customization.custom_models import CustomModel

_PROVISIONED = "PROVISIONED"


def active_custom_model(backend: BedrockBackend, identifier: str) -> CustomModel:
    """The custom model of this ARN or name.

    Raises:
        ResourceNotFoundException: there is no such model.
        ValidationException: it is not active.
    """
    model = backend.custom_models.find(identifier)
    if model.model_status != "Active":
        msg = (
            f"The custom model '{model.name}' cannot be used yet: its status is "
            f"{model.model_status}, and it must be Active."
        )
        raise ValidationException(msg)
    return model


def provisionable(backend: BedrockBackend, identifier: str) -> BaseModel:
    """The model that Provisioned Throughput can be bought for by this id, ARN or name.

    Raises:
        ResourceNotFoundException: there is no such model.
        ValidationException: the model does not take Provisioned Throughput.
    """
    models = backend.custom_models
    models.settle(identifier)
    if identifier in models.store:
        custom = active_custom_model(backend, identifier)
        return BaseModel(custom.arn, custom.foundation_model_arn)
    imports = backend.imported_models
    imports.settle(identifier)
    imported = imports.store.get(identifier)
    if imported is not None:
        return BaseModel(imported.arn, imported.arn)
    try:
        found = backend.foundation_models.get({"modelIdentifier": identifier})["modelDetails"]
    except ResourceNotFoundException:
        raise models.store.not_found() from None
    if _PROVISIONED not in found.get("inferenceTypesSupported", ()):
        msg = (
            f"Provisioned Throughput isn't supported for the model {found['modelId']}. Use the ID "
            "of a model that supports it, which may have a context length at its end."
        )
        raise ValidationException(msg)
    return foundation_model(backend, found["modelId"])


def check_unused(backend: BedrockBackend, title: str, arn: str) -> None:
    """Refuses to delete a model that throughput or a deployment serves.

    Args:
        backend: whose model it is.
        title: the kind of model, as messages call it.
        arn: the ARN of the model.

    Raises:
        ConflictException: at least one of them does.
    """
    kinds = (backend.provisioned_model_throughputs, backend.custom_model_deployments)
    users = [each for kind in kinds for each in kind.store if arn in each.models]
    if users:
        arns = ", ".join(each.arn for each in users)
        msg = f"The {title} cannot be deleted because it is in use. Delete these first: {arns}"
        raise ConflictException(msg)
