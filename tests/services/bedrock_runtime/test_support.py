"""Blocks and fields that a model does not support are refused in the words of the service."""

from __future__ import annotations

import pytest

from support import in_process, refused

pytestmark = in_process

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"
LLAMA = "us.meta.llama3-3-70b-instruct-v1:0"
TITAN = "amazon.titan-text-express-v1"
IMAGE = {"image": {"format": "png", "source": {"bytes": b"png"}}}
VIDEO = {"video": {"format": "mp4", "source": {"bytes": b"mp4"}}}
AUDIO = {"audio": {"format": "mp3", "source": {"bytes": b"mp3"}}}
IN_S3 = {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://bucket/key"}}}}
THOUGHT = {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "abc"}}}
TOOLS = {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}]}


def ask(client, model, *blocks, method="converse", **members):
    messages = members.pop("messages", [])
    messages = [*messages, {"role": "user", "content": [{"text": "Look:"}, *blocks]}]
    return getattr(client, method)(modelId=model, messages=messages, **members)


def no_block(kind):
    return (
        f"This model doesn't support the {kind} content block that you provided. Update the "
        "content block and try again."
    )


def no_field(name):
    return f"This model doesn't support the {name} field. Remove {name} and try again."


def in_result(block):
    used = {"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}
    return {
        "messages": [
            {"role": "user", "content": [{"text": "Hi"}]},
            {"role": "assistant", "content": [used]},
            {"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [block]}}]},
            {"role": "assistant", "content": [{"text": "I see."}]},
        ],
        "toolConfig": TOOLS,
    }


@pytest.mark.parametrize(
    ("model", "block", "kind"),
    [
        (CLAUDE, VIDEO, "video"),
        ("amazon.nova-micro-v1:0", IMAGE, "image"),
        (TITAN, IMAGE, "image"),
        (CLAUDE, AUDIO, "audio"),
    ],
)
def test_a_block_of_another_modality_is_refused(runtime, model, block, kind):
    if kind == "audio" and "audio" not in _members_of_blocks(runtime):
        pytest.skip("the installed botocore has no audio")
    with refused("ValidationException", 400, no_block(kind)):
        ask(runtime, model, block)


def _members_of_blocks(client):
    shape = client.meta.service_model.operation_model("Converse").input_shape
    return shape.members["messages"].member.members["content"].member.members


def test_a_block_within_the_result_of_a_tool_counts_too(runtime):
    with refused("ValidationException", 400, no_block("video")):
        ask(runtime, CLAUDE, **in_result(VIDEO))


@pytest.mark.parametrize(
    ("model", "block"), [(NOVA, IMAGE), (NOVA, VIDEO), (CLAUDE, IMAGE), (NOVA, IN_S3)]
)
def test_a_block_that_the_model_takes_is_accepted(runtime, reply, model, block):
    reply("Fine.")
    assert ask(runtime, model, block)["stopReason"] == "end_turn"


def test_a_model_whose_modalities_are_not_known_takes_all(runtime, reply):
    reply("Fine.")
    assert ask(runtime, "anthropic.claude-v2", IMAGE)["stopReason"] == "end_turn"


def test_a_video_in_a_result_was_recorded_as_accepted(runtime, reply):
    reply("Fine.")
    answer = ask(runtime, "us.amazon.nova-2-lite-v1:0", **in_result(VIDEO))
    assert answer["stopReason"] == "end_turn"


@pytest.mark.parametrize(
    ("model", "members", "name"),
    [
        (LLAMA, {"toolConfig": {**TOOLS, "toolChoice": {"any": {}}}}, "toolConfig.toolChoice.any"),
        (
            NOVA,
            {
                "messages": [
                    {"role": "user", "content": [{"text": "Hi"}]},
                    {"role": "assistant", "content": [THOUGHT, {"text": "42"}]},
                ]
            },
            "reasoningContent.reasoningText.signature",
        ),
    ],
)
def test_a_field_that_the_family_lacks_is_refused(runtime, model, members, name):
    with refused("ValidationException", 400, no_field(name)):
        ask(runtime, model, **members)


def test_reasoning_that_is_not_signed_is_read_by_all_that_reason(runtime):
    thought = {"reasoningContent": {"reasoningText": {"text": "Hm."}}}
    asked = {"role": "user", "content": [{"text": "Hi"}]}
    said = {"role": "assistant", "content": [thought, {"text": "42"}]}
    answer = ask(runtime, NOVA, messages=[asked, said])
    assert answer["stopReason"] == "end_turn"


def test_claude_reads_nothing_from_s3(runtime):
    with refused("ValidationException", 400, no_field("s3Uri")):
        ask(runtime, CLAUDE, IN_S3)


def test_system_prompts_are_refused_where_the_family_has_none(runtime):
    message = (
        "This model doesn't support system messages. Try again without system messages or use a "
        "model that supports system messages."
    )
    with refused("ValidationException", 400, message):
        ask(runtime, TITAN, system=[{"text": "Be brief."}])
    assert ask(runtime, TITAN, system=[])["stopReason"] == "end_turn"


def test_llama_has_tools_without_a_stream_only(runtime, reply):
    reply("Fine.")
    assert ask(runtime, LLAMA, toolConfig=TOOLS)["stopReason"] == "end_turn"
    message = "This model doesn't support tool use in streaming mode."
    with refused("ValidationException", 400, message):
        ask(runtime, LLAMA, method="converse_stream", toolConfig=TOOLS)


def test_a_stop_sequence_of_claude_can_be_seen(runtime):
    message = (
        "The model returned the following errors: stop_sequences: each stop sequence must contain "
        "non-whitespace"
    )
    with refused("ValidationException", 400, message):
        ask(runtime, CLAUDE, inferenceConfig={"stopSequences": ["\n"]})
    assert ask(runtime, NOVA, inferenceConfig={"stopSequences": ["\n"]})["stopReason"] == "end_turn"


@pytest.mark.parametrize("model", ["cohere.rerank-v3-5:0", "amazon.nova-sonic-v1:0"])
def test_a_model_of_ranks_or_of_speech_does_not_converse(runtime, model):
    message = (
        "This action doesn't support the model that you provided. Try again with a supported text "
        "or chat model."
    )
    with refused("ValidationException", 400, message):
        ask(runtime, model)


def test_the_type_that_newer_models_give_to_tool_calls_comes_back(runtime, reply, bedrock):
    blocks = _members_of_blocks(runtime)
    if "type" not in blocks["toolUse"].members:
        pytest.skip("the installed botocore has no types of tool calls")
    reply({"toolUse": {"name": "f", "input": {}}}, tool="f")
    reply("Done.", after="f")
    first = {"role": "user", "content": [{"text": "Hi"}]}
    answer = runtime.converse(modelId=CLAUDE, messages=[first], toolConfig=TOOLS)
    message = answer["output"]["message"]
    use = message["content"][0]["toolUse"]
    assert use["type"] == "tool_use"
    result = {"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": "ok"}]}}
    answer = runtime.converse(
        modelId=CLAUDE,
        messages=[first, message, {"role": "user", "content": [result]}],
        toolConfig=TOOLS,
    )
    assert answer["output"]["message"]["content"] == [{"text": "Done."}]


ONE_WAY = (
    "The model returned the following errors: `temperature` and `top_p` cannot both be specified "
    "for this model. Please use only one."
)
BOTH = {"inferenceConfig": {"temperature": 0.5, "topP": 0.9}}


@pytest.mark.parametrize(
    ("model", "members"),
    [
        (CLAUDE, BOTH),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", BOTH),
        ("us.anthropic.claude-sonnet-4-6", BOTH),
        (
            CLAUDE,
            {
                "inferenceConfig": {"temperature": 0.5},
                "additionalModelRequestFields": {"top_p": 0.9},
            },
        ),
    ],
)
@pytest.mark.parametrize("method", ["converse", "converse_stream"])
def test_newer_models_of_claude_take_one_way_of_sampling(runtime, model, members, method):
    with refused("ValidationException", 400, ONE_WAY):
        ask(runtime, model, method=method, **members)
    for name in ("temperature", "topP"):
        assert ask(runtime, model, inferenceConfig={name: 0.5})


@pytest.mark.parametrize(
    "model",
    [
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "anthropic.claude-3-haiku-20240307-v1:0",
        NOVA,
    ],
)
def test_other_models_take_both_ways_of_sampling(runtime, model):
    assert ask(runtime, model, **BOTH)
