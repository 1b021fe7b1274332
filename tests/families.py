"""Every family of models, once: a body that it takes, and where its answers have what is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Stands in for the ARN of the imported model that a test has made.
IMPORTED = "an imported model"
#: Begins as the kinds of marketplace endpoints do.
MARKETPLACE = "marketplace.endpoint"


@dataclass(frozen=True)
class Family:
    """One way to invoke models.

    Attributes:
        name: of the entry: a family may have several forms of requests.
        model: the id of one of its models.
        body: a valid body that asks a text.
        text: the text of an answer; ``None`` for families that answer with something else.
        piece: the text of an object of a stream; ``None`` where the family cannot stream.
        tools: members of the body that offer the tool ``f``; ``None`` without tools.
        used: names and inputs of the tools that an answer calls.
        streamed_uses: the same of the objects of a stream.
        more: other members that its body may have.
    """

    name: str
    model: str
    body: Callable[[str], dict[str, Any]]
    text: Callable[[Any], str] | None = None
    piece: Callable[[Any], str] | None = None
    tools: dict[str, Any] | None = None
    used: Callable[[Any], list[tuple[str, Any]]] | None = None
    streamed_uses: Callable[[list[Any]], list[tuple[str, Any]]] | None = None
    more: dict[str, Any] | None = None


def messages(text):
    """A conversation in the words of Claude and of OpenAI."""
    return [{"role": "user", "content": text}]


def claude(text):
    return {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": messages(text)}


def claude_text(answer):
    return "".join(block["text"] for block in answer["content"] if block["type"] == "text")


def claude_uses(answer):
    blocks = (block for block in answer["content"] if block["type"] == "tool_use")
    return [(block["name"], block["input"]) for block in blocks]


def claude_streamed_uses(chunks):
    uses = {}
    for chunk in chunks:
        if chunk.get("content_block", {}).get("type") == "tool_use":
            uses[chunk["index"]] = (chunk["content_block"]["name"], [])
        if chunk.get("delta", {}).get("type") == "input_json_delta":
            uses[chunk["index"]][1].append(chunk["delta"]["partial_json"])
    return [(name, json.loads("".join(parts) or "{}")) for name, parts in uses.values()]


def converse_text(answer):
    """The text of Converse and of Nova, which speaks as Converse does."""
    return "".join(block.get("text", "") for block in answer["output"]["message"]["content"])


def converse_piece(event):
    return event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")


def converse_uses(answer):
    blocks = (block for block in answer["output"]["message"]["content"] if "toolUse" in block)
    return [(block["toolUse"]["name"], block["toolUse"]["input"]) for block in blocks]


def converse_streamed_uses(events):
    uses = {}
    for event in events:
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]
            uses[start["contentBlockIndex"]] = (start["start"]["toolUse"]["name"], [])
        delta = event.get("contentBlockDelta", {})
        if "toolUse" in delta.get("delta", {}):
            uses[delta["contentBlockIndex"]][1].append(delta["delta"]["toolUse"]["input"])
    return [(name, json.loads("".join(parts) or "{}")) for name, parts in uses.values()]


def chat_text(answer):
    return answer["choices"][0]["message"]["content"] or ""


def chat_piece(chunk):
    return chunk["choices"][0]["delta"].get("content") or ""


def functions(message):
    calls = (call["function"] for call in message.get("tool_calls", ()))
    return [(call["name"], json.loads(call["arguments"])) for call in calls]


def chat_uses(answer):
    return functions(answer["choices"][0]["message"])


def chat_streamed_uses(chunks):
    return [use for chunk in chunks for use in functions(chunk["choices"][0]["delta"])]


#: The tool that converses offer.
TOOL_CONFIG = {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {}}}}]}
CHAT = {
    "body": lambda text: {"messages": messages(text)},
    "text": chat_text,
    "piece": chat_piece,
    "tools": {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
    "used": chat_uses,
    "streamed_uses": chat_streamed_uses,
    "more": {
        "tool_choice": {"type": "function", "function": {"name": "f"}},
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "x", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                ],
            },
            {"role": "tool", "tool_call_id": "x", "content": "1"},
        ],
    },
}
PROMPT = {"body": lambda text: {"prompt": text}}
INPUT_TEXT = {"body": lambda text: {"inputText": text}}
ALL = [
    Family(
        "Claude by messages",
        "anthropic.claude-3-haiku-20240307-v1:0",
        claude,
        claude_text,
        lambda chunk: chunk.get("delta", {}).get("text", ""),
        {"tools": [{"name": "f", "input_schema": {}}]},
        claude_uses,
        claude_streamed_uses,
        more={
            "system": [{"type": "text", "text": "Be kind."}],
            "tool_choice": {"type": "tool", "name": "f"},
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": "x", "name": "f", "input": {}}],
                },
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": "x", "content": "1"}],
                },
            ],
        },
    ),
    Family(
        "Claude by a prompt",
        "anthropic.claude-v2:1",
        lambda text: {"prompt": text, "max_tokens_to_sample": 9},
        lambda answer: answer["completion"],
        lambda chunk: chunk["completion"],
    ),
    Family(
        "Nova",
        "amazon.nova-lite-v1:0",
        lambda text: {"messages": [{"role": "user", "content": [{"text": text}]}]},
        converse_text,
        converse_piece,
        {"toolConfig": TOOL_CONFIG},
        converse_uses,
        converse_streamed_uses,
        {"system": [{"text": "Be kind."}], "inferenceConfig": {"max_new_tokens": 9}},
    ),
    Family(
        "Titan Text",
        "amazon.titan-text-express-v1",
        **INPUT_TEXT,
        text=lambda answer: answer["results"][0]["outputText"],
        piece=lambda chunk: chunk["outputText"],
    ),
    Family(
        "Llama",
        "meta.llama3-70b-instruct-v1:0",
        **PROMPT,
        text=lambda answer: answer["generation"],
        piece=lambda chunk: chunk["generation"],
    ),
    Family(
        "Mistral",
        "mistral.mistral-7b-instruct-v0:2",
        **PROMPT,
        text=lambda answer: answer["outputs"][0]["text"],
        piece=lambda chunk: chunk["outputs"][0]["text"],
    ),
    Family("Mistral's chat", "mistral.mistral-large-3-675b-instruct", **CHAT),
    Family(
        "Command",
        "cohere.command-text-v14",
        lambda text: {"prompt": text, "stream": True},
        lambda answer: answer["generations"][0]["text"],
        lambda chunk: chunk.get("text", ""),
    ),
    Family(
        "Command at once",
        "cohere.command-light-text-v14",
        **PROMPT,
        text=lambda answer: answer["generations"][0]["text"],
        piece=lambda chunk: chunk["generations"][0]["text"],
    ),
    Family(
        "Command R",
        "cohere.command-r-v1:0",
        lambda text: {"message": text},
        lambda answer: answer["text"],
        lambda chunk: chunk.get("text", ""),
        more={"preamble": "Be kind.", "chat_history": [{"role": "USER", "message": "Hello"}]},
    ),
    Family(
        "Jurassic",
        "ai21.j2-mid-v1",
        **PROMPT,
        text=lambda answer: answer["completions"][0]["data"]["text"],
    ),
    Family("Jamba", "ai21.jamba-1-5-mini-v1:0", **CHAT),
    Family(
        "DeepSeek R1",
        "us.deepseek.r1-v1:0",
        **PROMPT,
        text=lambda answer: answer["choices"][0]["text"],
        piece=lambda chunk: chunk["choices"][0]["text"],
    ),
    Family("OpenAI's chat", "openai.gpt-oss-20b-1:0", **CHAT),
    Family("Writer", "us.writer.palmyra-x5-v1:0", **CHAT),
    Family(
        "an imported model in Bedrock's form",
        IMPORTED,
        **PROMPT,
        text=lambda answer: answer["generation"],
        piece=lambda chunk: chunk["generation"],
    ),
    Family(
        "an imported model in OpenAI's form",
        IMPORTED,
        lambda text: {"prompt": text, "max_tokens": 9},
        lambda answer: answer["choices"][0]["text"],
        lambda chunk: chunk["choices"][0]["text"],
    ),
    Family("an imported model that chats", IMPORTED, **CHAT),
    Family(
        "a marketplace endpoint",
        MARKETPLACE,
        **PROMPT,
        text=lambda answer: answer["choices"][0]["text"],
        piece=lambda chunk: chunk["choices"][0]["text"],
    ),
    Family("a marketplace endpoint that chats", MARKETPLACE, **CHAT),
    Family(
        "Titan Embeddings",
        "amazon.titan-embed-text-v2:0",
        **INPUT_TEXT,
        more={"dimensions": 256, "normalize": True, "embeddingTypes": ["float"]},
    ),
    Family(
        "Titan Multimodal Embeddings",
        "amazon.titan-embed-image-v1",
        **INPUT_TEXT,
        more={"inputImage": "iVBORw0K", "embeddingConfig": {"outputEmbeddingLength": 256}},
    ),
    Family(
        "Nova Embeddings",
        "amazon.nova-2-multimodal-embeddings-v1:0",
        lambda text: {
            "taskType": "SINGLE_EMBEDDING",
            "singleEmbeddingParams": {
                "embeddingPurpose": "GENERIC_INDEX",
                "text": {"truncationMode": "END", "value": text},
            },
        },
    ),
    Family(
        "Cohere Embed",
        "cohere.embed-english-v3",
        lambda text: {"texts": [text], "input_type": "search_query"},
        more={"output_dimension": 256, "embedding_types": ["float"]},
    ),
    Family(
        "Marengo",
        "us.twelvelabs.marengo-embed-2-7-v1:0",
        lambda text: {"inputType": "text", "inputText": text},
    ),
    Family(
        "Amazon Rerank",
        "amazon.rerank-v1:0",
        lambda text: {"query": text, "documents": [text]},
    ),
    Family(
        "Cohere Rerank",
        "cohere.rerank-v3-5:0",
        lambda text: {"query": text, "documents": [text], "api_version": 2},
        more={"top_n": 1},
    ),
    Family(
        "Titan Images",
        "amazon.titan-image-generator-v2:0",
        lambda text: {
            "taskType": "TEXT_IMAGE",
            "textToImageParams": {"text": text},
            "imageGenerationConfig": {"numberOfImages": 1},
        },
    ),
    Family("Stability", "stability.stable-image-core-v1:0", **PROMPT, more={"seed": 1}),
    Family(
        "Stable Diffusion XL",
        "stability.stable-diffusion-xl-v1",
        lambda text: {"text_prompts": [{"text": text}]},
    ),
    Family(
        "Pegasus",
        "us.twelvelabs.pegasus-1-2-v1:0",
        lambda text: {"inputPrompt": text, "mediaSource": {"base64String": ""}},
        lambda answer: answer["message"],
        lambda chunk: chunk["message"],
    ),
]
#: Those that answer with text.
TEXT = [family for family in ALL if family.text]
#: Those that may call tools.
WITH_TOOLS = [family for family in ALL if family.tools]
