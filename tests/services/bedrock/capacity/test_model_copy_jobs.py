"""Model copy jobs: a model of another region or account becomes a custom model here."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from freezegun import freeze_time
from kinds import KINDS, snapshot

from support import (
    ACCOUNT,
    BASE_MODEL,
    COPY_CLOCK,
    CUSTOM_MODEL_CLOCK,
    KEY_ARN,
    MODEL_NAME_TAKEN,
    NEVER,
    OTHER,
    REGION,
    body,
    copy_job,
    custom_model,
    customization_job,
    deployment,
    in_process,
    manual,
    refused,
    role_of,
    tags,
)

WEST = "us-west-2"
NOT_FOUND = "The provided custom model was not found."
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
JOBS = KINDS["model-copy-job"]


@pytest.fixture
def west(bedrock_mock):
    """A client of the region where the models come from."""
    return bedrock_mock.client(region_name=WEST)


@pytest.fixture
def source(west):
    """The ARN of a model there, of a customization."""
    west.create_model_customization_job(**customization_job())
    return west.get_custom_model(modelIdentifier="custom-1")["modelArn"]


def create(client, source, *args, **members):
    return client.create_model_copy_job(**copy_job(*args, sourceModelArn=source, **members))[
        "jobArn"
    ]


def get(client, arn):
    return body(JOBS.look(client, arn))


def models(client):
    return [item["modelName"] for item in client.list_custom_models()["modelSummaries"]]


def test_a_job_says_what_it_copies_and_whereto(client, source):
    job = get(client, create(client, source, modelKmsKeyId=KEY_ARN, targetModelTags=tags(a="b")))
    base, _, identifier = job["targetModelArn"].rpartition("/")
    assert base == f"arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/{BASE_MODEL}"
    assert len(identifier) == 12
    assert job == {
        "jobArn": job["jobArn"],
        "status": "Completed",
        "creationTime": job["creationTime"],
        "targetModelArn": job["targetModelArn"],
        "targetModelName": "copy-1",
        "targetModelKmsKeyArn": KEY_ARN,
        "targetModelTags": tags(a="b"),
        "sourceAccountId": ACCOUNT,
        "sourceModelArn": source,
        "sourceModelName": "custom-1",
    }
    assert JOBS.items(client) == [job]


def test_the_copy_is_a_custom_model_of_this_region(client, source):
    create(client, source, targetModelTags=tags(a="b"))
    model = client.get_custom_model(modelIdentifier="copy-1")
    assert model["baseModelArn"] == f"arn:aws:bedrock:{REGION}::foundation-model/{BASE_MODEL}"
    assert model["customizationType"] == "FINE_TUNING"
    assert model["modelStatus"] == "Active"
    assert "jobArn" not in model
    (listed,) = client.list_custom_models(isOwned=True)["modelSummaries"]
    assert (listed["ownerAccountId"], listed["modelName"]) == (ACCOUNT, "copy-1")
    assert client.list_tags_for_resource(resourceARN=model["modelArn"])["tags"] == tags(a="b")


def test_the_copy_of_a_copy_of_a_model_of_files(client, west):
    arn = west.create_custom_model(**custom_model())["modelArn"]
    first = get(client, create(client, arn))["targetModelArn"]
    assert first.startswith(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/imported/")
    second = get(west, create(west, first, "copy-2"))
    assert second["sourceModelName"] == "copy-1"
    model = west.get_custom_model(modelIdentifier="copy-2")
    assert (
        model["baseModelArn"] == f"arn:aws:bedrock:{WEST}::foundation-model/amazon.nova-lite-v1:0"
    )


def test_a_model_that_was_made_of_a_custom_model_keeps_that_base(client, west, source):
    west.create_model_customization_job(
        **customization_job("second", "second", baseModelIdentifier=source)
    )
    arn = west.get_custom_model(modelIdentifier="second")["modelArn"]
    create(client, arn)
    assert client.get_custom_model(modelIdentifier="copy-1")["baseModelArn"] == source
    target = f"arn:aws:bedrock:{REGION}::foundation-model/{BASE_MODEL}"
    (model,) = client.list_custom_models(foundationModelArnEquals=target)["modelSummaries"]
    assert model["modelName"] == "copy-1"


def test_a_model_comes_from_another_account(client, bedrock_mock):
    theirs = bedrock_mock.client(region_name=REGION, account_id=OTHER)
    arn = theirs.create_custom_model(**custom_model(roleArn=role_of(OTHER)))["modelArn"]
    job = get(client, create(client, arn))
    assert job["sourceAccountId"] == OTHER
    assert client.get_custom_model(modelIdentifier="copy-1")["modelArn"] == job["targetModelArn"]
    assert models(theirs) == ["custom-1"]


def test_the_copy_can_be_deployed_and_outlives_its_source(client, west, source):
    arn = get(client, create(client, source))["targetModelArn"]
    west.delete_custom_model(modelIdentifier="custom-1")
    client.create_custom_model_deployment(**deployment(modelArn=arn))
    with refused("ConflictException", 400):
        client.delete_custom_model(modelIdentifier="copy-1")


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:bedrock:{WEST}:{ACCOUNT}:custom-model/imported/abcdefghijkl",
        f"arn:aws:bedrock:{WEST}:999999999999:custom-model/imported/abcdefghijkl",
        f"arn:aws:bedrock:no-region-1:{ACCOUNT}:custom-model/imported/abcdefghijkl",
        f"arn:aws:bedrock:{WEST}::foundation-model/{BASE_MODEL}",
    ],
)
def test_a_source_that_is_not_there_is_not_found(client, arn):
    before = snapshot(client)
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        create(client, arn)
    assert snapshot(client) == before


def test_a_source_must_be_active(client, west, bedrock_mock):
    bedrock_mock.set_transition(CUSTOM_MODEL_CLOCK, NEVER)
    arn = west.create_custom_model(**custom_model())["modelArn"]
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        create(client, arn)


def test_a_source_is_named_by_its_arn(client, source):
    with refused("ValidationException", 400):
        create(client, "the-name-of-a-custom-model")


def test_while_it_is_copied_there_is_no_copy_but_its_name_is_taken(client, bedrock_mock, source):
    bedrock_mock.set_transition(COPY_CLOCK, NEVER)
    job = get(client, create(client, source))
    assert job["status"] == "InProgress"
    assert models(client) == []
    with refused("ValidationException", 400, MODEL_NAME_TAKEN):
        client.create_custom_model(**custom_model("copy-1"))
    bedrock_mock.complete("copy-1")
    assert models(client) == ["copy-1"]


@pytest.mark.parametrize("look", ["get", "list"])
def test_who_polls_for_the_copy_sees_it_come(client, bedrock_mock, source, look):
    bedrock_mock.set_transition(COPY_CLOCK, manual(2))
    create(client, source)
    if look == "get":
        with refused("ResourceNotFoundException", 404):
            client.get_custom_model(modelIdentifier="copy-1")
        assert client.get_custom_model(modelIdentifier="copy-1")["modelName"] == "copy-1"
    else:
        assert [models(client), models(client)] == [[], ["copy-1"]]


def test_a_job_whose_target_name_is_taken_fails(client, source):
    client.create_custom_model(**custom_model("copy-1"))
    job = get(client, create(client, source))
    assert (job["status"], job["failureMessage"]) == ("Failed", MODEL_NAME_TAKEN)
    assert models(client) == ["copy-1"]


def test_a_second_job_for_the_same_name_fails_and_the_first_does_not(client, bedrock_mock, source):
    bedrock_mock.set_transition(COPY_CLOCK, NEVER)
    first, second = create(client, source), create(client, source)
    for arn in (second, first):
        bedrock_mock.complete(arn)
    assert [get(client, arn)["status"] for arn in (first, second)] == ["Completed", "Failed"]
    assert models(client) == ["copy-1"]


def test_a_job_that_a_test_has_fail_leaves_its_name_free(client, bedrock_mock, source):
    bedrock_mock.fail_next(COPY_CLOCK, "It broke.")
    job = get(client, create(client, source))
    assert (job["status"], job["failureMessage"]) == ("Failed", "It broke.")
    assert get(client, create(client, source))["status"] == "Completed"


@in_process
def test_lists_are_filtered_by_source_target_status_and_time(client, west, bedrock_mock, source):
    other = west.create_custom_model(**custom_model("other"))["modelArn"]
    theirs = bedrock_mock.client(region_name=WEST, account_id=OTHER)
    foreign = theirs.create_custom_model(**custom_model(roleArn=role_of(OTHER)))["modelArn"]
    for number, arn in enumerate((source, other, foreign)):
        with freeze_time(START + timedelta(seconds=number)):
            create(client, arn, f"copy-{number}")

    def names(**filters):
        return [item["targetModelName"] for item in JOBS.items(client, **filters)]

    assert names() == ["copy-2", "copy-1", "copy-0"]
    assert names(sortOrder="Ascending") == ["copy-0", "copy-1", "copy-2"]
    assert names(sourceModelArnEquals=other) == ["copy-1"]
    assert names(sourceAccountEquals=OTHER) == ["copy-2"]
    assert names(targetModelNameContains="y-0") == ["copy-0"]
    assert names(statusEquals="Failed") == []
    assert names(creationTimeAfter=START) == ["copy-2", "copy-1"]
    assert names(creationTimeBefore=START + timedelta(seconds=1)) == ["copy-0"]


def test_a_job_cannot_be_tagged(client, source):
    arn = create(client, source)
    with refused("ValidationException", 400):
        client.tag_resource(resourceARN=arn, tags=tags(a="b"))
