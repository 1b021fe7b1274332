"""Garbage for models: a body that breaks a family's form is refused, and nothing else happens."""

from __future__ import annotations

import json
from urllib.parse import quote

import families
import pytest
from botocore.eventstream import EventStreamBuffer
from fuzzing import JSON, RAW, VERBS, fuzzed, mutated, paths, paths_of, sending
from hypothesis import given

from bedrock_mock.services.bedrock_runtime.service import BEDROCK_RUNTIME
from support import import_job, in_process

pytestmark = [in_process, pytest.mark.long]

MODEL = BEDROCK_RUNTIME.protocol.model
#: The one that is not answered is refused at once, with any body.
PATHS = paths_of(MODEL)
NOVA = "amazon.nova-lite-v1:0"
CONVERSATION = {
    "messages": [
        {"role": "user", "content": [{"text": "Hello"}, {"cachePoint": {"type": "default"}}]},
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "x", "name": "f", "input": {"a": 1}}}],
        },
        {
            "role": "user",
            "content": [{"toolResult": {"toolUseId": "x", "content": [{"json": {"a": 1}}]}}],
        },
    ],
    "system": [{"text": "Be kind."}],
    "toolConfig": {
        "tools": [
            {
                "toolSpec": {
                    "name": "f",
                    "inputSchema": {
                        "json": {
                            "type": "object",
                            "properties": {"a": {"type": "integer", "minimum": 1}},
                            "required": ["a"],
                        }
                    },
                }
            }
        ],
        "toolChoice": {"tool": {"name": "f"}},
    },
    "inferenceConfig": {"maxTokens": 9, "stopSequences": ["."]},
}


@pytest.fixture
def send(server):
    with sending(server, MODEL) as send:
        yield send


@pytest.fixture
def path_of(server):
    """Gives the beginning of a model's paths; an imported one is made first."""

    def path_of(model):
        if model == families.IMPORTED:
            control = server.client(region_name="us-east-1")
            control.create_model_import_job(**import_job())
            model = control.list_imported_models()["modelSummaries"][0]["modelArn"]
        return f"/model/{quote(model, safe='')}"

    return path_of


def check_stream(content):
    """A stream ends as it should: what a request has wrong is said before it begins."""
    buffer = EventStreamBuffer()
    buffer.add_data(content)
    assert [each.headers[":message-type"] for each in buffer].count("exception") == 0


@fuzzed
@given(
    VERBS.filter(lambda verb: verb != "HEAD"),
    paths(PATHS),
    RAW | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_any_request_gets_an_answer(send, method, path, body):
    send(method, path, body)


@pytest.mark.parametrize("family", families.ALL, ids=lambda family: family.name)
def test_a_broken_body_is_answered_or_refused(send, path_of, family):
    path = path_of(family.model)
    bodies = mutated({**family.body("Hello"), **(family.more or {}), **(family.tools or {})})

    @fuzzed
    @given(RAW | bodies.map(lambda body: json.dumps(body).encode()))
    def check(body):
        status, answer = send("POST", f"{path}/invoke", body)
        assert status in (200, 400), answer
        streamed, content = send("POST", f"{path}/invoke-with-response-stream", body)
        if streamed == 200:
            check_stream(content)
        assert streamed == (status if family.piece else 400), (answer, content)

    check()


@fuzzed
@given(mutated(CONVERSATION))
def test_a_broken_conversation_is_answered_or_refused(send, conversation):
    body = json.dumps(conversation).encode()
    status, answer = send("POST", f"/model/{NOVA}/converse", body)
    assert status in (200, 400), answer
    streamed, content = send("POST", f"/model/{NOVA}/converse-stream", body)
    if streamed == 200:
        check_stream(content)
    assert streamed == status, (answer, content)
    counted, answer = send(
        "POST",
        "/model/anthropic.claude-3-haiku-20240307-v1:0/count-tokens",
        json.dumps({"input": {"converse": conversation}}).encode(),
    )
    assert counted in (200, 400), answer
