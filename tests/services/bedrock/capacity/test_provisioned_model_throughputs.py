"""Provisioned Throughput: what it serves, how it changes, and when it can be deleted."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from freezegun import freeze_time
from kinds import calls_of, snapshot

from support import (
    ACCOUNT,
    BASE_MODEL,
    NEVER,
    PROVISIONED_MODEL,
    REGION,
    THROUGHPUT_CLOCK,
    body,
    custom_model,
    customization_job,
    import_job,
    in_process,
    refused,
    throughput,
)

NOT_FOUND = "The provided provisioned model was not found."
NAME_TAKEN = "The provided provisioned model name is currently in use."
FOUNDATION_ARN = f"arn:aws:bedrock:{REGION}::foundation-model/{PROVISIONED_MODEL}"
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
QUOTAS = pytest.mark.bedrock_mock(config={"bedrock": {"quotas": {"provisioned_model_units": 3}}})

create, get, summaries = calls_of("provisioned-model", throughput, "throughput-1")


def custom(client, name="custom-1"):
    """The ARN of a custom model of Nova Lite."""
    return client.create_custom_model(**custom_model(name))["modelArn"]


def customized(client, name, base=BASE_MODEL):
    """The ARN of a custom model of another base."""
    client.create_model_customization_job(**customization_job(name, name, baseModelIdentifier=base))
    return client.get_custom_model(modelIdentifier=name)["modelArn"]


def update(client, **members):
    return client.update_provisioned_model_throughput(provisionedModelId="throughput-1", **members)


def delete(client, identifier="throughput-1"):
    return client.delete_provisioned_model_throughput(provisionedModelId=identifier)


# --- creation ---------------------------------------------------------------------------


def test_it_has_what_it_was_created_with(client):
    arn = create(client, modelUnits=2)
    got = get(client)
    assert got == {
        "provisionedModelArn": arn,
        "provisionedModelName": "throughput-1",
        "modelUnits": 2,
        "desiredModelUnits": 2,
        "modelArn": FOUNDATION_ARN,
        "desiredModelArn": FOUNDATION_ARN,
        "foundationModelArn": FOUNDATION_ARN,
        "status": "InService",
        "creationTime": got["creationTime"],
        "lastModifiedTime": got["lastModifiedTime"],
    }
    assert summaries(client) == [got]


def test_create_answers_201_with_the_arn_only(client):
    answer = client.create_provisioned_model_throughput(**throughput())
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert body(answer).keys() == {"provisionedModelArn"}


def test_a_foundation_model_is_named_by_id_or_arn(client):
    create(client, modelId=FOUNDATION_ARN)
    assert get(client)["modelArn"] == FOUNDATION_ARN


def test_a_custom_model_is_named_by_name_or_arn(client):
    model = custom(client)
    for name, identifier in (("by-name", "custom-1"), ("by-arn", model)):
        create(client, name, modelId=identifier)
        got = get(client, name)
        assert got["modelArn"] == got["desiredModelArn"] == model
        assert got["foundationModelArn"].endswith("::foundation-model/amazon.nova-lite-v1:0")


def test_an_imported_model_is_named_by_its_name(client):
    client.create_model_import_job(**import_job())
    create(client, modelId="model-1")
    arn = client.get_imported_model(modelIdentifier="model-1")["modelArn"]
    assert get(client)["modelArn"] == arn
    with refused("ConflictException", 400):
        client.delete_imported_model(modelIdentifier="model-1")
    delete(client)
    client.delete_imported_model(modelIdentifier="model-1")


@pytest.mark.parametrize(
    ("identifier", "code", "status"),
    [
        ("amazon.nova-lite-v1:0", "ValidationException", 400),
        ("amazon.no-such-model-v1:0", "ResourceNotFoundException", 404),
        ("no-such-model", "ResourceNotFoundException", 404),
        (
            f"arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/imported/abcdefghijkl",
            "ResourceNotFoundException",
            404,
        ),
        (
            f"arn:aws:bedrock:{REGION}:{ACCOUNT}:imported-model/abcdefghijkl",
            "ValidationException",
            400,
        ),
        (
            f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/us.amazon.nova-lite-v1:0",
            "ValidationException",
            400,
        ),
    ],
)
def test_a_model_that_cannot_have_one_is_refused(client, identifier, code, status):
    with refused(code, status):
        create(client, modelId=identifier)
    assert summaries(client) == []


def test_a_custom_model_must_be_active(client, bedrock_mock):
    bedrock_mock.set_transition("bedrock::custom_model", NEVER)
    custom(client)
    with refused("ValidationException", 400):
        create(client, modelId="custom-1")


def test_a_name_is_taken_once(client):
    create(client)
    before = snapshot(client)
    with refused("ValidationException", 400, NAME_TAKEN):
        create(client)
    assert snapshot(client) == before


@QUOTAS
@in_process
def test_the_quota_counts_the_units_of_all(client):
    create(client, modelUnits=2)
    with refused("ServiceQuotaExceededException", 400):
        create(client, "more", modelUnits=2)
    create(client, "more", modelUnits=1)


@pytest.mark.bedrock_mock(config={"bedrock": {"quotas": True}})
@in_process
def test_an_ordinary_account_has_no_units(client):
    with refused("ServiceQuotaExceededException", 400):
        create(client)


def test_lists_are_filtered_by_model(client):
    create(client)
    model = custom(client)
    create(client, "of-custom", modelId=model)
    (found,) = summaries(client, modelArnEquals=model)
    assert found["provisionedModelName"] == "of-custom"


# --- updates ----------------------------------------------------------------------------


def test_a_new_name_replaces_the_old_one(client):
    arn = create(client)
    answer = update(client, desiredProvisionedModelName="renamed")
    assert body(answer) == {}
    assert get(client, "renamed")["provisionedModelArn"] == arn
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        get(client)
    create(client)


def test_its_own_name_changes_nothing(client):
    create(client)
    update(client, desiredProvisionedModelName="throughput-1")
    assert get(client)["status"] == "InService"


def test_a_name_that_is_taken_is_refused(client):
    create(client)
    create(client, "other")
    with refused("ValidationException", 400, NAME_TAKEN):
        update(client, desiredProvisionedModelName="other")
    assert get(client)["provisionedModelName"] == "throughput-1"


def test_while_it_is_updated_it_tells_both_models(client, bedrock_mock):
    one, two = custom(client), custom(client, "custom-2")
    create(client, modelId=one)
    bedrock_mock.set_transition(THROUGHPUT_CLOCK, NEVER)
    update(client, desiredModelId="custom-2")
    got = get(client)
    assert (got["status"], got["modelArn"], got["desiredModelArn"]) == ("Updating", one, two)
    # Neither model can go, nor can the throughput.
    for call in (
        lambda: client.delete_custom_model(modelIdentifier=one),
        lambda: client.delete_custom_model(modelIdentifier=two),
        lambda: delete(client),
    ):
        with refused("ConflictException", 400):
            call()
    with refused("ValidationException", 400):
        update(client, desiredModelId=one)
    bedrock_mock.complete("throughput-1")
    got = get(client)
    assert (got["status"], got["modelArn"], got["desiredModelArn"]) == ("InService", two, two)
    client.delete_custom_model(modelIdentifier=one)


def test_an_update_that_fails_keeps_the_old_model(client, bedrock_mock):
    one, two = custom(client), custom(client, "custom-2")
    create(client, modelId=one)
    # It waits for an update that has another model: a name changes at once.
    bedrock_mock.fail_next(THROUGHPUT_CLOCK, "No capacity.", job="throughput-1")
    update(client, desiredProvisionedModelName="throughput-1")
    assert get(client)["status"] == "InService"
    update(client, desiredModelId=two)
    got = get(client)
    assert (got["status"], got["failureMessage"]) == ("Failed", "No capacity.")
    assert (got["modelArn"], got["desiredModelArn"]) == (one, two)
    delete(client)


@pytest.mark.parametrize("base", ["amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0:300k"])
def test_one_of_a_custom_model_can_change_to_its_base_and_back(client, base):
    model = custom(client)
    create(client, modelId=model)
    update(client, desiredModelId=base)
    assert get(client)["modelArn"].endswith(f"foundation-model/{base}")
    update(client, desiredModelId=model)
    assert get(client)["modelArn"] == model


def test_a_model_of_another_base_is_refused(client):
    create(client, modelId=custom(client))
    customized(client, "titan")
    for identifier in ("titan", BASE_MODEL):
        with refused("ValidationException", 400):
            update(client, desiredModelId=identifier)
    with refused("ResourceNotFoundException", 404):
        update(client, desiredModelId="no-such-model")


def test_a_model_that_is_not_active_is_refused(client, bedrock_mock):
    create(client, modelId=custom(client))
    bedrock_mock.set_transition("bedrock::custom_model", NEVER)
    custom(client, "creating")
    with refused("ValidationException", 400):
        update(client, desiredModelId="creating", desiredProvisionedModelName="renamed")
    assert get(client)["provisionedModelName"] == "throughput-1"


def test_one_of_a_base_model_keeps_it(client):
    create(client)
    with refused("ValidationException", 400):
        update(client, desiredModelId=FOUNDATION_ARN)


def test_gov_cloud_has_it_for_custom_models_without_a_commitment(bedrock_mock):
    client = bedrock_mock.client(region_name="us-gov-west-1")
    role = "arn:aws-us-gov:iam::123456789012:role/BedrockRole"
    client.create_model_customization_job(**customization_job("job", "custom-1", roleArn=role))
    for members, message in (
        (
            {"modelId": BASE_MODEL},
            "In AWS GovCloud (US), Provisioned Throughput is available for custom models only.",
        ),
        (
            {"modelId": "custom-1", "commitmentDuration": "OneMonth"},
            (
                "In AWS GovCloud (US), Provisioned Throughput is available without a commitment "
                "only. Leave commitmentDuration out."
            ),
        ),
    ):
        with refused("ValidationException", 400, message):
            client.create_provisioned_model_throughput(**throughput(**members))
    assert client.list_provisioned_model_throughputs()["provisionedModelSummaries"] == []
    assert client.create_provisioned_model_throughput(**throughput(modelId="custom-1"))


# --- deletion ---------------------------------------------------------------------------


def test_one_that_is_being_created_cannot_be_deleted(client, bedrock_mock):
    bedrock_mock.set_transition(THROUGHPUT_CLOCK, NEVER)
    create(client)
    with refused("ConflictException", 400):
        delete(client)
    assert get(client)["status"] == "Creating"


def test_a_failed_one_can_be_deleted(client, bedrock_mock):
    bedrock_mock.fail_next(THROUGHPUT_CLOCK, "No capacity.")
    create(client)
    assert get(client)["failureMessage"] == "No capacity."
    with refused("ValidationException", 400):
        update(client, desiredProvisionedModelName="renamed")
    delete(client)


@in_process
@pytest.mark.parametrize(("duration", "days"), [("OneMonth", 30), ("SixMonths", 180)])
def test_a_commitment_lasts_to_its_end(client, duration, days):
    with freeze_time(START) as clock:
        create(client, commitmentDuration=duration)
        got = get(client)
        assert got["commitmentDuration"] == duration
        assert got["commitmentExpirationTime"] == START + timedelta(days=days)
        clock.move_to(START + timedelta(days=days, seconds=-1))
        with refused("ConflictException", 400) as caught:
            delete(client)
        message = caught.value.response["Error"]["Message"]
        assert "cannot be deleted" in message
        assert "commitment term" in message
        clock.move_to(START + timedelta(days=days))
        delete(client)


def test_its_model_can_be_deleted_after_it(client):
    model = custom(client)
    arn = create(client, modelId=model)
    before = snapshot(client)
    with refused("ConflictException", 400) as caught:
        client.delete_custom_model(modelIdentifier="custom-1")
    assert arn in caught.value.response["Error"]["Message"]
    assert snapshot(client) == before
    delete(client, arn)
    client.delete_custom_model(modelIdentifier="custom-1")
