"""Inference profiles: what the account makes itself, and beside them those of the service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from bedrock_mock.resources.kind import Kind, Request
from bedrock_mock.resources.listing import page
from bedrock_mock.resources.tagging import NO_SUCH_ARN, as_dict
from bedrock_mock.services.bedrock.capacity.system_profiles import (
    ARN_TYPE,
    KEYS,
    SYSTEM_DEFINED,
    Models,
    SystemProfile,
    SystemProfiles,
)
from bedrock_mock.services.bedrock.quotas import APPLICATION_PROFILES, check_quota
from bedrock_mock.services.bedrock.rules import check_project

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreateInferenceProfileRequestTypeDef,
        ListInferenceProfilesRequestTypeDef,
    )

    from bedrock_mock.resources.tokens import Answer
    from bedrock_mock.services.bedrock.backend import BedrockBackend

APPLICATION = "APPLICATION"
#: A profile of the service may be named without account and region.
_SYSTEM_ARN = re.compile(
    r"arn:[^:]+:bedrock:(?P<region>[^:]*):(?P<account>[^:]*):inference-profile/(?P<id>.+)"
)


class ApplicationProfile:
    """An application inference profile; its attributes are the members of GetInferenceProfile."""

    status = "ACTIVE"
    type = APPLICATION

    def __init__(
        self,
        backend: BedrockBackend,
        request: CreateInferenceProfileRequestTypeDef,
        models: Models,
        tags: dict[str, str],
    ) -> None:
        self.arn = self.inference_profile_arn = backend.new_arn("application-inference-profile")
        self.inference_profile_id = self.arn.rpartition("/")[2]
        self.name = self.inference_profile_name = request["inferenceProfileName"]
        self.description = request.get("description")
        self.models = models
        self.creation_time = self.created_at = self.updated_at = utcnow()
        self.tags = tags


Profile = ApplicationProfile | SystemProfile


class Route(NamedTuple):
    """Where a profile routes to.

    Attributes:
        model_id: the foundation model's id.
        names: what the profile is called: its id, ARN and name.
    """

    model_id: str
    names: tuple[str, ...]


class InferenceProfiles(Kind[Profile]):
    """The operations on inference profiles, by id or ARN.

    The store has the application profiles; ``system`` has those of the service, which can be
    named, listed and tagged, and nothing else.
    """

    arn_type = "application-inference-profile"
    also: ClassVar = (ARN_TYPE,)
    keys = KEYS
    identifier = "inferenceProfileIdentifier"
    created = "inferenceProfileArn"
    missing = NO_SUCH_ARN
    selects = frozenset({"typeEquals", "projectIdentifier"})
    operations: ClassVar = {
        "create": "CreateInferenceProfile",
        "get": "GetInferenceProfile",
        "list": "ListInferenceProfiles",
        "delete": "DeleteInferenceProfile",
    }
    _backend: BedrockBackend

    def __init__(self, backend: BedrockBackend) -> None:
        super().__init__(backend)
        self.system = SystemProfiles(backend)

    def new(self, request: CreateInferenceProfileRequestTypeDef) -> ApplicationProfile:
        """A profile with the models of its source, if there is that source."""
        models = self._models_of(request["modelSource"]["copyFrom"])
        check_quota(self._backend, APPLICATION_PROFILES, lambda: len(self.store))
        return ApplicationProfile(self._backend, request, models, as_dict(request.get("tags", ())))

    def answer(self, resource: Profile) -> Answer:
        """What CreateInferenceProfile answers."""
        return {self.created: resource.arn, "status": resource.status}

    def get(self, request: Request) -> Profile:
        """The profile of this id or ARN, of either type."""
        check_project(self._backend, request)
        return self.known(request[self.identifier]) or self.store.find(request[self.identifier])

    def list(self, request: ListInferenceProfilesRequestTypeDef) -> Page[Any]:
        """A page of the profiles of a type, those of the service by default; the oldest first."""
        check_project(self._backend, request)
        rest = {name: value for name, value in request.items() if name not in self.selects}
        ordered = {**rest, "sortOrder": "Ascending"}
        if request.get("typeEquals") == APPLICATION:
            return page(self.store, ordered, {}, f"{self._backend.scope}/{APPLICATION}")
        return page(self.system.store, ordered, {}, f"{self._backend.scope}/{SYSTEM_DEFINED}")

    def delete(self, request: Request) -> None:
        """Deletes an application profile that is not in use.

        Raises:
            ValidationException: it is a profile of the service.
            ConflictException: a job in progress uses it.
        """
        identifier = request[self.identifier]
        if self.system.store.get(identifier) is not None:
            msg = f"The inference profile {identifier} is system-defined: it cannot be deleted."
            raise ValidationException(msg)
        profile = self.find(identifier)
        if any(kind.uses(profile.arn) for kind in self._backend.kinds.values()):
            raise ConflictException(
                "Error occurred because of a conflict while performing an operation."
            )
        self.remove(profile)

    def known(self, identifier: str) -> Profile | None:
        """The profile of this id or ARN, of either type, or ``None``."""
        return self.store.get(identifier) or self.system.store.get(identifier)

    def route(self, identifier: str) -> Route | None:
        """Where a profile routes to, by its id or ARN; ``None`` if there is no such profile.

        It may be one that is not listed, if its geography is that of the region.
        """
        profile = self.known(identifier)
        if profile is not None:
            model_id = profile.models[0]["modelArn"].partition(":foundation-model/")[2]
            names = (profile.inference_profile_id, profile.arn, profile.name)
            return Route(model_id, names)
        profile_id = identifier
        if identifier.startswith("arn:"):
            profile_id = identifier.removeprefix(self._backend.arn(f"{ARN_TYPE}/"))
        geography, _, model_id = profile_id.partition(".")
        if self._backend.foundation_models.assumes_profiles(model_id) and (
            geography in self.system.geographies()
        ):
            return Route(model_id, (profile_id,))
        return None

    def everything(self) -> Iterator[tuple[str, Any]]:
        """The application profiles, and the system profiles that have tags."""
        yield from super().everything()
        yield from ((ARN_TYPE, each) for each in self.system.tagged())

    def _models_of(self, source: str) -> Models:
        """The models of a source: a foundation model, or a profile of the service.

        Raises:
            ResourceNotFoundException: there is no such source here.
        """
        arn = _SYSTEM_ARN.fullmatch(source)
        if arn is None:
            model = self._backend.foundation_models.find(source)
            if model is not None:
                return [{"modelArn": model["modelArn"]}]
        elif arn["region"] in ("", self._backend.region_name) and (
            arn["account"] in ("", self._backend.account_id)
        ):
            profile = self.system.store.get(arn["id"])
            if profile is not None:
                return profile.models
        raise ResourceNotFoundException(NO_SUCH_ARN)
