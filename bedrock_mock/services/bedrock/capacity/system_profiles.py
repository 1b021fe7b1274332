"""System inference profiles: those that the service offers in the region, or the user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.store import Store
from bedrock_mock.services.bedrock.catalogue import public
from bedrock_mock.services.bedrock.catalogue.given import PROFILES

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend

SYSTEM_DEFINED = "SYSTEM_DEFINED"
ARN_TYPE = "inference-profile"
KEYS = ("arn", "inference_profile_id")
#: The moment of a profile of the user's own that does not say one.
_UNDATED = datetime(2024, 8, 1)  # noqa: DTZ001 - naive UTC, as everywhere in the stores

Models = Sequence[Mapping[str, str]]


class SystemProfile:
    """One system profile; its attributes are the members of GetInferenceProfile."""

    status = "ACTIVE"
    type = SYSTEM_DEFINED

    def __init__(  # noqa: PLR0913 - the members of the answer
        self,
        backend: BedrockBackend,
        profile_id: str,
        *,
        name: str,
        models: Models,
        description: str | None,
        created_at: datetime,
        updated_at: datetime,
    ) -> None:
        self.arn = self.inference_profile_arn = backend.arn(f"{ARN_TYPE}/{profile_id}")
        self.inference_profile_id = profile_id
        self.name = self.inference_profile_name = name
        self.description = description
        self.models = models
        self.created_at = created_at
        # Lists are in the order of this.
        self.updated_at = self.creation_time = updated_at
        self.tags: dict[str, str] = {}


class SystemProfiles:
    """The system profiles of one account and region, made when they are first asked for."""

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend
        #: The setting that the profiles were made from, and the profiles.
        self._made: tuple[Json, Store[SystemProfile]] | None = None

    @property
    def store(self) -> Store[SystemProfile]:
        """The profiles, in the order of ``updatedAt``."""
        given: Any = self._backend.setting("inference_profiles")
        if self._made is None or self._made[0] is not given:
            store = Store[SystemProfile]("inference profile", KEYS)
            for profile in self._public() if given is None else self._given(given):
                store.add(profile)
            self._made = given, store
        return self._made[1]

    def tagged(self) -> list[SystemProfile]:
        """Those with tags: the only ones that the account has a hand in."""
        made = self._made
        return [] if made is None else [each for each in made[1] if each.tags]

    def geographies(self) -> frozenset[str]:
        """What the ids of the profiles begin with, ``us`` or ``global``."""
        return frozenset(each.inference_profile_id.partition(".")[0] for each in self.store)

    def _public(self) -> list[SystemProfile]:
        backend = self._backend
        return [
            SystemProfile(
                backend,
                profile.profile_id,
                name=profile.name,
                models=[
                    {"modelArn": _model_arn(backend.arn_partition, region, profile.model_id)}
                    for region in profile.regions
                ],
                description=_description(profile),
                created_at=profile.created_at,
                updated_at=profile.updated_at,
            )
            for profile in public.profiles(backend.region_name).values()
        ]

    def _given(self, given: Json) -> list[SystemProfile]:
        return [
            SystemProfile(
                self._backend,
                each["inferenceProfileId"],
                name=each["inferenceProfileName"] or each["inferenceProfileId"],
                models=each["models"],
                description=each.get("description"),
                created_at=each.get("createdAt", _UNDATED),
                updated_at=each.get("updatedAt", _UNDATED),
            )
            for each in PROFILES.read(given)
            # A saved answer may hold the application profiles of another account.
            if each["type"] == SYSTEM_DEFINED
        ]


def _model_arn(partition: str, region: str, model_id: str) -> str:
    return f"arn:{partition}:bedrock:{region}::foundation-model/{model_id}"


def _description(profile: public.Profile) -> str:
    """As the service describes its profiles; it names each region."""
    what = f"Routes requests to {profile.name.partition(' ')[2]}"
    *rest, last = profile.regions
    if "" in profile.regions:
        return f"{what} globally across all supported AWS Regions."
    return f"{what} in {', '.join(rest)} and {last}." if rest else f"{what} in {last}."
