"""A second service is one more value in the list of services, and no other change."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from bedrock_mock import mock_bedrock
from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.response import ServiceResponse
from bedrock_mock.resources.service import MockedService
from bedrock_mock.server import BedrockServer
from bedrock_mock.services import SERVICES
from support import REGION, in_process

pytestmark = in_process

QUESTION = {"modelId": "my.model-v1", "messages": [{"role": "user", "content": [{"text": "Hi"}]}]}


class Conversations:
    """Answers with what the last message says."""

    @operation("Converse")
    def converse(self, request):
        content = request["messages"][-1]["content"]
        return {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
            "metrics": {"latencyMs": 0},
        }


class TinyBackend(ServiceBackend):
    def __init__(self, region_name, account_id):
        super().__init__(region_name, account_id)
        self.conversations = Conversations()
        self.compose()


class TinyResponse(ServiceResponse):
    pass


@pytest.fixture(autouse=True)
def _registered():
    SERVICES.append(MockedService("bedrock-runtime", "bedrockruntime", TinyBackend, TinyResponse))
    yield
    SERVICES.pop()


def said(client):
    return client.converse(**QUESTION)["output"]["message"]["content"]


def test_it_answers_in_the_process_beside_the_first():
    with mock_bedrock() as bedrock:
        client = boto3.client("bedrock-runtime", REGION)
        assert said(client) == [{"text": "Hi"}]
        assert bedrock.client(REGION).list_imported_models()["modelSummaries"] == []
        with pytest.raises(NotImplementedError, match="The operation CountTokens is not"):
            client.count_tokens(modelId="m", input={"converse": {}})


@pytest.fixture
def server(_registered):
    """In this process, which has the second service."""
    started = BedrockServer.in_thread()
    yield started
    started.stop()


def test_it_answers_over_http_beside_the_first(server):
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("bedrock-runtime", REGION, endpoint_url=server.endpoint_url, **keys)
    assert said(client) == [{"text": "Hi"}]
    with pytest.raises(ClientError, match="The operation CountTokens is not implemented"):
        client.count_tokens(modelId="m", input={"converse": {}})
    assert server.client(REGION).list_imported_models()["modelSummaries"] == []


def test_its_calls_are_recorded_scripted_and_validated():
    with mock_bedrock() as bedrock:
        client = boto3.client("bedrock-runtime", REGION)
        bedrock.throttle("Converse")
        assert said(client) == [{"text": "Hi"}]
        calls = bedrock.calls.of("Converse").times(2, modelId="my.model-v1")
        assert {call.service for call in calls} == {"bedrock-runtime"}
        with pytest.raises(ClientError, match="1 validation error detected"):
            client.converse(modelId="not a model")
