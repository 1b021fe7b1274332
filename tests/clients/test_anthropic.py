"""Anthropic's SDK, which signs by itself and sends by httpx."""

from __future__ import annotations

import asyncio

import pytest

from bedrock_mock import Reply, reasoning, tool_use

anthropic = pytest.importorskip(
    "anthropic", reason="anthropic is not installed: the tox environment anthropic has it"
)

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]
TOOLS = [
    {
        "name": "get_weather",
        "description": "The weather of a city.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
]
ASKED = {"model": MODEL, "max_tokens": 100, "messages": MESSAGES}


@pytest.fixture
def client(bedrock):
    with anthropic.AnthropicBedrock(max_retries=0) as client:
        yield client


def in_an_event_loop(story):
    async def main():
        async with anthropic.AsyncAnthropicBedrock(max_retries=0) as client:
            return await story(client)

    return asyncio.run(main())


def test_a_message_is_answered(bedrock, client):
    bedrock.reply(Reply("Sunny.", usage={"inputTokens": 9, "outputTokens": 4}))
    message = client.messages.create(**ASKED)
    assert message.content[0].text == "Sunny."
    assert (message.stop_reason, message.role) == ("end_turn", "assistant")
    assert (message.usage.input_tokens, message.usage.output_tokens) == (9, 4)
    bedrock.calls.of("InvokeModel").once(modelId=MODEL)


def test_a_tool_is_called_and_its_result_answered(bedrock, client):
    bedrock.reply(tool_use("get_weather", city="Paris"), tool="get_weather")
    bedrock.reply("It is sunny.", after="get_weather")
    asked = client.messages.create(**ASKED, tools=TOOLS)
    (use,) = asked.content
    assert (asked.stop_reason, use.name, use.input) == (
        "tool_use",
        "get_weather",
        {"city": "Paris"},
    )
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "sunny"}
    messages = [
        *MESSAGES,
        {"role": "assistant", "content": asked.content},
        {"role": "user", "content": [result]},
    ]
    answered = client.messages.create(**{**ASKED, "messages": messages}, tools=TOOLS)
    assert answered.content[0].text == "It is sunny."


def test_a_stream_is_assembled(bedrock, client):
    bedrock.reply(Reply([reasoning("Hm."), "Sunny."], chunks=["Sun", "ny."]))
    with client.messages.stream(**ASKED) as stream:
        texts = list(stream.text_stream)
        message = stream.get_final_message()
    assert texts == ["Sun", "ny."]
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.stop_reason == "end_turn"


def test_a_streamed_tool_call_has_its_input(bedrock, client):
    bedrock.reply(tool_use("get_weather", city="Paris"), tool="get_weather")
    with client.messages.stream(**ASKED, tools=TOOLS) as stream:
        (use,) = stream.get_final_message().content
    assert (use.name, use.input) == ("get_weather", {"city": "Paris"})


def test_asynchronous_clients_are_answered(bedrock):
    bedrock.reply(Reply("Sunny.", chunks=["Sun", "ny."]))

    async def story(client):
        message = await client.messages.create(**ASKED)
        async with client.messages.stream(**ASKED) as stream:
            return message.content[0].text, [text async for text in stream.text_stream]

    assert in_an_event_loop(story) == ("Sunny.", ["Sun", "ny."])


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ThrottlingException", "RateLimitError"),
        ("AccessDeniedException", "PermissionDeniedError"),
        ("ValidationException", "BadRequestError"),
        ("ResourceNotFoundException", "NotFoundError"),
        ("ServiceUnavailableException", "InternalServerError"),
    ],
)
def test_errors_have_the_classes_of_the_sdk(code, error, bedrock, client):
    bedrock.raise_next("InvokeModel", code, "Not now.")
    with pytest.raises(getattr(anthropic, error), match="Not now"):
        client.messages.create(**ASKED)


def test_a_call_that_is_throttled_is_tried_again(bedrock):
    bedrock.throttle("InvokeModel", times=1)
    bedrock.reply("Sunny.")
    with anthropic.AnthropicBedrock(max_retries=1) as client:
        assert client.messages.create(**ASKED).content[0].text == "Sunny."
    assert len(bedrock.calls.of("InvokeModel")) == 2


def test_an_api_key_takes_the_place_of_credentials(bedrock):
    bedrock.reply("Sunny.")
    with anthropic.AnthropicBedrock(api_key="bedrock-api-key-abc", max_retries=0) as client:
        assert client.messages.create(**ASKED).content[0].text == "Sunny."
