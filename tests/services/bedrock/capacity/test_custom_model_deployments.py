"""Deployments of custom models: what they serve, how they change, and when they can go."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from freezegun import freeze_time
from kinds import KINDS, snapshot

from support import (
    ACCOUNT,
    DEPLOYMENT_CLOCK,
    NEVER,
    REGION,
    body,
    custom_model,
    deployment,
    in_process,
    manual,
    refused,
)

NOT_FOUND = "The provided custom model deployment was not found."
NAME_TAKEN = "The provided model deployment name is currently in use."
MODEL_NOT_FOUND = "The provided custom model was not found."
UNKNOWN = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/imported/abcdefghijkl"
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
DEPLOYMENTS = KINDS["custom-model-deployment"]


@pytest.fixture
def model(client):
    """The ARN of a custom model."""
    return client.create_custom_model(**custom_model())["modelArn"]


@pytest.fixture
def another(client):
    """The ARN of another one."""
    return client.create_custom_model(**custom_model("custom-2"))["modelArn"]


@pytest.fixture
def update(client):
    """Updates the first deployment."""
    if not hasattr(client, "update_custom_model_deployment"):
        pytest.skip("this version of botocore has no UpdateCustomModelDeployment")

    def update(model_arn):
        return client.update_custom_model_deployment(
            customModelDeploymentIdentifier="deployment-1", modelArn=model_arn
        )

    return update


def create(client, model_arn, *args, **members):
    request = deployment(*args, modelArn=model_arn, **members)
    return client.create_custom_model_deployment(**request)["customModelDeploymentArn"]


def get(client, identifier="deployment-1"):
    return body(DEPLOYMENTS.look(client, identifier))


def delete(client, identifier="deployment-1"):
    return client.delete_custom_model_deployment(customModelDeploymentIdentifier=identifier)


def names(client, **filters):
    return [item["customModelDeploymentName"] for item in DEPLOYMENTS.items(client, **filters)]


def test_it_has_what_it_was_created_with(client, model):
    arn = create(client, model, description="On demand.")
    got = get(client)
    assert got == {
        "customModelDeploymentArn": arn,
        "modelDeploymentName": "deployment-1",
        "modelArn": model,
        "createdAt": got["createdAt"],
        "lastUpdatedAt": got["lastUpdatedAt"],
        "status": "Active",
        "description": "On demand.",
    }


def test_a_summary_calls_the_name_differently(client, model):
    arn = create(client, model)
    got = get(client)
    assert DEPLOYMENTS.items(client) == [
        {
            "customModelDeploymentArn": arn,
            "customModelDeploymentName": "deployment-1",
            "modelArn": model,
            "createdAt": got["createdAt"],
            "lastUpdatedAt": got["lastUpdatedAt"],
            "status": "Active",
        }
    ]


def test_create_answers_202(client, model):
    answer = client.create_custom_model_deployment(**deployment(modelArn=model))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202


def test_a_name_is_taken_once(client, model):
    create(client, model)
    with refused("ValidationException", 400, NAME_TAKEN):
        create(client, model)
    assert names(client) == ["deployment-1"]


def test_the_model_must_be_there(client):
    with refused("ResourceNotFoundException", 404, MODEL_NOT_FOUND):
        create(client, UNKNOWN)


def test_the_model_must_be_active(client, bedrock_mock):
    bedrock_mock.set_transition("bedrock::custom_model", NEVER)
    creating = client.create_custom_model(**custom_model())["modelArn"]
    with refused("ValidationException", 400):
        create(client, creating)
    assert names(client) == []


@pytest.mark.parametrize(
    "identifier",
    [
        f"arn:aws:bedrock:{REGION}::foundation-model/amazon.nova-lite-v1:0",
        "the-name-of-a-custom-model",
    ],
)
def test_the_model_is_named_by_the_arn_of_a_custom_model(client, model, identifier):
    with refused("ValidationException", 400):
        create(client, identifier)


@in_process
def test_lists_are_filtered_by_name_model_status_and_time(client, model, another, bedrock_mock):
    with freeze_time(START):
        create(client, model, "one")
    with freeze_time(START + timedelta(seconds=1)):
        create(client, another, "two")
    bedrock_mock.set_transition(DEPLOYMENT_CLOCK, NEVER)
    with freeze_time(START + timedelta(seconds=2)):
        create(client, another, "three")
    assert names(client) == ["three", "two", "one"]
    assert names(client, sortBy="CreationTime", sortOrder="Ascending") == ["one", "two", "three"]
    assert names(client, nameContains="o") == ["two", "one"]
    assert names(client, modelArnEquals=another) == ["three", "two"]
    assert names(client, statusEquals="Creating") == ["three"]
    assert names(client, statusEquals="Active") == ["two", "one"]
    assert names(client, createdAfter=START) == ["three", "two"]
    assert names(client, createdBefore=START + timedelta(seconds=1)) == ["one"]


# --- updates ----------------------------------------------------------------------------


def test_an_update_replaces_the_model(client, model, another, update):
    arn = create(client, model)
    answer = update(another)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert body(answer) == {"customModelDeploymentArn": arn}
    got = get(client)
    assert got["modelArn"] == another
    assert got["updateDetails"] == {"modelArn": another, "updateStatus": "UpdateCompleted"}


def test_it_stays_active_while_it_is_updated(client, bedrock_mock, model, another, update):
    create(client, model)
    bedrock_mock.set_transition(DEPLOYMENT_CLOCK, manual(2))
    update(another)
    got = get(client)
    assert (got["status"], got["modelArn"]) == ("Active", model)
    assert got["updateDetails"] == {"modelArn": another, "updateStatus": "Updating"}
    assert get(client)["modelArn"] == another


def test_while_it_is_updated_nothing_else_is_done_to_it(
    client, bedrock_mock, model, another, update
):
    create(client, model)
    bedrock_mock.set_transition(DEPLOYMENT_CLOCK, NEVER)
    update(another)
    before = snapshot(client)
    with refused("ValidationException", 400):
        update(model)
    for call in (
        lambda: delete(client),
        lambda: client.delete_custom_model(modelIdentifier=model),
        lambda: client.delete_custom_model(modelIdentifier=another),
    ):
        with refused("ConflictException", 400):
            call()
    assert snapshot(client) == before
    bedrock_mock.complete("deployment-1")
    assert get(client)["updateDetails"]["updateStatus"] == "UpdateCompleted"
    client.delete_custom_model(modelIdentifier=model)


def test_an_update_that_fails_leaves_the_old_model_and_another_one_succeeds(
    client, bedrock_mock, model, another, update
):
    create(client, model)
    bedrock_mock.set_transition(DEPLOYMENT_CLOCK, NEVER)
    update(another)
    bedrock_mock.fail_next(DEPLOYMENT_CLOCK, "No capacity.", job="deployment-1")
    bedrock_mock.complete("deployment-1")
    got = get(client)
    assert (got["status"], got["modelArn"], got["failureMessage"]) == (
        "Active",
        model,
        "No capacity.",
    )
    assert got["updateDetails"] == {"modelArn": another, "updateStatus": "UpdateFailed"}
    update(another)
    assert "failureMessage" not in get(client)
    bedrock_mock.complete("deployment-1")
    got = get(client)
    assert (got["modelArn"], got["updateDetails"]["updateStatus"]) == (another, "UpdateCompleted")
    assert "failureMessage" not in got


def test_the_model_of_a_failed_update_can_go(client, bedrock_mock, model, another, update):
    create(client, model)
    bedrock_mock.fail_next(DEPLOYMENT_CLOCK, "No capacity.")
    update(another)
    assert get(client)["updateDetails"]["updateStatus"] == "UpdateFailed"
    client.delete_custom_model(modelIdentifier=another)


def test_an_update_needs_an_active_model(client, model, update):
    create(client, model)
    with refused("ResourceNotFoundException", 404, MODEL_NOT_FOUND):
        update(UNKNOWN)
    assert "updateDetails" not in get(client)


def test_one_that_is_not_active_is_not_updated(client, bedrock_mock, model, update):
    bedrock_mock.set_transition(DEPLOYMENT_CLOCK, NEVER)
    create(client, model)
    with refused("ValidationException", 400):
        update(model)


# --- deletion ---------------------------------------------------------------------------


def test_one_that_is_being_created_cannot_be_deleted(client, bedrock_mock, model):
    bedrock_mock.set_transition(DEPLOYMENT_CLOCK, NEVER)
    create(client, model)
    with refused("ConflictException", 400):
        delete(client)


def test_a_failed_one_can_be_deleted(client, bedrock_mock, model):
    bedrock_mock.fail_next(DEPLOYMENT_CLOCK, "No capacity.")
    create(client, model)
    assert get(client)["failureMessage"] == "No capacity."
    delete(client)
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        get(client)


def test_its_model_stays_and_can_be_deleted_after_it(client, model):
    arn = create(client, model)
    with refused("ConflictException", 400) as caught:
        client.delete_custom_model(modelIdentifier=model)
    assert arn in caught.value.response["Error"]["Message"]
    delete(client, arn)
    assert client.get_custom_model(modelIdentifier=model)["modelStatus"] == "Active"
    client.delete_custom_model(modelIdentifier=model)
