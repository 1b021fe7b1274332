"""The enforced guardrail: one configuration for an account and region."""

from __future__ import annotations

import pytest
import requests

from support import ACCOUNT, REGION, body, guardrail, in_process, refused


@pytest.fixture
def client(client):
    if "PutEnforcedGuardrailConfiguration" not in client.meta.service_model.operation_names:
        pytest.skip("needs a newer service model")
    return client


@pytest.fixture
def made(client):
    """The id of a guardrail that has a version 1."""
    made = client.create_guardrail(**guardrail())["guardrailId"]
    client.create_guardrail_version(guardrailIdentifier=made)
    return made


def put(client, identifier, version="1", config_id=None, **config):
    more = {} if config_id is None else {"configId": config_id}
    config |= {"guardrailIdentifier": identifier, "guardrailVersion": version}
    return body(
        client.put_enforced_guardrail_configuration(guardrailInferenceConfig=config, **more)
    )


def configs(client):
    pages = client.get_paginator("list_enforced_guardrails_configuration").paginate()
    return [each for page in pages for each in page["guardrailsConfig"]]


def test_what_was_put_is_listed_flat(client, made):
    assert configs(client) == []
    scope = {"includedModels": ["ALL"], "excludedModels": ["amazon.nova-lite-v1:0"]}
    guarding = {"system": "SELECTIVE", "messages": "COMPREHENSIVE"}
    answer = put(client, made, modelEnforcement=scope, selectiveContentGuarding=guarding)
    assert answer.keys() == {"configId", "updatedAt", "updatedBy"}
    (config,) = configs(client)
    assert config.pop("createdAt") <= config["updatedAt"]
    assert config == {
        **answer,
        "guardrailArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{made}",
        "guardrailId": made,
        "guardrailVersion": "1",
        "inputTags": "HONOR",
        "selectiveContentGuarding": guarding,
        "modelEnforcement": scope,
        "createdBy": f"arn:aws:sts::{ACCOUNT}:user/moto",
        "owner": "ACCOUNT",
    }


@in_process
def test_the_tags_of_older_clients_are_ignored(client, made):
    config = {"guardrailIdentifier": made, "guardrailVersion": "1", "inputTags": "IGNORE"}
    url = f"https://bedrock.{REGION}.amazonaws.com/enforcedGuardrailsConfiguration"
    answer = requests.put(url, json={"guardrailInferenceConfig": config}, timeout=10)
    assert answer.status_code == 200
    assert configs(client)[0]["inputTags"] == "HONOR"


def test_it_is_changed_by_its_id_only(client, made):
    first = put(client, made)
    with refused("ConflictException", 400) as caught:
        put(client, made)
    assert first["configId"] in str(caught.value)
    with refused("ResourceNotFoundException", 404):
        put(client, made, config_id="other")
    client.create_guardrail_version(guardrailIdentifier=made)
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{made}"
    second = put(client, arn, "2", config_id=first["configId"])
    assert second["configId"] == first["configId"]
    (config,) = configs(client)
    assert config["guardrailVersion"] == "2"
    assert "modelEnforcement" not in config


@pytest.mark.parametrize("version", ["2", "DRAFT"])
def test_the_version_must_be_there_and_a_number(client, made, version):
    code, status = ("ResourceNotFoundException", 404)
    if version == "DRAFT":
        code, status = "ValidationException", 400
    with refused(code, status):
        put(client, made, version)
    assert configs(client) == []


def test_an_unknown_guardrail_is_refused(client):
    with refused("ResourceNotFoundException", 404, "The provided guardrail was not found."):
        put(client, "abcdefghijkl")


def test_a_guardrail_that_reasons_cannot_be_enforced(client):
    policy = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:automated-reasoning-policy/abc123def456"
    made = client.create_guardrail(
        **guardrail(
            automatedReasoningPolicyConfig={"policies": [policy]},
            crossRegionConfig={"guardrailProfileIdentifier": "us.guardrail.v1:0"},
        )
    )["guardrailId"]
    client.create_guardrail_version(guardrailIdentifier=made)
    with refused("ValidationException", 400):
        put(client, made)


def test_a_deleted_configuration_is_gone(client, made):
    config_id = put(client, made)["configId"]
    with refused("ResourceNotFoundException", 404):
        client.delete_enforced_guardrail_configuration(configId="other")
    client.delete_enforced_guardrail_configuration(configId=config_id)
    assert configs(client) == []
    with refused("ResourceNotFoundException", 404):
        client.delete_enforced_guardrail_configuration(configId=config_id)


def test_an_enforced_guardrail_cannot_be_deleted(client, made):
    client.create_guardrail_version(guardrailIdentifier=made)
    config_id = put(client, made)["configId"]
    for version in ({}, {"guardrailVersion": "1"}):
        with refused("ResourceInUseException", 400):
            client.delete_guardrail(guardrailIdentifier=made, **version)
    client.delete_guardrail(guardrailIdentifier=made, guardrailVersion="2")
    client.delete_enforced_guardrail_configuration(configId=config_id)
    client.delete_guardrail(guardrailIdentifier=made)


def test_a_guardrail_that_is_being_deleted_is_not_enforced(client, bedrock_mock, made):
    bedrock_mock.freeze("bedrock::guardrail")
    client.delete_guardrail(guardrailIdentifier=made)
    with refused("ConflictException", 400) as caught:
        put(client, made)
    assert "is being deleted" in str(caught.value)
    assert configs(client) == []
