"""CountTokens, through boto3."""

from __future__ import annotations

import json

import pytest

from support import in_process, refused

pytestmark = in_process

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
NO_COUNT = "The provided model doesn't support counting tokens."
CONVERSATION = {
    "messages": [{"role": "user", "content": [{"text": "Hello, world!"}]}],
    "system": [{"text": "Be brief."}],
}
BODY = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 10,
    "messages": [{"role": "user", "content": "Hello, world!"}],
    "system": "Be brief.",
}


@pytest.fixture
def counted(runtime):
    if not hasattr(runtime, "count_tokens"):
        pytest.skip("the installed botocore cannot count tokens")

    def counted(model=CLAUDE, **asked):
        return runtime.count_tokens(modelId=model, input=asked)["inputTokens"]

    return counted


def test_a_conversation_counts_as_its_usage_says(counted, runtime):
    answer = runtime.converse(modelId=CLAUDE, **CONVERSATION)
    assert counted(converse=CONVERSATION) == answer["usage"]["inputTokens"] == 7


def test_a_body_counts_as_its_usage_says(counted, runtime):
    answer = runtime.invoke_model(modelId=CLAUDE, body=json.dumps(BODY))
    usage = json.loads(answer["body"].read())["usage"]
    assert counted(invokeModel={"body": json.dumps(BODY)}) == usage["input_tokens"] == 7


@pytest.mark.parametrize(
    "model", ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-lite-v1:0"]
)
def test_profiles_and_other_families_cannot_count(counted, model):
    with refused("ValidationException", 400, NO_COUNT):
        counted(model, converse=CONVERSATION)


def test_a_model_that_only_profiles_serve_counts_by_its_own_id(counted):
    model = "anthropic.claude-sonnet-4-5-20250929-v1:0"
    assert counted(model, converse=CONVERSATION) == 7
    assert counted(model, invokeModel={"body": json.dumps(BODY)}) == 7


@pytest.mark.parametrize("model", [CLAUDE, "anthropic.claude-sonnet-4-5-20250929-v1:0"])
def test_a_model_counts_by_its_arn(counted, model):
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{model}"
    assert counted(arn, converse=CONVERSATION) == 7


def test_a_body_that_cannot_be_written_again_is_refused(counted):
    message = "Malformed input request, please reformat your input and try again."
    with refused("ValidationException", 400, message):
        counted(invokeModel={"body": b'{"messages": "\\ud800"}'})


@pytest.mark.parametrize(
    "model", ["us.does-not-exist-v1:0", "arn:aws:bedrock:us-east-1:123456789012:imported-model/a"]
)
def test_an_unknown_model_cannot_count(counted, model):
    with refused("ValidationException", 400, "The provided model identifier is invalid."):
        counted(model, converse=CONVERSATION)


def test_a_body_that_breaks_the_schema_is_refused(counted):
    faults = (
        "#: required key [max_tokens] not found#: required key [anthropic_version] not found"
        "#: required key [messages] not found"
    )
    message = f"Malformed input request: {faults}, please reformat your input and try again."
    with refused("ValidationException", 400, message):
        counted(invokeModel={"body": b"{}"})


def test_counting_asks_no_model(counted, reply, bedrock):
    reply("once", is_once=True)
    counted(converse=CONVERSATION)
    assert len(bedrock.unused()) == 1
