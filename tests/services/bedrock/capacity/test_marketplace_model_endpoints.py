"""Marketplace model endpoints, and the endpoints of SageMaker that they are."""

from __future__ import annotations

import boto3
import pytest
from kinds import KINDS, snapshot

from support import (
    ACCOUNT,
    ENDPOINT_CLOCK,
    FOREIGN_ROLE,
    MODEL_SOURCE,
    NEVER,
    OTHER,
    REGION,
    ROLE,
    body,
    endpoint_config,
    in_process,
    marketplace_endpoint,
    refused,
    role_of,
    tags,
)

ENDPOINTS = KINDS["endpoint"]
ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/endpoint-1"
NOT_FOUND = "The provided marketplace model endpoint was not found."
OTHER_SOURCE = MODEL_SOURCE.replace("zephyr", "falcon")
STRICT = pytest.mark.bedrock_mock(config={"bedrock": {"references": "strict"}})


@pytest.fixture
def sagemaker(bedrock_mock):
    """A client of moto's SageMaker."""
    return boto3.client("sagemaker", region_name=REGION)


def create(client, *args, **members):
    answer = client.create_marketplace_model_endpoint(**marketplace_endpoint(*args, **members))
    return answer["marketplaceModelEndpoint"]


def get(client, arn=ARN):
    return ENDPOINTS.look(client, arn)


def update(client, **members):
    answer = client.update_marketplace_model_endpoint(
        endpointArn=ARN, endpointConfig=endpoint_config(initialInstanceCount=2), **members
    )
    return answer["marketplaceModelEndpoint"]


def register(client, arn=ARN, source=MODEL_SOURCE):
    answer = client.register_marketplace_model_endpoint(
        endpointIdentifier=arn, modelSourceIdentifier=source
    )
    return answer["marketplaceModelEndpoint"]


def host(sagemaker, name="endpoint-1", **variant):
    """Makes an endpoint in SageMaker."""
    sagemaker.create_model(ModelName="model", ExecutionRoleArn=ROLE)
    variant = {"VariantName": "all", "ModelName": "model", **variant}
    sagemaker.create_endpoint_config(EndpointConfigName="config", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="config")
    return sagemaker.describe_endpoint(EndpointName=name)["EndpointArn"]


INSTANCES = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 3}


def described(sagemaker):
    found = sagemaker.describe_endpoint(EndpointName="endpoint-1")
    (variant,) = found["ProductionVariants"]
    return found["EndpointStatus"], variant["CurrentInstanceCount"]


# --- creation ---------------------------------------------------------------------------


def test_it_has_what_it_was_created_with(client):
    created = create(client, acceptEula=True)
    assert created == {
        "endpointArn": ARN,
        "modelSourceIdentifier": MODEL_SOURCE,
        "status": "REGISTERED",
        "createdAt": created["createdAt"],
        "updatedAt": created["updatedAt"],
        "endpointConfig": endpoint_config(),
        "endpointStatus": "InService",
    }
    assert get(client) == created
    del created["endpointConfig"], created["endpointStatus"]
    assert ENDPOINTS.items(client) == [created]


def test_sagemaker_has_it_with_its_tags(client, sagemaker):
    create(client, tags=tags(team="red"))
    assert described(sagemaker) == ("InService", 1)
    assert sagemaker.list_tags(ResourceArn=ARN)["Tags"] == [{"Key": "team", "Value": "red"}]
    config = sagemaker.describe_endpoint_config(EndpointConfigName="endpoint-1")
    assert config["ProductionVariants"][0]["InstanceType"] == "ml.g5.2xlarge"


def test_sagemaker_sees_its_status(client, bedrock_mock, sagemaker):
    bedrock_mock.set_transition(ENDPOINT_CLOCK, NEVER)
    assert create(client)["endpointStatus"] == "Creating"
    assert described(sagemaker) == ("Creating", 1)
    bedrock_mock.complete("endpoint-1")
    assert described(sagemaker) == ("InService", 1)


def test_a_repeated_token_of_a_creation_answers_as_before(client):
    created = create(client, clientRequestToken="token-1")
    assert create(client, clientRequestToken="token-1") == created
    assert ENDPOINTS.items(client) == [
        {name: each for name, each in created.items() if not name.startswith("endpoint")}
        | {"endpointArn": ARN}
    ]


def test_a_failed_one_says_why(client, bedrock_mock, sagemaker):
    bedrock_mock.fail_next(ENDPOINT_CLOCK, "No instances.")
    created = create(client)
    assert (created["endpointStatus"], created["endpointStatusMessage"]) == (
        "Failed",
        "No instances.",
    )
    assert (
        sagemaker.describe_endpoint(EndpointName="endpoint-1")["FailureReason"] == "No instances."
    )


def test_a_name_is_taken_once(client):
    create(client)
    before = snapshot(client)
    with refused("ConflictException", 400):
        create(client)
    assert snapshot(client) == before


def test_a_name_that_sagemaker_has_is_taken(client, sagemaker):
    host(sagemaker, **INSTANCES)
    with refused("ConflictException", 400):
        create(client)


def test_a_name_is_taken_until_the_endpoint_is_deleted_here_too(client, sagemaker):
    create(client)
    sagemaker.delete_endpoint(EndpointName="endpoint-1")
    with refused("ConflictException", 400):
        create(client)
    client.delete_marketplace_model_endpoint(endpointArn=ARN)
    create(client)


@pytest.mark.parametrize("name", ["-", "a/b", "a b", "a-"])
def test_a_name_that_sagemaker_does_not_take_is_refused(client, name):
    with refused("ValidationException", 400):
        create(client, name)
    assert ENDPOINTS.items(client) == []


def test_a_role_of_another_account_is_refused(client):
    with refused("AccessDeniedException", 403, FOREIGN_ROLE):
        create(client, endpointConfig=endpoint_config(role_of(OTHER)))


@STRICT
@in_process
@pytest.mark.parametrize(
    "members",
    [
        {},
        {"vpc": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}},
        {"kmsEncryptionKey": "alias/none"},
    ],
)
def test_what_it_refers_to_must_be_there_where_references_are_strict(client, members):
    iam = boto3.client("iam", region_name=REGION)
    if members:
        iam.create_role(RoleName="BedrockRole", AssumeRolePolicyDocument="{}")
    with refused("ValidationException", 400):
        create(client, endpointConfig=endpoint_config(**members))
    assert ENDPOINTS.items(client) == []


def test_too_many_tags_make_nothing(client, sagemaker):
    many = [{"key": f"key-{number}", "value": ""} for number in range(51)]
    with refused("ValidationException", 400):
        create(client, tags=many)
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_lists_are_filtered_by_model_source(client):
    create(client)
    create(client, "endpoint-2", modelSourceIdentifier=OTHER_SOURCE)
    found = ENDPOINTS.items(client, modelSourceEquals=OTHER_SOURCE)
    assert [item["modelSourceIdentifier"] for item in found] == [OTHER_SOURCE]


# --- updates ----------------------------------------------------------------------------


def test_an_update_replaces_the_configuration(client, bedrock_mock, sagemaker):
    create(client, tags=tags(a="b"))
    bedrock_mock.set_transition(ENDPOINT_CLOCK, NEVER)
    updated = update(client)
    assert updated["endpointStatus"] == "Updating"
    assert updated["endpointConfig"] == endpoint_config(initialInstanceCount=2)
    assert described(sagemaker) == ("Updating", 2)
    with refused("ConflictException", 400):
        update(client)
    bedrock_mock.complete("endpoint-1")
    assert get(client)["endpointStatus"] == "InService"
    assert described(sagemaker) == ("InService", 2)
    assert sagemaker.list_tags(ResourceArn=ARN)["Tags"] == [{"Key": "a", "Value": "b"}]


def test_an_update_that_fails_says_why(client, bedrock_mock, sagemaker):
    create(client)
    bedrock_mock.fail_next(ENDPOINT_CLOCK, "No instances.", job="endpoint-1")
    updated = update(client)
    assert (updated["endpointStatus"], updated["endpointStatusMessage"]) == (
        "Failed",
        "No instances.",
    )
    assert described(sagemaker) == ("Failed", 2)
    updated = update(client)
    assert updated["endpointStatus"] == "InService"
    assert "endpointStatusMessage" not in updated


def test_a_repeated_token_of_an_update_changes_nothing(client):
    create(client)
    first = update(client, clientRequestToken="token-1")
    client.update_marketplace_model_endpoint(endpointArn=ARN, endpointConfig=endpoint_config())
    assert update(client, clientRequestToken="token-1") == first
    assert get(client)["endpointConfig"] == endpoint_config()


def test_what_is_not_there_is_not_updated(client):
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        update(client)


# --- deletion ---------------------------------------------------------------------------


def test_deletion_deletes_it_in_sagemaker(client, sagemaker):
    create(client)
    answer = client.delete_marketplace_model_endpoint(endpointArn=ARN)
    assert body(answer) == {}
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_one_that_was_deleted_in_sagemaker_is_incompatible(client, bedrock_mock, sagemaker):
    bedrock_mock.set_transition(ENDPOINT_CLOCK, NEVER)
    create(client)
    sagemaker.delete_endpoint(EndpointName="endpoint-1")
    bedrock_mock.complete("endpoint-1")
    got = get(client)
    assert (got["status"], got["endpointStatus"]) == ("INCOMPATIBLE_ENDPOINT", "Failed")
    assert "SageMaker" in got["statusMessage"]
    client.delete_marketplace_model_endpoint(endpointArn=ARN)
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        get(client)


# --- registration -----------------------------------------------------------------------


def test_an_endpoint_of_sagemaker_is_registered(client, sagemaker):
    arn = host(sagemaker, **INSTANCES)
    registered = register(client, arn)
    config = {"initialInstanceCount": 3, "instanceType": "ml.m5.large", "executionRole": ROLE}
    assert registered["endpointConfig"] == {"sageMaker": config}
    assert (registered["status"], registered["endpointStatus"]) == ("REGISTERED", "InService")
    assert get(client, arn) == registered


def test_one_that_is_let_go_stays_in_sagemaker_and_can_come_back(client, sagemaker):
    created = create(client)
    answer = client.deregister_marketplace_model_endpoint(endpointArn=ARN)
    assert body(answer) == {}
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        get(client)
    assert described(sagemaker) == ("InService", 1)
    assert register(client)["endpointConfig"] == created["endpointConfig"]


def test_one_that_was_let_go_while_it_was_created_goes_on(client, bedrock_mock, sagemaker):
    bedrock_mock.set_transition(ENDPOINT_CLOCK, NEVER)
    create(client)
    client.deregister_marketplace_model_endpoint(endpointArn=ARN)
    assert register(client)["endpointStatus"] == "Creating"
    bedrock_mock.complete("endpoint-1")
    assert get(client)["endpointStatus"] == "InService"
    assert described(sagemaker) == ("InService", 1)


def test_one_that_is_registered_gets_the_new_model_source(client):
    created = create(client)
    assert register(client, source=OTHER_SOURCE) == {
        **created,
        "modelSourceIdentifier": OTHER_SOURCE,
    }
    assert len(ENDPOINTS.items(client)) == 1


def test_what_sagemaker_does_not_have_is_not_registered(client, sagemaker):
    host(sagemaker, **INSTANCES)
    for arn in (f"{ARN}0", ARN.replace(REGION, "us-west-2"), "endpoint-1"):
        with refused("ResourceNotFoundException", 404):
            register(client, arn)
    assert ENDPOINTS.items(client) == []


def test_without_instances_there_is_nothing_to_register(client, sagemaker):
    arn = host(sagemaker, ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1})
    with refused("ValidationException", 400):
        register(client, arn)


@pytest.mark.parametrize("part", ["model", "endpoint_config"])
def test_what_has_lost_its_parts_is_not_registered(client, sagemaker, part):
    arn = host(sagemaker, **INSTANCES)
    if part == "model":
        sagemaker.delete_model(ModelName="model")
    else:
        sagemaker.delete_endpoint_config(EndpointConfigName="config")
    message = (
        "The endpoint 'endpoint-1' cannot be registered: it needs instances, and a configuration "
        "and a model that are still there."
    )
    with refused("ValidationException", 400, message):
        register(client, arn)
    assert ENDPOINTS.items(client) == []


def test_what_is_not_registered_is_not_let_go(client):
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        client.deregister_marketplace_model_endpoint(endpointArn=ARN)
