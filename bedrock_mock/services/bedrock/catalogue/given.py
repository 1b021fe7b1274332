"""A catalogue of the user's own: the settings ``foundation_models`` and ``inference_profiles``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.settings import Setting
from bedrock_mock.services.bedrock.responses import BedrockResponse

Summaries = list[dict[str, Any]]


class Given:
    """A setting that lists what the service itself would list.

    It is a list in the form of a List operation, its whole answer, or the path of a JSON file
    with one of these.

    Args:
        name: the setting.
        operation: the List operation.
        shape: the shape of the list.
        defaults: the members of an item that the shape requires and the user may leave out.
    """

    def __init__(
        self, name: str, operation: str, member: str, shape: str, defaults: Mapping[str, Any]
    ) -> None:
        self._name = name
        self._operation = operation
        self._member = member
        self._shape = shape
        self._defaults = defaults
        #: What the files say that were read, by their paths.
        self._files: dict[str, Summaries] = {}

    @property
    def setting(self) -> Setting:
        """How it is declared."""
        return Setting(
            default=None,
            accepts=lambda value: (
                value is None or isinstance(value, (str, os.PathLike, list, tuple, Mapping))
            ),
            words=(
                f"a list in the form of {self._operation}, its answer, or the path of a JSON "
                "file with one"
            ),
            begin=self._begin,
        )

    def _begin(self, given: Json) -> None:
        """Reads a file as a mock with it begins: later it may be hidden or gone."""
        if isinstance(given, (str, os.PathLike)):
            self._files[os.fspath(given)] = self._read(given)

    def read(self, given: Json) -> Summaries:
        """What the setting lists, with times as moments.

        Raises:
            ValueError: it is wrong; the message says why.
        """
        known = isinstance(given, (str, os.PathLike)) and self._files.get(os.fspath(given))
        return known or self._read(given)

    def _read(self, given: Json) -> Summaries:
        try:
            if isinstance(given, (str, os.PathLike)):
                given = json.loads(Path(given).read_text(encoding="utf-8"))
            if isinstance(given, dict):
                given = given[self._member]
            items = [{**self._defaults, **each} for each in given]
            found: Summaries = BedrockResponse.mocked.protocol.read(self._shape, items)
        except (OSError, ValueError, TypeError, KeyError, ServiceError) as error:
            msg = (
                f"config['bedrock']['{self._name}'] must be a list in the form of "
                f"{self._operation}, or the path of a JSON file with such a list or answer: "
                f"{error!r}"
            )
            raise ValueError(msg) from error
        return found


#: The models; each region has ARNs of its own, so given ones are ignored.
MODELS = Given(
    "foundation_models",
    "ListFoundationModels",
    "modelSummaries",
    "FoundationModelSummaryList",
    {"modelArn": ""},
)
#: The system profiles; only their ids and models must be given.
PROFILES = Given(
    "inference_profiles",
    "ListInferenceProfiles",
    "inferenceProfileSummaries",
    "InferenceProfileSummaries",
    {
        "inferenceProfileName": "",
        "inferenceProfileArn": "",
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    },
)
