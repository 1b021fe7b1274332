"""LangChain: the standard suites that it has for integrations, and what they leave out."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest

from bedrock_mock import Reply, reasoning, tool_use

REASON = "is not installed: the tox environment langchain has it"
langchain_aws = pytest.importorskip("langchain_aws", reason=f"langchain-aws {REASON}")
pytest.importorskip("langchain_tests", reason=f"langchain-tests {REASON}")

from langchain_tests.integration_tests import (  # noqa: E402 - after the skip
    ChatModelIntegrationTests,
    EmbeddingsIntegrationTests,
    chat_models,
)

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("bedrock")]

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"

PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////"
    "////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)


class ChatSuite(ChatModelIntegrationTests):
    """What holds for all chat models of Bedrock."""

    @pytest.fixture(autouse=True)
    def _what_only_a_model_would_know(self, bedrock, monkeypatch):
        """Two tests look at the arguments of calls, and some have a picture from the network."""
        magic = tool_use("magic_function", input=3)
        bedrock.reply(magic, user="magic_function(3)", tool="magic_function")
        for name in ("你好啊集团", "こんにちは株式会社"):
            customer = tool_use("unicode_customer", customer_name=name, description="a company")
            bedrock.reply(customer, user=name, tool="unicode_customer")
        download = SimpleNamespace(get=lambda *_, **__: SimpleNamespace(content=PICTURE))
        monkeypatch.setattr(chat_models, "httpx", download)

    standard_chat_model_params = {"temperature": 0, "max_tokens": 100}  # noqa: RUF012 - as there

    @property
    def supports_image_inputs(self):
        return True

    @property
    def supports_image_tool_message(self):
        return True


class TestConverse(ChatSuite):
    chat_model_class = langchain_aws.ChatBedrockConverse
    chat_model_params = {"model": CLAUDE}  # noqa: RUF012


class TestInvoke(ChatSuite):
    chat_model_class = langchain_aws.ChatBedrock
    chat_model_params = {"model": CLAUDE}  # noqa: RUF012


class TestNova(ChatSuite):
    chat_model_class = langchain_aws.ChatBedrockConverse
    chat_model_params = {"model": "us.amazon.nova-lite-v1:0"}  # noqa: RUF012


class TestTitanEmbeddings(EmbeddingsIntegrationTests):
    embeddings_class = langchain_aws.BedrockEmbeddings
    embedding_model_params = {"model_id": "amazon.titan-embed-text-v2:0"}  # noqa: RUF012


class TestCohereEmbeddings(EmbeddingsIntegrationTests):
    embeddings_class = langchain_aws.BedrockEmbeddings
    embedding_model_params = {"model_id": "cohere.embed-english-v3"}  # noqa: RUF012


@pytest.mark.parametrize("cls", [langchain_aws.ChatBedrockConverse, langchain_aws.ChatBedrock])
def test_what_a_test_says_comes_back(cls, bedrock):
    bedrock.reply(Reply("Sunny.", usage={"inputTokens": 9, "outputTokens": 4}), user="weather")
    answer = cls(model=CLAUDE).invoke("What is the weather?")
    assert answer.content == "Sunny."
    assert answer.usage_metadata["total_tokens"] == 13


def test_reasoning_is_streamed(bedrock):
    bedrock.reply(Reply([reasoning("Hm."), "Sunny."]))
    chunks = list(langchain_aws.ChatBedrockConverse(model=CLAUDE).stream("What is the weather?"))
    types = [block["type"] for chunk in chunks for block in chunk.content]
    assert {"reasoning_content", "text"} <= set(types)


def test_an_error_is_that_of_botocore(bedrock):
    bedrock.raise_next("Converse", "AccessDeniedException", "No.")
    model = langchain_aws.ChatBedrockConverse(model=CLAUDE)
    with pytest.raises(model.client.exceptions.AccessDeniedException):
        model.invoke("Hi")
