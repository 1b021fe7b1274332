"""Foundation models: those that the service lists in the region, or the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ResourceNotFoundException
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.operations import operation
from bedrock_mock.services.bedrock.catalogue import public
from bedrock_mock.services.bedrock.catalogue.given import MODELS
from bedrock_mock.services.bedrock.customization.base_models import foundation_model
from bedrock_mock.services.bedrock.rules import check_project

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        GetFoundationModelRequestTypeDef,
        ListFoundationModelsRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

Model = dict[str, Any]
Models = list[Model]


class FoundationModels:
    """The operations on foundation models.

    The models are those of the public catalogue, or of moto's config:
    ``{"bedrock": {"foundation_models": ...}}`` has a list of models in the form of
    ListFoundationModels, or the path of a JSON file with that list or the whole answer.
    """

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend
        #: The setting that the models were made from, and the models by id.
        self._made: tuple[Json, dict[str, Model]] | None = None

    @operation("GetFoundationModel")
    def get(self, request: GetFoundationModelRequestTypeDef) -> dict[str, Model]:
        """The model of this ARN or id."""
        check_project(self._backend, request, ResourceNotFoundException)
        model = self.find(request["modelIdentifier"])
        if model is None:
            raise ResourceNotFoundException(
                "Could not resolve the foundation model from the provided model identifier."
            )
        return {"modelDetails": model}

    @operation("ListFoundationModels")
    def list(self, request: ListFoundationModelsRequestTypeDef) -> dict[str, Models]:
        """All models that pass the filters; this list has no pages."""
        check_project(self._backend, request)
        wanted = {
            "customizationsSupported": request.get("byCustomizationType"),
            "outputModalities": request.get("byOutputModality"),
            "inferenceTypesSupported": request.get("byInferenceType"),
        }
        provider = request.get("byProvider")
        return {
            "modelSummaries": [
                model
                for model in self.listed().values()
                if (provider is None or provider.lower() == model.get("providerName", "").lower())
                and all(
                    value is None or value in model.get(member, ())
                    for member, value in wanted.items()
                )
            ]
        }

    def listed(self) -> Mapping[str, Model]:
        """The models of the region by their ids; do not change them."""
        given: Any = self._backend.setting("foundation_models")
        if self._made is None or self._made[0] is not given:
            models = (
                public.models(self._backend.region_name)
                if given is None
                else {model["modelId"]: model for model in MODELS.read(given)}
            )
            self._made = given, {name: self._with_arn(model) for name, model in models.items()}
        return self._made[1]

    def find(self, identifier: str) -> Model | None:
        """The model of an id or ARN, ``None`` if it is unknown.

        A model that the service lists no more is found, as far as its facts are known:
        programs that were written for it have tests, too.
        """
        listed = self.listed()
        if identifier in listed:
            return listed[identifier]
        model_id = self.id_of(identifier)
        if model_id is None:
            return None
        model = listed.get(model_id)
        is_public = self._backend.setting("foundation_models") is None
        if model is None and is_public and self.has_ended(model_id):
            facts = public.facts_of(model_id)
            return facts and self._with_arn(facts)
        return model

    def has_ended(self, model_id: str) -> bool:
        """Whether it is a model that the service lists no more, and the user does not."""
        return model_id in public.ended() and model_id not in self.listed()

    def assumes_profiles(self, model_id: str) -> bool:
        """Whether a model can be called through profiles that are not listed.

        Those of models that have ended are gone, and a user who lists models of their own may
        list no profiles.
        """
        setting = self._backend.setting
        if setting("foundation_models") is None:
            return self.has_ended(model_id)
        is_own = setting("inference_profiles") is None and model_id in self.listed()
        return is_own or self.has_ended(model_id)

    def id_of(self, identifier: str) -> str | None:
        """The id in an ARN of this region; an id stays as it is; ``None`` for other ARNs."""
        if not identifier.startswith("arn:"):
            return identifier
        model_id = identifier.partition("foundation-model/")[2]
        return model_id if identifier == foundation_model(self._backend, model_id).arn else None

    def _with_arn(self, model: Model) -> Model:
        return {**model, "modelArn": foundation_model(self._backend, model["modelId"]).arn}
