"""Imported models: what a completed import job leaves behind."""

from __future__ import annotations

import re

import pytest
from kinds import snapshot

from support import (
    IMPORT_CLOCK,
    KEY_ARN,
    NEVER,
    body,
    import_job,
    refused,
    role_of,
    send_paths_as_they_are,
    tags,
    wire_answers,
)

NOT_FOUND = "The provided imported model was not found."


def create(client, *args, **members):
    """Imports a model; gives its job."""
    arn = client.create_model_import_job(**import_job(*args, **members))["jobArn"]
    return client.get_model_import_job(jobIdentifier=arn)


def get(client, identifier="model-1"):
    return body(client.get_imported_model(modelIdentifier=identifier))


def summaries(client):
    return client.list_imported_models()["modelSummaries"]


def test_a_model_has_what_its_job_was_given_and_what_is_known_of_its_files(client):
    job = create(client, importedModelKmsKeyId=KEY_ARN, importedModelTags=tags(a="b"))
    assert get(client) == {
        "modelArn": job["importedModelArn"],
        "modelName": "model-1",
        "jobName": "job-1",
        "jobArn": job["jobArn"],
        "modelDataSource": job["modelDataSource"],
        "creationTime": job["creationTime"],
        "modelArchitecture": "llama",
        "modelKmsKeyArn": KEY_ARN,
        "instructSupported": True,
        "customModelUnits": {
            "customModelUnitsPerModelCopy": 2,
            "customModelUnitsVersion": "v1.0",
        },
    }


def test_without_a_kms_key_there_is_no_key_arn(client):
    create(client)
    assert "modelKmsKeyArn" not in get(client)


def test_a_summary_has_architecture_and_instruct_support_too(client):
    create(client)
    model = get(client)
    names = ("modelArn", "modelName", "creationTime", "instructSupported", "modelArchitecture")
    assert summaries(client) == [{name: model[name] for name in names}]


def test_times_are_sent_in_utc_with_milliseconds(client):
    create(client)
    answers = wire_answers(client)
    get(client)
    summaries(client)
    (model, listed) = answers
    for item in (model, *listed["modelSummaries"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item["creationTime"])


def test_there_is_no_model_while_its_job_is_in_progress(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, NEVER)
    create(client)
    assert summaries(client) == []
    for operation in (client.get_imported_model, client.delete_imported_model):
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            operation(modelIdentifier="model-1")
    bedrock_mock.complete("job-1")
    job = client.get_model_import_job(jobIdentifier="job-1")
    assert get(client)["modelArn"] == job["importedModelArn"]


@pytest.mark.parametrize("encoded", [True, False])
def test_a_model_is_found_by_name_and_by_arn_percent_encoded_or_not(client, encoded):
    arn = create(client)["importedModelArn"]
    if not encoded:
        send_paths_as_they_are(client)
    assert get(client, arn) == get(client, "model-1")
    client.delete_imported_model(modelIdentifier=arn)
    assert summaries(client) == []


def test_a_model_that_does_not_exist_is_not_found(client, bedrock_mock):
    foreign = [
        create(bedrock_mock.client(region_name="eu-west-1"))["importedModelArn"],
        create(bedrock_mock.client(account_id="111122223333"), roleArn=role_of("111122223333"))[
            "importedModelArn"
        ],
    ]
    arn = create(client)["importedModelArn"]
    before = snapshot(client)
    for identifier in ("model", "job-1", f"{arn[:-12]}{'0' * 12}", *foreign):
        for operation in (client.get_imported_model, client.delete_imported_model):
            with refused("ResourceNotFoundException", 404, NOT_FOUND):
                operation(modelIdentifier=identifier)
    assert snapshot(client) == before


def test_deletion_answers_200_with_an_empty_object(client):
    create(client)
    answers = wire_answers(client)
    deleted = client.delete_imported_model(modelIdentifier="model-1")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answers == [{}]


def test_a_deleted_model_is_gone_and_its_job_still_names_it(client):
    job = create(client)
    create(client, "job-2", "model-2")
    client.delete_imported_model(modelIdentifier="model-1")
    assert [model["modelName"] for model in summaries(client)] == ["model-2"]
    for identifier in ("model-1", job["importedModelArn"]):
        for operation in (client.get_imported_model, client.delete_imported_model):
            with refused("ResourceNotFoundException", 404, NOT_FOUND):
                operation(modelIdentifier=identifier)
    with refused("ResourceNotFoundException", 404):
        client.list_tags_for_resource(resourceARN=job["importedModelArn"])
    assert body(client.get_model_import_job(jobIdentifier="job-1")) == body(job)
    listed = client.list_model_import_jobs(sortOrder="Ascending")["modelImportJobSummaries"]
    assert listed[0]["importedModelArn"] == job["importedModelArn"]
    assert listed[0]["importedModelName"] == "model-1"


def test_a_model_imported_under_a_freed_name_is_another_one(client):
    first = create(client, importedModelTags=tags(a="first"))
    client.delete_imported_model(modelIdentifier="model-1")
    second = create(client, "job-2", "model-1")
    assert get(client)["jobArn"] == second["jobArn"]
    assert get(client)["modelArn"] == second["importedModelArn"] != first["importedModelArn"]
    assert client.list_tags_for_resource(resourceARN=second["importedModelArn"])["tags"] == []
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        get(client, first["importedModelArn"])
