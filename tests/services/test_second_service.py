"""A second service is one more value in the list of services, and no other change."""

from __future__ import annotations

from contextlib import closing
from threading import Event

import boto3
import pytest
from botocore.exceptions import ClientError, EventStreamError

from bedrock_mock import mock_bedrock
from bedrock_mock.moto_bridge.backends import backends_of
from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.response import ServiceResponse
from bedrock_mock.resources.service import MockedService
from bedrock_mock.server import BedrockServer
from bedrock_mock.services import SERVICES
from bedrock_mock.services.bedrock_runtime.service import BEDROCK_RUNTIME
from support import ACCOUNT, REGION, in_process

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


class Models:
    """Answers with the body that it gets, and with a stream that waits after its first event."""

    def __init__(self):
        self.first_is_read = Event()

    @operation("InvokeModel")
    def invoke(self, request):
        kind = request.get("contentType", "application/octet-stream")
        return {
            "body": request["body"],
            "contentType": kind,
            "performanceConfigLatency": "optimized",
        }

    @operation("ConverseStream")
    def converse_stream(self, request):
        return {"stream": self.events(request["messages"][-1]["content"][0]["text"])}

    def events(self, text):
        for number, word in enumerate(text.split()):
            # If the stream were made as a whole, the client would never get the first one.
            assert number != 1 or self.first_is_read.wait(30)
            if word == "stop":
                yield ModelStreamErrorException("The stream broke.")
            yield "contentBlockDelta", {"delta": {"text": word}, "contentBlockIndex": 0}


class ModelStreamErrorException(ServiceError):
    pass


class TinyBackend(ServiceBackend):
    def __init__(self, region_name, account_id):
        super().__init__(region_name, account_id)
        self.conversations = Conversations()
        self.models = Models()
        self.compose()


class TinyResponse(ServiceResponse):
    pass


@pytest.fixture(autouse=True)
def tiny():
    service = MockedService("bedrock-runtime", "bedrockruntime", TinyBackend, TinyResponse)
    place = SERVICES.index(BEDROCK_RUNTIME)
    SERVICES[place] = service
    yield service
    SERVICES[place] = BEDROCK_RUNTIME


def runtime_of(server):
    return server.client("bedrock-runtime", REGION)


def said(client):
    return client.converse(**QUESTION)["output"]["message"]["content"]


def test_it_answers_in_the_process_beside_the_first():
    with mock_bedrock() as bedrock:
        client = boto3.client("bedrock-runtime", REGION)
        assert said(client) == [{"text": "Hi"}]
        assert bedrock.client(REGION).list_imported_models()["modelSummaries"] == []
        with pytest.raises(NotImplementedError, match="The operation ListAsyncInvokes is not"):
            client.list_async_invokes()


@pytest.fixture
def server(tiny):
    """In this process, which has the second service."""
    started = BedrockServer.in_thread()
    yield started
    started.stop()


def test_it_answers_over_http_beside_the_first(server):
    client = runtime_of(server)
    assert said(client) == [{"text": "Hi"}]
    with pytest.raises(ClientError, match="The operation ListAsyncInvokes is not implemented"):
        client.list_async_invokes()
    assert server.client(REGION).list_imported_models()["modelSummaries"] == []


@pytest.mark.parametrize("account_id", [None, "111122223333"])
def test_a_client_is_of_the_service_that_is_named(account_id):
    with mock_bedrock() as bedrock:
        client = bedrock.client("bedrock-runtime", region_name=REGION, account_id=account_id)
        assert said(client) == [{"text": "Hi"}]
        bedrock.client("bedrock", REGION).list_imported_models()
        bedrock.client(service_name="bedrock").list_imported_models()
        accounts = [call.account_id for call in bedrock.calls]
        assert accounts == [account_id or "123456789012", *["123456789012"] * 2]
        assert [call.service for call in bedrock.calls] == ["bedrock-runtime", *["bedrock"] * 2]


@pytest.mark.parametrize("arguments", [("s3",), ("bedrock-agent", REGION), (5,)])
def test_a_client_of_a_service_that_is_not_mocked_is_refused(arguments):
    message = "neither a region nor a service that is mocked, which are: bedrock, bedrock-runtime"
    with mock_bedrock() as bedrock:
        with pytest.raises(ValueError, match=message):
            bedrock.client(*arguments)
        with pytest.raises(ValueError, match=message):
            bedrock.client(service_name=arguments[0])


def test_its_calls_are_recorded_scripted_and_validated():
    with mock_bedrock() as bedrock:
        client = boto3.client("bedrock-runtime", REGION)
        bedrock.throttle("Converse")
        assert said(client) == [{"text": "Hi"}]
        calls = bedrock.calls.of("Converse").times(2, modelId="my.model-v1")
        assert {call.service for call in calls} == {"bedrock-runtime"}
        with pytest.raises(ClientError, match="1 validation error detected"):
            client.converse(modelId="not a model")


# --- payloads, headers and streams ----------------------------------------------------------


@pytest.fixture(params=["in the process", "over HTTP"])
def client(request, server):
    """A client of the second service, either way."""
    if request.param == "in the process":
        with mock_bedrock():
            yield boto3.client("bedrock-runtime", REGION)
    else:
        with closing(runtime_of(server)) as client:
            yield client


def test_a_blob_is_the_whole_body_and_members_stand_in_headers(client):
    body = bytes(range(256))
    answer = client.invoke_model(modelId="m.x", body=body, contentType="image/png")
    assert answer["body"].read() == body
    assert answer["contentType"] == "image/png"
    assert answer["performanceConfigLatency"] == "optimized"
    assert "serviceTier" not in answer


def test_the_first_event_is_there_before_the_second_is_made(client, tiny):
    models = backends_of(tiny)[ACCOUNT][REGION].models
    content = [{"text": "one two three"}]
    messages = [{"role": "user", "content": content}]
    answer = client.converse_stream(modelId="m.x", messages=messages)
    with closing(answer["stream"]) as stream:
        events = iter(stream)
        assert next(events)["contentBlockDelta"]["delta"] == {"text": "one"}
        models.first_is_read.set()
        assert [event["contentBlockDelta"]["delta"]["text"] for event in events] == ["two", "three"]


def test_an_error_ends_a_stream(client, tiny):
    backends_of(tiny)[ACCOUNT][REGION].models.first_is_read.set()
    messages = [{"role": "user", "content": [{"text": "one stop three"}]}]
    with closing(client.converse_stream(modelId="m.x", messages=messages)["stream"]) as stream:
        events = iter(stream)
        assert "contentBlockDelta" in next(events)
        with pytest.raises(EventStreamError, match=r"modelStreamErrorException.*The stream broke"):
            next(events)
