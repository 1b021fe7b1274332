"""Foundation models: the catalogue, its filters, and a catalogue of the user's own."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
from botocore.exceptions import ClientError

from bedrock_mock import mock_bedrock
from support import (
    ACCOUNT,
    BASE_MODEL,
    NOVA,
    OTHER,
    REGION,
    body,
    in_process,
    refused,
    run,
    send_paths_as_they_are,
)

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
OWN = [
    {
        "modelId": "my.model-v1",
        "modelArn": "arn:aws:bedrock:eu-west-1::foundation-model/my.model-v1",
        "providerName": "Me",
        "outputModalities": ["TEXT"],
        "modelLifecycle": {"status": "ACTIVE", "startOfLifeTime": "2026-01-02T03:04:05+00:00"},
    }
]


def arn_of(model_id, region=REGION, partition="aws"):
    return f"arn:{partition}:bedrock:{region}::foundation-model/{model_id}"


def get(client, identifier):
    return body(client.get_foundation_model(modelIdentifier=identifier))["modelDetails"]


def models(client, **filters):
    return client.list_foundation_models(**filters)["modelSummaries"]


def ids(client, **filters):
    return [model["modelId"] for model in models(client, **filters)]


def test_a_model_has_its_modalities_and_inference_types(client):
    assert get(client, "amazon.nova-lite-v1:0:300k") == {
        "modelId": "amazon.nova-lite-v1:0:300k",
        "modelArn": arn_of("amazon.nova-lite-v1:0:300k"),
        "modelName": "Nova Lite",
        "providerName": "Amazon",
        "inputModalities": ["TEXT", "IMAGE", "VIDEO"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": True,
        "customizationsSupported": ["FINE_TUNING", "DISTILLATION"],
        "inferenceTypesSupported": ["PROVISIONED"],
        "modelLifecycle": get(client, "amazon.nova-lite-v1:0:300k")["modelLifecycle"],
    }


@in_process
@pytest.mark.parametrize(
    ("model", "times"),
    [
        ("amazon.nova-lite-v1:0", {"startOfLifeTime": "2024-12-03"}),
        (
            "amazon.nova-canvas-v1:0",
            {
                "startOfLifeTime": "2024-12-03",
                "legacyTime": "2026-03-30",
                "endOfLifeTime": "2026-09-30",
            },
        ),
    ],
)
def test_a_model_has_the_times_of_its_life(client, model, times):
    life = get(client, model)["modelLifecycle"]
    assert life.pop("status") == ("LEGACY" if "legacyTime" in times else "ACTIVE")
    # Older versions of botocore do not know the members.
    assert {name: f"{moment:%Y-%m-%d}" for name, moment in life.items()} in ({}, times)


@pytest.fixture
def projects(client):
    """The member that names a project, where the installed service model has it."""
    shape = client.meta.service_model.operation_model("ListFoundationModels").input_shape
    if "projectIdentifier" not in shape.members:
        pytest.skip("the installed botocore knows no projects")
    return "projectIdentifier"


def test_the_project_of_the_account_has_all_models(client, projects):
    for project in ("default", f"arn:aws:bedrock:{REGION}:{ACCOUNT}:project/default"):
        assert models(client, **{projects: project}) == models(client)
        found = client.get_foundation_model(modelIdentifier=HAIKU, **{projects: project})
        assert found["modelDetails"] == get(client, HAIKU)


@pytest.mark.parametrize("project", ["proj_1", "arn:aws:bedrock:us-east-1:{OTHER}:project/default"])
def test_there_is_no_other_project(client, projects, project):
    there = {projects: project.format(OTHER=OTHER)}
    with refused("ValidationException", 400, "The provided project was not found."):
        models(client, **there)
    with refused("ResourceNotFoundException", 404, "The provided project was not found."):
        client.get_foundation_model(modelIdentifier=HAIKU, **there)


@pytest.mark.parametrize("encoded", [True, False])
def test_a_model_is_found_by_its_id_and_by_its_arn_percent_encoded_or_not(client, encoded):
    if not encoded:
        send_paths_as_they_are(client)
    assert get(client, arn_of(BASE_MODEL)) == get(client, BASE_MODEL)


@pytest.mark.parametrize(
    "identifier", ["amazon.titan-text-huge-v1", "titan.text", arn_of(BASE_MODEL, "eu-west-1")]
)
def test_a_model_that_is_not_in_the_catalogue_is_not_found(client, identifier):
    message = "Could not resolve the foundation model from the provided model identifier."
    with refused("ResourceNotFoundException", 404, message):
        get(client, identifier)


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov")]
)
def test_every_region_has_arns_of_its_own(bedrock_mock, region, partition):
    elsewhere = bedrock_mock.client(region_name=region)
    assert {each["modelArn"] for each in models(elsewhere)} == {
        arn_of(model_id, region, partition) for model_id in ids(elsewhere)
    }


def test_regions_have_different_models_and_serve_them_differently(client, bedrock_mock):
    mumbai = bedrock_mock.client(region_name="ap-south-1")
    assert len(ids(mumbai)) == 73
    assert len(ids(client)) == 121
    served = {region: get(each, NOVA) for region, each in (("us", client), ("in", mumbai))}
    assert served["us"]["inferenceTypesSupported"] == ["INFERENCE_PROFILE", "ON_DEMAND"]
    assert served["in"]["inferenceTypesSupported"] == ["INFERENCE_PROFILE"]
    with refused("ResourceNotFoundException", 404):
        get(client, "luma.ray-v2:0")
    assert get(bedrock_mock.client(region_name="us-west-2"), "luma.ray-v2:0")


@pytest.mark.parametrize("region", ["us-gov-west-1", "me-south-1", "cn-north-1"])
def test_a_region_without_data_has_the_models_of_the_first_one(client, bedrock_mock, region):
    assert ids(bedrock_mock.client(region_name=region)) == ids(client)


def test_a_model_that_has_ended_is_found_but_not_listed(client):
    assert get(client, BASE_MODEL)["inferenceTypesSupported"] == ["PROVISIONED"]
    assert BASE_MODEL not in ids(client)
    # Of some only the id is known.
    with refused("ResourceNotFoundException", 404):
        get(client, "anthropic.claude-v2")


def test_values_may_lie_outside_the_enums_of_the_service_model(client):
    values = {value for each in models(client) for value in each["inferenceTypesSupported"]}
    assert values == {"INFERENCE_PROFILE", "ON_DEMAND", "PROVISIONED"}
    assert any(each["inferenceTypesSupported"] == [] for each in models(client))
    silent = [
        each["modelId"] for each in models(client) if "responseStreamingSupported" not in each
    ]
    assert "amazon.titan-embed-image-v1" in silent


@in_process
@pytest.mark.once
def test_the_catalogue_is_read_at_the_first_need_and_not_before():
    printed = run(
        """
        from bedrock_mock import mock_bedrock
        from bedrock_mock.services.bedrock.catalogue.public import _file

        with mock_bedrock() as bedrock:
            client = bedrock.client()
            client.list_imported_models()
            print(_file.cache_info().currsize)
            client.list_foundation_models()
            print(_file.cache_info().currsize)
        """
    )
    assert printed == ["0", "1"]


def test_the_list_has_each_model_once_as_get_answers(client):
    listed = models(client)
    assert len({each["modelId"] for each in listed}) == len(listed) > 40
    for each in listed:
        assert each == get(client, each["modelId"])


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        ("byCustomizationType", "customizationsSupported", "FINE_TUNING"),
        ("byCustomizationType", "customizationsSupported", "DISTILLATION"),
        ("byOutputModality", "outputModalities", "TEXT"),
        ("byOutputModality", "outputModalities", "IMAGE"),
        ("byOutputModality", "outputModalities", "EMBEDDING"),
        ("byInferenceType", "inferenceTypesSupported", "ON_DEMAND"),
        ("byInferenceType", "inferenceTypesSupported", "PROVISIONED"),
    ],
)
def test_a_filter_gives_the_models_that_have_the_value(client, name, member, value):
    expected = [each["modelId"] for each in models(client) if value in each[member]]
    assert 0 < len(expected) < len(models(client))
    assert ids(client, **{name: value}) == expected


@pytest.mark.parametrize("provider", ["Mistral AI", "mistral ai"])
def test_the_provider_is_the_whole_name_in_any_case(client, provider):
    found = models(client, byProvider=provider)
    assert found
    assert {each["providerName"] for each in found} == {"Mistral AI"}
    assert models(client, byProvider="Mistral") == []


def test_filters_are_joined(client):
    found = ids(client, byProvider="Amazon", byCustomizationType="FINE_TUNING")
    assert found
    assert set(found) < set(ids(client, byProvider="Amazon"))
    assert ids(client, byProvider="Meta", byOutputModality="IMAGE") == []


@pytest.mark.parametrize(
    "filters", [{"byOutputModality": "SMELL"}, {"byInferenceType": "NEVER"}, {"byProvider": "*"}]
)
def test_what_the_model_does_not_allow_is_refused(client, filters):
    with refused("ValidationException", 400):
        models(client, **filters)


# --- a catalogue of the user's own -------------------------------------------------------------


def with_models(catalogue):
    return mock_bedrock(config={"bedrock": {"foundation_models": catalogue}})


def test_the_catalogue_can_be_replaced_by_a_list():
    with with_models(OWN) as bedrock:
        client = bedrock.client(region_name=REGION)
        (model,) = models(client)
        assert model["modelArn"] == arn_of("my.model-v1")
        assert get(client, "my.model-v1") == model
        assert ids(client, byProvider="me", byOutputModality="TEXT") == ["my.model-v1"]
        # A member that an entry lacks passes no filter.
        assert ids(client, byInferenceType="ON_DEMAND") == []
    with mock_bedrock() as bedrock:
        assert "my.model-v1" not in ids(bedrock.client(region_name=REGION))


@in_process
@pytest.mark.parametrize("form", [OWN, {"modelSummaries": OWN, "ResponseMetadata": {}}])
def test_the_catalogue_can_be_replaced_by_what_the_aws_cli_has_saved(tmp_path, form):
    path = tmp_path / "models.json"
    path.write_text(json.dumps(form), encoding="utf-8")
    with with_models(str(path)) as bedrock:
        (model,) = models(bedrock.client(region_name=REGION))
    assert model["modelId"] == "my.model-v1"
    born = model["modelLifecycle"].get("startOfLifeTime")
    # Older versions of botocore do not know the member.
    assert born in (None, datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc))


@in_process
def test_a_catalogue_that_is_not_there_is_the_callers_error_at_the_start(tmp_path):
    mock = with_models(tmp_path / "no-such-file.json")
    with pytest.raises(ValueError, match=r"must be a list.*No such file"):
        mock.start()
    # It may come later.
    (tmp_path / "no-such-file.json").write_text(json.dumps(OWN), "utf-8")
    with mock as bedrock:
        assert ids(bedrock.client()) == ["my.model-v1"]


@in_process
def test_a_catalogue_is_read_as_the_mock_begins(tmp_path):
    path = tmp_path / "models.json"
    path.write_text(json.dumps(OWN), "utf-8")
    with with_models(path) as bedrock:
        path.unlink()
        assert ids(bedrock.client()) == ["my.model-v1"]


@in_process
@pytest.mark.parametrize(
    ("catalogue", "why"),
    [
        (["a"], "not a mapping"),
        ({"models": OWN}, "modelSummaries"),
        ([{"modelId": 5}], "can not be converted to a String"),
        ([{"modelName": "Nameless"}], "'1.member.modelId' failed to satisfy constraint"),
    ],
)
def test_a_catalogue_that_cannot_be_read_is_the_callers_error(catalogue, why):
    with with_models(catalogue) as bedrock:
        client = bedrock.client(region_name=REGION)
        with pytest.raises(ValueError, match=why) as caught:
            models(client)
    assert not isinstance(caught.value, ClientError)
    assert str(caught.value).startswith("config['bedrock']['foundation_models'] must be a list")
