"""Frameworks for agents over boto3: Strands, Pydantic AI and LlamaIndex."""

from __future__ import annotations

import asyncio
import json

import pytest

from bedrock_mock import Reply, tool_use

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
QUESTION = "What is the weather in Paris?"


def library(name, package, environment):
    return pytest.importorskip(
        name, reason=f"{package} is not installed: the tox environment {environment} has it"
    )


def script_weather(bedrock):
    bedrock.reply(tool_use("get_weather", city="Paris"), tool="get_weather")
    bedrock.reply(Reply("It is sunny.", chunks=["It is ", "sunny."]), after="get_weather")


class TestStrands:
    @pytest.fixture
    def agent(self, bedrock):
        strands = library("strands", "strands-agents", "agents")
        from strands.models import BedrockModel

        @strands.tool
        def get_weather(city: str) -> str:
            """The weather of a city."""
            return f"sunny in {city}"

        def agent(*, streaming=True):
            model = BedrockModel(model_id=CLAUDE, streaming=streaming)
            return strands.Agent(model=model, tools=[get_weather], callback_handler=None)

        return agent

    @pytest.mark.parametrize("streaming", [True, False])
    def test_strands_calls_a_tool_and_answers(self, streaming, agent, bedrock):
        script_weather(bedrock)
        asked = agent(streaming=streaming)
        assert str(asked(QUESTION)).strip() == "It is sunny."
        roles = [message["role"] for message in asked.messages]
        assert roles == ["user", "assistant", "user", "assistant"]
        operation = "ConverseStream" if streaming else "Converse"
        assert len(bedrock.calls.of(operation)) == 2

    def test_strands_sees_that_a_context_overflows(self, agent, bedrock):
        from strands.types.exceptions import ContextWindowOverflowException

        message = "Input is too long for requested model."
        bedrock.raise_next("ConverseStream", "ValidationException", message)
        asked = agent()
        asked.conversation_manager = None
        with pytest.raises(ContextWindowOverflowException):
            asyncio.run(anext_of(asked.model.stream([user(QUESTION)])))


def user(text):
    return {"role": "user", "content": [{"text": text}]}


async def anext_of(stream):
    return [event async for event in stream]


class TestPydanticAI:
    @pytest.fixture
    def agent(self, bedrock):
        pydantic_ai = library("pydantic_ai", "pydantic-ai-slim", "agents")

        def agent(**options):
            return pydantic_ai.Agent(f"bedrock:{CLAUDE}", **options)

        return agent

    def test_pydantic_ai_calls_a_tool_and_answers(self, agent, bedrock):
        script_weather(bedrock)
        asked = agent()

        @asked.tool_plain
        def get_weather(city: str) -> str:
            """The weather of a city."""
            return f"sunny in {city}"

        result = asked.run_sync(QUESTION)
        assert result.output == "It is sunny."
        assert len(bedrock.calls.of("ConverseStream")) == 2

    def test_pydantic_ai_streams(self, agent, bedrock):
        bedrock.reply(Reply("It is sunny.", chunks=["It is ", "sunny."]))

        async def main():
            async with agent().run_stream(QUESTION) as result:
                return [text async for text in result.stream_text(delta=True, debounce_by=None)]

        assert asyncio.run(main()) == ["It is ", "sunny."]

    def test_pydantic_ai_gets_structured_output_without_a_script(self, agent, bedrock):
        from pydantic import BaseModel

        class Weather(BaseModel):
            city: str
            celsius: int

        assert isinstance(agent(output_type=Weather).run_sync(QUESTION).output, Weather)

    def test_pydantic_ai_says_which_status_an_error_has(self, agent, bedrock):
        from pydantic_ai.exceptions import ModelHTTPError

        bedrock.raise_next("ConverseStream", "AccessDeniedException", "No.")
        with pytest.raises(ModelHTTPError) as caught:
            agent().run_sync(QUESTION)
        assert caught.value.status_code == 403


class TestLlamaIndex:
    @pytest.fixture
    def model(self, bedrock):
        package = "llama-index-llms-bedrock-converse"
        library = pytest.importorskip(
            "llama_index.llms.bedrock_converse",
            reason=f"{package} is not installed: the tox environment agents has it",
        )
        return library.BedrockConverse(model=CLAUDE, region_name="us-east-1")

    def test_llama_index_chats_and_streams(self, model, bedrock):
        bedrock.reply(Reply("It is sunny.", chunks=["It is ", "sunny."]))
        assert str(model.complete(QUESTION)) == "It is sunny."
        assert [part.delta for part in model.stream_complete(QUESTION) if part.delta] == [
            "It is ",
            "sunny.",
        ]

    def test_llama_index_calls_a_tool(self, model, bedrock):
        from llama_index.core.tools import FunctionTool

        def get_weather(city: str) -> str:
            """The weather of a city."""
            return f"sunny in {city}"

        script_weather(bedrock)
        answer = model.predict_and_call([FunctionTool.from_defaults(get_weather)], QUESTION)
        assert str(answer) == "sunny in Paris"

    def test_llama_index_answers_by_aioboto3(self, model, bedrock):
        bedrock.reply("It is sunny.")
        assert str(asyncio.run(model.acomplete(QUESTION))) == "It is sunny."

    def test_llama_index_embeds_texts(self, model, bedrock):
        embeddings = pytest.importorskip("llama_index.embeddings.bedrock")
        bedrock.reply(Reply(embedding=[0.6, 0.8]))
        embed = embeddings.BedrockEmbedding(
            model_name="amazon.titan-embed-text-v2:0", region_name="us-east-1"
        )
        assert embed.get_text_embedding("cat") == [0.6, 0.8]
        (call,) = bedrock.calls.of("InvokeModel")
        assert json.loads(call.request["body"])["inputText"] == "cat"
