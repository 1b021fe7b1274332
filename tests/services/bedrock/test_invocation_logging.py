"""Model invocation logging: one configuration for each account and region."""

from __future__ import annotations

import pytest

from support import ACCOUNT, OTHER, ROLE, body, refused, role_of, wire_answers

BUCKET = {"bucketName": "my-bucket", "keyPrefix": "logs"}
CLOUD_WATCH = {"logGroupName": "/bedrock/invocations", "roleArn": ROLE}
EVERYTHING = {
    "cloudWatchConfig": {**CLOUD_WATCH, "largeDataDeliveryS3Config": BUCKET},
    "s3Config": BUCKET,
    "textDataDeliveryEnabled": True,
    "imageDataDeliveryEnabled": False,
    "embeddingDataDeliveryEnabled": True,
    "videoDataDeliveryEnabled": False,
}


def put(client, config):
    return client.put_model_invocation_logging_configuration(loggingConfig=config)


def get(client):
    return body(client.get_model_invocation_logging_configuration())


@pytest.mark.parametrize("config", [EVERYTHING, {"s3Config": BUCKET}, {}])
def test_the_configuration_comes_back_as_it_was_put(client, config):
    answers = wire_answers(client)
    assert put(client, config)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answers == [{}]
    assert get(client) == {"loggingConfig": config}


def test_a_second_configuration_replaces_the_whole_first(client):
    put(client, EVERYTHING)
    put(client, {"s3Config": BUCKET})
    assert get(client) == {"loggingConfig": {"s3Config": BUCKET}}


def test_where_there_is_no_configuration_there_is_no_member(client):
    assert get(client) == {}
    put(client, EVERYTHING)
    for _ in range(2):
        deleted = client.delete_model_invocation_logging_configuration()
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert body(deleted) == {}
        assert get(client) == {}


def test_each_account_and_region_has_its_own(client, bedrock_mock):
    put(client, EVERYTHING)
    others = [
        bedrock_mock.client(region_name="eu-west-1"),
        bedrock_mock.client(region_name="us-east-1", account_id=OTHER),
    ]
    assert [get(other) for other in others] == [{}, {}]
    put(others[1], {"cloudWatchConfig": {**CLOUD_WATCH, "roleArn": role_of(OTHER)}})
    assert get(client) == {"loggingConfig": EVERYTHING}


@pytest.mark.parametrize(
    ("config", "code", "status"),
    [
        (
            {"cloudWatchConfig": {**CLOUD_WATCH, "roleArn": role_of(OTHER)}},
            "AccessDeniedException",
            403,
        ),
        ({"cloudWatchConfig": {**CLOUD_WATCH, "roleArn": "me"}}, "ValidationException", 400),
        ({"s3Config": {"bucketName": "b" * 64}}, "ValidationException", 400),
        (
            {"cloudWatchConfig": {"logGroupName": "l" * 513, "roleArn": role_of(ACCOUNT)}},
            "ValidationException",
            400,
        ),
    ],
)
def test_what_is_refused_leaves_the_configuration_as_it_is(client, config, code, status):
    put(client, EVERYTHING)
    with refused(code, status):
        put(client, config)
    assert get(client) == {"loggingConfig": EVERYTHING}
