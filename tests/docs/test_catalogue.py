"""docs/catalogue.py refreshes the catalogue from answers of the service that were saved."""

from __future__ import annotations

import json
import runpy

import pytest
from documents import ROOT

from bedrock_mock import mock_bedrock
from bedrock_mock.services.bedrock.service import BEDROCK
from support import needs

pytestmark = pytest.mark.once

SCRIPT = runpy.run_path(str(ROOT / "docs" / "catalogue.py"))
PATH = SCRIPT["CATALOGUE"]
DAY = "2026-09-01"
EMPTY = {"date": "2026-08-31", "regions": {}, "ended": [], "models": {}, "profiles": {}}
MODEL = {
    "modelId": "a.model-v1",
    "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/a.model-v1",
    "modelName": "Model",
    "providerName": "A",
    "inputModalities": ["TEXT", "IMAGE"],
    "outputModalities": ["TEXT"],
    "customizationsSupported": [],
    "inferenceTypesSupported": ["INFERENCE_PROFILE", "ON_DEMAND"],
    "modelLifecycle": {"status": "ACTIVE", "startOfLifeTime": "2026-01-02T03:04:05+00:00"},
}
PROFILE = {
    "inferenceProfileId": "us.a.model-v1",
    "inferenceProfileName": "US Model",
    "inferenceProfileArn": "arn:aws:bedrock:us-east-1:1:inference-profile/us.a.model-v1",
    "models": [
        {"modelArn": f"arn:aws:bedrock:{region}::foundation-model/a.model-v1"}
        for region in ("us-west-2", "us-east-1")
    ],
    "createdAt": "2026-01-02T03:04:05.678901+00:00",
    "updatedAt": "2026-01-02T03:04:05.678901+00:00",
    "status": "ACTIVE",
    "type": "SYSTEM_DEFINED",
}


def models(*summaries, region="us-east-1"):
    return {
        "modelSummaries": [
            {**MODEL, "modelArn": f"arn:aws:bedrock:{region}::foundation-model/x", **each}
            for each in summaries
        ]
    }


def profiles(*summaries, region="us-east-1"):
    arn = f"arn:aws:bedrock:{region}:1:inference-profile/x"
    return {
        "inferenceProfileSummaries": [
            {**PROFILE, "inferenceProfileArn": arn, **each} for each in summaries
        ]
    }


def merged(*answers, known=EMPTY):
    return SCRIPT["merged"](known, answers, DAY)


def test_what_a_region_lists_becomes_a_row():
    catalogue = merged(models({}), profiles({}))
    assert catalogue["date"] == DAY
    assert catalogue["regions"] == {"use1": "us-east-1"}
    assert catalogue["models"] == {
        "a.model-v1": [
            "Model",
            "A",
            "TEXT IMAGE>TEXT",
            None,
            "",
            "ACTIVE 2026-01-02T03:04:05Z",
            {"INFERENCE_PROFILE ON_DEMAND": "use1"},
        ]
    }
    routes = {"use1": "usw2 use1"}
    row = ["US Model", "2026-01-02T03:04:05.678901Z", None, routes]
    assert catalogue["profiles"] == {"us.a.model-v1": row}


def test_regions_that_say_the_same_share_an_entry():
    on_demand = {"inferenceTypesSupported": ["ON_DEMAND"]}
    catalogue = merged(
        models({}),
        models(on_demand, region="us-west-2"),
        models({}, region="eu-west-1"),
        profiles({}),
        profiles({}, region="us-west-2"),
    )
    (row,) = catalogue["models"].values()
    assert row[-1] == {"INFERENCE_PROFILE ON_DEMAND": "euw1 use1", "ON_DEMAND": "usw2"}
    (row,) = catalogue["profiles"].values()
    assert row[-1] == {"use1 usw2": "usw2 use1"}


def test_the_first_region_is_right_about_what_is_the_same_everywhere():
    for answers in (
        ([{}, "us-east-1"], [{"modelName": "Other"}, "eu-west-1"]),
        (
            [{"modelName": "Other"}, "eu-west-1"],
            [{}, "us-east-1"],
        ),
    ):
        catalogue = merged(*(models(each, region=region) for each, region in answers))
        assert catalogue["models"]["a.model-v1"][0] == "Model"


def test_a_global_profile_routes_the_same_way_from_everywhere():
    def listed(region):
        arns = [f"arn:aws:bedrock:{each}::foundation-model/a.model-v1" for each in ("", region)]
        summary = {"inferenceProfileId": "global.a", "models": [{"modelArn": a} for a in arns]}
        return profiles({**summary, "updatedAt": "2026-02-03T04:05:06Z"}, region=region)

    row = merged(listed("us-east-1"), listed("eu-west-1"))["profiles"]["global.a"]
    assert row[2:] == ["2026-02-03T04:05:06Z", {"euw1 use1": "* ."}]


def test_what_a_region_lists_no_more_leaves_it_and_the_others_stay():
    new = {"modelId": "b.new-v1"}
    known = merged(
        models({}), models({}, region="eu-west-1"), profiles({}), profiles({}, region="eu-west-1")
    )
    after = merged(models(new), profiles({"inferenceProfileId": "us.b.new-v1"}), known=known)
    assert after["models"]["a.model-v1"][-1] == {"INFERENCE_PROFILE ON_DEMAND": "euw1"}
    assert after["profiles"]["us.a.model-v1"][-1] == {"euw1": "usw2 use1"}
    assert list(after["models"]) == ["a.model-v1", "b.new-v1"]
    # The last region to go leaves how the model was served, and no profile.
    last = merged(
        models(new, region="eu-west-1"),
        profiles({"inferenceProfileId": "us.b.new-v1"}, region="eu-west-1"),
        known=after,
    )
    assert last["models"]["a.model-v1"][-1] == {"INFERENCE_PROFILE ON_DEMAND": ""}
    assert list(last["profiles"]) == ["us.b.new-v1"]
    again = merged(models({}, new), known=last)
    assert again["models"]["a.model-v1"][-1] == {"INFERENCE_PROFILE ON_DEMAND": "use1"}


def test_missing_times_of_a_life_keep_their_place():
    life = {
        "status": "LEGACY",
        "startOfLifeTime": "2026-01-01T00:00:00Z",
        "endOfLifeTime": 1_800_000_000,
    }
    row = merged(models({"modelLifecycle": life}))["models"]["a.model-v1"]
    assert row[5] == "LEGACY 2026-01-01T00:00:00Z - - 2027-01-15T08:00:00Z"


def test_application_profiles_are_left_out():
    application = {"type": "APPLICATION", "inferenceProfileId": "abcdefghijkl"}
    assert list(merged(profiles(application, {}))["profiles"]) == ["us.a.model-v1"]


@pytest.mark.parametrize("answer", [{}, {"jobSummaries": [{}]}, {"modelSummaries": []}])
def test_a_file_of_another_operation_is_refused(answer):
    with pytest.raises(ValueError, match="must list models or system profiles, got one with"):
        merged(answer)


def test_the_packages_own_is_as_the_script_writes_it_and_small():
    text = PATH.read_text(encoding="utf-8")
    assert SCRIPT["written"](json.loads(text)) == text
    assert len(text.encode()) <= 60_000
    assert [path.name for path in PATH.parent.glob("*.json")] == [PATH.name]


def test_it_is_written_anew_from_saved_answers(tmp_path, monkeypatch):
    catalogue = tmp_path / "catalogue.json"
    catalogue.write_text(json.dumps(EMPTY), "utf-8")
    saved = []
    for number, answer in enumerate((models({}), profiles({}))):
        saved.append(tmp_path / f"saved-{number}.json")
        saved[-1].write_text(json.dumps(answer), "utf-8")
    monkeypatch.setitem(SCRIPT["main"].__globals__, "CATALOGUE", catalogue)
    SCRIPT["main"](map(str, saved), DAY)
    text = catalogue.read_text("utf-8")
    assert json.loads(text) == merged(models({}), profiles({}))
    assert text.count("\n") == 9
    SCRIPT["main"]([])
    assert json.loads(catalogue.read_text("utf-8"))["date"] > DAY


def test_what_the_mock_lists_can_be_read_again():
    """So nothing of an answer is lost on the way through the file."""
    life = BEDROCK.protocol.model.shape_for("FoundationModelLifecycle")
    needs("startOfLifeTime" in life.members)
    regions = ("us-east-1", "eu-west-1", "ap-south-1")
    with mock_bedrock() as bedrock:
        answers = []
        for region in regions:
            client = bedrock.client(region_name=region)
            answers += [client.list_foundation_models(), client.list_inference_profiles()]
    texts = json.loads(json.dumps(answers, default=str))
    known = json.loads(PATH.read_text("utf-8"))
    assert merged(*texts, known=known) == {**known, "date": DAY}
