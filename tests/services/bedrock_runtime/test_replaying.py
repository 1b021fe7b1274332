"""Replay: what the mock has logged, and what the real service has, says what models answer."""

from __future__ import annotations

import gzip
import json
import re
from contextlib import closing

import boto3
import pytest
import requests
from botocore.exceptions import ClientError, EventStreamError

from bedrock_mock import Reply, mock_bedrock, reasoning, tool_use
from support import ACCOUNT, MOTO_API, REGION, endpoint_of

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
CLAUDE_ID = "anthropic.claude-sonnet-4-5-20250929-v1:0"
OLD_CLAUDE = "anthropic.claude-v2"
NOVA = "amazon.nova-lite-v1:0"
LLAMA = "meta.llama3-70b-instruct-v1:0"
GPT = "openai.gpt-oss-20b-1:0"
QUESTION = "What is the capital of France?"
WEATHER = {"toolSpec": {"name": "weather", "inputSchema": {"json": {"type": "object"}}}}
CLAUDES_WEATHER = {"name": "weather", "input_schema": {"type": "object"}}
FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
#: What differs: the log has no latency of InvokeModel.
HEADERS = ("date", "x-amzn-requestid", "x-amzn-bedrock-invocation-latency")


def messages(text=QUESTION):
    return [{"role": "user", "content": [{"text": text}]}]


def claudes(text=QUESTION, **members):
    said = [{"role": "user", "content": text}]
    return {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": said, **members}


def record(operation, model_id, sent, answered, *, inputs=5, outputs=7, **members):
    """A record as the service delivers it."""
    kind = "application/json"
    return {
        "timestamp": "2025-10-01T00:00:31Z",
        "accountId": "111122223333",
        "region": "us-east-2",
        "requestId": "00000000-0000-4000-8000-000000000000",
        "operation": operation,
        "modelId": model_id,
        "input": {"inputContentType": kind, "inputBodyJson": sent, "inputTokenCount": inputs},
        "output": {
            "outputContentType": kind,
            "outputBodyJson": answered,
            "outputTokenCount": outputs,
        },
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        **members,
    }


def conversed(content, model_id=NOVA, text=QUESTION, **members):
    """A record of Converse."""
    answer = {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "end_turn",
        "metrics": {"latencyMs": 123},
        "usage": {"inputTokens": 5, "outputTokens": 7, "totalTokens": 12},
    }
    return record("Converse", model_id, {"messages": messages(text)}, answer, **members)


def converse(runtime, model_id=NOVA, text=QUESTION, **members):
    answer = runtime.converse(modelId=model_id, messages=messages(text), **members)
    return answer["output"]["message"]["content"]


def invoke(runtime, model_id, body):
    answer = runtime.invoke_model(modelId=model_id, body=json.dumps(body))
    return json.loads(answer["body"].read())


def said(stream):
    """The text of a stream of Converse."""
    deltas = (
        event["contentBlockDelta"]["delta"] for event in stream if "contentBlockDelta" in event
    )
    return "".join(delta.get("text", "") for delta in deltas)


# --- what the mock has logged, byte for byte ------------------------------------------------


def bytes_of(path, body):
    """Sends a request past boto3; the headers and the bytes of its answer."""
    scope = f"Credential=AKIA/20300101/{REGION}/bedrock/aws4_request"
    answer = requests.post(
        f"{endpoint_of('bedrock-runtime')}{path}",
        data=json.dumps(body),
        headers={"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"},
        timeout=10,
    )
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return {name: headers[name] for name in headers if name not in HEADERS}, answer.content


TOOLED = [reasoning("Hm."), "I look.", tool_use("weather", city="Paris", days=[1, 2])]
CALLS = {
    "converse": (f"/model/{CLAUDE}/converse", {"messages": messages()}),
    "converse stream": (f"/model/{CLAUDE}/converse-stream", {"messages": messages()}),
    "claude": (f"/model/{CLAUDE}/invoke", claudes()),
    "claude stream": (f"/model/{CLAUDE}/invoke-with-response-stream", claudes()),
    "nova": (f"/model/{NOVA}/invoke", {"messages": messages()}),
    "nova stream": (f"/model/{NOVA}/invoke-with-response-stream", {"messages": messages()}),
    "llama": (f"/model/{LLAMA}/invoke", {"prompt": QUESTION}),
    "llama stream": (f"/model/{LLAMA}/invoke-with-response-stream", {"prompt": QUESTION}),
    "gpt converse stream": (f"/model/{GPT}/converse-stream", {"messages": messages()}),
    "gpt": (f"/model/{GPT}/invoke", {"messages": [{"role": "user", "content": QUESTION}]}),
    "titan": ("/model/amazon.titan-embed-text-v2:0/invoke", {"inputText": QUESTION}),
    "canvas": (
        "/model/amazon.nova-canvas-v1:0/invoke",
        {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": QUESTION}},
    ),
    "cohere": ("/model/cohere.command-text-v14/invoke", {"prompt": QUESTION}),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("content", ["Paris, naïve: 巴黎.", TOOLED], ids=["text", "tools"])
def test_what_the_mock_has_logged_comes_again_byte_for_byte(tmp_path, name, content):
    path, body = CALLS[name]
    usage = {"inputTokens": 11, "outputTokens": 3}
    with mock_bedrock() as bedrock:
        s3 = boto3.client("s3", REGION)
        s3.create_bucket(Bucket="my-bucket")
        config = {"s3Config": {"bucketName": "my-bucket", "keyPrefix": "some"}}
        bedrock.client(region_name=REGION).put_model_invocation_logging_configuration(
            loggingConfig=config
        )
        bedrock.reply(Reply(content, usage=usage))
        first = bytes_of(path, body)
        for each in s3.list_objects_v2(Bucket="my-bucket")["Contents"]:
            file = tmp_path / each["Key"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(s3.get_object(Bucket="my-bucket", Key=each["Key"])["Body"].read())
    with mock_bedrock() as bedrock:
        assert bedrock.replay(tmp_path) == 1
        assert bytes_of(path, body) == first
        assert bedrock.calls[-1].rule == f"replay({str(tmp_path)!r})"


def test_large_bodies_lie_beside_their_file(tmp_path):
    long = "x" * 150_000
    with mock_bedrock() as bedrock:
        s3 = boto3.client("s3", REGION)
        s3.create_bucket(Bucket="my-bucket")
        config = {"s3Config": {"bucketName": "my-bucket"}}
        bedrock.client(region_name=REGION).put_model_invocation_logging_configuration(
            loggingConfig=config
        )
        bedrock.reply(long)
        converse(bedrock.client("bedrock-runtime", region_name=REGION), text=long)
        bedrock.reply(Reply(raw=b"\xff not JSON"))
        bytes_of(*CALLS["llama"])
        bytes_of(*CALLS["llama stream"])
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket="my-bucket")["Contents"]]
        for key in keys:
            file = tmp_path / key
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(s3.get_object(Bucket="my-bucket", Key=key)["Body"].read())
        first = bytes_of(*CALLS["llama"]), bytes_of(*CALLS["llama stream"])
    with mock_bedrock() as bedrock:
        assert bedrock.replay(tmp_path) == 3
        assert converse(bedrock.client("bedrock-runtime", region_name=REGION), text=long) == [
            {"text": long}
        ]
        assert (bytes_of(*CALLS["llama"]), bytes_of(*CALLS["llama stream"])) == first


# --- what is found ----------------------------------------------------------------------------


def test_a_logged_conversation_answers_in_every_form(bedrock, runtime):
    bedrock.replay(records=[conversed([{"text": "Paris."}], CLAUDE)])
    answer = runtime.converse(modelId=CLAUDE, messages=messages())
    assert answer["output"]["message"]["content"] == [{"text": "Paris."}]
    assert answer["metrics"] == {"latencyMs": 123}
    assert answer["usage"]["totalTokens"] == 12
    stream = runtime.converse_stream(modelId=CLAUDE, messages=messages())["stream"]
    assert said(stream) == "Paris."
    found = invoke(runtime, CLAUDE, claudes())
    assert found["content"] == [{"type": "text", "text": "Paris."}]
    assert found["usage"]["input_tokens"] == 5
    answer = runtime.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(claudes()))
    chunks = [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]
    assert "".join(each.get("delta", {}).get("text", "") for each in chunks) == "Paris."


CLAUDES_ANSWER = {
    "type": "message",
    "role": "assistant",
    "content": [
        {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
        {"type": "thinking", "thinking": "Hm."},
        {"type": "redacted_thinking", "data": "abc"},
        {"type": "text", "text": "Paris."},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Paris"}},
    ],
    "stop_reason": "tool_use",
}
CLAUDES_CHUNKS = [
    {"type": "message_start", "message": {}},
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "thinking_delta", "thinking": "Hm."},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "signature_delta", "signature": "sig"},
    },
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Par"}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "is."}},
    {"type": "content_block_stop", "index": 1},
    {
        "type": "content_block_start",
        "index": 2,
        "content_block": {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}},
    },
    {
        "type": "content_block_delta",
        "index": 2,
        "delta": {"type": "input_json_delta", "partial_json": ""},
    },
    {
        "type": "content_block_delta",
        "index": 2,
        "delta": {"type": "input_json_delta", "partial_json": '{"city": "Paris"}'},
    },
    {"type": "content_block_stop", "index": 2},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"invocationLatency": 55}},
]
CHATS_ANSWER = {
    "choices": [
        {
            "message": {
                "role": "assistant",
                "content": "<reasoning>Hm.</reasoning>Paris.",
                "tool_calls": [
                    {"id": "c1", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}},
                    {"id": "c2", "function": {"name": "weather", "arguments": ""}},
                ],
            },
            "finish_reason": "tool_calls",
        }
    ]
}
CHATS_CHUNKS = [
    {"choices": [{"delta": {"role": "assistant", "content": "Par"}, "finish_reason": None}]},
    {"choices": [{"delta": {"content": "is."}}]},
    {
        "choices": [
            {
                "delta": {
                    "tool_calls": [
                        {
                            "index": 0,
                            "id": "c1",
                            "function": {"name": "weather", "arguments": '{"city"'},
                        }
                    ]
                }
            }
        ]
    },
    {
        "choices": [
            {"delta": {"tool_calls": [{"index": 0, "function": {"arguments": ': "Paris"}'}}]}}
        ]
    },
    {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
    {"choices": []},
]
NOVAS_CHUNKS = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"delta": {"text": "Par"}, "contentBlockIndex": 0}},
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"contentBlockDelta": {"delta": {"text": "is."}, "contentBlockIndex": 1}},
    {
        "contentBlockStart": {
            "start": {"toolUse": {"toolUseId": "t", "name": "weather"}},
            "contentBlockIndex": 2,
        }
    },
    {
        "contentBlockDelta": {
            "delta": {"toolUse": {"input": '{"city":"Paris"}'}},
            "contentBlockIndex": 2,
        }
    },
    {"messageStop": {"stopReason": "tool_use"}},
    {"metadata": {"usage": {}, "metrics": {}, "trace": {}}},
]
PROMPT = {"prompt": QUESTION}
CHAT = {"messages": [{"role": "user", "content": QUESTION}]}
USE = {"toolUse": {"name": "weather", "input": {"city": "Paris"}}}
TEXT = {"text": "Paris."}
LOGGED = {
    "claude": (CLAUDE, claudes(), CLAUDES_ANSWER, [TEXT, USE], "tool_use"),
    "claude stream": (CLAUDE, claudes(), CLAUDES_CHUNKS, [TEXT, USE], "tool_use"),
    "nova": (
        NOVA,
        {"messages": messages()},
        {
            "output": {"message": {"role": "assistant", "content": [TEXT]}},
            "stopReason": "max_tokens",
        },
        [TEXT],
        "max_tokens",
    ),
    "nova stream": (NOVA, {"messages": messages()}, NOVAS_CHUNKS, [TEXT, USE], "tool_use"),
    "chat": (
        GPT,
        CHAT,
        CHATS_ANSWER,
        [TEXT, USE, {"toolUse": {"name": "weather", "input": {}}}],
        "tool_use",
    ),
    "chat stream": (GPT, CHAT, CHATS_CHUNKS, [TEXT, USE], "tool_use"),
    "llama": (
        LLAMA,
        PROMPT,
        {"generation": "Paris.", "stop_reason": "length"},
        [TEXT],
        "max_tokens",
    ),
    "llama stream": (
        LLAMA,
        PROMPT,
        [{"generation": "Par", "stop_reason": None}, {"generation": "is.", "stop_reason": "stop"}],
        [TEXT],
        "end_turn",
    ),
    "mistral": (
        "mistral.mistral-7b-instruct-v0:2",
        PROMPT,
        {"outputs": [{"text": "Paris.", "stop_reason": "stop"}]},
        [TEXT],
        "end_turn",
    ),
    "mistral stream": (
        "mistral.mistral-7b-instruct-v0:2",
        PROMPT,
        [
            {"outputs": [{"text": "Par", "stop_reason": None}]},
            {"outputs": [{"text": "is.", "stop_reason": "length"}]},
        ],
        [TEXT],
        "max_tokens",
    ),
    "titan": (
        "amazon.titan-text-express-v1",
        {"inputText": QUESTION},
        {"results": [{"outputText": "Paris.", "completionReason": "FINISH"}]},
        [TEXT],
        "end_turn",
    ),
    "titan stream": (
        "amazon.titan-text-express-v1",
        {"inputText": QUESTION},
        [{"outputText": "Paris.", "completionReason": "LENGTH"}],
        [TEXT],
        "max_tokens",
    ),
    "command": (
        "cohere.command-text-v14",
        PROMPT,
        {"generations": [{"text": "Paris.", "finish_reason": "MAX_TOKENS"}]},
        [TEXT],
        "max_tokens",
    ),
    "command stream": (
        "cohere.command-text-v14",
        {**PROMPT, "stream": True},
        [
            {"text": "Par", "is_finished": False},
            {"text": "is.", "is_finished": False},
            {"finish_reason": "COMPLETE", "is_finished": True},
        ],
        [TEXT],
        "end_turn",
    ),
    "command r": (
        "cohere.command-r-v1:0",
        {"message": QUESTION},
        {"text": "Paris.", "finish_reason": "COMPLETE"},
        [TEXT],
        "end_turn",
    ),
    "jurassic": (
        "ai21.j2-mid-v1",
        PROMPT,
        {"completions": [{"data": {"text": "Paris."}, "finishReason": {"reason": "endoftext"}}]},
        [TEXT],
        "end_turn",
    ),
    "deepseek": (
        "us.deepseek.r1-v1:0",
        PROMPT,
        {"choices": [{"text": "Paris.", "stop_reason": "stop"}]},
        [TEXT],
        "end_turn",
    ),
    "deepseek stream": (
        "us.deepseek.r1-v1:0",
        PROMPT,
        [{"choices": [{"text": "Par"}]}, {"choices": [{"text": "is.", "stop_reason": "length"}]}],
        [TEXT],
        "max_tokens",
    ),
    "old claude": (
        OLD_CLAUDE,
        claudes(),
        {"content": [{"type": "text", "text": "Paris."}], "stop_reason": "stop_sequence"},
        [TEXT],
        "stop_sequence",
    ),
}


@pytest.mark.parametrize("name", LOGGED)
def test_a_logged_body_answers_a_conversation(bedrock, runtime, name):
    model_id, sent, answered, content, reason = LOGGED[name]
    is_stream = isinstance(answered, list)
    operation = "InvokeModelWithResponseStream" if is_stream else "InvokeModel"
    assert bedrock.replay(records=[record(operation, model_id, sent, answered)]) == 1
    answer = runtime.converse(modelId=model_id, messages=messages())
    found = [
        block for block in answer["output"]["message"]["content"] if "reasoningContent" not in block
    ]
    for block in found:
        block.get("toolUse", {}).pop("toolUseId", None)
        block.get("toolUse", {}).pop("type", None)
    assert found == content
    assert answer["stopReason"] == reason
    assert answer["usage"]["inputTokens"] == 5
    assert answer["usage"]["outputTokens"] == 7


def test_citations_and_redacted_thoughts_come_along(bedrock, runtime):
    place = {"document_index": 0, "start_char_index": 1, "end_char_index": 2}
    citation = {"type": "char_location", "cited_text": "So.", "document_title": "Book", **place}
    unheard = {"type": "unheard_location"}
    untitled = {**citation, "document_title": None}
    citations = [citation, untitled, unheard]
    redacted = {"type": "redacted_thinking", "data": "RW1wdHk="}
    text = {"type": "text", "text": "Paris.", "citations": citations}
    begun = {"type": "text", "text": "", "citations": []}
    streamed = [
        {"type": "message_start", "message": {}},
        {"type": "content_block_start", "index": 0, "content_block": redacted},
        {"type": "content_block_start", "index": 1, "content_block": begun},
        *(
            {"type": "content_block_delta", "index": 1, "delta": {"citation": each}}
            for each in citations
        ),
        {"type": "content_block_delta", "index": 1, "delta": {"text": "Paris."}},
    ]
    location = {"documentChar": {"documentIndex": 0, "start": 1, "end": 2}}
    source = [{"text": "So."}]
    cited = {
        "content": [{"text": "Paris."}],
        "citations": [
            {"title": "Book", "location": location, "sourceContent": source},
            {"location": location, "sourceContent": source},
        ],
    }
    for operation, answered in (
        ("InvokeModel", {"content": [redacted, {"type": "server_tool_use"}, text]}),
        ("InvokeModelWithResponseStream", streamed),
    ):
        bedrock.replay(records=[record(operation, CLAUDE, claudes(), answered)])
        thought, said = converse(runtime, CLAUDE)
        assert thought == {"reasoningContent": {"redactedContent": b"RW1wdHk="}}
        assert said == {"citationsContent": cited}


def test_thoughts_and_their_signatures_come_along(bedrock, runtime):
    for operation, answered in (
        ("InvokeModel", {**CLAUDES_ANSWER, "content": CLAUDES_ANSWER["content"][:1]}),
        ("InvokeModelWithResponseStream", CLAUDES_CHUNKS),
    ):
        bedrock.replay(records=[record(operation, CLAUDE, claudes(), answered)])
        thought = converse(runtime, CLAUDE)[0]["reasoningContent"]["reasoningText"]
        assert thought == {"text": "Hm.", "signature": "sig"}
    bedrock.replay(records=[record("InvokeModel", GPT, CHAT, CHATS_ANSWER)])
    (thought, *_) = converse(runtime, GPT)
    assert thought["reasoningContent"]["reasoningText"] == {"text": "Hm."}


def test_claude_by_a_prompt_and_by_messages_are_two_forms(bedrock, runtime):
    sent = {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 9}
    completion = {"type": "completion", "completion": "Hi.", "stop_reason": "stop_sequence"}
    bedrock.replay(records=[record("InvokeModel", OLD_CLAUDE, sent, completion)])
    assert invoke(runtime, OLD_CLAUDE, sent) == completion
    asked = bedrock.calls[-1].messages
    text = asked[-1]["content"][0]["text"]
    assert invoke(runtime, OLD_CLAUDE, claudes(text))["content"] == [
        {"type": "text", "text": "Hi."}
    ]
    stream = [
        {"completion": "H", "stop_reason": None},
        {"completion": "i.", "stop_reason": "max_tokens"},
    ]
    bedrock.replay(records=[record("InvokeModelWithResponseStream", OLD_CLAUDE, sent, stream)])
    found = invoke(runtime, OLD_CLAUDE, {**sent, "temperature": 0})
    assert (found["completion"], found["stop_reason"]) == ("Hi.", "max_tokens")


def test_an_agent_gets_its_whole_conversation_in_the_other_form(bedrock, runtime):
    use = {"toolUse": {"toolUseId": "tooluse_a", "name": "weather", "input": {"city": "Paris"}}}
    result = {"toolResult": {"toolUseId": "tooluse_a", "content": [{"text": "fine"}]}}
    history = [
        *messages(),
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result, {"cachePoint": {"type": "default"}}]},
    ]
    tools = {"toolConfig": {"tools": [WEATHER]}}
    first = conversed([use], CLAUDE)
    second = conversed([{"text": "It is fine."}], CLAUDE)
    for each, said_so_far in ((first, messages()), (second, history)):
        each["input"]["inputBodyJson"] = {"messages": said_so_far, **tools}
    bedrock.replay(records=[first, second])
    body = claudes(tools=[CLAUDES_WEATHER])
    (called,) = invoke(runtime, CLAUDE, body)["content"]
    assert called["input"] == {"city": "Paris"}
    answered = {"type": "tool_result", "tool_use_id": called["id"], "content": "fine"}
    body["messages"] += [
        {"role": "assistant", "content": [called]},
        {"role": "user", "content": [answered]},
    ]
    assert invoke(runtime, CLAUDE, body)["content"] == [{"type": "text", "text": "It is fine."}]
    body["messages"][-1]["content"][0]["content"] = "bad"
    assert invoke(runtime, CLAUDE, body)["content"][0]["text"] != "It is fine."


def test_results_of_several_tools_are_one_turn_or_several(bedrock, runtime):
    uses = [{"toolUse": {"toolUseId": n, "name": "weather", "input": {}}} for n in "ab"]
    results = [{"toolResult": {"toolUseId": n, "content": [{"text": n}]}} for n in "ab"]
    history = [
        *messages(),
        {"role": "assistant", "content": uses},
        {"role": "user", "content": results},
    ]
    logged = conversed([{"text": "Both."}], GPT)
    logged["input"]["inputBodyJson"] = {"messages": history}
    bedrock.replay(records=[logged])
    calls = [{"id": n, "function": {"name": "weather", "arguments": "{}"}} for n in "12"]
    body = {
        "messages": [
            *CHAT["messages"],
            {"role": "assistant", "content": None, "tool_calls": calls},
            {"role": "tool", "tool_call_id": "1", "content": "a"},
            {"role": "tool", "tool_call_id": "2", "content": "b"},
        ],
        "tools": [FUNCTION],
    }
    assert invoke(runtime, GPT, body)["choices"][0]["message"]["content"] == "Both."


def test_images_are_compared_by_their_bytes(bedrock, runtime):
    image = {"image": {"format": "png", "source": {"bytes": "iVBORw=="}}}
    logged = conversed([{"text": "A dot."}], CLAUDE)
    logged["input"]["inputBodyJson"]["messages"][0]["content"].append(image)
    bedrock.replay(records=[logged])
    sent = {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}
    content = [{"text": QUESTION}, sent]
    answer = runtime.converse(modelId=CLAUDE, messages=[{"role": "user", "content": content}])
    assert answer["output"]["message"]["content"] == [{"text": "A dot."}]
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}
    said = [{"type": "text", "text": QUESTION}, {"type": "image", "source": source}]
    assert invoke(runtime, CLAUDE, claudes(said))["content"][0]["text"] == "A dot."
    source["data"] = "AAAA"
    assert invoke(runtime, CLAUDE, claudes(said))["content"][0]["text"] != "A dot."


def test_answers_come_in_their_order_and_then_the_last_one_again(bedrock, runtime):
    texts = ["First.", "Second."]
    bedrock.replay(records=[conversed([{"text": text}]) for text in texts])
    found = [converse(runtime)[0]["text"] for _ in range(4)]
    assert found == ["First.", "Second.", "Second.", "Second."]


def test_the_same_system_prompts_go_before_others(bedrock, runtime):
    records = [conversed([{"text": text}]) for text in ("As A.", "As B.")]
    for each, system in zip(records, "AB", strict=True):
        each["input"]["inputBodyJson"]["system"] = [{"text": system}]
    bedrock.replay(records=records)
    assert converse(runtime, system=[{"text": "B"}]) == [{"text": "As B."}]
    assert converse(runtime, system=[{"text": "A"}]) == [{"text": "As A."}]
    assert converse(runtime, system=[{"text": "C"}]) == [{"text": "As A."}]


def test_vectors_need_the_same_body(bedrock, runtime):
    model = "amazon.titan-embed-text-v2:0"
    answer = {"embedding": [0.6, 0.8], "inputTextTokenCount": 1}
    logged = record("InvokeModel", model, {"inputText": "cat", "dimensions": 256}, answer)
    rerank = record(
        "InvokeModel",
        "cohere.rerank-v3-5:0",
        {"query": "a", "documents": ["b"], "api_version": 2},
        {"results": [{"index": 0, "relevance_score": 0.25}]},
    )
    assert bedrock.replay(records=[logged, rerank]) == 2
    assert invoke(runtime, model, {"dimensions": 256, "inputText": "cat"}) == answer
    assert len(invoke(runtime, model, {"inputText": "cat"})["embedding"]) == 1024
    body = rerank["input"]["inputBodyJson"]
    assert invoke(runtime, "cohere.rerank-v3-5:0", body) == rerank["output"]["outputBodyJson"]


@pytest.mark.parametrize(
    "model_id",
    [
        CLAUDE,
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/{CLAUDE}",
        f"global.{CLAUDE_ID}",
    ],
)
def test_a_model_is_the_same_through_any_profile(bedrock, runtime, model_id):
    arn = f"arn:aws:bedrock:us-west-2:111122223333:inference-profile/eu.{CLAUDE_ID}"
    bedrock.replay(records=[conversed([{"text": "Paris."}], arn)])
    assert converse(runtime, model_id) == [{"text": "Paris."}]
    assert converse(runtime) != [{"text": "Paris."}]


def test_an_imported_model_is_found_by_its_arn(bedrock, runtime):
    client = bedrock.client(region_name=REGION)
    client.create_model_import_job(
        jobName="job",
        importedModelName="model",
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/R",
        modelDataSource={"s3DataSource": {"s3Uri": "s3://my-bucket/m/"}},
    )
    arn = client.get_imported_model(modelIdentifier="model")["modelArn"]
    answer = {"generation": "Paris.", "stop_reason": "stop"}
    bedrock.replay(records=[record("InvokeModel", arn, PROMPT, answer)])
    assert invoke(runtime, arn, PROMPT) == answer
    chat = invoke(runtime, arn, CHAT)
    assert chat["choices"][0]["message"]["content"] == "Paris."


def test_tokens_of_the_prompt_cache_are_told(bedrock, runtime):
    counts = {"inputTokenCount": 5, "cacheReadInputTokenCount": 6, "cacheWriteInputTokenCount": 0}
    logged = record("InvokeModel", CLAUDE, claudes(), CLAUDES_ANSWER)
    logged["input"].update(counts)
    bedrock.replay(records=[logged])
    usage = runtime.converse(modelId=CLAUDE, messages=messages())["usage"]
    assert (usage["cacheReadInputTokens"], usage["cacheWriteInputTokens"]) == (6, 0)
    assert usage["totalTokens"] == 18


def test_words_that_are_newer_than_the_mock_are_replayed_by_what_is_known(bedrock, runtime):
    refused = {"content": [{"type": "text", "text": "No."}], "stop_reason": "refusal"}
    paused = {"output": {"message": {"role": "assistant", "content": [{"text": "Hm."}]}}}
    paused["stopReason"] = "paused"
    sent = {
        "anthropic_version": "x",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "A"}],
    }
    bedrock.replay(
        records=[
            record("InvokeModel", CLAUDE, sent, refused),
            record("Converse", NOVA, {"messages": messages("B")}, paused),
            record(
                "ConverseStream", NOVA, {"messages": messages("C")}, paused, errorCode="NewError"
            ),
        ]
    )
    answer = runtime.converse(modelId=CLAUDE, messages=messages("A"))
    assert answer["stopReason"] == "content_filtered"
    assert runtime.converse(modelId=NOVA, messages=messages("B"))["stopReason"] == "end_turn"
    with (
        closing(runtime.converse_stream(modelId=NOVA, messages=messages("C"))["stream"]) as stream,
        pytest.raises(EventStreamError, match="internalServerException"),
    ):
        said(stream)


def test_a_stream_that_broke_breaks_again(bedrock, runtime):
    chunks = [{"generation": "Par", "stop_reason": None}]
    answer = {
        "output": {
            "message": {
                "role": "assistant",
                "content": [
                    {"text": "Par"},
                    {"toolUse": {"toolUseId": "t", "name": "f", "input": '{"a'}},
                ],
            }
        }
    }
    error = {"errorCode": "ModelStreamErrorException"}
    bedrock.replay(
        records=[
            record("InvokeModelWithResponseStream", LLAMA, PROMPT, chunks, **error),
            record("ConverseStream", NOVA, {"messages": messages()}, answer, **error),
        ]
    )
    body = json.dumps(PROMPT)
    with closing(
        runtime.invoke_model_with_response_stream(modelId=LLAMA, body=body)["body"]
    ) as stream:
        events = iter(stream)
        assert json.loads(next(events)["chunk"]["bytes"]) == chunks[0]
        with pytest.raises(EventStreamError, match="modelStreamErrorException"):
            next(events)
    answer = runtime.converse_stream(modelId=NOVA, messages=messages())
    with (
        closing(answer["stream"]) as stream,
        pytest.raises(EventStreamError, match="modelStreamErrorException"),
    ):
        said(stream)
    with pytest.raises(runtime.exceptions.ModelErrorException):
        converse(runtime)


def test_blocks_that_the_service_model_lacks_are_left_out(bedrock, runtime):
    content = [{"text": 5}, {"unheard": {"of": 1}}, {"text": "A"}]
    bedrock.replay(records=[conversed(content)])
    assert converse(runtime) == [{"text": "A"}]


def test_a_chat_may_have_calls_of_tools_and_no_text(bedrock, runtime):
    (choice,) = CHATS_ANSWER["choices"]
    message = {**choice["message"], "content": None}
    answer = {"choices": [{**choice, "message": message}]}
    bedrock.replay(records=[record("InvokeModel", GPT, CHAT, answer)])
    assert [list(block) for block in converse(runtime, GPT)] == [["toolUse"], ["toolUse"]]


def test_a_replay_ranks_as_a_rule_with_two_conditions(bedrock, runtime):
    bedrock.replay(records=[conversed([{"text": "Logged."}])])
    bedrock.reply("One condition.", user="France")
    assert converse(runtime) == [{"text": "Logged."}]
    bedrock.reply("Two.", user="France", model="amazon.*")
    assert converse(runtime) == [{"text": "Two."}]
    bedrock.reply_next("Next.")
    assert converse(runtime) == [{"text": "Next."}]


def test_a_replay_can_be_for_one_region(bedrock, runtime):
    bedrock.replay(records=[conversed([{"text": "Logged."}])], region_name="us-west-2")
    assert converse(runtime) != [{"text": "Logged."}]
    west = bedrock.client("bedrock-runtime", region_name="us-west-2")
    assert converse(west) == [{"text": "Logged."}]


@pytest.mark.parametrize("config", [{"unmatched": "error"}], indirect=True)
def test_a_question_that_was_not_logged_can_be_an_error(bedrock, runtime):
    bedrock.replay(records=[conversed([{"text": "Logged."}])])
    assert converse(runtime) == [{"text": "Logged."}]
    with pytest.raises(ClientError, match=r"the nearest rule is replay\(records=\.\.\.\)"):
        converse(runtime, text="Another question")


# --- files ------------------------------------------------------------------------------------


def written(file, *records):
    content = "".join(json.dumps(each) + "\n" for each in records).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
    return file


@pytest.mark.parametrize("name", ["log.jsonl", "log.json.gz", "log.txt"])
def test_a_file_is_plain_or_gzip(bedrock, runtime, tmp_path, name):
    file = written(
        tmp_path / name, conversed([{"text": "A"}]), conversed([{"text": "B\u2028"}], LLAMA)
    )
    assert bedrock.replay(str(file)) == 2
    assert converse(runtime) == [{"text": "A"}]
    assert converse(runtime, LLAMA) == [{"text": "B\u2028"}]
    assert bedrock.calls[-1].rule == f"replay({str(file)!r})"


def test_a_folder_is_read_with_its_folders_in_the_order_of_time(bedrock, runtime, tmp_path):
    late = conversed([{"text": "Late."}], timestamp="2025-10-01T00:00:32Z")
    written(tmp_path / "09" / "a.json.gz", late)
    written(tmp_path / "10" / "b.json.gz", conversed([{"text": "Early."}]))
    tmp_path.joinpath("amazon-bedrock-logs-permission-check.json").write_bytes(b"")
    tmp_path.joinpath("README.md").write_text("Logs.")
    data = tmp_path / "10" / "data" / "x_input.json.gz"
    data.parent.mkdir()
    data.write_bytes(gzip.compress(b"{}"))
    assert bedrock.replay(tmp_path) == 2
    assert [converse(runtime)[0]["text"] for _ in "ab"] == ["Early.", "Late."]


@pytest.mark.parametrize("folder", ["data", "."])
def test_bodies_apart_lie_beside_the_file(bedrock, runtime, tmp_path, folder):
    logged = conversed([{"text": "Paris."}])
    for part in ("input", "output"):
        body = logged[part].pop(f"{part}BodyJson")
        logged[part][f"{part}BodyS3Path"] = f"s3://bucket/a/data/1_{part}.json.gz"
        file = tmp_path / folder / f"1_{part}.json.gz"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(gzip.compress(json.dumps(body).encode()))
    assert bedrock.replay(written(tmp_path / "log.json", logged)) == 1
    assert converse(runtime) == [{"text": "Paris."}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no JSON", "log.json, line 1 is not an invocation log: Expecting value"),
        (b"{}", "it is not an object with the schemaType ModelInvocationLog"),
        (b"\n\n[]", "line 3 is not an invocation log"),
        (b'{"schemaType": "ModelInvocationLog", "modelId": "\\ud800"}', "line 1 is not an inv"),
        (b"\x1f\x8bbroken", "log.json is not an invocation log"),
        (b"", "none of the 0 records has both a request and an answer"),
    ],
)
def test_a_file_of_something_else_is_refused(bedrock, tmp_path, content, message):
    file = tmp_path / "log.json"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        bedrock.replay(file)


def test_a_path_without_logs_is_refused(bedrock, tmp_path):
    with pytest.raises(ValueError, match="has no file of invocation logs"):
        bedrock.replay(tmp_path)
    for arguments in ({}, {"path": "a", "records": []}):
        with pytest.raises(ValueError, match="give the path of a file or a folder, or records"):
            bedrock.replay(**arguments)


def test_a_path_that_does_not_exist_is_refused_with_names_that_do(bedrock, tmp_path):
    empty = f"replay: there is no file or folder '{tmp_path}/calls.jsonl'. {tmp_path} is empty"
    with pytest.raises(FileNotFoundError, match=re.escape(empty)):
        bedrock.replay(tmp_path / "calls.jsonl")
    for name in ("a.txt", "b.txt", "call.jsonl"):
        (tmp_path / name).touch()
    with pytest.raises(FileNotFoundError, match=r"there is: call\.jsonl$"):
        bedrock.replay(tmp_path / "calls.jsonl")
    with pytest.raises(FileNotFoundError, match=r"there is: a\.txt, b\.txt, call\.jsonl$"):
        bedrock.replay(str(tmp_path / "x"))
    missing = f"{tmp_path}/x/y is missing, too: of its path only {tmp_path} is there"
    with pytest.raises(FileNotFoundError, match=re.escape(missing)):
        bedrock.replay(tmp_path / "x/y/z.json")


def without(part, logged):
    del logged[part][f"{part}BodyJson"]
    return logged


@pytest.mark.parametrize(
    "useless",
    [
        {},
        without("input", conversed([])),
        without("output", conversed([])),
        record("Unheard", NOVA, {"messages": []}, {"a": 1}),
        record("InvokeModelWithResponseStream", NOVA, {"messages": []}, {"a": 1}),
        {**conversed([]), "output": None, "errorCode": "ThrottlingException"},
        {**conversed([]), "operation": ["Converse"]},
        {**conversed([]), "modelId": None},
        {**conversed([]), "input": "no object"},
        {**conversed([]), "input": {"inputBodyJson": {"messages": "no list"}}},
        record("Converse", NOVA, {"messages": messages()}, {"output": 5}),
        5,
    ],
)
def test_records_without_an_answer_are_passed_over(bedrock, useless):
    message = r"replay\(records=\.\.\.\): (none of the 1 records has|each of the records is)"
    with pytest.raises(ValueError, match=message):
        bedrock.replay(records=[useless])


@pytest.mark.parametrize(
    ("model_id", "sent", "answered"),
    [
        (LLAMA, {"no": "prompt"}, {"generation": "Paris."}),
        (CLAUDE, {"messages": 5}, CLAUDES_ANSWER),
        ("unheard.of", PROMPT, {"generation": "Paris."}),
        (LLAMA, PROMPT, {"choices": []}),
        (LLAMA, PROMPT, ["a"]),
        (LLAMA, PROMPT, b"no JSON"),
    ],
)
def test_a_record_that_cannot_be_read_answers_its_own_body_only(
    bedrock, runtime, model_id, sent, answered
):
    is_stream = isinstance(answered, list)
    operation = "InvokeModelWithResponseStream" if is_stream else "InvokeModel"
    assert bedrock.replay(records=[record(operation, model_id, sent, answered)]) == 1
    assert converse(runtime, LLAMA) != [{"text": "Paris."}]
    if sent == PROMPT and model_id == LLAMA and not is_stream:
        answer = runtime.invoke_model(modelId=LLAMA, body=json.dumps(PROMPT))["body"].read()
        assert answer == (
            answered if isinstance(answered, bytes) else json.dumps(answered).encode()
        )


def test_a_path_alone_cannot_be_sent(bedrock):
    answer = requests.post(f"{MOTO_API}/bedrock/replay", json={"path": "log.json"}, timeout=10)
    assert answer.status_code == 400
    assert "replay('log.json'): send the records" in answer.json()["message"]
