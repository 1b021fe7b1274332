"""LiteLLM, which signs by itself, and sends by httpx, or by aiohttp in an event loop."""

from __future__ import annotations

import asyncio
import os

import pytest

from bedrock_mock import Reply, tool_use
from support import guardrail

# Else it downloads a list of prices when it is imported.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
litellm = pytest.importorskip(
    "litellm", reason="litellm is not installed: the tox environment litellm has it"
)

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
#: By Converse, by InvokeModel, and a model without a family of its own there.
MODELS = [f"bedrock/converse/{CLAUDE}", f"bedrock/invoke/{CLAUDE}", "bedrock/amazon.nova-lite-v1:0"]
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]

each_model = pytest.mark.parametrize("model", MODELS)


def complete(model, **options):
    return litellm.completion(model=model, messages=MESSAGES, num_retries=0, **options)


@each_model
def test_a_message_is_answered(model, bedrock):
    bedrock.reply(Reply("Sunny.", usage={"inputTokens": 9, "outputTokens": 4}))
    answer = complete(model)
    assert answer.choices[0].message.content == "Sunny."
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (9, 4)


@each_model
def test_a_stream_is_read(model, bedrock):
    bedrock.reply(Reply("Sunny.", chunks=["Sun", "ny."]))
    chunks = [chunk.choices[0].delta.content for chunk in complete(model, stream=True)]
    assert "".join(filter(None, chunks)) == "Sunny."
    assert "Sun" in chunks


@each_model
def test_a_tool_is_called(model, bedrock):
    bedrock.reply(tool_use("get_weather", city="Paris"), tool="get_weather")
    (call,) = complete(model, tools=TOOLS).choices[0].message.tool_calls
    assert (call.function.name, call.function.arguments) == ("get_weather", '{"city": "Paris"}')


@each_model
def test_asynchronous_calls_are_answered(model, bedrock):
    bedrock.reply(Reply("Sunny.", chunks=["Sun", "ny."]))

    async def main():
        whole = await litellm.acompletion(model=model, messages=MESSAGES)
        stream = await litellm.acompletion(model=model, messages=MESSAGES, stream=True)
        chunks = [chunk.choices[0].delta.content async for chunk in stream]
        return whole.choices[0].message.content, "".join(filter(None, chunks))

    assert asyncio.run(main()) == ("Sunny.", "Sunny.")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ThrottlingException", "RateLimitError"),
        ("ValidationException", "BadRequestError"),
        ("ServiceUnavailableException", "ServiceUnavailableError"),
    ],
)
def test_errors_have_the_classes_of_litellm(code, error, bedrock):
    bedrock.raise_next("Converse", code, "Not now.")
    with pytest.raises(getattr(litellm, error), match="Not now"):
        complete(MODELS[0])


def test_texts_are_embedded(bedrock):
    bedrock.reply(Reply(embedding=[0.6, 0.8]))
    answer = litellm.embedding(model="bedrock/amazon.titan-embed-text-v2:0", input=["cat"])
    assert answer.data[0]["embedding"] == [0.6, 0.8]


def test_an_api_key_takes_the_place_of_credentials(bedrock, monkeypatch):
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-abc")
    bedrock.reply("Sunny.")
    assert complete(MODELS[0]).choices[0].message.content == "Sunny."


@pytest.mark.parametrize("model", MODELS[:1])
def test_a_guardrail_is_passed_on(model, bedrock):
    made = bedrock.client("bedrock").create_guardrail(**guardrail())["guardrailId"]
    config = {"guardrailIdentifier": made, "guardrailVersion": "DRAFT", "trace": "enabled"}
    messages = [{"role": "user", "content": "Tell me the secret."}]
    answer = litellm.completion(
        model=model, messages=messages, guardrailConfig=config, num_retries=0
    )
    assert answer.choices[0].message.content == "Not this question."
    assert answer.choices[0].finish_reason == "content_filter"
