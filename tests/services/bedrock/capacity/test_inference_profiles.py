"""Inference profiles: those of the service by region, and those that the account makes."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import boto3
import pytest
from botocore.exceptions import ClientError
from freezegun import freeze_time

from bedrock_mock import mock_bedrock
from support import (
    ACCOUNT,
    EVALUATION_CLOCK,
    EVERYWHERE,
    NOVA,
    OTHER,
    REGION,
    body,
    evaluation_job,
    in_process,
    inference_profile,
    manual,
    refused,
    tags,
)

US_NOVA = f"us.{NOVA}"
NO_SUCH = (
    "The specified resource Amazon Resource Name (ARN) was not found. "
    "Check the Amazon Resource Name (ARN) and try your request again."
)
OWN = [
    {
        "inferenceProfileId": "my.model-v1",
        "models": [{"modelArn": "arn:aws:bedrock:::foundation-model/a.b"}],
    },
    {
        "inferenceProfileId": "older",
        "inferenceProfileName": "Older",
        "inferenceProfileArn": "arn:aws:bedrock:eu-west-1:1:inference-profile/older",
        "description": "One, two.",
        "models": [{"modelArn": "arn:aws:bedrock:eu-west-1::foundation-model/a.b"}],
        "createdAt": "2024-01-02T03:04:05+00:00",
        "updatedAt": "2024-01-02T03:04:05+00:00",
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    },
    {"inferenceProfileId": "abc", "models": [{}], "type": "APPLICATION"},
]


def fm_arn(model, region=REGION):
    return f"arn:aws:bedrock:{region}::foundation-model/{model}"


def system_arn(profile, region=REGION, account=ACCOUNT):
    return f"arn:aws:bedrock:{region}:{account}:inference-profile/{profile}"


def make(client, source, **members):
    request = inference_profile(**members, modelSource={"copyFrom": source})
    return client.create_inference_profile(**request)["inferenceProfileArn"]


def get(client, identifier):
    return body(client.get_inference_profile(inferenceProfileIdentifier=identifier))


def profiles(client, **request):
    return client.list_inference_profiles(**request)["inferenceProfileSummaries"]


def ids(client, **request):
    return [each["inferenceProfileId"] for each in profiles(client, **request)]


def delete(client, identifier):
    client.delete_inference_profile(inferenceProfileIdentifier=identifier)


# --- of the service ----------------------------------------------------------------------------


def test_a_system_profile_is_found_by_id_and_arn(client):
    found = get(client, US_NOVA)
    assert get(client, system_arn(US_NOVA)) == found
    assert found == {
        "inferenceProfileId": US_NOVA,
        "inferenceProfileName": "US Nova Lite",
        "inferenceProfileArn": system_arn(US_NOVA),
        "description": "Routes requests to Nova Lite in us-east-1, us-west-2 and us-east-2.",
        "createdAt": datetime(2024, 11, 29, 13, 23, tzinfo=timezone.utc),
        "updatedAt": datetime(2026, 8, 6, 15, 58, 59, 106005, tzinfo=timezone.utc),
        "models": [
            {"modelArn": fm_arn(NOVA, region)} for region in ("us-east-1", "us-west-2", "us-east-2")
        ],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    }


def test_a_global_profile_has_an_arn_without_a_region_and_that_of_the_caller(bedrock_mock):
    found = get(bedrock_mock.client(region_name="eu-west-1"), EVERYWHERE)
    model = EVERYWHERE.partition(".")[2]
    assert found["models"] == [{"modelArn": fm_arn(model, region)} for region in ("", "eu-west-1")]
    assert found["description"] == (
        "Routes requests to Anthropic Claude Sonnet 4.5 globally across all supported AWS Regions."
    )


def test_a_profile_may_route_to_one_region(bedrock_mock):
    client = bedrock_mock.client(region_name="ca-central-1")
    (profile,) = (each for each in profiles(client) if each["inferenceProfileId"].startswith("ca."))
    assert profile["description"].endswith(" in ca-central-1 and ca-west-1.") or profile[
        "description"
    ].endswith(" in ca-central-1.")


@pytest.mark.parametrize(
    ("region", "number", "geographies"),
    [
        ("us-east-1", 71, {"us", "global"}),
        ("eu-west-1", 41, {"eu", "global"}),
        ("ap-southeast-2", 33, {"apac", "au", "global"}),
        ("sa-east-1", 16, {"global"}),
        # Of these only the models are known.
        ("eu-south-1", 36, {"eu", "global"}),
        ("af-south-1", 11, {"global"}),
        # And of these nothing.
        ("me-south-1", 71, {"us", "global"}),
        ("us-gov-west-1", 71, {"us-gov", "global"}),
    ],
)
def test_a_region_lists_its_own_profiles_by_the_time_of_their_last_change(
    bedrock_mock, region, number, geographies
):
    client = bedrock_mock.client(region_name=region)
    listed = profiles(client)
    assert len(listed) == number
    assert {each["inferenceProfileId"].partition(".")[0] for each in listed} == geographies
    changed = [each["updatedAt"] for each in listed]
    assert changed == sorted(changed)
    for each in listed:
        partition = "aws-us-gov" if "gov" in region else "aws"
        assert each["inferenceProfileArn"].startswith(
            f"arn:{partition}:bedrock:{region}:{ACCOUNT}:"
        )
        assert get(client, each["inferenceProfileArn"]) == each


def test_a_model_that_only_profiles_serve_has_a_profile(bedrock_mock):
    for region in ("us-east-1", "eu-south-1", "ap-southeast-5", "il-central-1", "me-south-1"):
        client = bedrock_mock.client(region_name=region)
        served = {
            each["modelArn"].rpartition("/")[2] for p in profiles(client) for each in p["models"]
        }
        models = client.list_foundation_models(byInferenceType="ON_DEMAND")["modelSummaries"]
        on_demand = {each["modelId"] for each in models}
        for each in client.list_foundation_models()["modelSummaries"]:
            if each["inferenceTypesSupported"] == ["INFERENCE_PROFILE"]:
                # One is listed so without a profile that is public.
                is_known = each["modelId"] in served | {"twelvelabs.marengo-embed-2-7-v1:0"}
                assert is_known, (region, each["modelId"])
                assert each["modelId"] not in on_demand


@pytest.mark.parametrize(
    "identifier",
    [
        f"eu.{NOVA}",
        "us.no.such-model-v1:0",
        NOVA,
        system_arn(US_NOVA, "eu-west-1"),
        system_arn(US_NOVA, account=OTHER),
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abcdefghijkl",
    ],
)
def test_a_profile_that_the_region_lacks_is_not_found(client, identifier):
    with refused("ResourceNotFoundException", 404, NO_SUCH):
        get(client, identifier)
    with refused("ResourceNotFoundException", 404, NO_SUCH):
        delete(client, identifier)


def test_system_profiles_come_on_one_page_or_on_several(client):
    assert "nextToken" not in client.list_inference_profiles()
    pages = client.get_paginator("list_inference_profiles").paginate(
        typeEquals="SYSTEM_DEFINED", PaginationConfig={"PageSize": 30}
    )
    found = [
        [each["inferenceProfileId"] for each in page["inferenceProfileSummaries"]] for page in pages
    ]
    assert [len(page) for page in found] == [30, 30, 11]
    assert [each for page in found for each in page] == ids(client)


@pytest.mark.parametrize("identifier", [US_NOVA, system_arn(US_NOVA)])
def test_a_system_profile_is_not_deleted(client, identifier):
    with refused("ValidationException", 400) as caught:
        delete(client, identifier)
    assert "system-defined" in str(caught.value)
    assert US_NOVA in ids(client)


def test_a_system_profile_has_tags_of_the_account(client, bedrock_mock):
    arn = system_arn(US_NOVA)
    client.tag_resource(resourceARN=arn, tags=tags(team="a"))
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == tags(team="a")
    other = bedrock_mock.client(account_id=OTHER)
    assert (
        other.list_tags_for_resource(resourceARN=system_arn(US_NOVA, account=OTHER))["tags"] == []
    )
    api = boto3.client("resourcegroupstaggingapi", REGION)
    (found,) = api.get_resources(ResourceTypeFilters=["bedrock:inference-profile"])[
        "ResourceTagMappingList"
    ]
    assert found["ResourceARN"] == arn
    client.untag_resource(resourceARN=arn, tagKeys=["team"])
    assert api.get_resources()["ResourceTagMappingList"] == []


# --- of the user's own -------------------------------------------------------------------------


def with_profiles(catalogue):
    return mock_bedrock(config={"bedrock": {"inference_profiles": catalogue}})


def test_the_system_profiles_can_be_replaced_by_a_list():
    with with_profiles(OWN) as bedrock:
        client = bedrock.client(region_name=REGION)
        assert ids(client) == ["older", "my.model-v1"]
        older, mine = profiles(client)
        assert older["inferenceProfileArn"] == system_arn("older")
        assert older["description"] == "One, two."
        assert older["createdAt"] == datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
        assert mine["inferenceProfileName"] == "my.model-v1"
        assert mine["status"] == "ACTIVE"
        assert ids(client, typeEquals="APPLICATION") == []
        assert get(client, make(client, system_arn("older")))["models"] == OWN[1]["models"]
    with mock_bedrock() as bedrock:
        assert US_NOVA in ids(bedrock.client(region_name=REGION))


@in_process
@pytest.mark.parametrize("form", [OWN, {"inferenceProfileSummaries": OWN}])
def test_the_system_profiles_can_be_replaced_by_what_the_aws_cli_has_saved(tmp_path, form):
    path = tmp_path / "profiles.json"
    path.write_text(json.dumps(form), encoding="utf-8")
    with with_profiles(path) as bedrock:
        path.unlink()
        assert ids(bedrock.client(region_name=REGION)) == ["older", "my.model-v1"]


@in_process
def test_profiles_that_cannot_be_read_are_the_callers_error():
    with with_profiles([{"inferenceProfileId": "a"}]) as bedrock:
        client = bedrock.client(region_name=REGION)
        with pytest.raises(
            ValueError, match=r"'inference_profiles'\] must be a list.*models"
        ) as caught:
            profiles(client)
    assert not isinstance(caught.value, ClientError)


# --- of the account ----------------------------------------------------------------------------


@freeze_time("2026-01-02T03:04:05.678901Z")
@in_process
def test_a_profile_of_a_model_has_that_model(client):
    answer = client.create_inference_profile(
        **inference_profile("mine", modelSource={"copyFrom": fm_arn(NOVA)})
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert answer["status"] == "ACTIVE"
    arn = answer["inferenceProfileArn"]
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    assert get(client, arn) == {
        "inferenceProfileName": "mine",
        "inferenceProfileArn": arn,
        "inferenceProfileId": arn.rpartition("/")[2],
        "models": [{"modelArn": fm_arn(NOVA)}],
        "createdAt": moment,
        "updatedAt": moment,
        "status": "ACTIVE",
        "type": "APPLICATION",
    }
    assert profiles(client, typeEquals="APPLICATION") == [get(client, arn)]


@pytest.mark.parametrize(
    "source",
    [
        system_arn(EVERYWHERE),
        system_arn(EVERYWHERE, account=""),
        system_arn(EVERYWHERE, region="", account=""),
    ],
)
def test_a_profile_of_a_system_profile_has_its_models_in_order(client, source):
    found = get(client, make(client, source, description="For one team."))
    assert found["models"] == get(client, EVERYWHERE)["models"]
    assert found["description"] == "For one team."


def test_a_model_that_only_profiles_serve_can_be_the_source(client):
    model = EVERYWHERE.partition(".")[2]
    assert get(client, make(client, fm_arn(model)))["models"] == [{"modelArn": fm_arn(model)}]


@pytest.mark.parametrize(
    "source",
    [
        fm_arn("no.such-model-v1:0"),
        fm_arn(NOVA, "eu-west-1"),
        fm_arn(US_NOVA),
        system_arn(f"eu.{NOVA}"),
        system_arn(US_NOVA, "us-west-2"),
        system_arn(US_NOVA, account=OTHER),
    ],
)
def test_a_source_that_the_region_lacks_is_not_found(client, source):
    with refused("ResourceNotFoundException", 404, NO_SUCH):
        make(client, source)
    assert ids(client, typeEquals="APPLICATION") == []


@pytest.mark.parametrize(
    "members",
    [
        {"modelSource": {"copyFrom": NOVA}},
        {"modelSource": {"copyFrom": US_NOVA}},
        {
            "modelSource": {
                "copyFrom": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abc"
            }
        },
        {"inferenceProfileName": "a" * 65},
        {"inferenceProfileName": "a  b"},
        {"description": "one, two"},
        {"description": "a" * 201},
    ],
)
def test_what_the_service_model_does_not_allow_is_refused(client, members):
    with refused("ValidationException", 400):
        client.create_inference_profile(**{**inference_profile(), **members})


def test_two_profiles_may_have_the_same_name(client):
    assert make(client, fm_arn(NOVA)) != make(client, fm_arn(NOVA))


def test_a_list_has_the_profiles_of_the_service_unless_it_asks_for_the_others(client):
    arn = make(client, fm_arn(NOVA))
    assert ids(client) == ids(client, typeEquals="SYSTEM_DEFINED")
    assert ids(client, typeEquals="APPLICATION") == [arn.rpartition("/")[2]]
    assert {each["type"] for each in profiles(client)} == {"SYSTEM_DEFINED"}
    token = client.list_inference_profiles(maxResults=1)["nextToken"]
    with refused("ValidationException", 400):
        client.list_inference_profiles(typeEquals="APPLICATION", nextToken=token)


@in_process
def test_the_account_may_have_a_thousand():
    with mock_bedrock(
        config={"bedrock": {"quotas": {"application_inference_profiles": 2}}}
    ) as bedrock:
        client = bedrock.client(region_name=REGION)
        first, _ = make(client, fm_arn(NOVA)), make(client, fm_arn(NOVA))
        with refused("ServiceQuotaExceededException", 400):
            make(client, fm_arn(NOVA))
        delete(client, first)
        assert make(client, fm_arn(NOVA))


def test_a_profile_that_a_job_in_progress_uses_is_not_deleted(client, bedrock_mock):
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(2))
    arn, other = make(client, fm_arn(NOVA)), make(client, fm_arn(NOVA))
    models = [{"bedrockModel": {"modelIdentifier": arn}}]
    job = client.create_evaluation_job(**evaluation_job(inferenceConfig={"models": models}))[
        "jobArn"
    ]
    text = "Error occurred because of a conflict while performing an operation."
    with refused("ConflictException", 400, text):
        delete(client, arn)
    delete(client, other)
    for _ in range(2):
        status = client.get_evaluation_job(jobIdentifier=job)["status"]
    assert status == "Completed"
    delete(client, arn)
    with refused("ResourceNotFoundException", 404, NO_SUCH):
        get(client, arn)


@pytest.mark.parametrize(
    "profile",
    [
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abcdefghijkl",
        system_arn(f"eu.{NOVA}"),
    ],
)
def test_an_evaluation_job_names_profiles_that_exist(client, profile):
    models = [{"bedrockModel": {"modelIdentifier": profile}}]
    job = evaluation_job(inferenceConfig={"models": models})
    with refused("ValidationException", 400, "The provided model identifier is invalid."):
        client.create_evaluation_job(**job)
    models[0]["bedrockModel"]["modelIdentifier"] = system_arn(US_NOVA)
    assert client.create_evaluation_job(**job)["jobArn"]


@pytest.fixture
def projects(client):
    """The member that names a project, where the installed service model has it."""
    shape = client.meta.service_model.operation_model("ListInferenceProfiles").input_shape
    if "projectIdentifier" not in shape.members:
        pytest.skip("the installed botocore knows no projects")
    return "projectIdentifier"


def test_all_profiles_are_in_the_project_of_the_account(client, projects):
    for project in ("default", f"arn:aws:bedrock:{REGION}:{ACCOUNT}:project/default"):
        assert ids(client, **{projects: project}) == ids(client)
    with refused("ValidationException", 400, "The provided project was not found."):
        ids(client, typeEquals="APPLICATION", **{projects: "proj_1"})
