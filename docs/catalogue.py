"""Refresh the catalogue of models and system profiles from what the service itself lists.

    for region in us-east-1 eu-west-1; do
        aws bedrock list-foundation-models --region $region > models-$region.json
        aws bedrock list-inference-profiles --region $region \
            --type-equals SYSTEM_DEFINED > profiles-$region.json
    done
    python docs/catalogue.py models-*.json profiles-*.json

A file says by its ARNs which region it is from. What is known of a region is replaced by what
its file lists; other regions stay as they are. A model that no region lists any more stays in
the file without a region: programs that were written for it have tests, too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date, timezone
from pathlib import Path
from typing import Any

from botocore.utils import parse_timestamp

from bedrock_mock.services.bedrock.catalogue.public import ANYWHERE, HERE, MISSING, TIMES

CATALOGUE = Path(__file__).parents[1] / "bedrock_mock/services/bedrock/catalogue/catalogue.json"
_MODELS, _PROFILES = "modelSummaries", "inferenceProfileSummaries"
_ARNS = {_MODELS: "modelArn", _PROFILES: "inferenceProfileArn"}
#: Where regions differ in what they say of a model, this one is right.
_FIRST = "us-east-1"

Catalogue = dict[str, Any]
Summary = Mapping[str, Any]


def code_of(region: str) -> str:
    """The short name of a region: ``ap-northeast-1`` is ``apne1``."""
    area, *directions, number = region.split("-")
    words = "".join(directions).replace("north", "n").replace("south", "s")
    for word in ("east", "west", "central"):
        words = words.replace(word, word[0])
    return f"{area}{words}{number}"


def merged(known: Catalogue, answers: Iterable[Mapping[str, Any]], day: str) -> Catalogue:
    """The catalogue with what these answers list, as of a day.

    Args:
        known: the catalogue as it is.
        answers: saved answers of ListFoundationModels and ListInferenceProfiles.
        day: what becomes its date, ``2026-08-31``.

    Raises:
        ValueError: an answer is of another operation, or lists nothing.
    """
    catalogue: Catalogue = json.loads(json.dumps({**known, "date": day}))
    read = [_listed(answer) for answer in answers]
    for member, region, summaries in sorted(read, key=lambda each: each[1] == _FIRST):
        catalogue["regions"][code_of(region)] = region
        add = _add_models if member == _MODELS else _add_profiles
        add(catalogue, code_of(region), summaries)
    for name in ("regions", "models", "profiles"):
        catalogue[name] = dict(sorted(catalogue[name].items()))
    return catalogue


def written(catalogue: Catalogue) -> str:
    """The text of the file: a line for each model and profile."""
    parts = []
    for name, value in catalogue.items():
        if name in ("models", "profiles"):
            rows = ",\n".join(f" {_json(key)}:{_json(row)}" for key, row in value.items())
            parts.append(f"{_json(name)}:{{\n{rows}\n}}")
        else:
            parts.append(f"{_json(name)}:{_json(value)}")
    return "{" + ",\n".join(parts) + "}\n"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _listed(answer: Mapping[str, Any]) -> tuple[str, str, list[Summary]]:
    """The member of an answer that has the list, the region that it is of, and the list."""
    for member, arn in _ARNS.items():
        summaries = [
            each for each in answer.get(member, ()) if each.get("type") in (None, "SYSTEM_DEFINED")
        ]
        if summaries:
            return member, summaries[0][arn].split(":")[3], summaries
    msg = f"a file must list models or system profiles, got one with {', '.join(answer) or '{}'}"
    raise ValueError(msg)


def _add_models(catalogue: Catalogue, region: str, summaries: Iterable[Summary]) -> None:
    models = catalogue["models"]
    for row in models.values():
        # The last region to go leaves what it said.
        row[-1] = _without(row[-1], region) or dict.fromkeys(list(row[-1])[:1], "")
    for model in summaries:
        known = models.get(model["modelId"])
        kinds = " ".join(model["inferenceTypesSupported"])
        types = _with(known[-1] if known else {}, kinds, region)
        models[model["modelId"]] = [
            model["modelName"],
            model["providerName"],
            ">".join(" ".join(model[member]) for member in ("inputModalities", "outputModalities")),
            model.get("responseStreamingSupported"),
            " ".join(model["customizationsSupported"]),
            _life(model["modelLifecycle"]),
            types,
        ]


def _add_profiles(catalogue: Catalogue, region: str, summaries: Iterable[Summary]) -> None:
    profiles = catalogue["profiles"]
    for row in profiles.values():
        row[-1] = _without({to: calling for calling, to in row[-1].items()}, region)
    for profile in summaries:
        known = profiles.get(profile["inferenceProfileId"])
        regions = [each["modelArn"].split(":")[3] for each in profile["models"]]
        codes = [code_of(each) if each else ANYWHERE for each in regions]
        if ANYWHERE in codes:
            # So the routes of a global profile are the same from everywhere.
            codes = [HERE if code == region else code for code in codes]
        created, updated = _moment(profile["createdAt"]), _moment(profile["updatedAt"])
        profiles[profile["inferenceProfileId"]] = [
            profile["inferenceProfileName"],
            created,
            None if updated == created else updated,
            _with(known[-1] if known else {}, " ".join(codes), region),
        ]
    catalogue["profiles"] = {
        name: [*row, {calling: to for to, calling in routes.items()}]
        for name, (*row, routes) in profiles.items()
        if routes
    }


def _without(regions: Mapping[str, str], region: str) -> dict[str, str]:
    """The regions by what they say, without one of them."""
    left = {
        said: " ".join(each for each in codes.split() if each != region)
        for said, codes in regions.items()
    }
    return {said: codes for said, codes in left.items() if codes}


def _with(regions: Mapping[str, str], said: str, region: str) -> dict[str, str]:
    """The regions by what they say, with one more."""
    calling = sorted({*regions.get(said, "").split(), region})
    others = {other: codes for other, codes in regions.items() if codes}
    return dict(sorted({**others, said: " ".join(calling)}.items()))


def _life(lifecycle: Summary) -> str:
    moments = [_moment(lifecycle[time]) if time in lifecycle else MISSING for time in TIMES]
    return " ".join([lifecycle["status"], *moments]).rstrip(f" {MISSING}")


def _moment(value: str | float) -> str:
    moment = parse_timestamp(value).astimezone(timezone.utc).replace(tzinfo=None)
    return f"{moment.isoformat()}Z"


def main(paths: Iterable[str], day: str | None = None) -> None:
    """Writes the catalogue anew."""
    answers = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    known = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    day = day or date.today().isoformat()  # noqa: DTZ011 - the local day of the user
    CATALOGUE.write_text(written(merged(known, answers, day)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
