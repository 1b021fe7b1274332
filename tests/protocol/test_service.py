"""The compiled model where no implemented operation reaches: other types, other operations."""

from __future__ import annotations

import gc
import weakref

import pytest
import requests
from moto.core.authorization import enable_iam_authentication
from moto.moto_api import state_manager
from moto.moto_api._internal import mock_random

from bedrock_mock.protocol.errors import SerializationException, ValidationException
from bedrock_mock.protocol.service import Service
from support import IMPORT_CLOCK, import_job, in_process

SERVICE = Service("bedrock")


@pytest.mark.parametrize(("sent", "meant"), [("true", True), ("false", False)])
def test_a_boolean_in_a_query_is_a_word(sent, meant):
    operation = SERVICE.operation("ListCustomModels")
    assert operation.decode({}, f"isOwned={sent}", b"") == {"isOwned": meant}


def test_another_word_is_no_boolean():
    with pytest.raises(SerializationException, match="'yes' can not be converted to a Boolean"):
        SERVICE.operation("ListCustomModels").decode({}, "isOwned=yes", b"")


def test_a_bad_value_of_a_map_is_found_by_its_key():
    filters = {"equals": {"team": "not $ but ?"}}
    request = {
        "jobName": "job",
        "customModelName": "model",
        "roleArn": "arn:aws:iam::123456789012:role/r",
        "baseModelIdentifier": "amazon.titan-text-lite-v1",
        "trainingDataConfig": {
            "invocationLogsConfig": {
                "invocationLogSource": {"s3Uri": "s3://bucket/logs/"},
                "requestMetadataFilters": filters,
            }
        },
        "outputDataConfig": {"s3Uri": "s3://bucket/out/"},
    }
    operation = SERVICE.operation("CreateModelCustomizationJob")
    path = r"requestMetadataFilters\.equals\.team\.member' failed to satisfy constraint"
    with pytest.raises(ValidationException, match=path):
        operation.validate(request)
    filters["equals"]["team"] = "a $"
    operation.validate(request)


def test_every_operation_of_the_model_can_be_compiled_and_routed():
    for name in SERVICE.model.operation_names:
        operation = SERVICE.operation(name)
        http = SERVICE.model.operation_model(name).http
        path = http["requestUri"].partition("?")[0].replace("{", "").replace("}", "")
        assert SERVICE.route(http["method"], path)[0] == name
        assert SERVICE.knows(path)
        assert operation.status in (200, 201, 202, 204)


@in_process
def test_a_seed_that_is_set_again_gives_no_arn_twice(client):
    arns = []
    for number in range(3):
        mock_random.seed(42)
        created = client.create_model_import_job(**import_job(f"job-{number}", f"model-{number}"))
        arns.append(created["jobArn"])
    assert len(set(arns)) == 3
    assert len(client.list_imported_models()["modelSummaries"]) == 3


@in_process
def test_a_progression_that_moto_does_not_have_moves_nothing_on(client, monkeypatch):
    strange = {"progression": "strange"}
    monkeypatch.setitem(state_manager._transitions, IMPORT_CLOCK, strange)
    client.create_model_import_job(**import_job())
    assert client.get_model_import_job(jobIdentifier="job-1")["status"] == "InProgress"


@in_process
def test_with_authorisation_an_unsigned_request_is_refused(client):
    with enable_iam_authentication():
        answer = requests.get("https://bedrock.us-east-1.amazonaws.com/imported-models", timeout=5)
    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    assert answer.json()["message"].startswith("Missing Authentication Token")


@in_process
def test_what_is_deleted_is_not_kept_alive(client, bedrock_mock):
    client.create_model_import_job(**import_job())
    client.list_imported_models()
    (model,) = bedrock_mock.backend("us-east-1").imported_models.store
    kept = weakref.ref(model)
    del model
    client.delete_imported_model(modelIdentifier="model-1")
    gc.collect()
    assert kept() is None
