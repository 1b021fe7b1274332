"""What an answer of Converse has beside its text: usage, fields of the model, other blocks."""

from __future__ import annotations

import json

import pytest
import requests

from bedrock_mock import Reply, reasoning, tool_use
from support import REGION, in_process, known, needs, refused

pytestmark = in_process

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
SONNET_5 = "us.anthropic.claude-sonnet-5"
NOVA = "us.amazon.nova-lite-v1:0"
USER = {"role": "user", "content": [{"text": "Hello"}]}
POINT = {"cachePoint": {"type": "default"}}


def wire(model, **members):
    """The answer on the wire, with the members that boto3 drops."""
    url = f"https://bedrock-runtime.{REGION}.amazonaws.com/model/{model}/converse"
    answer = requests.post(url, json.dumps({"messages": [USER], **members}), timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def events(client, model, **members):
    answer = client.converse_stream(modelId=model, messages=[USER], **members)
    return [event for each in answer["stream"] for event in each.items()]


# --- usage ------------------------------------------------------------------------------------


def test_the_wire_has_each_count_of_the_cache_twice(bedrock):
    bedrock.reply(Reply("Hi", usage={"cacheWriteInputTokens": 2074}))
    assert wire(SONNET)["usage"] == {
        "inputTokens": 2,
        "outputTokens": 1,
        "totalTokens": 2077,
        "cacheReadInputTokens": 0,
        "cacheReadInputTokenCount": 0,
        "cacheWriteInputTokens": 2074,
        "cacheWriteInputTokenCount": 2074,
        "cacheDetails": [{"inputTokens": 2074, "ttl": "5m"}],
        "serverToolUsage": {},
    }


def test_nova_reports_the_cache_where_a_request_has_points(bedrock):
    assert "cacheReadInputTokens" not in wire(NOVA)["usage"]
    message = {"role": "user", "content": [{"text": "Hello"}, POINT]}
    assert wire(NOVA, messages=[message])["usage"]["cacheReadInputTokens"] == 0
    assert "cacheReadInputTokens" not in wire(HAIKU, messages=[message])["usage"]


def test_a_stream_reports_the_cache_where_it_is_used(runtime, reply):
    def usage(**members):
        return events(runtime, SONNET, **members)[-1][1]["usage"]

    assert "cacheReadInputTokens" not in usage()
    assert usage(system=[{"text": "Be brief."}, POINT])["cacheReadInputTokens"] == 0


def test_sonnet_5_leaves_out_what_was_not_written(bedrock):
    usage = wire(SONNET_5)["usage"]
    assert "cacheReadInputTokens" in usage
    assert "cacheWriteInputTokens" not in usage


def test_a_stream_says_at_its_end_what_was_asked_for(runtime):
    asked = {"performanceConfig": {"latency": "optimized"}}
    name, metadata = events(runtime, NOVA, **asked)[-1]
    assert name == "metadata"
    assert metadata["performanceConfig"] == {"latency": "optimized"}


# --- fields of the model ------------------------------------------------------------------------


def test_fields_of_the_models_own_answer_come_by_their_pointers(runtime, reply):
    reply("Hi")
    paths = ["/stop_sequence", "/usage/input_tokens", "/content/0/type", "/nothing", "test"]
    asked = {"messages": [USER], "additionalModelResponseFieldPaths": paths}
    answer = runtime.converse(modelId=HAIKU, **asked)
    fields = {
        "stop_sequence": None,
        "usage": {"input_tokens": 2},
        "content": {"0": {"type": "text"}},
    }
    assert answer["additionalModelResponseFields"] == fields
    stop = dict(events(runtime, HAIKU, additionalModelResponseFieldPaths=paths))["messageStop"]
    assert stop == {"stopReason": "end_turn", "additionalModelResponseFields": fields}


def test_a_pointer_into_what_another_has_brought_adds_nothing(runtime, reply):
    reply("Hi")
    paths = ["/usage", "/usage/input_tokens", "/content", "/content/0/type", "/content/0"]
    answer = runtime.converse(
        modelId=HAIKU, messages=[USER], additionalModelResponseFieldPaths=paths
    )
    fields = answer["additionalModelResponseFields"]
    assert fields["usage"] == {"input_tokens": 2, "output_tokens": 1}
    assert fields["content"] == [{"type": "text", "text": "Hi"}]


def test_the_sequence_at_which_claude_stops_is_a_field_of_its_answer(runtime, reply):
    reply(Reply("Hi", stop_reason="stop_sequence"))
    answer = runtime.converse(
        modelId=HAIKU,
        messages=[USER],
        inferenceConfig={"stopSequences": ["END"]},
        additionalModelResponseFieldPaths=["/stop_sequence"],
    )
    assert answer["additionalModelResponseFields"] == {"stop_sequence": "END"}


@pytest.mark.parametrize(
    "config", [{"foundation_models": [{"modelId": "acme.one"}]}], indirect=True
)
def test_fields_that_no_answer_has_are_passed_over(runtime):
    for model in ("acme.one", "cohere.command-text-v14", "ai21.j2-mid-v1"):
        answer = runtime.converse(
            modelId=model, messages=[USER], additionalModelResponseFieldPaths=["/no~1thing"]
        )
        assert "additionalModelResponseFields" not in answer


# --- JSON by a schema ---------------------------------------------------------------------------

SCHEMA = {
    "type": "object",
    "properties": {"city": {"enum": ["Paris"]}, "days": {"type": "integer", "minimum": 2}},
    "required": ["city", "days"],
}


def structured(schema):
    structure = {"jsonSchema": {"schema": schema, "name": "answer"}}
    return {"outputConfig": {"textFormat": {"type": "json_schema", "structure": structure}}}


def test_json_is_made_from_the_schema_that_is_asked_for(bedrock):
    needs(known("ConverseRequest", ["outputConfig"]))
    answer = wire(NOVA, **structured(json.dumps(SCHEMA)))
    (block,) = answer["output"]["message"]["content"]
    assert json.loads(block["text"]) == {"city": "Paris", "days": 2}


def test_a_schema_that_is_not_json_is_refused(runtime):
    needs(known("ConverseRequest", ["outputConfig"]))
    message = (
        "The value at outputConfig.textFormat.structure.jsonSchema.schema is not valid JSON. "
        "Provide a JSON schema and try again."
    )
    with refused("ValidationException", 400, message):
        runtime.converse(modelId=NOVA, messages=[USER], **structured("{"))


# --- blocks in streams ----------------------------------------------------------------------------


def deltas(found):
    return [members["delta"] for name, members in found if name == "contentBlockDelta"]


def test_chunks_go_through_all_texts_of_a_reply(runtime, reply):
    content = ["Hello", tool_use("f"), " world", ""]
    reply(Reply(content, chunks=["Hel", "lo w", "orld"]))
    found = deltas(events(runtime, NOVA))
    assert [each["text"] for each in found if "text" in each] == ["Hel", "lo", " w", "orld", ""]


def test_chunks_of_json_are_those_of_its_text(runtime, reply):
    reply(Reply(json={"a": 1}, chunks=['{"a"', ": 1}"]))
    assert deltas(events(runtime, NOVA)) == [{"text": '{"a"'}, {"text": ": 1}"}]


def test_deepseek_thinks_after_its_text(runtime, reply):
    reply([reasoning("Hm."), "42"])
    model = "us.deepseek.r1-v1:0"
    answer = runtime.converse(modelId=model, messages=[USER])
    blocks = answer["output"]["message"]["content"]
    assert [next(iter(block)) for block in blocks] == ["text", "reasoningContent"]


def test_gpt_oss_begins_with_an_empty_text(runtime, reply):
    reply([reasoning("Hm."), "42"])
    found = events(runtime, "openai.gpt-oss-120b-1:0")
    assert deltas(found) == [
        {"text": ""},
        {"reasoningContent": {"text": "Hm."}},
        {"text": "42"},
    ]
    starts = [
        members["contentBlockIndex"] for name, members in found if name == "contentBlockDelta"
    ]
    assert starts == [0, 1, 2]


def test_citations_come_before_their_text(runtime, reply):
    shape = runtime.meta.service_model.operation_model("ConverseStream").output_shape
    delta = shape.members["stream"].members["contentBlockDelta"].members["delta"]
    if "citation" not in delta.members:
        pytest.skip("the installed botocore has no citations")
    place = {"documentChar": {"documentIndex": 0, "start": 1, "end": 5}}
    citation = {"title": "Guide", "location": place, "sourceContent": [{"text": "Paris"}]}
    reply({"citationsContent": {"citations": [citation], "content": [{"text": "Paris"}]}})
    assert deltas(events(runtime, NOVA)) == [{"citation": citation}, {"text": "Paris"}]
    answer = runtime.converse(modelId=NOVA, messages=[USER])
    assert answer["usage"]["outputTokens"] > 0


def test_the_result_of_a_server_tool_has_a_start(runtime, reply):
    shape = runtime.meta.service_model.operation_model("ConverseStream").output_shape
    start = shape.members["stream"].members["contentBlockStart"].members["start"]
    if "toolResult" not in start.members:
        pytest.skip("the installed botocore has no results in streams")
    said = {"toolUseId": "t", "status": "success", "content": [{"json": {"stdOut": "4"}}]}
    reply([{"toolResult": {**said, "type": "nova_code_interpreter_result"}}])
    found = dict(events(runtime, "us.amazon.nova-2-lite-v1:0"))
    assert found["contentBlockStart"]["start"]["toolResult"]["toolUseId"] == "t"
    assert found["contentBlockDelta"]["delta"] == {"toolResult": [{"json": {"stdOut": "4"}}]}


def test_an_image_has_its_format_at_the_start(runtime, reply):
    shape = runtime.meta.service_model.operation_model("ConverseStream").output_shape
    start = shape.members["stream"].members["contentBlockStart"].members["start"]
    if "image" not in start.members:
        pytest.skip("the installed botocore has no images in streams")
    reply({"image": {"format": "png", "source": {"bytes": b"png"}}})
    found = dict(events(runtime, NOVA))
    assert found["contentBlockStart"]["start"] == {"image": {"format": "png"}}
    assert found["contentBlockDelta"]["delta"] == {"image": {"source": {"bytes": b"png"}}}


def test_newer_models_stream_the_type_of_a_tool_call(runtime, reply):
    reply(tool_use("f"))
    start = dict(events(runtime, SONNET))["contentBlockStart"]["start"]["toolUse"]
    assert (start["name"], start.get("type", "tool_use")) == ("f", "tool_use")
    assert "type" not in dict(events(runtime, NOVA))["contentBlockStart"]["start"]["toolUse"]
