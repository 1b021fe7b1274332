"""Converse and ConverseStream, through boto3: what models answer, and how streams bring it."""

from __future__ import annotations

import re
import time
from itertools import islice

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

from bedrock_mock import Reply, reasoning, tool_use
from support import ACCOUNT, OTHER, REGION, import_job, in_process, refused

pytestmark = in_process

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
WITH_CACHE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "amazon.nova-lite-v1:0"
TITAN = "amazon.titan-text-express-v1"
UNEXPECTED = "The system encountered an unexpected error during processing. Try your request again."
WEATHER = {
    "toolSpec": {
        "name": "get_weather",
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
                "required": ["city"],
            }
        },
    }
}


def user(*blocks):
    return {"role": "user", "content": [b if isinstance(b, dict) else {"text": b} for b in blocks]}


def assistant(*blocks):
    return {**user(*blocks), "role": "assistant"}


def result(use_id="tooluse_1", *content):
    return {"toolResult": {"toolUseId": use_id, "content": list(content) or [{"text": "sunny"}]}}


def use(use_id="tooluse_1", name="get_weather"):
    return {"toolUse": {"toolUseId": use_id, "name": name, "input": {"city": "Paris"}}}


def ask(client, *messages, model=CLAUDE, **members):
    messages = messages or (user("Hello"),)
    return client.converse(modelId=model, messages=list(messages), **members)


def content(answer):
    return answer["output"]["message"]["content"]


def stream(client, *messages, model=CLAUDE, **members):
    messages = messages or (user("Hello"),)
    answer = client.converse_stream(modelId=model, messages=list(messages), **members)
    return [next(iter(event.items())) for event in answer["stream"]]


def deltas(events):
    return [event["delta"] for name, event in events if name == "contentBlockDelta"]


# --- answers ------------------------------------------------------------------------------


def test_an_answer_has_what_the_service_sends_and_no_more(runtime, reply):
    reply("Paris.")
    answer = ask(runtime, user("The capital of France?"))
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    assert answer == {
        "output": {"message": {"role": "assistant", "content": [{"text": "Paris."}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 6, "outputTokens": 2, "totalTokens": 8},
        "metrics": {"latencyMs": 120},
    }


def test_a_reply_can_say_more(runtime, reply):
    usage = {"inputTokens": 9, "outputTokens": 4}
    reply(Reply("cut", stop_reason="max_tokens", usage=usage, latency_ms=7))
    asked = {"performanceConfig": {"latency": "optimized"}, "serviceTier": {"type": "flex"}}
    known = runtime.meta.service_model.operation_model("Converse").input_shape.members
    asked = {name: value for name, value in asked.items() if name in known}
    answer = ask(runtime, **asked)
    assert answer["stopReason"] == "max_tokens"
    assert answer["usage"] == {**usage, "totalTokens": 13}
    assert answer["metrics"] == {"latencyMs": 7}
    assert {name: answer[name] for name in asked} == asked


def test_usage_counts_conversation_system_and_tools(runtime, reply):
    reply("x")
    few = ask(runtime)["usage"]["inputTokens"]
    many = ask(
        runtime,
        user("Hello", {"image": {"format": "png", "source": {"bytes": b"12"}}}),
        system=[{"text": "Be brief."}],
        toolConfig={"tools": [WEATHER]},
    )["usage"]["inputTokens"]
    assert few == 2
    assert many > 20


def test_newer_claudes_tell_of_their_cache(runtime, reply):
    reply("x")
    usage = ask(runtime, model=WITH_CACHE)["usage"]
    assert usage["cacheReadInputTokens"] == usage["cacheWriteInputTokens"] == 0
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]


@pytest.mark.parametrize(
    ("model", "form"),
    [(CLAUDE, r"tooluse_[\w-]{22}"), ("moonshot.kimi-k2-thinking", r"functions\.get_weather:1")],
)
def test_a_tool_call_has_an_id_of_the_familys_form(runtime, reply, model, form):
    reply(["Let me see.", tool_use("get_weather", city="Paris")])
    answer = ask(runtime, model=model, toolConfig={"tools": [WEATHER]})
    text, called = content(answer)
    assert text == {"text": "Let me see."}
    assert called["toolUse"]["input"] == {"city": "Paris"}
    assert re.fullmatch(form, called["toolUse"]["toolUseId"])
    assert answer["stopReason"] == "tool_use"


def test_an_id_that_a_test_gives_is_kept(runtime, reply):
    reply(use("tooluse_mine"))
    (block,) = content(ask(runtime, toolConfig={"tools": [WEATHER]}))
    assert block["toolUse"]["toolUseId"] == "tooluse_mine"


def test_thoughts_are_signed_by_claude_only(runtime, reply):
    reply([reasoning("Hm."), "42"])
    reply([reasoning("Hm.", signature="mine"), "42"], system="signed")
    thought, _ = content(ask(runtime))
    assert thought["reasoningContent"]["reasoningText"].keys() == {"text", "signature"}
    thought, _ = content(ask(runtime, system=[{"text": "signed"}]))
    assert thought["reasoningContent"]["reasoningText"]["signature"] == "mine"
    for signed in ([{"text": "signed"}], [{"text": "no"}]):
        thought, _ = content(ask(runtime, model=NOVA, system=signed))
        assert thought == {"reasoningContent": {"reasoningText": {"text": "Hm."}}}


def test_an_answer_can_be_json(runtime, reply):
    reply(Reply(json={"größe": [1, 2]}))
    assert content(ask(runtime)) == [{"text": '{"größe": [1, 2]}'}]


def test_a_body_of_invoke_model_is_none_of_converse(runtime, reply):
    reply(Reply(raw={"generation": "x"}))
    with refused(
        "ValidationException",
        400,
        "A reply with raw=... is a body of InvokeModel: Converse has no use for it.",
    ):
        ask(runtime)


@pytest.mark.parametrize("said", [{"embedding": [1.0]}, {"images": [b"x"]}, {"scores": [1]}])
def test_a_conversation_is_answered_with_text(runtime, reply, said):
    reply(Reply(**said))
    for call in (ask, stream):
        with refused("ValidationException", 400) as caught:
            call(runtime)
        assert "has no text, and that is what it answers with" in str(caught.value)


def test_an_answer_may_take_its_time(runtime, reply, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    reply(Reply("Hello", delay=2.5, gap=0.5, chunks=["Hel", "lo"]))
    ask(runtime)
    assert slept == [2.5]
    stream(runtime)
    assert slept == [2.5, 2.5, 0.5]


# --- without a rule -----------------------------------------------------------------------


def test_without_a_rule_a_sentence_names_the_mock(runtime):
    (block,) = content(ask(runtime))
    assert "bedrock_mock" in block["text"]


@pytest.mark.parametrize(
    "choice", [None, {"auto": {}}, {"any": {}}, {"tool": {"name": "get_weather"}}]
)
def test_without_a_rule_a_tool_is_called_once(runtime, choice):
    config = {"tools": [WEATHER, {"cachePoint": {"type": "default"}}]}
    config |= {"toolChoice": choice} if choice else {}
    answer = ask(runtime, user("Weather?"), toolConfig=config)
    (block,) = content(answer)
    assert block["toolUse"]["name"] == "get_weather"
    assert block["toolUse"]["input"] == {"city": "text"}
    history = [user("Weather?"), assistant(use()), user(result())]
    again = content(ask(runtime, *history, toolConfig=config))
    is_forced = choice is not None and "auto" not in choice
    assert ("toolUse" in again[0]) == is_forced


@pytest.mark.parametrize("config", [{"unmatched": "error"}], indirect=True)
def test_a_call_that_no_rule_is_for_can_be_an_error(runtime, reply):
    message = f"No rule of the test is for this call of {CLAUDE}: there is no rule."
    with refused("ValidationException", 400, message):
        ask(runtime)
    reply("Paris.", user="France", system="brief")
    reply("Rome.", user="Italy")
    with pytest.raises(
        ClientError, match=r"the nearest rule is reply\('Rome.', user='Italy'\), which misses: user"
    ):
        ask(runtime)
    reply("Once.", is_once=True, user="once")
    reply("x", region_name="eu-west-1")
    with pytest.raises(ClientError, match="misses: region_name, account_id"):
        ask(runtime)


# --- streams ------------------------------------------------------------------------------


def test_a_stream_has_the_events_in_the_order_of_the_service(runtime, reply):
    reply([reasoning("Hm.", "sig"), "Let me see.", tool_use("get_weather", city="Paris")])
    events = stream(runtime, toolConfig={"tools": [WEATHER]})
    assert [name for name, _ in events if name != "contentBlockDelta"] == [
        "messageStart",
        "contentBlockStop",
        "contentBlockStop",
        # Text and thoughts have none.
        "contentBlockStart",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert events[0][1] == {"role": "assistant"}
    assert events[-2][1] == {"stopReason": "tool_use"}
    assert events[-1][1].keys() == {"usage", "metrics"}
    found = deltas(events)
    assert found[:3] == [
        {"reasoningContent": {"text": "Hm."}},
        {"reasoningContent": {"signature": "sig"}},
        {"text": "Let me see."},
    ]
    inputs = [delta["toolUse"]["input"] for delta in found[3:]]
    assert inputs[0] == ""
    assert "".join(inputs) == '{"city": "Paris"}'
    assert all(len(piece) <= 15 for piece in inputs)


def test_a_stream_is_cut_as_the_test_says_or_as_the_family_does(runtime, reply):
    text = "This is a text of fifty characters, more or less.."
    reply(text)
    pieces = {model: deltas(stream(runtime, model=model)) for model in (CLAUDE, NOVA, TITAN)}
    assert {model: len(found) for model, found in pieces.items()} == {CLAUDE: 3, NOVA: 10, TITAN: 1}
    for found in pieces.values():
        assert "".join(delta["text"] for delta in found) == text
    reply(Reply("Hello", chunks=["Hel", "lo"]))
    assert deltas(stream(runtime)) == [{"text": "Hel"}, {"text": "lo"}]


@pytest.mark.parametrize(
    ("texts", "chunks", "streamed"),
    [
        (["Hel", "lo"], ["Hel", "lo"], [["Hel"], ["lo"]]),
        (["Hel", "lo"], ["He", "ll", "o"], [["He", "l"], ["l", "o"]]),
        (["a", "b", "c"], ["abc"], [["a"], ["b"], ["c"]]),
        (["a", "b"], ["", "ab", ""], [["", "a"], ["b", ""]]),
    ],
)
def test_chunks_are_those_of_all_blocks_of_text(runtime, reply, texts, chunks, streamed):
    reply(Reply([texts[0], tool_use("f"), *texts[1:]], chunks=chunks))
    found = {}
    for name, event in stream(runtime):
        if name == "contentBlockDelta" and "text" in event["delta"]:
            found.setdefault(event["contentBlockIndex"], []).append(event["delta"]["text"])
    assert list(found.values()) == streamed


@pytest.mark.parametrize(
    ("model", "arguments", "inputs"),
    [
        (CLAUDE, {}, [""]),
        (NOVA, {}, ["{}"]),
        (NOVA, {"city": "Paris", "days": 2}, ['{"city":"Paris","days":2}']),
    ],
)
def test_the_input_of_a_tool_is_streamed_as_the_family_does(
    runtime, reply, model, arguments, inputs
):
    reply(tool_use("get_weather", **arguments))
    events = stream(runtime, model=model, toolConfig={"tools": [WEATHER]})
    assert [delta["toolUse"]["input"] for delta in deltas(events)] == inputs


def test_thoughts_without_a_signature_end_with_their_text(runtime, reply):
    reply([reasoning("Hm."), "x"])
    assert deltas(stream(runtime, model=NOVA)) == [
        {"reasoningContent": {"text": "Hm."}},
        {"text": "x"},
    ]


def test_redacted_thoughts_are_one_delta(runtime, reply):
    reply([{"reasoningContent": {"redactedContent": b"secret"}}, "x"])
    assert deltas(stream(runtime))[0] == {"reasoningContent": {"redactedContent": b"secret"}}
    assert content(ask(runtime))[0] == {"reasoningContent": {"redactedContent": b"secret"}}


def test_a_block_that_has_no_deltas_is_opened_by_nothing(runtime, reply):
    reply([{"cachePoint": {"type": "default"}}, "x"])
    assert deltas(stream(runtime)) == [{"text": "x"}]


def test_a_stream_that_is_left_early_makes_no_more_events(runtime, reply, monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    reply(Reply("Hello", chunks=list("Hello"), gap=5))
    left = runtime.converse_stream(modelId=NOVA, messages=[user("Hello")])["stream"]
    read = [name for event in islice(left, 3) for name in event]
    assert read == ["messageStart", "contentBlockDelta", "contentBlockDelta"]
    left.close()
    assert list(left) == []
    assert slept == [5]
    # One that nothing closes does no harm either.
    next(iter(runtime.converse_stream(modelId=NOVA, messages=[user("Hello")])["stream"]))
    assert len(stream(runtime)) == 9


def test_a_stream_breaks_after_its_content(runtime, reply):
    reply(Reply("Hel", error="modelStreamErrorException"))
    answer = runtime.converse_stream(modelId=CLAUDE, messages=[user("Hello")])
    seen = []
    with pytest.raises(EventStreamError, match="modelStreamErrorException"):
        seen.extend(name for event in answer["stream"] for name in event)
    assert seen == ["messageStart", "contentBlockDelta", "contentBlockStop"]


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        ("modelStreamErrorException", "ModelErrorException", 424),
        ("throttlingException", "ThrottlingException", 429),
        ("serviceUnavailableException", "ServiceUnavailableException", 503),
    ],
)
def test_without_a_stream_the_operation_has_the_error(runtime, reply, error, code, status):
    reply(Reply("Hel", error=error))
    with refused(code, status):
        ask(runtime)
    reply(Reply(error=error))
    with refused(code, status):
        runtime.converse_stream(modelId=CLAUDE, messages=[user("Hello")])


# --- rules: which one a call meets ------------------------------------------------------------


def said(runtime, *messages, **members):
    return content(ask(runtime, *messages, **members))[0]["text"]


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        ("ThrottlingException", 429, "Too many requests, please wait before trying again."),
        ("ServiceUnavailableException", 503, "Bedrock is unable to process your request."),
        ("InternalServerException", 500, UNEXPECTED),
        ("ModelErrorException", 424, UNEXPECTED),
        (
            "ModelTimeoutException",
            408,
            "Model has timed out in processing the request. Try your request again.",
        ),
        (
            "AccessDeniedException",
            403,
            "You don't have access to the model with the specified model ID.",
        ),
    ],
)
def test_an_error_without_a_text_has_the_one_of_the_service(bedrock, code, status, text):
    once = Config(retries={"max_attempts": 0})
    runtime = boto3.client("bedrock-runtime", region_name=REGION, config=once)
    bedrock.raise_next("Converse", code)
    with refused(code, status, text):
        said(runtime)
    bedrock.reply_next(Reply(error=code))
    with refused(code, status, text):
        said(runtime)


def test_a_rule_for_an_operation_that_no_service_has_is_refused(bedrock, runtime):
    with pytest.raises(ValueError, match=r"Unknown operation 'converse'\. Did you mean: Converse"):
        bedrock.reply("never", operation="converse")
    with pytest.raises(ValueError, match=r"Unknown operation 'InvokeModelStream'\. Did"):
        bedrock.reply_next("never", operation="InvokeModelStream")
    assert bedrock.unused() == []
    assert said(runtime) != "never"


def test_conditions_are_met_by_the_call(runtime, reply, bedrock):
    reply("anything")
    reply("user", user="France")
    reply("pattern", user=re.compile("^Spain"))
    reply("function", user=lambda text: text.endswith("!!"))
    reply("system", system="riddle")
    reply("glob", model="amazon.*")
    reply("body", matching={"inferenceConfig": {"maxTokens": 5}})
    reply("call", matching=lambda call: call.user == "the call")
    reply("stream", operation="ConverseStream")
    reply("region", region_name="eu-west-1")
    reply("account", account_id=OTHER)
    assert said(runtime) == "anything"
    assert said(runtime, user("In France?")) == "user"
    assert said(runtime, user("Spain!")) == "pattern"
    assert said(runtime, user("Oh Spain!!")) == "function"
    assert said(runtime, system=[{"text": "a riddle"}]) == "system"
    assert said(runtime, model=f"us.{NOVA}") == "glob"
    assert said(runtime, inferenceConfig={"maxTokens": 5, "topP": 0.5}) == "body"
    assert said(runtime, user("the call")) == "call"
    assert deltas(stream(runtime)) == [{"text": "stream"}]
    assert said(bedrock.client("bedrock-runtime", "eu-west-1")) == "region"
    assert said(bedrock.client("bedrock-runtime", account_id=OTHER)) == "account"


def test_more_conditions_win_and_then_the_later_rule(runtime, reply):
    reply("two", user="a", model="*")
    reply("one", user="a")
    reply("one, later", user="a")
    assert said(runtime, user("a")) == "two"
    reply("two, later", user="a", operation="Converse")
    assert said(runtime, user("a")) == "two, later"


def test_what_is_said_once_comes_first_in_its_order(runtime, reply):
    reply("standing", user="a", model="*")
    reply("first", "second", is_once=True)
    reply("only b", is_once=True, user="b")
    assert [said(runtime, user("a")) for _ in range(3)] == ["first", "second", "standing"]
    assert said(runtime, user("b")) == "only b"


def test_a_rule_that_a_function_uses_up_meanwhile_is_not_used_twice(runtime, reply):
    asked = []

    def meanwhile(call):
        asked.append(call.user)
        if len(asked) == 1:
            # The function calls the model itself, and gets the answer that is used once.
            assert said(runtime, user("inner")) == "once"
        return True

    reply("standing")
    reply("once", is_once=True, matching=meanwhile)
    assert said(runtime, user("outer")) == "standing"
    assert asked == ["outer", "inner"]


def test_what_is_said_once_and_never_used_is_reported(runtime, reply, bedrock):
    reply("standing")
    reply("first", "second", is_once=True)
    said(runtime)
    assert bedrock.unused() == ["reply_next('second')"]


def test_rules_look_at_the_last_message_only(runtime, reply):
    reply("standing")
    reply("about France", user="France")
    assert said(runtime, user("France?"), assistant("Yes."), user("And?")) == "standing"


def test_a_function_gets_the_call_and_gives_the_answer(runtime, reply):
    reply(lambda call: f"{call.model}: {call.user} {call.account_id} {call.region_name}")
    assert said(runtime, model=f"us.{NOVA}") == f"{NOVA}: Hello {ACCOUNT} {REGION}"
    reply(lambda call: Reply(call.model_id), user="id")
    assert said(runtime, user("id"), model=f"us.{NOVA}") == f"us.{NOVA}"
    reply(lambda call: 42, user="wrong")
    with pytest.raises(ValueError, match="a model answers with text, a block"):
        ask(runtime, user("wrong"))


def test_an_agent_with_two_tools_does_not_loop(runtime, reply):
    time_tool = {"toolSpec": {"name": "get_time", "inputSchema": {"json": {"type": "object"}}}}
    config = {"tools": [WEATHER, time_tool]}
    reply(tool_use("get_weather", city="Paris"), tool="get_weather")
    reply(tool_use("get_time"), after="get_weather", tool="get_time")
    reply(lambda call: f"At {call.tool_results[0]['hour']} it is sunny.", after="get_time")
    history, called = [user("Weather and time in Paris?")], []
    answers = {"get_weather": {"text": "sunny"}, "get_time": {"json": {"hour": 12}}}
    for _ in range(10):
        answer = ask(runtime, *history, toolConfig=config)
        history.append(answer["output"]["message"])
        uses = [block["toolUse"] for block in content(answer) if "toolUse" in block]
        if not uses:
            break
        called += [each["name"] for each in uses]
        history.append(user(*(result(u["toolUseId"], answers[u["name"]]) for u in uses)))
    assert called == ["get_weather", "get_time"]
    assert content(answer) == [{"text": "At 12 it is sunny."}]


def test_after_beats_tool_in_a_tie(runtime, reply):
    reply("after", after="get_weather")
    reply("tool", tool="get_time")
    tools = {"tools": [WEATHER, {"toolSpec": {**WEATHER["toolSpec"], "name": "get_time"}}]}
    history = [user("Weather?"), assistant(use()), user(result())]
    assert said(runtime, *history, toolConfig=tools) == "after"


# --- models -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        CLAUDE,
        f"arn:aws:bedrock:{REGION}::foundation-model/{CLAUDE}",
        WITH_CACHE,
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/{WITH_CACHE}",
        TITAN,
        "anthropic.claude-v2",
        "ai21.j2-mid-v1",
    ],
)
def test_a_model_is_called_by_id_profile_or_arn(runtime, reply, model):
    reply("Here.")
    assert said(runtime, model=model) == "Here."


INVALID = "The provided model identifier is invalid."
ON_DEMAND = (
    "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput "
    "isn't supported. Retry your request with the ID or ARN of an inference profile that contains "
    "this model."
)
NO_CONVERSE = (
    "This action doesn't support the model that you provided. Try again with a supported text or "
    "chat model."
)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("does-not-exist", INVALID),
        ("us.does-not-exist-model-v1:0", INVALID),
        (f"arn:aws:bedrock:{REGION}:{ACCOUNT}:imported-model/abcdefghijkl", INVALID),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", ON_DEMAND),
        ("amazon.titan-embed-text-v2:0", NO_CONVERSE),
    ],
)
def test_a_model_that_cannot_be_called_is_refused_as_recorded(runtime, model, message):
    with refused("ValidationException", 400, message):
        ask(runtime, model=model)


@pytest.mark.parametrize("config", [{"no_access": ["anthropic.*", "ai21.*"]}], indirect=True)
def test_a_test_may_have_no_access(runtime, reply):
    reply("Here.")
    message = "You don't have access to the model with the specified model ID."
    with refused("AccessDeniedException", 403, message):
        ask(runtime, model=WITH_CACHE)
    with pytest.raises(ClientError, match="marked by provider as Legacy") as caught:
        ask(runtime, model="ai21.jamba-1-5-large-v1:0")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert said(runtime, model=NOVA) == "Here."


def test_an_imported_model_answers_while_it_is_there(bedrock, runtime, reply):
    reply("Here.", model="model-1")
    control = bedrock.client()
    bedrock.freeze()
    control.create_model_import_job(**import_job())
    bedrock.complete("job-1")
    arn = control.get_imported_model(modelIdentifier="model-1")["modelArn"]
    assert said(runtime, model=arn) == "Here."
    control.delete_imported_model(modelIdentifier="model-1")
    with refused("ValidationException", 400, INVALID):
        ask(runtime, model=arn)


# --- rules of the service -----------------------------------------------------------------

TOOLS = {"toolConfig": {"tools": [WEATHER]}}
CACHED = {"cachePoint": {"type": "default"}}


def test_two_tools_of_one_name_are_refused(runtime, reply, bedrock):
    reply("Hi.", is_once=True)
    other = {"toolSpec": {**WEATHER["toolSpec"], "name": "get_time"}}
    message = "The tool get_weather is already defined at toolConfig.tools.3."
    with refused("ValidationException", 400, message):
        ask(runtime, toolConfig={"tools": [WEATHER, CACHED, other, WEATHER, CACHED]})
    assert len(bedrock.unused()) == 1


@pytest.mark.parametrize("name", ["get_weather", "get_wether"])
def test_a_tool_that_is_not_offered_cannot_be_chosen(runtime, name):
    other = {"toolSpec": {**WEATHER["toolSpec"], "name": "get_time"}}
    config = {"tools": [WEATHER, other], "toolChoice": {"tool": {"name": name}}}
    if name == "get_weather":
        assert content(ask(runtime, toolConfig=config))[0]["toolUse"]["name"] == name
        return
    message = (
        "The tool get_wether in toolConfig.toolChoice.tool isn't defined in toolConfig.tools. "
        "Choose one of these tools and try again: get_weather, get_time."
    )
    with refused("ValidationException", 400, message):
        ask(runtime, toolConfig=config)
    with refused("ValidationException", 400, message):
        stream(runtime, toolConfig=config)


STRICT = "mistral.mistral-large-2402-v1:0"
BEGIN = (
    "A conversation must start with a user message. Try again with a conversation that starts with "
    "a user message."
)


@pytest.mark.parametrize(
    ("messages", "members", "message"),
    [
        ([assistant("Hi"), user("Hello")], {"model": NOVA}, BEGIN),
        (
            [user("Hi"), assistant("A")],
            {"model": "us.anthropic.claude-opus-4-8"},
            (
                "This model does not support assistant message prefill. The conversation must end "
                "with a user message."
            ),
        ),
        (
            [user("Hi"), {"role": "assistant", "content": []}, user("x")],
            {},
            (
                "The content field in the Message object at messages.1 is empty. Add a "
                "ContentBlock object to the content field and try again."
            ),
        ),
        (
            [user("Hi", " ")],
            {},
            (
                "The text field in the ContentBlock object at messages.0.content.1 is blank. Add "
                "text to the text field, and try again."
            ),
        ),
        (
            [user("Hi"), assistant(use()), user(result())],
            {},
            (
                "The toolConfig field must be defined when using toolUse and toolResult content "
                "blocks."
            ),
        ),
        (
            [user("Hi"), assistant(use("a"), use("b")), user(result("x"))],
            TOOLS,
            "Expected toolResult blocks at messages.2.content for the following Ids: a, b",
        ),
        (
            [user("Hi"), assistant(use("a")), user(result("a"), result("b"))],
            TOOLS,
            (
                "The number of toolResult blocks at messages.2.content exceeds the number of "
                "toolUse blocks of previous turn."
            ),
        ),
        (
            [user("Hi"), assistant(use()), user(result(), "and text")],
            {"model": STRICT, **TOOLS},
            (
                "messages.2.content: Conversation blocks and tool result blocks cannot be provided "
                "in the same turn."
            ),
        ),
        (
            [user("Hi"), assistant("text", use()), user(result())],
            {"model": STRICT, **TOOLS},
            (
                "messages.1.content: Conversation blocks and tool use blocks cannot be provided in "
                "the same turn."
            ),
        ),
        ([user("Hi")], {"model": TITAN, **TOOLS}, "This model doesn't support tool use."),
        (
            [user("Hi")],
            {"model": "amazon.nova-pro-v1:0", "inferenceConfig": {"maxTokens": 10_001}},
            (
                "The maximum tokens you requested exceeds the model limit of 10000. Try again with "
                "a maximum tokens value that is lower than 10000."
            ),
        ),
        (
            [user("Hi")],
            {"guardrailConfig": {"guardrailIdentifier": "abcdefghijkl", "guardrailVersion": "1"}},
            "The guardrail identifier or version provided in the request does not exist.",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_in_the_words_of_the_service(
    runtime, messages, members, message
):
    with refused("ValidationException", 400, message):
        ask(runtime, *messages, **members)


@pytest.mark.parametrize(
    ("messages", "members"),
    [
        ([user("Hi")], {"system": [], "inferenceConfig": {}, "additionalModelRequestFields": {}}),
        ([assistant("Hi"), user("x")], {"model": WITH_CACHE}),
        ([user("a"), user("b")], {"model": TITAN}),
        ([user("\n", {"cachePoint": {"type": "default"}})], {"model": WITH_CACHE}),
        ([user("Hi"), assistant("text", use()), user(result(), "and text")], TOOLS),
        ([user("Hi"), assistant("A")], {"model": WITH_CACHE}),
    ],
)
def test_what_was_recorded_as_accepted_is(runtime, reply, messages, members):
    reply("Fine.")
    assert said(runtime, *messages, **members) == "Fine."


def test_no_messages_are_no_conversation(runtime):
    with refused("ValidationException", 400, BEGIN):
        runtime.converse(modelId=CLAUDE)


def test_faults_come_before_replies(runtime, reply, bedrock):
    reply("Fine.")
    bedrock.raise_next("Converse", "ModelNotReadyException", times=None)
    with refused("ModelNotReadyException", 429):
        ask(runtime)
    assert {call.error["Code"] for call in bedrock.calls} == {"ModelNotReadyException"}
