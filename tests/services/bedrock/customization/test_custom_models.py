"""Custom models: those that customization jobs make, and those that CreateCustomModel makes."""

from __future__ import annotations

import re

import pytest
from kinds import calls_of, snapshot

from support import (
    ACCOUNT,
    BASE_ARN,
    BASE_MODEL,
    CUSTOM_MODEL_CLOCK,
    CUSTOMIZATION_CLOCK,
    FOREIGN_ROLE,
    KEY_ARN,
    MODEL_NAME_TAKEN,
    OTHER,
    REGION,
    body,
    custom_model,
    customization_job,
    manual,
    many_tags,
    refused,
    role_of,
    send_paths_as_they_are,
    tags,
    wire_answers,
)

NOT_FOUND = "The provided custom model was not found."
NOVA = "amazon.nova-micro-v1:0:128k"
IMPORTED = re.compile(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/imported/[a-z0-9]{{12}}")


def customize(client, *args, **members):
    """Runs a customization job; gives it."""
    request = customization_job(*args, **members)
    arn = client.create_model_customization_job(**request)["jobArn"]
    return client.get_model_customization_job(jobIdentifier=arn)


create, get, summaries = calls_of("brought custom-model", custom_model, "custom-1")


def names(client, **filters):
    return [model["modelName"] for model in summaries(client, **filters)]


# --- the model of a job -----------------------------------------------------------------


def test_a_model_has_what_its_job_was_given_and_what_came_of_it(client):
    sent = {
        "hyperParameters": {"epochCount": "1"},
        "validationDataConfig": {"validators": [{"s3Uri": "s3://my-bucket/a"}]},
        "customizationType": "CONTINUED_PRE_TRAINING",
    }
    job = customize(client, customModelKmsKeyId=KEY_ARN, **sent)
    assert get(client) == {
        "modelArn": job["outputModelArn"],
        "modelName": "custom-1",
        "jobName": "customization-1",
        "jobArn": job["jobArn"],
        "baseModelArn": BASE_ARN,
        "modelKmsKeyArn": KEY_ARN,
        "trainingDataConfig": job["trainingDataConfig"],
        "outputDataConfig": job["outputDataConfig"],
        "trainingMetrics": job["trainingMetrics"],
        "validationMetrics": job["validationMetrics"],
        "creationTime": job["creationTime"],
        "modelStatus": "Active",
        **sent,
    }


def test_what_was_not_sent_is_not_there(client):
    customize(client)
    absent = {"modelKmsKeyArn", "validationDataConfig", "validationMetrics", "hyperParameters"}
    assert not get(client).keys() & (absent | {"customizationConfig", "failureMessage"})


def test_a_summary_has_base_owner_and_status(client):
    customize(client)
    model = get(client)
    shared = ("modelArn", "modelName", "creationTime", "baseModelArn", "customizationType")
    assert summaries(client) == [
        {
            **{name: model[name] for name in shared},
            "baseModelName": "amazon.titan-text-lite-v1",
            "ownerAccountId": ACCOUNT,
            "modelStatus": "Active",
        }
    ]


def test_there_is_no_model_while_its_job_is_in_progress(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, manual(3))
    request = customization_job(customModelTags=tags(a="b"))
    client.create_model_customization_job(**request)
    assert summaries(client) == []
    for operation in (client.get_custom_model, client.delete_custom_model):
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            operation(modelIdentifier="custom-1")
    job = client.get_model_customization_job(jobIdentifier="customization-1")
    assert get(client)["modelArn"] == job["outputModelArn"]
    found = client.list_tags_for_resource(resourceARN=job["outputModelArn"])["tags"]
    assert found == tags(a="b")


def test_times_are_sent_in_utc_with_milliseconds(client):
    customize(client)
    create(client, "custom-2")
    answers = wire_answers(client)
    get(client)
    summaries(client)
    (model, listed) = answers
    for item in (model, *listed["modelSummaries"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item["creationTime"])


# --- CreateCustomModel ----------------------------------------------------------------------


def test_create_answers_202_and_the_new_models_arn_only(client):
    created = client.create_custom_model(**custom_model())
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert body(created).keys() == {"modelArn"}
    assert IMPORTED.fullmatch(created["modelArn"])


def test_a_model_is_created_then_active_and_has_no_job(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOM_MODEL_CLOCK, manual(2))
    arn = create(client, modelKmsKeyArn=KEY_ARN, modelTags=tags(a="b"))
    model = get(client)
    assert model == {
        "modelArn": arn,
        "modelName": "custom-1",
        "baseModelArn": f"arn:aws:bedrock:{REGION}::foundation-model/amazon.nova-lite-v1:0",
        "customizationType": "IMPORTED",
        "modelKmsKeyArn": KEY_ARN,
        "creationTime": model["creationTime"],
        "modelStatus": "Creating",
    }
    assert get(client) == {**model, "modelStatus": "Active"}
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == tags(a="b")


def test_a_model_may_come_from_a_package_of_sagemaker(client):
    shape = client.meta.service_model.shape_for("CreateCustomModelRequest")
    if "customModelDataSource" not in shape.members:
        pytest.skip("this version of botocore has no model packages as sources")
    package = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/package/1"
    source = {"modelPackageArnDataSource": {"modelPackageArn": package}}
    model = client.create_custom_model(modelName="custom-1", customModelDataSource=source)
    assert IMPORTED.fullmatch(model["modelArn"])
    message = "Set exactly one of the members 'modelSourceConfig' and 'customModelDataSource'."
    for request in (custom_model("m", customModelDataSource=source), {"modelName": "m"}):
        with refused("ValidationException", 400, message):
            client.create_custom_model(**request)


def test_a_model_that_is_being_created_cannot_be_deleted(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOM_MODEL_CLOCK, manual(1))
    create(client)
    message = "The custom model cannot be deleted: its status is Creating."
    with refused("ConflictException", 400, message):
        client.delete_custom_model(modelIdentifier="custom-1")
    assert get(client)["modelStatus"] == "Active"
    client.delete_custom_model(modelIdentifier="custom-1")
    assert summaries(client) == []


def test_a_model_whose_creation_failed_has_the_reason(client, bedrock_mock):
    bedrock_mock.fail_next(CUSTOM_MODEL_CLOCK, "The artifacts are not those of a Nova model.")
    arn = create(client)
    assert get(client)["failureMessage"] == "The artifacts are not those of a Nova model."
    assert names(client, modelStatus="Failed") == ["custom-1"]
    client.delete_custom_model(modelIdentifier="custom-1")
    assert create(client) != arn


def test_a_clock_held_by_the_test_holds_job_and_model(client, bedrock_mock):
    bedrock_mock.freeze()
    job = client.create_model_customization_job(**customization_job("same", "same"))["jobArn"]
    create(client, "brought")
    assert summaries(client)[0]["modelStatus"] == "Creating"
    assert bedrock_mock.complete("same") == "Completed"
    assert bedrock_mock.complete("brought") == "Active"
    assert get(client, "same")["jobArn"] == job
    # The model of a job is no job, so the name stays the job's.
    with pytest.raises(ValueError, match="the job 'same' has ended already"):
        bedrock_mock.advance("same")


def test_a_token_seen_before_gives_the_first_model_even_if_other_members_differ(client):
    arn = create(client, clientRequestToken="token")
    assert create(client, "custom-2", clientRequestToken="token") == arn
    assert names(client) == ["custom-1"]


def refusal(message=None, code="ValidationException", status=400):
    return code, status, message


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"modelName": "brought"}, refusal(MODEL_NAME_TAKEN)),
        ({"modelName": "of-done"}, refusal(MODEL_NAME_TAKEN)),
        ({"modelName": "of-running"}, refusal(MODEL_NAME_TAKEN)),
        ({"modelName": "not a name"}, refusal()),
        ({"roleArn": role_of(OTHER)}, refusal(FOREIGN_ROLE, "AccessDeniedException", 403)),
        ({"roleArn": None}, refusal("The member 'roleArn' is required with 'modelSourceConfig'.")),
        ({"modelTags": many_tags(51)}, refusal(code="TooManyTagsException")),
    ],
)
def test_a_refused_request_changes_nothing(client, bedrock_mock, change, error):
    create(client, "brought")
    customize(client, "done", "of-done")
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, manual(1000))
    customize(client, "running", "of-running")
    before = snapshot(client)
    request = custom_model(clientRequestToken="token")
    changed = {name: value for name, value in {**request, **change}.items() if value is not None}
    with refused(*error):
        client.create_custom_model(**changed)
    assert snapshot(client) == before
    # Neither the name nor the token has been used up.
    assert get(client, client.create_custom_model(**request)["modelArn"])["modelName"] == "custom-1"


# --- how a model is found and deleted -----------------------------------------------------


@pytest.mark.parametrize("make", [customize, create])
@pytest.mark.parametrize("encoded", [True, False])
def test_a_model_is_found_by_name_and_by_arn_percent_encoded_or_not(client, make, encoded):
    make(client)
    arn = get(client)["modelArn"]
    if not encoded:
        send_paths_as_they_are(client)
    assert get(client, arn) == get(client, "custom-1")
    client.delete_custom_model(modelIdentifier=arn)
    assert summaries(client) == []


def test_a_model_that_does_not_exist_is_not_found(client, bedrock_mock):
    foreign = [
        create(bedrock_mock.client(region_name="eu-west-1")),
        create(bedrock_mock.client(account_id=OTHER), roleArn=role_of(OTHER)),
    ]
    arn = create(client)
    before = snapshot(client)
    for identifier in ("custom", "customization-1", f"{arn[:-12]}{'0' * 12}", BASE_ARN, *foreign):
        for operation in (client.get_custom_model, client.delete_custom_model):
            with refused("ResourceNotFoundException", 404, NOT_FOUND):
                operation(modelIdentifier=identifier)
    assert snapshot(client) == before


def test_a_deleted_model_is_gone_and_its_job_still_names_it(client):
    job = customize(client)
    answers = wire_answers(client)
    deleted = client.delete_custom_model(modelIdentifier="custom-1")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answers == [{}]
    for identifier in ("custom-1", job["outputModelArn"]):
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            get(client, identifier)
    with refused("ResourceNotFoundException", 404):
        client.list_tags_for_resource(resourceARN=job["outputModelArn"])
    again = client.get_model_customization_job(jobIdentifier="customization-1")
    assert body(again) == body(job)
    (summary,) = client.list_model_customization_jobs()["modelCustomizationJobSummaries"]
    assert summary["customModelArn"] == job["outputModelArn"]


# --- the filters that only this list has ----------------------------------------------------


def test_models_are_filtered_by_what_they_were_made_of(client):
    first = customize(client, "job-1", "of-titan")["outputModelArn"]
    customize(client, "job-2", "of-that", baseModelIdentifier="of-titan")
    customize(client, "job-3", "of-nova", baseModelIdentifier=NOVA)
    assert names(client, baseModelArnEquals=BASE_ARN) == ["of-titan"]
    assert names(client, baseModelArnEquals=first) == ["of-that"]
    assert names(client, foundationModelArnEquals=BASE_ARN) == ["of-that", "of-titan"]
    nova = BASE_ARN.replace(BASE_MODEL, NOVA)
    assert names(client, foundationModelArnEquals=nova) == ["of-nova"]
    assert names(client, foundationModelArnEquals=nova, baseModelArnEquals=BASE_ARN) == []


def test_models_are_filtered_by_status(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOM_MODEL_CLOCK, manual(1000))
    customize(client, "job-1", "of-job")
    create(client, "brought")
    assert names(client, modelStatus="Active") == ["of-job"]
    assert names(client, modelStatus="Creating") == ["brought"]
    assert names(client, modelStatus="Failed") == []


def test_all_models_are_owned_by_the_account(client):
    create(client)
    assert names(client, isOwned=True) == ["custom-1"]
    assert names(client, isOwned=False) == []


def test_the_name_that_is_searched_is_the_models_and_not_its_jobs(client):
    customize(client, "the-job", "the-model")
    assert names(client, nameContains="model") == ["the-model"]
    assert names(client, nameContains="job") == []
