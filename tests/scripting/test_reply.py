"""What a test can have a model answer, and what is refused at once."""

from __future__ import annotations

import math
import re

import pytest
from botocore.session import get_session

from bedrock_mock import Reply, mock_bedrock, reasoning, tool_use
from bedrock_mock.scripting.reply import reply_of
from bedrock_mock.scripting.reply_checks import ERRORS, STOP_REASONS
from support import in_process


def test_text_blocks_and_lists_are_content():
    assert Reply("Hi").blocks == [{"text": "Hi"}]
    assert Reply(["a", reasoning("b"), tool_use("c", d=1), {"text": "e"}]).blocks == [
        {"text": "a"},
        {"reasoningContent": {"reasoningText": {"text": "b"}}},
        {"toolUse": {"name": "c", "input": {"d": 1}}},
        {"text": "e"},
    ]
    assert Reply(["a", reasoning("b"), "c"]).text == "ac"
    assert tool_use("f", name="x")["toolUse"]["input"] == {"name": "x"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Hi", Reply("Hi")),
        (Reply("Hi"), Reply("Hi")),
        ({"text": "Hi"}, Reply({"text": "Hi"})),
        ({"content": "Hi", "stop_reason": "max_tokens"}, Reply("Hi", stop_reason="max_tokens")),
        ({"json": {"a": 1}}, Reply(json={"a": 1})),
    ],
)
def test_what_is_said_becomes_a_reply(said, expected):
    assert reply_of(said) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Reply('Hi')",
        "Reply(['a', {'text': 'b'}], stop_reason='max_tokens', delay=0.5)",
        "Reply(raw=b'x', latency_ms=5)",
        "Reply(error='throttlingException')",
    ],
)
def test_a_reply_is_shown_as_it_was_written(text):
    assert repr(eval(text)) == text  # noqa: S307 - a text of this test


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Reply: give one of content, json, raw, embedding, images, scores, not none"),
        ({"json": 1, "raw": 2}, "not json and raw"),
        ({"content": 5}, "a model answers with text, a block, a list of them or a Reply, not"),
        ({"content": {"a": 1}}, "{'a': 1} is not a content block.*For an answer that is JSON"),
        (
            {"content": "Hi", "stop_reason": "max_token"},
            r"Reply: unknown stop_reason 'max_token'\. Did you mean: max_tokens\? Known: end_turn",
        ),
        ({"content": "Hi", "stop_reason": 5}, r"unknown stop_reason 5\. Known: end_turn, tool_use"),
        (
            {"error": "Throttling"},
            r"Reply: unknown error 'Throttling'\. Did you mean: throttlingException\? Known: acc",
        ),
        ({"error": "Nope"}, r"Reply: unknown error 'Nope'\. Known: accessDeniedException, "),
        ({"error": 5}, r"Reply: unknown error 5\. Known:"),
        ({"content": "Hi", "delay": -1}, "Reply: delay is a number of seconds from 0, not -1"),
        ({"content": "Hi", "gap": -1}, "Reply: gap is"),
        ({"content": "Hi", "chunks": "Hi"}, "Reply: chunks is a list of texts, not 'Hi'"),
        ({"content": "Hi", "chunks": iter(["Hi"])}, "Reply: chunks is a list of texts, not <"),
        ({"embedding": "x"}, "Reply: embedding is a list of numbers, not 'x'"),
        ({"scores": ["a"]}, r"Reply: scores is a list of numbers, not \['a'\]"),
        ({"images": ["cat.png"]}, r"Reply: images is a list of bytes, not \['cat.png'\]"),
        ({"images": b"x"}, "Reply: images is a list of bytes, not b'x'"),
        (
            {"content": "Hi", "usage": {"input_tokens": 1}},
            "Reply: usage has no input_tokens; its counts are: inputTokens, outputTokens, ",
        ),
        ({"content": "Hi", "usage": {"inputTokens": "1"}}, "inputTokens is a whole number from 0"),
        ({"content": "Hi", "usage": {"outputTokens": -1}}, "outputTokens is a whole number from"),
        ({"content": "Hi", "usage": {"totalTokens": 0.5}}, "totalTokens is a whole number from 0"),
        ({"content": "Hi", "usage": {"inputTokens": True}}, "inputTokens is a whole number from 0"),
        ({"content": "Hi", "usage": 5}, "Reply: usage is a dict of counts, not 5"),
        ({"content": "Hi", "delay": "1"}, "Reply: delay is a number of seconds from 0, not '1'"),
        ({"content": "Hi", "gap": None}, "Reply: gap is a number of seconds from 0, not None"),
        ({"content": "Hi", "delay": math.nan}, "Reply: delay is a number of seconds from 0"),
        ({"content": "Hi", "latency_ms": -1}, "Reply: latency_ms is a whole number from 0, not -1"),
        ({"content": "Hi", "latency_ms": 1.5}, "Reply: latency_ms is a whole number from 0"),
        ({"content": "Hi", "latency_ms": "1"}, "Reply: latency_ms is a whole number from 0"),
        ({"embedding": [math.nan]}, r"Reply: embedding is a list of numbers, not \[nan\]"),
        ({"json": {1}}, r"Reply: json is a value of JSON, not \{1\}"),
        ({"json": b"{}"}, "Reply: json is a value of JSON, not b'{}'"),
        (
            {"raw": math.inf},
            "Reply: raw is a value of JSON, or bytes, or a list of these, not inf",
        ),
        ({"content": "Hi", "chunks": ["H"]}, r"Reply: the chunks \['H'\] are not those of 'Hi'"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Reply(**arguments)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"text": 5}, "text is a string without halves of"),
        ("\ud800", "text is a string without halves of"),
        ({"toolUse": "get_weather"}, "toolUse is an object"),
        ({"toolUse": {"input": {}}}, "toolUse has the member name, text"),
        ({"toolUse": {"name": "f"}}, "toolUse has the member input, a value of JSON"),
        (tool_use("f", at=b"x"), "toolUse.input is a value of JSON"),
        (
            {"toolUse": {"name": "f", "input": {}, "toolUseId": 5}},
            "toolUse.toolUseId is text",
        ),
        ({"toolResult": {"toolUseId": "x"}}, "toolResult has the member content, a list of"),
        (
            {"toolResult": {"toolUseId": "x", "content": ["y"]}},
            "toolResult.content is a list of objects",
        ),
        ({"reasoningContent": {}}, "has one of reasoningText, redactedContent"),
        ({"reasoningContent": {"reasoningText": "Hm."}}, "reasoningText is an object with a text"),
        ({"reasoningContent": {"redactedContent": "eA=="}}, "redactedContent is bytes"),
        ({"citationsContent": {"content": [{}]}}, "content is a list of objects with a text"),
        ({"citationsContent": {"citations": {}}}, "citations is a list of objects"),
        ({"image": {"format": "png"}}, "image has the member source, an object with one member"),
        (
            {"image": {"format": "png", "source": {"bytes": "eA=="}}},
            "image.source is an object with one member, such as bytes",
        ),
        ({"document": {"source": {"text": "x"}}}, "document has the member name, text"),
        ({"cachePoint": "default"}, "cachePoint is an object"),
    ],
)
def test_a_block_must_have_what_it_needs(block, message):
    with pytest.raises(ValueError, match=f"is not a content block: .*{re.escape(message)}"):
        Reply(block)


@pytest.mark.parametrize(
    "block",
    [
        {"document": {"name": "d", "source": {"text": "x"}}},
        {"citationsContent": {"citations": []}},
        {"cachePoint": {"type": "default"}},
    ],
)
def test_a_block_needs_no_more_than_it_must_have(block):
    assert Reply(block).blocks == [block]


@pytest.mark.parametrize("said", [{}, {"a": 1}, {"content": "x", "a": 1}])
def test_a_dict_that_is_neither_a_block_nor_a_reply_is_refused(said):
    with pytest.raises(ValueError, match=re.escape(f"{said!r} is not a content block")):
        reply_of(said)


def test_a_reply_says_what_was_given():
    said = Reply("Hi", stop_reason="max_tokens", delay=1).said
    assert said == {"content": "Hi", "stop_reason": "max_tokens", "delay": 1}
    assert reply_of(said) == Reply(**said)


@in_process
@pytest.mark.parametrize("verb", ["reply", "reply_next"])
def test_a_verb_names_itself_where_it_refuses_a_content(verb):
    with mock_bedrock() as bedrock:
        with pytest.raises(ValueError, match=rf"^{verb}\(5\): a model answers with text, a block"):
            getattr(bedrock, verb)(5)
        assert bedrock.unused() == []


@in_process
def test_reply_next_scripts_all_contents_or_none():
    with mock_bedrock() as bedrock:
        with pytest.raises(ValueError, match=r"^reply_next\(5\): a model answers with text"):
            bedrock.reply_next("first", lambda _: "second", 5)
        assert bedrock.unused() == []
        bedrock.reply_next("first", Reply("second"))
        assert len(bedrock.unused()) == 2


@in_process
def test_reply_next_needs_a_content():
    with mock_bedrock() as bedrock:
        message = "reply_next: give at least one content: reply_next('first', 'second')"
        with pytest.raises(ValueError, match=re.escape(message)):
            bedrock.reply_next(user="Hello")


def test_every_stop_reason_and_error_of_the_service_model_is_known():
    model = get_session().get_service_model("bedrock-runtime")
    assert set(model.shape_for("StopReason").enum) <= set(STOP_REASONS)
    codes = {error.name for error in model.error_shapes}
    assert {code[:1].lower() + code[1:] for code in codes} <= set(ERRORS)
