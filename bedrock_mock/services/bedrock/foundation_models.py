"""Foundation models: a catalogue of public facts, the same in every region, or the user's own."""

from __future__ import annotations

import json
import os
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import (
    ResourceNotFoundException,
    ServiceError,
    ValidationException,
)
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.settings import Setting
from bedrock_mock.services.bedrock.customization.base_models import foundation_model
from bedrock_mock.services.bedrock.responses import BedrockResponse

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        GetFoundationModelRequestTypeDef,
        ListFoundationModelsRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

Model = dict[str, Any]
Models = list[Model]

_PROJECT = "default"
#: The models of the files that were read, by their paths.
_FILES: dict[str, Models] = {}
_SETTING = "config['bedrock']['foundation_models']"


class FoundationModels:
    """The operations on foundation models.

    The models are those of ``foundation_models.json``, or of moto's config:
    ``{"bedrock": {"foundation_models": ...}}`` has a list of models in the form of
    ListFoundationModels, or the path of a JSON file with that list or the whole answer.
    """

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend

    @operation("GetFoundationModel")
    def get(self, request: GetFoundationModelRequestTypeDef) -> dict[str, Model]:
        """The model of this ARN or id."""
        self._check_project(request, ResourceNotFoundException)
        for model in self._models():
            if request["modelIdentifier"] in (model["modelArn"], model["modelId"]):
                return {"modelDetails": model}
        raise ResourceNotFoundException(
            "Could not resolve the foundation model from the provided model identifier."
        )

    @operation("ListFoundationModels")
    def list(self, request: ListFoundationModelsRequestTypeDef) -> dict[str, Models]:
        """All models that pass the filters; this list has no pages."""
        self._check_project(request, ValidationException)
        wanted = {
            "customizationsSupported": request.get("byCustomizationType"),
            "outputModalities": request.get("byOutputModality"),
            "inferenceTypesSupported": request.get("byInferenceType"),
        }
        provider = request.get("byProvider")
        return {
            "modelSummaries": [
                model
                for model in self._models()
                if (provider is None or provider.lower() == model.get("providerName", "").lower())
                and all(
                    value is None or value in model.get(member, ())
                    for member, value in wanted.items()
                )
            ]
        }

    @property
    def by_id(self) -> Mapping[str, Model]:
        """The models by their ids, without their ARNs."""
        given = self._backend.setting("foundation_models")
        return _our_models_by_id() if given is None else _by_id(_models_of(given))

    def _check_project(self, request: Mapping[str, Any], error: type[ServiceError]) -> None:
        """Every account has the project ``default``, which has all models; there is no other."""
        identifier = request.get("projectIdentifier", _PROJECT)
        if identifier not in (_PROJECT, self._backend.arn(f"project/{_PROJECT}")):
            raise error("The provided project was not found.")

    def _models(self) -> Models:
        given = self._backend.setting("foundation_models")
        models = _our_models() if given is None else _models_of(given)
        return [
            {**model, "modelArn": foundation_model(self._backend, model["modelId"]).arn}
            for model in models
        ]


@cache
def _our_models() -> Models:
    # Unlike open(), this is left alone by tools that give tests files of their own.
    data = pkgutil.get_data(__name__, "foundation_models.json")
    return _parsed(json.loads(data or b""))


@cache
def _our_models_by_id() -> Mapping[str, Model]:
    return _by_id(_our_models())


def _by_id(models: Models) -> Mapping[str, Model]:
    return {model["modelId"]: model for model in models}


def _read(given: Json) -> None:
    """Reads the file of a setting, as a mock with it begins: later it may be hidden or gone."""
    if isinstance(given, (str, os.PathLike)):
        _FILES[os.fspath(given)] = _parsed(given)


def _models_of(given: Json) -> Models:
    found = _FILES.get(os.fspath(given)) if isinstance(given, (str, os.PathLike)) else None
    return _parsed(given) if found is None else found


def _parsed(given: Json) -> Models:
    """The models of a list or file, with the times of their lives as moments.

    Raises:
        ValueError: the setting is wrong; the message says why.
    """
    try:
        if isinstance(given, (str, os.PathLike)):
            given = json.loads(Path(given).read_text(encoding="utf-8"))
        if isinstance(given, dict):
            given = given["modelSummaries"]
        # Each region has ARNs of its own, so a given one counts for nothing.
        summaries = [{**each, "modelArn": ""} for each in given]
        models: Models = BedrockResponse.mocked.protocol.read(
            "FoundationModelSummaryList", summaries
        )
    except (OSError, ValueError, TypeError, KeyError, ServiceError) as error:
        msg = (
            f"{_SETTING} must be a list of models in the form of ListFoundationModels, or the "
            f"path of a JSON file with such a list or answer: {error!r}"
        )
        raise ValueError(msg) from error
    return models


SETTING = Setting(
    default=None,
    accepts=lambda value: (
        value is None or isinstance(value, (str, os.PathLike, list, tuple, Mapping))
    ),
    words=(
        "a list of models, the answer of ListFoundationModels, or the path of a JSON file with one"
    ),
    begin=_read,
)
