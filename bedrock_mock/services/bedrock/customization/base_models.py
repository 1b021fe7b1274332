"""What a model is customised from: a foundation model or another custom model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bedrock_mock.resources.store import Store

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.services.bedrock.customization.custom_models import CustomModel

_FOUNDATION_MODEL = "foundation-model/"


class BaseModel(NamedTuple):
    """The model that a customization starts from.

    Attributes:
        arn: its ARN.
        foundation_model_arn: the same, or for a custom model where that one comes from.
    """

    arn: str
    foundation_model_arn: str

    @property
    def model_id(self) -> str:
        """The foundation model's id, ``amazon.titan-text-lite-v1:0:4k``: ARNs have it in them."""
        return self.foundation_model_arn.partition(_FOUNDATION_MODEL)[2]

    @property
    def name(self) -> str:
        """The id without its version, ``amazon.titan-text-lite-v1``, as the model wants it."""
        return self.model_id.partition(":")[0]


def foundation_model(backend: ServiceBackend, model_id: str) -> BaseModel:
    """The foundation model of this id or ARN; whether there is one is not looked up."""
    arn = model_id
    if not model_id.startswith("arn:"):
        prefix = f"arn:{backend.arn_partition}:{backend.service}:{backend.region_name}::"
        arn = f"{prefix}{_FOUNDATION_MODEL}{model_id}"
    return BaseModel(arn, arn)


def base_model(backend: ServiceBackend, models: Store[CustomModel], identifier: str) -> BaseModel:
    """The model that a ``baseModelIdentifier`` means.

    Raises:
        ResourceNotFoundException: it can only be a custom model's, which does not exist.
    """
    custom = models.get(identifier)
    if custom is not None:
        return BaseModel(custom.arn, custom.foundation_model_arn)
    # The id of a foundation model has a dot behind its provider; a custom model's name has no dot.
    is_arn = identifier.startswith("arn:")
    if f":{_FOUNDATION_MODEL}" in identifier or (not is_arn and "." in identifier):
        return foundation_model(backend, identifier)
    raise models.not_found()
