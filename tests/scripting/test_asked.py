"""The record of calls: what a model was asked, and the rule that answered."""

from __future__ import annotations

import json
import re

import pytest

from bedrock_mock import mock_bedrock
from support import in_process

pytestmark = in_process

NOVA = "amazon.nova-lite-v1:0"
LLAMA = "meta.llama3-70b-instruct-v1:0"
TOOLS = {
    "tools": [
        {"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}}
        for name in ("get_weather", "get_time")
    ]
}


@pytest.fixture(params=["in this process", "over HTTP"])
def bedrock(request):
    if request.param == "over HTTP":
        yield request.getfixturevalue("server")
    else:
        with mock_bedrock() as mock:
            yield mock


@pytest.fixture
def runtime(bedrock):
    client = bedrock.client("bedrock-runtime")
    yield client
    client.close()


def ask(client, text, **members):
    message = {"role": "user", "content": [{"text": text}]}
    return client.converse(modelId=NOVA, messages=[message], **members)


def test_a_call_has_the_rule_that_answered(bedrock, runtime):
    bedrock.reply("Paris.", user="France")
    ask(runtime, "The capital of France?")
    ask(runtime, "Anything else?")
    first, second = bedrock.calls.of("Converse")
    assert first.rule == "reply('Paris.', user='France')"
    assert second.rule is None


def test_a_call_that_asks_no_model_has_none(bedrock):
    bedrock.client().list_foundation_models()
    (call,) = bedrock.calls
    assert (call.asked, call.rule, call.model) == (None, None, None)
    assert (call.user, call.system, call.tools, call.messages) == ("", "", [], ())


def test_what_was_asked_can_be_read_for_every_family(bedrock, runtime):
    runtime.invoke_model(modelId=LLAMA, body=json.dumps({"prompt": "The capital of France?"}))
    call = bedrock.calls.of("InvokeModel").once(user="France", model="meta.*")
    assert call.model == LLAMA
    assert call.user == "The capital of France?"
    assert call.messages == [{"role": "user", "content": [{"text": "The capital of France?"}]}]


def test_calls_are_found_by_what_was_asked(bedrock, runtime):
    ask(runtime, "The weather?", system=[{"text": "Be brief."}], toolConfig=TOOLS)
    ask(runtime, "A riddle!")
    calls = bedrock.calls.of("Converse")
    assert calls.once(user="weather").tools == ["get_time", "get_weather"]
    assert calls.once(system="brief").system == "Be brief."
    assert calls.once(tools=["get_time"]).user == "The weather?"
    assert calls.once(tools="get_time", model="amazon.*").user == "The weather?"
    assert calls.once(user=re.compile("^A")).user == "A riddle!"
    assert calls.once(user=lambda text: len(text) < 10).user == "A riddle!"
    message = {"role": "user", "content": [{"text": "A riddle!"}]}
    assert calls.once(messages=[message]).user == "A riddle!"
    # A list is the member of the request.
    assert calls.once(system=[{"text": "Be brief."}]).user == "The weather?"
    calls.never(model="anthropic.*")
    calls.times(2, modelId=NOVA, model="*nova*")


def test_a_call_that_is_missed_shows_what_was_asked(bedrock, runtime):
    ask(runtime, "The weather?")
    with pytest.raises(AssertionError) as caught:
        bedrock.calls.of("Converse").once(user="capital", modelId=NOVA)
    message = str(caught.value)
    assert "- user = 'capital'" in message
    assert "+ user = 'The weather?'" in message
    assert f"  modelId = '{NOVA}'" in message


def test_what_no_model_is_asked_is_a_member(bedrock):
    bedrock.client().list_foundation_models()
    with pytest.raises(ValueError, match="ListFoundationModels has no member 'user'"):
        bedrock.calls.of("ListFoundationModels").once(user="x")


def test_of_a_very_long_question_the_beginning_is_kept():
    with mock_bedrock() as bedrock:
        runtime = bedrock.client("bedrock-runtime")
        ask(runtime, "x" * 5_000_000)
        (call,) = bedrock.calls
        assert set(call.user) == {"x"}
        assert 0 < len(call.user) < 1_000_000


def test_a_refused_call_was_asked_nothing(bedrock, runtime):
    with pytest.raises(runtime.exceptions.ValidationException):
        runtime.converse(modelId="none", messages=[])
    bedrock.calls.of("Converse").never(user="")


def test_a_function_that_calls_another_model_is_a_call_of_its_own():
    with mock_bedrock() as bedrock:
        runtime = bedrock.client("bedrock-runtime")
        bedrock.reply("inner", user="inside")
        bedrock.reply(lambda _: ask(runtime, "inside")["stopReason"], user="outside")
        ask(runtime, "outside")
        inner, outer = bedrock.calls.of("Converse")
        assert (inner.user, outer.user) == ("inside", "outside")
        assert inner.rule == "reply('inner', user='inside')"
        assert outer.rule.startswith("reply(<function")
