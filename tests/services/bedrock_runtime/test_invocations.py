"""InvokeModel and its stream, through boto3: one reply in the form of every family."""

from __future__ import annotations

import base64
import json
import re
from math import isclose

import pytest
from botocore.exceptions import EventStreamError

from bedrock_mock import Reply, reasoning, tool_use
from support import import_job, in_process, refused

pytestmark = in_process

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"
GPT = "openai.gpt-oss-120b-1:0"
CREATED = {"created": int}
METRICS = "amazon-bedrock-invocationMetrics"
ANY = re.compile(".*", re.DOTALL)


def form(prefix, alphabet, length):
    return re.compile(f"{re.escape(prefix)}[{alphabet}]{{{length}}}")


UUID = form("", "0-9a-f-", 36)
COMPLETION = form("cmpl-", "0-9a-f", 32)
CHAT = form("chatcmpl-", "0-9a-f", 32)
MESSAGE = form("msg_bdrk_01", "A-Za-z0-9", 22)


def claude(**members):
    asked = [{"role": "user", "content": "Hello"}]
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 10,
        "messages": asked,
        **members,
    }


def nova(*messages):
    return {"messages": list(messages) or [{"role": "user", "content": [{"text": "Hello"}]}]}


def chat(**members):
    return {"messages": [{"role": "user", "content": "Hello"}], **members}


def message(content, model, usage, stop="end_turn"):
    return {
        "id": MESSAGE,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }


def completion(choice, kind="chat.completion", **members):
    return {
        "id": CHAT,
        "object": kind,
        "created": int,
        "model": GPT,
        "choices": [choice],
        **members,
    }


USAGE = {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5}
CLAUDE_USAGE = {"input_tokens": 2, "output_tokens": 3}

#: Models, a request of each, and the answer "Hi, there." in its form.
ANSWERS = {
    "claude": (
        HAIKU,
        claude(),
        message([{"type": "text", "text": "Hi, there."}], "claude-3-haiku-20240307", CLAUDE_USAGE),
    ),
    "claude with cache": (
        SONNET,
        claude(),
        message(
            [{"type": "text", "text": "Hi, there."}],
            "claude-sonnet-4-5-20250929",
            {
                "input_tokens": 2,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "cache_creation": {
                    "ephemeral_1h_input_tokens": 0,
                    "ephemeral_5m_input_tokens": 0,
                },
                "output_tokens": 3,
            },
        ),
    ),
    "claude by a prompt": (
        "anthropic.claude-v2",
        {"prompt": "Hello", "max_tokens_to_sample": 5},
        {
            "type": "completion",
            "completion": "Hi, there.",
            "stop_reason": "stop_sequence",
            "stop": "\n\nHuman:",
        },
    ),
    "old claude by messages": (
        "anthropic.claude-v2",
        claude(),
        message([{"type": "text", "text": "Hi, there."}], "claude-v2", CLAUDE_USAGE),
    ),
    "nova": (
        NOVA,
        nova(),
        {
            "output": {"message": {"content": [{"text": "Hi, there."}], "role": "assistant"}},
            "stopReason": "end_turn",
            "usage": {
                "inputTokens": 2,
                "outputTokens": 3,
                "totalTokens": 5,
                "cacheReadInputTokenCount": 0,
                "cacheWriteInputTokenCount": 0,
            },
        },
    ),
    "titan": (
        "amazon.titan-text-express-v1",
        {"inputText": "Hello"},
        {
            "inputTextTokenCount": 2,
            "results": [
                {"tokenCount": 3, "outputText": "Hi, there.", "completionReason": "FINISH"}
            ],
        },
    ),
    "llama": (
        "meta.llama3-70b-instruct-v1:0",
        {"prompt": "Hello"},
        {
            "generation": "Hi, there.",
            "prompt_token_count": 2,
            "generation_token_count": 3,
            "stop_reason": "stop",
        },
    ),
    "mistral": (
        "mistral.mistral-7b-instruct-v0:2",
        {"prompt": "Hello"},
        {"outputs": [{"text": "Hi, there.", "stop_reason": "stop"}]},
    ),
    "command": (
        "cohere.command-text-v14",
        {"prompt": "Hello"},
        {
            "id": UUID,
            "generations": [{"id": UUID, "text": "Hi, there.", "finish_reason": "COMPLETE"}],
            "prompt": "Hello",
        },
    ),
    "command r": (
        "cohere.command-r-v1:0",
        {"message": "Hello", "chat_history": [{"role": "CHATBOT", "message": "Yes?"}]},
        {
            "response_id": re.compile("[0-9a-f]{8}/[0-9a-f-]{36}"),
            "text": "Hi, there.",
            "generation_id": UUID,
            "chat_history": [
                {"role": "CHATBOT", "message": "Yes?"},
                {"role": "USER", "message": "Hello"},
                {"role": "CHATBOT", "message": "Hi, there."},
            ],
            "finish_reason": "COMPLETE",
        },
    ),
    "jurassic": (
        "ai21.j2-mid-v1",
        {"prompt": "Hello"},
        {
            "id": 1234,
            "prompt": {"text": "Hello", "tokens": []},
            "completions": [
                {
                    "data": {"text": "Hi, there.", "tokens": []},
                    "finishReason": {"reason": "endoftext"},
                }
            ],
        },
    ),
    "openai": (
        GPT,
        chat(),
        completion(
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi, there."},
                "finish_reason": "stop",
            },
            usage=USAGE,
        ),
    ),
    "deepseek": (
        "us.deepseek.r1-v1:0",
        {"prompt": "Hello"},
        {"choices": [{"text": "Hi, there.", "stop_reason": "stop"}]},
    ),
}


def like(found, expected):
    """Whether a value is what is expected: a type, a pattern, or the same."""
    if isinstance(expected, type):
        return type(found) is expected
    if isinstance(expected, re.Pattern):
        return isinstance(found, str) and expected.fullmatch(found) is not None
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and list(found) == list(expected)
            and all(like(found[name], expected[name]) for name in expected)
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(like, found, expected))
    return found == expected


def invoke(client, model, body, **members):
    answer = client.invoke_model(modelId=model, body=json.dumps(body), **members)
    return json.loads(answer["body"].read())


def chunks(client, model, body):
    answer = client.invoke_model_with_response_stream(modelId=model, body=json.dumps(body))
    return [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]


@pytest.mark.parametrize(("model", "body", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_one_reply_has_the_form_of_each_family(runtime, reply, model, body, expected):
    reply("Hi, there.", user="Hello")
    found = invoke(runtime, model, body)
    assert like(found, expected), found


def test_counts_and_latency_are_in_headers(runtime, reply):
    reply(Reply("Hi, there.", latency_ms=7))
    answer = runtime.invoke_model(modelId=HAIKU, body=json.dumps(claude()))
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-bedrock-input-token-count"] == "2"
    assert headers["x-amzn-bedrock-output-token-count"] == "3"
    assert headers["x-amzn-bedrock-invocation-latency"] == "7"
    assert answer["contentType"] == headers["content-type"] == "application/json"


def test_counts_and_latency_are_whole_numbers(runtime, reply):
    counts = {"inputTokens": 9.0, "outputTokens": 4.0}
    reply(Reply("Hi", usage=counts, latency_ms=5.0))
    answer = runtime.invoke_model(modelId=SONNET, body=json.dumps(claude()))
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    names = ("input-token-count", "output-token-count", "invocation-latency")
    assert [headers[f"x-amzn-bedrock-{name}"] for name in names] == ["9", "4", "5"]
    text = answer["body"].read()
    assert b'"input_tokens": 9,' in text
    assert b'"output_tokens": 4}' in text


def test_what_is_asked_for_comes_back(runtime, reply):
    reply("Hi")
    asked = {"performanceConfigLatency": "optimized", "serviceTier": "priority"}
    known = runtime.meta.service_model.operation_model("InvokeModel").input_shape.members
    asked = {name: value for name, value in asked.items() if name in known}
    answer = runtime.invoke_model(modelId=HAIKU, body=json.dumps(claude()), **asked)
    assert {name: answer[name] for name in asked} == asked
    answer = runtime.invoke_model_with_response_stream(
        modelId=HAIKU, body=json.dumps(claude()), **asked
    )
    assert {name: answer[name] for name in asked} == asked
    list(answer["body"])


#: What each family says of an answer that was cut.
CUT = {
    "claude": "max_tokens",
    "claude with cache": "max_tokens",
    "claude by a prompt": "max_tokens",
    "old claude by messages": "max_tokens",
    "nova": "max_tokens",
    "titan": "LENGTH",
    "llama": "length",
    "mistral": "length",
    "command": "MAX_TOKENS",
    "command r": "MAX_TOKENS",
    "jurassic": "length",
    "openai": "length",
    "deepseek": "length",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_was_cut_says_so_in_the_familys_words(runtime, reply, name):
    model, body, _ = ANSWERS[name]
    reply(Reply("Hi", stop_reason="max_tokens"))
    assert f'"{CUT[name]}"' in json.dumps(invoke(runtime, model, body))


# --- streams ------------------------------------------------------------------------------


def text_of(name, chunk):
    """The piece of text in a chunk of a family."""
    parts = {
        "claude": lambda: chunk.get("delta", {}).get("text"),
        "nova": lambda: chunk.get("contentBlockDelta", {}).get("delta", {}).get("text"),
        "titan": lambda: chunk.get("outputText"),
        "llama": lambda: chunk.get("generation"),
        "mistral": lambda: chunk["outputs"][0]["text"],
        "command": lambda: chunk.get("text"),
        "command r": lambda: chunk.get("text"),
        "openai": lambda: chunk["choices"][0]["delta"].get("content"),
        "deepseek": lambda: chunk["choices"][0]["text"],
        "claude by a prompt": lambda: chunk["completion"],
    }
    return parts[name]() or ""


STREAMS = [name for name in ANSWERS if name not in {"jurassic", "claude with cache"}]


NO_CACHE = {"cacheReadInputTokenCount": 0, "cacheWriteInputTokenCount": 0}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("pieces", [None, ["Hi,", " there", "."]])
def test_a_stream_brings_the_text_and_then_the_metrics(runtime, reply, name, pieces):
    model, body, _ = ANSWERS[name]
    reply(Reply("Hi, there.", chunks=pieces, latency_ms=10))
    found = chunks(runtime, model, {**body, "stream": True} if name == "command" else body)
    key = "claude" if name == "old claude by messages" else name
    texts = [text for chunk in found if (text := text_of(key, chunk))]
    assert "".join(texts) == "Hi, there."
    if pieces:
        assert texts == pieces
    assert found[-1][METRICS] == {
        # Command R has a history, too.
        "inputTokenCount": 3 if name == "command r" else 2,
        "outputTokenCount": 3,
        "invocationLatency": 10,
        "firstByteLatency": 5,
        **(
            {"cacheReadInputTokenCount": 0, "cacheWriteInputTokenCount": 0}
            if name == "nova"
            else {}
        ),
    }
    assert not any(METRICS in chunk for chunk in found[:-1])


def test_claude_streams_its_events(runtime, reply):
    reply([reasoning("Hm.", "sig"), "Hi", tool_use("f", city="Paris and London"), tool_use("g")])
    found = chunks(runtime, HAIKU, claude(tools=[{"name": "f", "input_schema": {}}]))
    kinds = [chunk["type"] for chunk in found]
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    starts = [c["content_block"] for c in found if c["type"] == "content_block_start"]
    assert starts[:2] == [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "text", "text": ""},
    ]
    assert {**starts[2], "id": ""} == {"type": "tool_use", "id": "", "name": "f", "input": {}}
    deltas = [c["delta"] for c in found if c["type"] == "content_block_delta"]
    assert deltas[:3] == [
        {"type": "thinking_delta", "thinking": "Hm."},
        {"type": "signature_delta", "signature": "sig"},
        {"type": "text_delta", "text": "Hi"},
    ]
    inputs = [delta["partial_json"] for delta in deltas[3:]]
    assert inputs[0] == ""
    assert json.loads("".join(inputs)) == {"city": "Paris and London"}
    assert inputs[-1] == ""
    assert found[-2]["delta"] == {"stop_reason": "tool_use", "stop_sequence": None}
    assert found[0]["message"]["stop_reason"] is None


def cited(text, **locations):
    """A text that cites something, of each of these places."""
    citations = [
        {"location": {name: place}, "title": "Book", "sourceContent": [{"text": "So it is."}]}
        for name, place in locations.items()
    ]
    return {"citationsContent": {"content": [{"text": text}], "citations": citations}}


IMAGE = {"image": {"format": "png", "source": {"bytes": b"png"}}}
#: Each kind of place in Converse and in Claude's own form.
PLACES = {
    "documentChar": (
        {"documentIndex": 0, "start": 1, "end": 2},
        {"type": "char_location", "document_index": 0, "start_char_index": 1, "end_char_index": 2},
    ),
    "documentPage": (
        {"documentIndex": 1, "start": 1, "end": 2},
        {
            "type": "page_location",
            "document_index": 1,
            "start_page_number": 1,
            "end_page_number": 2,
        },
    ),
    "documentChunk": (
        {"documentIndex": 0, "start": 1, "end": 2},
        {
            "type": "content_block_location",
            "document_index": 0,
            "start_block_index": 1,
            "end_block_index": 2,
        },
    ),
    "searchResultLocation": (
        {"searchResultIndex": 3, "start": 1, "end": 2},
        {
            "type": "search_result_location",
            "search_result_index": 3,
            "start_block_index": 1,
            "end_block_index": 2,
        },
    ),
}


def test_claude_cites_in_its_own_form(runtime, reply):
    places = {name: place for name, (place, _) in PLACES.items()}
    reply([cited("Cited.", web={"url": "https://example.com"}, **places), cited("Not.")])
    sent = [
        {
            "cited_text": "So it is.",
            "title" if name == "searchResultLocation" else "document_title": "Book",
            **place,
        }
        for name, (_, place) in PLACES.items()
    ]
    content = invoke(runtime, SONNET, claude())["content"]
    assert content == [
        {"type": "text", "text": "Cited.", "citations": sent},
        {"type": "text", "text": "Not."},
    ]
    found = chunks(runtime, SONNET, claude())
    start = next(c["content_block"] for c in found if c["type"] == "content_block_start")
    assert start == {"type": "text", "text": "", "citations": []}
    deltas = [c["delta"] for c in found if c["type"] == "content_block_delta"]
    assert deltas[:-1] == [
        *({"type": "citations_delta", "citation": each} for each in sent),
        {"type": "text_delta", "text": "Cited."},
    ]


@pytest.mark.parametrize("content", [b"RW1wdHk=", b"\xff"])
def test_claude_redacts_its_thoughts(runtime, reply, content):
    reply([{"reasoningContent": {"redactedContent": content}}, "Hi"])
    redacted = {"type": "redacted_thinking", "data": content.decode() if content[1:] else "/w=="}
    assert invoke(runtime, SONNET, claude())["content"] == [
        redacted,
        {"type": "text", "text": "Hi"},
    ]
    found = chunks(runtime, SONNET, claude())
    starts = [c["content_block"] for c in found if c["type"] == "content_block_start"]
    assert starts == [redacted, {"type": "text", "text": ""}]
    assert [c["index"] for c in found if c["type"] == "content_block_delta"] == [1]


def test_claude_leaves_out_blocks_that_it_does_not_send(runtime, reply):
    reply([IMAGE, "Hi"])
    assert invoke(runtime, SONNET, claude())["content"] == [{"type": "text", "text": "Hi"}]
    found = chunks(runtime, SONNET, claude())
    assert {c["index"] for c in found if "index" in c} == {0}


def test_cited_text_is_text_to_all_families(runtime, reply):
    reply(["See: ", cited("Cited.", documentChar=PLACES["documentChar"][0])])
    body = {"prompt": "Hello"}
    assert invoke(runtime, "meta.llama3-70b-instruct-v1:0", body)["generation"] == "See: Cited."
    reply(Reply([cited("Cited.")], chunks=["Ci", "ted."]))
    answer = runtime.converse_stream(
        modelId=SONNET, messages=[{"role": "user", "content": [{"text": "Hi"}]}]
    )
    deltas = [e["contentBlockDelta"]["delta"] for e in answer["stream"] if "contentBlockDelta" in e]
    assert deltas == [{"text": "Ci"}, {"text": "ted."}]


def test_nova_streams_what_it_says_at_once(runtime, reply):
    reply([reasoning("Hm."), IMAGE, cited("Cited.", documentChar=PLACES["documentChar"][0])])
    found = chunks(runtime, NOVA, nova())
    deltas = [c["contentBlockDelta"]["delta"] for c in found if "contentBlockDelta" in c]
    assert deltas[:2] == [
        {"reasoningContent": {"text": "Hm."}},
        {"image": {"source": {"bytes": "cG5n"}}},
    ]
    assert list(deltas[2]) == ["citation"]
    assert "".join(delta["text"] for delta in deltas[3:]) == "Cited."


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("content_filtered", "refusal"),
        ("guardrail_intervened", "end_turn"),
        ("model_context_window_exceeded", "model_context_window_exceeded"),
    ],
)
def test_claude_says_why_it_stops_in_its_own_words(runtime, reply, reason, word):
    reply(Reply("Hi", stop_reason=reason))
    assert invoke(runtime, SONNET, claude())["stop_reason"] == word
    assert chunks(runtime, SONNET, claude())[-2]["delta"]["stop_reason"] == word


@pytest.mark.parametrize(("more", "said"), [({"stop_sequences": ["END", "x"]}, "END"), ({}, None)])
def test_claude_says_at_which_sequence_it_stops(runtime, reply, more, said):
    reply(Reply("Hi", stop_reason="stop_sequence"))
    assert invoke(runtime, SONNET, claude(**more))["stop_sequence"] == said
    found = chunks(runtime, SONNET, claude(**more))
    assert found[-2]["delta"] == {"stop_reason": "stop_sequence", "stop_sequence": said}
    assert found[0]["message"]["stop_sequence"] is None


@pytest.mark.parametrize("content", [[reasoning("Hm."), "Hi"], [reasoning("Hm."), tool_use("f")]])
def test_a_chat_streams_its_thoughts_as_it_says_them_at_once(runtime, reply, content):
    reply(content)
    said = invoke(runtime, GPT, chat())["choices"][0]["message"]["content"]
    assert said.startswith("<reasoning>Hm.</reasoning>")
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(runtime, GPT, chat())]
    assert "".join(delta.get("content") or "" for delta in deltas) == said


def test_nova_streams_tools_as_one_delta(runtime, reply):
    reply(["Hi", tool_use("f", n=1)])
    found = chunks(runtime, NOVA, {**nova(), "toolConfig": {"tools": [tool("f")]}})
    (start,) = [c["contentBlockStart"] for c in found if "contentBlockStart" in c]
    assert start["contentBlockIndex"] == 1
    assert re.fullmatch("[0-9a-f-]{36}", start["start"]["toolUse"]["toolUseId"])
    deltas = [c["contentBlockDelta"]["delta"] for c in found if "contentBlockDelta" in c]
    assert deltas == [{"text": "Hi"}, {"toolUse": {"input": '{"n":1}'}}]


def test_nova_sends_bytes_of_a_block_as_base64(runtime, reply):
    reply([{"reasoningContent": {"redactedContent": b"\x00\xff"}}, "Hi"])
    content = invoke(runtime, NOVA, nova())["output"]["message"]["content"]
    assert content == [{"reasoningContent": {"redactedContent": "AP8="}}, {"text": "Hi"}]


def test_llama_counts_as_it_goes(runtime, reply):
    reply(Reply("Hi, there.", chunks=["Hi, t", "here."]))
    first, last = chunks(runtime, "meta.llama3-70b-instruct-v1:0", {"prompt": "Hello"})
    del last[METRICS]
    assert first == {
        "generation": "Hi, t",
        "prompt_token_count": 2,
        "generation_token_count": 2,
        "stop_reason": None,
    }
    assert last == {
        "generation": "here.",
        "prompt_token_count": None,
        "generation_token_count": 3,
        "stop_reason": "stop",
    }


def test_command_answers_at_once_unless_a_stream_is_asked_for(runtime, reply):
    reply("Hi")
    (chunk,) = chunks(runtime, "cohere.command-text-v14", {"prompt": "Hello"})
    assert chunk["generations"][0]["text"] == "Hi"


@pytest.mark.parametrize("model", ["ai21.j2-mid-v1", "amazon.titan-embed-text-v2:0"])
def test_a_model_that_cannot_stream_says_so(runtime, model):
    body = {"prompt": "Hello"} if "j2" in model else {"inputText": "Hello"}
    with refused("ValidationException", 400, "The model is unsupported for streaming"):
        chunks(runtime, model, body)


def test_a_stream_breaks_before_its_end(runtime, reply):
    reply(Reply("Hi, there.", chunks=["Hi,", " there", "."], error="internalServerException"))
    seen = []
    answer = runtime.invoke_model_with_response_stream(
        modelId="mistral.mistral-7b-instruct-v0:2", body=json.dumps({"prompt": "Hello"})
    )
    with pytest.raises(EventStreamError, match="internalServerException"):
        seen.extend(json.loads(event["chunk"]["bytes"]) for event in answer["body"])
    assert [chunk["outputs"][0]["text"] for chunk in seen] == ["Hi,", " there", "."]
    reply(Reply(error="internalServerException"))
    with refused("InternalServerException", 500):
        chunks(runtime, HAIKU, claude())
    reply(Reply("x", error="modelStreamErrorException"))
    with refused("ModelErrorException", 424):
        invoke(runtime, HAIKU, claude())


@pytest.mark.parametrize(
    ("model", "body", "member"),
    [
        ("amazon.titan-text-express-v1", {"inputText": "Hello"}, "outputText"),
        ("meta.llama3-70b-instruct-v1:0", {"prompt": "Hello"}, "generation"),
    ],
)
def test_a_stream_of_one_chunk_breaks_after_it(runtime, reply, model, body, member):
    reply(Reply("Hi", error="throttlingException"))
    stream = runtime.invoke_model_with_response_stream(modelId=model, body=json.dumps(body))
    seen = []
    with pytest.raises(EventStreamError, match="throttlingException"):
        seen.extend(json.loads(event["chunk"]["bytes"]) for event in stream["body"])
    assert [chunk[member] for chunk in seen] == ["Hi"]


def test_a_chunk_may_be_any_json(runtime, reply):
    reply(Reply(raw=["a", 5]))
    stream = runtime.invoke_model_with_response_stream(modelId=HAIKU, body=json.dumps(claude()))
    assert [json.loads(event["chunk"]["bytes"]) for event in stream["body"]] == ["a", 5]


def test_a_stream_of_bodies_breaks_after_them(runtime, reply):
    reply(Reply(raw=[{"a": 1}, {"a": 2}], error="throttlingException"))
    stream = runtime.invoke_model_with_response_stream(modelId=HAIKU, body=json.dumps(claude()))
    seen = []
    with pytest.raises(EventStreamError, match="throttlingException"):
        seen.extend(json.loads(event["chunk"]["bytes"]) for event in stream["body"])
    assert seen == [{"a": 1}, {"a": 2}]


def test_a_stream_may_take_its_time(runtime, reply, monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    reply(Reply("Hi, there.", chunks=["Hi,", " there."], gap=0.25, delay=1))
    chunks(runtime, "mistral.mistral-7b-instruct-v0:2", {"prompt": "Hello"})
    assert slept == [1, 0.25]


# --- what is asked --------------------------------------------------------------------------


def tool(name):
    return {"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}}


def test_claude_is_understood(runtime, reply):
    seen = []
    reply(lambda call: seen.append(call) or "Fine.")
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}, {"type": "image"}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f"}]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "a", "content": "sunny"}],
        },
    ]
    body = claude(messages=messages, system=[{"type": "text", "text": "Be brief."}])
    invoke(runtime, HAIKU, {**body, "tools": [{"name": "f", "input_schema": {"type": "object"}}]})
    (call,) = seen
    assert (call.system, call.tool_results, call.user) == ("Be brief.", ["sunny"], "")
    assert call.offered_tools == call.answered_tools == {"f"}
    assert call.body["anthropic_version"] == "bedrock-2023-05-31"
    assert call.operation == "InvokeModel"
    assert {"image": {"type": "image"}} in call.messages[0]["content"]


@pytest.mark.parametrize(
    ("choice", "is_called"),
    [
        (None, False),
        ({"type": "auto"}, False),
        ({"type": "any"}, True),
        ({"type": "tool", "name": "f"}, True),
    ],
)
def test_claudes_tool_choice_is_heeded(runtime, choice, is_called):
    messages = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a"}]},
    ]
    body = claude(messages=messages, tools=[{"name": "f", "input_schema": {"type": "object"}}])
    answer = invoke(runtime, HAIKU, {**body, **({"tool_choice": choice} if choice else {})})
    assert (answer["content"][0]["type"] == "tool_use") == is_called
    assert (answer["stop_reason"] == "tool_use") == is_called


def test_the_chat_form_is_understood(runtime, reply):
    seen = []
    reply(lambda call: seen.append(call) or [reasoning("Hm."), "Fine.", tool_use("g", n=1)])
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"n": 1}'}}
    body = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "a", "content": "sunny"},
        ],
        "tools": [
            {"type": "function", "function": {"name": "f"}},
            {"type": "function", "function": {"name": "g", "parameters": {"type": "object"}}},
        ],
    }
    answer = invoke(runtime, GPT, body)
    (asked,) = seen
    assert (asked.system, asked.tool_results) == ("Be brief.", ["sunny"])
    assert asked.offered_tools == {"f", "g"}
    assert asked.answered_tools == {"f"}
    (choice,) = answer["choices"]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] == "<reasoning>Hm.</reasoning>Fine."
    (called,) = choice["message"]["tool_calls"]
    assert called["function"] == {"name": "g", "arguments": '{"n":1}'}
    reply(tool_use("g"), user="only", is_once=True)
    only = {**body, "messages": [{"role": "user", "content": "only"}]}
    bare = [c["choices"][0]["delta"] for c in chunks(runtime, GPT, only)]
    assert [list(delta) for delta in bare] == [["role", "content"], ["tool_calls"], []]
    streamed = [c["choices"][0]["delta"] for c in chunks(runtime, GPT, body)]
    assert streamed[-2]["tool_calls"][0]["function"]["name"] == "g"


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "f"}}, "auto"]
)
def test_the_tool_choice_of_the_chat_form_is_heeded(runtime, choice):
    tools = [{"type": "function", "function": {"name": "f"}}]
    history = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": ""}}],
        },
        {"role": "tool", "tool_call_id": "a", "content": "sunny"},
    ]
    answer = invoke(runtime, GPT, {"messages": history, "tools": tools, "tool_choice": choice})
    message = answer["choices"][0]["message"]
    assert ("tool_calls" in message) == (choice != "auto")
    assert (message["content"] is None) == (choice != "auto")


def test_mistrals_chat_says_stop_reason(runtime, reply):
    reply("Hi")
    (choice,) = invoke(runtime, "us.mistral.pixtral-large-2502-v1:0", chat())["choices"]
    assert choice["stop_reason"] == "stop"


# --- embeddings and rerank ------------------------------------------------------------------


def length(vector):
    return sum(value * value for value in vector) ** 0.5


@pytest.mark.parametrize(
    ("model", "body", "size"),
    [
        ("amazon.titan-embed-text-v1", {"inputText": "cat"}, 1536),
        ("amazon.titan-embed-text-v2:0", {"inputText": "cat"}, 1024),
        ("amazon.titan-embed-text-v2:0", {"inputText": "cat", "dimensions": 256}, 256),
        ("amazon.titan-embed-image-v1", {"inputText": "cat"}, 1024),
        (
            "amazon.titan-embed-image-v1",
            {"inputImage": "aGk=", "embeddingConfig": {"outputEmbeddingLength": 384}},
            384,
        ),
    ],
)
def test_titan_embeds(runtime, reply, model, body, size):
    answer = runtime.invoke_model(modelId=model, body=json.dumps(body))
    found = json.loads(answer["body"].read())
    vector = found["embedding"]
    assert len(vector) == size
    assert isclose(length(vector), 1, abs_tol=1e-6)
    assert invoke(runtime, model, body)["embedding"] == vector
    assert ("embeddingsByType" in found) == ("v2" in model)
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert "x-amzn-bedrock-output-token-count" not in headers
    assert headers["x-amzn-bedrock-input-token-count"] == str(found["inputTextTokenCount"])
    reply(Reply(embedding=[0.6, 0.8]))
    assert invoke(runtime, model, body)["embedding"] == [0.6, 0.8]


@pytest.mark.parametrize(
    ("model", "size", "echoed"),
    [
        ("cohere.embed-english-v3", 1024, ["a cat"]),
        ("cohere.embed-multilingual-v3", 1024, ["A Cat"]),
        ("us.cohere.embed-v4:0", 1536, ["A Cat"]),
    ],
)
def test_cohere_embeds(runtime, reply, model, size, echoed):
    body = {"texts": ["A Cat"], "input_type": "search_document"}
    found = invoke(runtime, model, body)
    vectors = found["embeddings"]["float"] if "v4" in model else found["embeddings"]
    assert [len(vector) for vector in vectors] == [size]
    kind = "embeddings_by_type" if "v4" in model else "embeddings_floats"
    assert (found["texts"], found["response_type"]) == (echoed, kind)
    # A text for all models is no vector.
    reply("Hello")
    assert invoke(runtime, model, body)["embeddings"] == found["embeddings"]


@pytest.mark.parametrize(
    ("params", "size", "kind"),
    [
        ({"text": {"value": "cat"}}, 3072, "TEXT"),
        ({"image": {"source": {}}, "embeddingDimension": 256}, 256, "IMAGE"),
        ({}, 3072, "TEXT"),
    ],
)
def test_nova_embeds(runtime, params, size, kind):
    body = {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": params}
    (found,) = invoke(runtime, "amazon.nova-2-multimodal-embeddings-v1:0", body)["embeddings"]
    assert (len(found["embedding"]), found["embeddingType"]) == (size, kind)


@pytest.mark.parametrize(
    ("model", "size"),
    [("us.twelvelabs.marengo-embed-2-7-v1:0", 1024), ("us.twelvelabs.marengo-embed-3-0-v1:0", 512)],
)
def test_marengo_embeds(runtime, model, size):
    for body in ({"inputType": "text", "inputText": "cat"}, {"inputType": "image"}):
        (found,) = invoke(runtime, model, body)["data"]
        assert len(found["embedding"]) == size


def test_documents_are_ranked(runtime, reply):
    body = {"query": "cat", "documents": ["a", "b", "c"], "top_n": 2, "api_version": 2}
    answer = runtime.invoke_model(modelId="cohere.rerank-v3-5:0", body=json.dumps(body))
    results = json.loads(answer["body"].read())["results"]
    assert len(results) == 2
    assert results[0]["relevance_score"] >= results[1]["relevance_score"]
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert not any("token-count" in name for name in headers)
    reply(Reply(scores=[0.1, 0.9]), user="cat")
    ranked = invoke(runtime, "cohere.rerank-v3-5:0", {**body, "documents": ["a", "b"]})
    assert [each["index"] for each in ranked["results"]] == [1, 0]


# --- imported models ------------------------------------------------------------------------


@pytest.fixture
def imported(bedrock):
    client = bedrock.client()
    client.create_model_import_job(**import_job())
    return client.get_imported_model(modelIdentifier="model-1")["modelArn"]


IMPORTED = {
    "bedrock": (
        {"prompt": "Hello", "max_gen_len": 5},
        {
            "generation": "Hi, there.",
            "prompt_token_count": 2,
            "generation_token_count": 3,
            "stop_reason": "stop",
            "logprobs": None,
        },
    ),
    "completion": (
        {"prompt": "Hello", "max_tokens": 5},
        {
            "id": COMPLETION,
            "object": "text_completion",
            "created": int,
            "choices": [{"index": 0, "text": "Hi, there.", "finish_reason": "stop"}],
            "usage": USAGE,
        },
    ),
    "chat": (
        chat(),
        {
            "id": CHAT,
            "object": "chat.completion",
            "created": int,
            "model": "model-1",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "Hi, there."},
                    "finish_reason": "stop",
                }
            ],
            "usage": USAGE,
        },
    ),
}


@pytest.mark.parametrize(("body", "expected"), IMPORTED.values(), ids=IMPORTED)
def test_an_imported_model_answers_in_the_format_of_the_request(
    runtime, reply, imported, body, expected
):
    reply("Hi, there.", model="model-1")
    found = invoke(runtime, imported, body)
    assert like(found, expected), found
    streamed = chunks(runtime, imported, body)
    assert streamed[-1][METRICS]["outputTokenCount"] == 3
    assert len(streamed) > 1


@pytest.mark.parametrize("config", [{"cold_imported_models": 2}], indirect=True)
def test_an_imported_model_may_be_cold_at_first(runtime, reply, bedrock, imported):
    reply("Hi, there.")
    # boto3 tries again by itself.
    assert invoke(runtime, imported, {"prompt": "x"})["generation"] == "Hi, there."
    errors = [call.error["Code"] for call in bedrock.calls.of("InvokeModel") if call.error]
    assert errors == ["ModelNotReadyException"] * 2
    assert invoke(runtime, imported, {"prompt": "x"})["generation"] == "Hi, there."


def test_an_imported_model_needs_a_prompt_or_messages(runtime, imported):
    message = (
        "Malformed input request: #: required key [prompt] not found, please reformat your input "
        "and try again."
    )
    with refused("ValidationException", 400, message):
        invoke(runtime, imported, {"text": "Hello"})


# --- what is refused --------------------------------------------------------------------------

MALFORMED = "Malformed input request, please reformat your input and try again."


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b"[" * 100_000, b""])
def test_a_body_that_is_no_json_object_is_refused(runtime, body):
    with refused("ValidationException", 400, MALFORMED):
        runtime.invoke_model(modelId=HAIKU, body=body)


@pytest.mark.parametrize(
    "said",
    [b'"\\ud800"', b'"\xed\xa0\x80"', b'"\xff"', b'"Hi", "k": NaN', b'"Hi", "k": -1e999'],
    ids=["half a pair", "half a pair in UTF-8", "no UTF-8", "no number", "too large"],
)
def test_a_body_that_cannot_be_written_again_is_refused(runtime, said):
    call = {"modelId": "cohere.command-r-v1:0", "body": b'{"message": %b}' % said}
    for method in (runtime.invoke_model, runtime.invoke_model_with_response_stream):
        with refused("ValidationException", 400, MALFORMED):
            method(**call)


def test_a_body_is_in_utf_8(runtime, reply):
    reply("Hi.", user="snow \u2603 \U0001f600")
    body = json.dumps({"message": "snow \u2603 \U0001f600"}, ensure_ascii=False)
    for encoding in ("utf-8", "utf-8-sig"):
        encoded = body.encode(encoding)
        answer = runtime.invoke_model(modelId="cohere.command-r-v1:0", body=encoded)
        assert json.load(answer["body"])["text"] == "Hi."
    with refused("ValidationException", 400, MALFORMED):
        runtime.invoke_model(modelId="cohere.command-r-v1:0", body=body.encode("utf-16"))


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (HAIKU, claude(messages=5)),
        (HAIKU, claude(messages=["x"])),
        (HAIKU, claude(tools=5)),
        (SONNET, claude(tools=["x"])),
        (SONNET, claude(tool_choice=5)),
        (GPT, {"messages": [{"content": "x"}]}),
        ("cohere.command-r-v1:0", {"message": "x", "chat_history": ["y"]}),
        (NOVA, {"messages": [None]}),
        (NOVA, {"messages": [{"role": "user", "content": [{"text": []}]}]}),
        (NOVA, {"messages": [], "toolConfig": {"tools": None}}),
        (GPT, {"messages": [{"role": "tool", "tool_call_id": {}, "content": "x"}]}),
        (GPT, {"messages": [], "tool_choice": {"function": {"name": [5]}}}),
    ],
)
def test_a_body_whose_parts_are_of_another_type_is_refused(runtime, model, body):
    with refused("ValidationException", 400, MALFORMED):
        invoke(runtime, model, body)


@pytest.mark.parametrize(
    ("model", "body", "faults"),
    [
        (
            "amazon.titan-text-express-v1",
            chat(),
            "#: required key [inputText] not found#: extraneous key [messages] is not permitted",
        ),
        (
            HAIKU,
            {},
            (
                "#: required key [max_tokens] not found"
                "#: required key [anthropic_version] not found"
                "#: required key [messages] not found"
            ),
        ),
        (HAIKU, {"prompt": "x"}, "#: required key [max_tokens_to_sample] not found"),
        (
            "anthropic.claude-v2",
            claude(prompt="x"),
            (
                '#: subject must not be valid against schema {"required":["messages"]}'
                "#: extraneous key [prompt] is not permitted"
            ),
        ),
        (
            "anthropic.claude-3-5-sonnet-20240620-v1:0",
            {"messages": [{"role": "user", "content": "Hello"}], "toolConfig": {}, "stream": True},
            (
                '#: subject must not be valid against schema {"required":["messages"]}'
                "#: required key [max_tokens] not found"
                "#: required key [anthropic_version] not found"
                "#: extraneous key [toolConfig] is not permitted"
                "#: extraneous key [stream] is not permitted"
            ),
        ),
        (HAIKU, claude(messages=[]), "#/messages: expected minimum item count: 1, found: 0"),
        (
            "anthropic.claude-v2",
            {"prompt": "x"},
            "#: required key [max_tokens_to_sample] not found",
        ),
        (NOVA, {**nova(), "prompt": "x"}, "#: extraneous key [prompt] is not permitted"),
    ],
)
def test_a_body_that_breaks_the_schema_is_refused_as_recorded(runtime, model, body, faults):
    message = f"Malformed input request: {faults}, please reformat your input and try again."
    with refused("ValidationException", 400, message):
        invoke(runtime, model, body)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, "max_tokens: Field required"),
        ({"max_tokens": 9, "messages": []}, "anthropic_version: Field required"),
        ({"max_tokens": 9, "anthropic_version": "x"}, "messages: Field required"),
        (claude(model=SONNET), "model: Extra inputs are not permitted"),
        (claude(messages=[], stream=True), "stream: Extra inputs are not permitted"),
        (claude(prompt="x"), "prompt: Extra inputs are not permitted"),
        (claude(messages=[]), "messages: at least one message is required"),
    ],
)
def test_newer_models_of_claude_report_the_first_fault_of_a_body(runtime, reply, body, fault):
    reply("Hi.")
    with refused("ValidationException", 400, fault):
        invoke(runtime, SONNET, body)


def test_a_body_of_claude_may_have_every_member_that_it_knows(runtime, reply):
    reply("Hi.")
    body = claude(
        anthropic_beta=["interleaved-thinking-2025-05-14"],
        context_management={"edits": []},
        metadata={"user_id": "a"},
        output_config={"effort": "low"},
        output_format={"type": "json_schema", "schema": {}},
        stop_sequences=["."],
        system="Be kind.",
        temperature=1,
        thinking={"type": "enabled", "budget_tokens": 1024},
        tool_choice={"type": "auto"},
        tools=[{"name": "f", "input_schema": {}}],
        top_k=1,
        top_p=1,
    )
    for model, left_out in ((SONNET, "top_p"), (SONNET, "temperature"), (HAIKU, None)):
        body = {name: value for name, value in body.items() if name != left_out}
        assert invoke(runtime, model, body)["content"] == [{"type": "text", "text": "Hi."}]


def test_claude_3_takes_no_prompt(runtime, reply):
    reply("Hi.")
    message = (
        '"claude-3-haiku-20240307" is not supported on this API. Please use the Messages API '
        "instead."
    )
    body = {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 9}
    for call in (invoke, chunks):
        with refused("ValidationException", 400, message):
            call(runtime, HAIKU, body)
    assert invoke(runtime, "anthropic.claude-v2", body)["completion"] == "Hi."


EMPTY_CONTENT = (
    "messages.1: all messages must have non-empty content except for the optional final assistant "
    "message"
)


@pytest.mark.parametrize("model", [SONNET, HAIKU])
@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ([{"text": "Hi"}], "messages.1.content.0.type: Field required"),
        (
            [{"type": "text", "text": "Hi"}, {"image": {}}],
            "messages.1.content.1.type: Field required",
        ),
        ([{"type": "text", "text": ""}], "messages: text content blocks must be non-empty"),
        ("", EMPTY_CONTENT),
        ([], EMPTY_CONTENT),
        (None, "messages.1.content: Field required"),
    ],
)
def test_a_message_of_claude_without_content_is_refused(runtime, reply, model, content, fault):
    reply("Hi.")
    last = {"role": "user", **({} if content is None else {"content": content})}
    with refused("ValidationException", 400, fault):
        invoke(runtime, model, claude(messages=[{"role": "user", "content": "A"}, last]))
    # What an assistant is to go on with may be empty.
    if content in ("", []):
        last["role"] = "assistant"
        assert invoke(runtime, model, claude(messages=[{"role": "user", "content": "A"}, last]))


def test_other_parts_of_a_body_of_claude_are_required_too(runtime):
    with refused("ValidationException", 400, "messages.0.role: Field required"):
        invoke(runtime, SONNET, claude(messages=[{"content": "A"}]))
    with refused("ValidationException", 400, "system.0.type: Field required"):
        invoke(runtime, SONNET, claude(system=[{"text": "Be kind."}]))


def test_newer_models_of_claude_take_one_way_of_sampling(runtime, reply):
    reply("Hi.")
    both = claude(temperature=0.5, top_p=0.9)
    message = (
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    )
    for call in (invoke, chunks):
        with refused("ValidationException", 400, message):
            call(runtime, SONNET, both)
        assert call(runtime, "us.anthropic.claude-sonnet-4-20250514-v1:0", both)


@pytest.mark.parametrize("model", [SONNET, HAIKU])
@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (
            {"tools": [{"name": "f"}, {"name": "g"}, {"name": "f"}]},
            "tools: Tool names must be unique.",
        ),
        (
            {"tools": [{"name": "f"}], "tool_choice": {"type": "tool", "name": "g"}},
            "Tool 'g' not found in provided tools",
        ),
        ({"tool_choice": {"type": "tool", "name": "g"}}, "Tool 'g' not found in provided tools"),
    ],
)
def test_a_body_of_claude_with_wrong_names_of_tools_is_refused(runtime, reply, model, more, fault):
    reply("Hi.")
    with refused("ValidationException", 400, fault):
        invoke(runtime, model, claude(**more))


@pytest.mark.parametrize("model", [GPT, f"arn:aws:bedrock:us-east-1::foundation-model/{GPT}"])
def test_a_body_of_openai_may_repeat_what_the_call_says(runtime, reply, model):
    reply("Hi.")
    body = chat(model=GPT, stream=False)
    assert invoke(runtime, model, body)["choices"][0]["message"]["content"] == "Hi."
    assert chunks(runtime, model, chat(model=GPT, stream=True))
    assert chunks(runtime, model, chat(model=None, stream=None))


def test_a_body_of_openai_that_names_another_model_is_refused(runtime, reply, bedrock):
    reply("Hi.", is_once=True)
    message = (
        "The model in the request body, openai.gpt-oss-20b-1:0, isn't the model of the request. "
        f"Leave model out of the body, or set it to one of: {GPT}."
    )
    with refused("ValidationException", 400, message):
        invoke(runtime, GPT, chat(model="openai.gpt-oss-20b-1:0"))
    assert len(bedrock.unused()) == 1


@pytest.mark.parametrize(
    ("call", "asked", "action"),
    [
        (invoke, True, "InvokeModelWithResponseStream"),
        (chunks, False, "InvokeModel"),
    ],
    ids=["a stream", "no stream"],
)
def test_a_body_of_openai_that_asks_for_another_form_is_refused(runtime, call, asked, action):
    message = (
        f"The request body has stream set to {json.dumps(asked)}, which this action doesn't "
        f"support. Leave stream out of the body, or call {action}."
    )
    with refused("ValidationException", 400, message):
        call(runtime, GPT, chat(stream=asked))


def test_an_unknown_guardrail_is_refused(runtime):
    message = "The guardrail identifier or version provided in the request does not exist."
    with refused("ValidationException", 400, message):
        invoke(runtime, HAIKU, claude(), guardrailIdentifier="abcdefghijkl", guardrailVersion="1")


def test_a_reply_without_text_is_none_of_a_model_that_answers_with_text(runtime, reply):
    reply(Reply(embedding=[1.0]))
    message = f"The reply for {HAIKU} has no text, and that is what it answers with."
    with refused("ValidationException", 400, message):
        invoke(runtime, HAIKU, claude())


@pytest.mark.parametrize(
    "config", [{"foundation_models": [{"modelId": "acme.one"}]}], indirect=True
)
def test_a_family_that_is_not_known_is_not_implemented(runtime):
    with pytest.raises(NotImplementedError, match=r"InvokeModel of acme\.one"):
        invoke(runtime, "acme.one", {"prompt": "x"})


# --- images ---------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n"


@pytest.mark.parametrize("model", ["amazon.nova-canvas-v1:0", "amazon.titan-image-generator-v2:0"])
def test_images_of_a_task_are_as_many_as_it_asks_for(runtime, reply, model):
    body = {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "a cat"},
        "imageGenerationConfig": {"numberOfImages": 2},
    }
    images = invoke(runtime, model, body)["images"]
    assert len(images) == 2
    assert all(base64.b64decode(image).startswith(PNG) for image in images)
    reply(Reply(images=[b"mine"]), user="cat")
    assert invoke(runtime, model, body) == {"images": [base64.b64encode(b"mine").decode()]}
    assert len(invoke(runtime, model, {"taskType": "BACKGROUND_REMOVAL"})["images"]) == 1


def test_stability_answers_with_one_image_and_its_seed(runtime):
    model = "us.stability.stable-image-inpaint-v1:0"
    answer = invoke(runtime, model, {"prompt": "a cat", "seed": 7})
    assert list(answer) == ["seeds", "finish_reasons", "images"]
    assert (answer["seeds"], answer["finish_reasons"]) == ([7], [None])
    assert base64.b64decode(answer["images"][0]).startswith(PNG)
    (seed,) = invoke(runtime, model, {"prompt": "a cat"})["seeds"]
    assert seed > 0


@pytest.mark.parametrize("raw", [{"generation": "x"}, b'{"generation": "x"}'])
def test_a_body_can_be_given_as_it_is(runtime, reply, raw):
    reply(Reply(raw=raw))
    assert invoke(runtime, HAIKU, claude()) == {"generation": "x"}
    (chunk,) = chunks(runtime, HAIKU, claude())
    assert chunk["generation"] == "x"
    reply(Reply(raw=[{"a": 1}, {"b": 2}]))
    first, last = chunks(runtime, HAIKU, claude())
    assert (first, last["b"]) == ({"a": 1}, 2)


def test_json_is_text_of_every_family(runtime, reply):
    reply(Reply(json={"a": 1}))
    assert (
        invoke(runtime, "meta.llama3-70b-instruct-v1:0", {"prompt": "x"})["generation"]
        == '{"a": 1}'
    )


def test_an_image_reports_no_prompt_cache(runtime):
    body = {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}}
    answer = runtime.invoke_model(modelId="amazon.nova-canvas-v1:0", body=json.dumps(body))
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert [name for name in headers if name.startswith("x-amzn-bedrock-")] == [
        "x-amzn-bedrock-invocation-latency"
    ]
