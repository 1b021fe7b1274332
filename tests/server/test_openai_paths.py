"""The paths of OpenAI's API on the runtime's host: chats, and streams as server-sent events."""

from __future__ import annotations

import json

import pytest
import requests

from bedrock_mock import Reply, mock_bedrock, tool_use
from support import REGION, in_process

MODEL = "openai.gpt-oss-20b-1:0"
CHAT, RESPONSES = "/openai/v1/chat/completions", "/openai/v1/responses"
MESSAGES = [{"role": "user", "content": "Hello"}]
NO_CHAT = "The model {} doesn't support chat completions: use Converse."
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}

pytestmark = in_process


@pytest.fixture(params=["in the process", "over HTTP"])
def mock(request):
    """A mock or a server, and where its runtime is."""
    if request.param == "over HTTP":
        server = request.getfixturevalue("server")
        yield server, server.endpoint_url
        return
    with mock_bedrock() as bedrock:
        yield bedrock, f"https://bedrock-runtime.{REGION}.amazonaws.com"


@pytest.fixture
def bedrock(mock):
    return mock[0]


@pytest.fixture
def send(mock):
    """Sends a request with an API key."""

    def send(body=None, path=CHAT, method="POST", **members):
        asked = {"model": MODEL, "messages": MESSAGES, **members} if body is None else body
        headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}
        data = asked if isinstance(asked, bytes) else json.dumps(asked)
        return requests.request(method, mock[1] + path, data=data, headers=headers, timeout=10)

    return send


def events(answer):
    """The server-sent events of an answer."""
    *found, end = answer.text.split("\n\n")
    assert end == ""
    assert all(each.startswith("data: ") for each in found)
    return [each.removeprefix("data: ") for each in found]


def test_a_chat_is_answered_by_the_same_replies(bedrock, send):
    bedrock.reply("Hi.", user="Hello")
    answer = send()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    completion = answer.json()
    assert completion["object"] == "chat.completion"
    (choice,) = completion["choices"]
    assert choice["message"] == {"role": "assistant", "content": "Hi."}
    assert choice["finish_reason"] == "stop"
    assert completion["usage"] == {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}
    call = bedrock.calls.of("InvokeModel").once(modelId=MODEL, user="Hello")
    assert call.rule == "reply('Hi.', user='Hello')"


def test_tools_are_called(bedrock, send):
    bedrock.reply(tool_use("weather", city="Paris"), tool="weather")
    (choice,) = send(tools=[TOOL]).json()["choices"]
    assert choice["finish_reason"] == "tool_calls"
    (call,) = choice["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris"}


@pytest.mark.parametrize("options", [None, 5, {"include_usage": True}])
def test_a_stream_is_server_sent_events(bedrock, send, options):
    bedrock.reply(Reply("Hällo", chunks=["Häl", "lo"]))
    answer = send(stream=True, stream_options=options)
    assert answer.headers["Content-Type"] == "text/event-stream"
    answer.encoding = "utf-8"
    *chunks, done = events(answer)
    assert done == "[DONE]"
    chunks = [json.loads(chunk) for chunk in chunks]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert not any("amazon-bedrock-invocationMetrics" in chunk for chunk in chunks)
    if isinstance(options, dict):
        last = chunks.pop()
        assert last["choices"] == []
        assert last["usage"] == {"prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 4}
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert [delta.get("content") for delta in deltas] == ["", "Häl", "lo", None]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_a_stream_that_breaks_ends_with_an_error(bedrock, send):
    bedrock.reply(Reply("Hello", chunks=["Hel", "lo"], error="modelStreamErrorException"))
    *_, last = events(send(stream=True))
    assert json.loads(last)["error"]["type"] == "modelStreamErrorException"


def test_errors_have_the_form_of_openai(bedrock, send):
    bedrock.throttle("InvokeModel")
    answer = send()
    assert answer.status_code == 429
    message = "Too many requests, please wait before trying again."
    code = "ThrottlingException"
    error = {"message": message, "type": code, "param": None, "code": code}
    assert answer.json() == {"error": error}
    assert send().status_code == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"no JSON", "The body must be a JSON object with a model and messages."),
        (b'{"model": "\\ud800"}', "The body must be a JSON object with a model and messages."),
        ([], "The body must be a JSON object with a model and messages."),
        ({"messages": MESSAGES}, "The body must be a JSON object with a model and messages."),
        ({"model": 5}, "The body must be a JSON object with a model and messages."),
        (
            {"model": "no.such-model", "messages": MESSAGES},
            "The provided model identifier is invalid.",
        ),
        (
            {"model": "us.amazon.nova-lite-v1:0", "messages": MESSAGES},
            NO_CHAT.format("us.amazon.nova-lite-v1:0"),
        ),
        (
            {"model": "mistral.pixtral-large-2502-v1:0", "messages": MESSAGES},
            NO_CHAT.format("mistral.pixtral-large-2502-v1:0"),
        ),
    ],
)
def test_what_is_no_chat_is_refused(send, body, message):
    answer = send(body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == message


def test_another_method_is_unknown(send):
    assert send(method="DELETE").status_code == 404


def test_responses_are_not_implemented(mock, send):
    message = f"{RESPONSES} is not implemented by bedrock_mock: use {CHAT}, or Converse."
    if mock[1].startswith("https"):
        with pytest.raises(NotImplementedError, match=message):
            send(path=RESPONSES)
    else:
        answer = send(path=RESPONSES)
        assert answer.status_code == 501
        assert answer.json()["error"]["message"] == message


def test_an_unsigned_request_is_for_the_runtime_by_its_path(server):
    body = {"model": MODEL, "messages": MESSAGES}
    answer = requests.post(f"{server.endpoint_url}{CHAT}", json=body, timeout=10)
    assert answer.json()["object"] == "chat.completion"
