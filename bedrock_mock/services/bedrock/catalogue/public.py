"""The public catalogue: which models and system profiles the service itself lists, by region.

The facts are in ``catalogue.json``, in a compact form: names of regions are abbreviated, and
what stands in a list in the service's answers is a text with spaces. ``docs/catalogue.py``
writes the file from saved answers of the service. It is read at the first need.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

#: A model in the form of ListFoundationModels, without its ARN.
Model = dict[str, Any]

#: The times in a model's life, in the order of the file.
TIMES = ("startOfLifeTime", "legacyTime", "publicExtendedAccessTime", "endOfLifeTime")
#: What stands in the file for a missing value, for no region, and for the region of the caller.
MISSING, ANYWHERE, HERE = "-", "*", "."
#: A region without data has what this one has.
_DEFAULT_REGION = "us-east-1"
_GLOBAL = "global."
#: GovCloud is not in the public lists.
_GOV, _GOV_REGIONS = "us-gov-", ("us-gov-east-1", "us-gov-west-1")
#: The profiles that the regions of an area share, by how the regions' names begin.
_AREAS = {"ap": "apac", "ca": "us", "eu": "eu", "il": "eu", "us": "us"}
_MOST_REGIONS = 64


class Profile(NamedTuple):
    """A system inference profile as one region lists it.

    Attributes:
        profile_id: ``us.amazon.nova-lite-v1:0``.
        name: ``US Nova Lite``.
        created_at: when it was created, in naive UTC.
        updated_at: when it was changed last, in naive UTC.
        regions: where it routes to, in order; an empty name is an ARN without a region.
    """

    profile_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    regions: Sequence[str]

    @property
    def model_id(self) -> str:
        """The id of its model."""
        return self.profile_id.partition(".")[2]


@lru_cache(maxsize=_MOST_REGIONS)
def models(region: str) -> Mapping[str, Model]:
    """The models that a region lists, by their ids; do not change them."""
    known = _known(region)
    return {
        model_id: {**facts, "inferenceTypesSupported": types[known]}
        for model_id, (facts, types) in _models().items()
        if known in types
    }


@lru_cache(maxsize=_MOST_REGIONS)
def profiles(region: str) -> Mapping[str, Profile]:
    """The system profiles that a region lists, by their ids."""
    known = _known(region)
    found = (
        Profile(profile_id, name, created, updated, regions)
        for profile_id, (name, created, updated, routes) in _profiles().items()
        if (regions := _destinations(known, profile_id, routes))
    )
    if known != region:
        found = (_elsewhere(each, region) for each in found)
    return {each.profile_id: each for each in found}


def _known(region: str) -> str:
    """The region with data that a region answers like."""
    return region if region in _regions_of_models() else _DEFAULT_REGION


def _elsewhere(profile: Profile, region: str) -> Profile:
    """A profile of the default region, as a region without data lists it."""
    if profile.profile_id.startswith(_GLOBAL):
        return profile._replace(regions=("", region))
    if region.startswith(_GOV):
        return profile._replace(
            profile_id=f"us-gov.{profile.model_id}",
            name=profile.name.replace("US ", "US-GOV ", 1),
            regions=_GOV_REGIONS,
        )
    return profile


@cache
def ended() -> Mapping[str, Model]:
    """The models that the service lists no more in any region; of some only the id is known."""
    unlisted = {model_id: facts for model_id, (facts, regions) in _models().items() if not regions}
    return {**{model_id: {} for model_id in _file()["ended"]}, **unlisted}


@cache
def facts_of(model_id: str) -> Model | None:
    """What is known of a model in any region; ``None`` if nothing is."""
    found = _models().get(model_id)
    return None if found is None else found[0]


def _destinations(
    region: str, profile_id: str, routes: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    """Where a profile routes to from a region; empty if the region does not list it.

    Of some regions only the models are known. They list a profile that routes to them from
    elsewhere, and of the models that they have by profiles the global one and that of their area.
    """
    if region in routes:
        return routes[region]
    if region in _regions_of_profiles():
        return ()
    area, _, model_id = profile_id.partition(".")
    model = models(region).get(model_id, {})
    if "INFERENCE_PROFILE" in model.get("inferenceTypesSupported", ()):
        if profile_id.startswith(_GLOBAL):
            return ("", region)
        if area == _AREAS.get(region.partition("-")[0]):
            return next(iter(routes.values()))
    return next((each for each in routes.values() if region in each), ())


@cache
def _file() -> dict[str, Any]:
    # Unlike open(), this is left alone by tools that give tests files of their own.
    found: dict[str, Any] = json.loads(pkgutil.get_data(__name__, "catalogue.json") or b"")
    return found


@cache
def _models() -> Mapping[str, tuple[Model, Mapping[str, list[str]]]]:
    """The facts of each model, and its inference types by region."""
    return {model_id: _model(model_id, *row) for model_id, row in _file()["models"].items()}


def _model(  # noqa: PLR0913, PLR0917 - the columns of the file
    model_id: str,
    name: str,
    provider: str,
    modalities: str,
    streams: bool | None,  # noqa: FBT001 - a column of the file
    customizations: str,
    life: str,
    types: Mapping[str, str],
) -> tuple[Model, Mapping[str, list[str]]]:
    inputs, outputs = modalities.split(">")
    status, *moments = life.split()
    times = zip(TIMES, moments, strict=False)
    facts: Model = {
        "modelId": model_id,
        "modelName": name,
        "providerName": provider,
        "inputModalities": inputs.split(),
        "outputModalities": outputs.split(),
        "customizationsSupported": customizations.split(),
        "inferenceTypesSupported": next(iter(types)).split(),
        "modelLifecycle": {
            "status": status,
            **{member: _moment(text) for member, text in times if text != MISSING},
        },
    }
    if streams is not None:
        facts["responseStreamingSupported"] = streams
    by_region = {
        region: kinds.split() for kinds, codes in types.items() for region in _names(codes)
    }
    return facts, by_region


@cache
def _profiles() -> Mapping[str, tuple[str, datetime, datetime, Mapping[str, Sequence[str]]]]:
    """Name, times and destinations by calling region of each profile, by its id."""
    return {
        profile_id: (
            name,
            _moment(created),
            _moment(updated or created),
            {
                region: tuple(region if each == HERE else each for each in _names(to))
                for calling, to in routes.items()
                for region in _names(calling)
            },
        )
        for profile_id, (name, created, updated, routes) in _file()["profiles"].items()
    }


@cache
def _regions_of_models() -> frozenset[str]:
    return frozenset(region for _, types in _models().values() for region in types)


@cache
def _regions_of_profiles() -> frozenset[str]:
    return frozenset(region for *_, routes in _profiles().values() for region in routes)


def _names(codes: str) -> list[str]:
    """The names of regions, from what the file has for them."""
    names = {**_file()["regions"], ANYWHERE: "", HERE: HERE}
    return [names[code] for code in codes.split()]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))
