"""What a test can have a model answer, and what is refused at once."""

from __future__ import annotations

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
        ({"content": "Hi", "chunks": ["H"]}, r"Reply: the chunks \['H'\] are not those of 'Hi'"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Reply(**arguments)


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
