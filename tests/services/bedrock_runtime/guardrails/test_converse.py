"""Converse and ConverseStream with a guardrail: what is blocked, masked, selected and traced."""

from __future__ import annotations

import json

import pytest

from bedrock_mock import Reply, tool_use
from bedrock_mock.services.bedrock_runtime.service import BEDROCK_RUNTIME
from support import ACCOUNT, ALWAYS_ASSESSED, NOT_IN, NOT_OUT, REGION, body, in_process

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"


@pytest.fixture
def converse(runtime, made):
    """Converse with the guardrail, about a text or about content."""

    def converse(*content, trace="enabled", guardrail=None, **members):
        blocks = [{"text": each} if isinstance(each, str) else each for each in content]
        config = {"guardrailIdentifier": guardrail or made, "guardrailVersion": "DRAFT"}
        request = {
            "modelId": CLAUDE,
            "messages": [{"role": "user", "content": blocks}],
            "guardrailConfig": {**config, "trace": trace},
        }
        return body(runtime.converse(**{**request, **members}))

    return converse


@pytest.fixture
def stream(runtime, made):
    """The events of ConverseStream with the guardrail, each with its name."""

    def stream(text, **config):
        answer = runtime.converse_stream(
            modelId=CLAUDE,
            messages=[{"role": "user", "content": [{"text": text}]}],
            guardrailConfig={
                "guardrailIdentifier": made,
                "guardrailVersion": "DRAFT",
                "trace": "enabled",
                **config,
            },
        )
        return [each for event in answer["stream"] for each in event.items()]

    return stream


def content(answer):
    return answer["output"]["message"]["content"]


def texts(events):
    return [each["delta"]["text"] for name, each in events if name == "contentBlockDelta"]


def guarded(text, *qualifiers):
    more = {"qualifiers": list(qualifiers)} if qualifiers else {}
    return {"guardContent": {"text": {"text": text, **more}}}


def test_what_passes_is_the_models_own_answer_with_both_assessments(bedrock, converse, made):
    bedrock.reply("Fine.")
    answer = converse("Hello")
    assert (content(answer), answer["stopReason"]) == ([{"text": "Fine."}], "end_turn")
    trace = answer["trace"]["guardrail"]
    assert trace.keys() == {"actionReason", "inputAssessment", "modelOutput", "outputAssessments"}
    assert (trace["actionReason"], trace["modelOutput"]) == ("No action.", [])
    assert trace["inputAssessment"].keys() == trace["outputAssessments"].keys() == {made}
    (output,) = trace["outputAssessments"][made]
    assert list(output) == ALWAYS_ASSESSED
    usage = BEDROCK_RUNTIME.protocol.model.shape_for("GuardrailUsage").members
    assert output["invocationMetrics"]["usage"].keys() == usage.keys()


def test_a_blocked_request_asks_no_model(bedrock, converse, made):
    bedrock.reply_next("Never said.")
    answer = converse("A secret")
    assert (content(answer), answer["stopReason"]) == ([{"text": NOT_IN}], "guardrail_intervened")
    assert {*answer["usage"].values()} == {0}
    trace = answer["trace"]["guardrail"]
    assert trace.keys() == {"actionReason", "inputAssessment"}
    assert trace["actionReason"] == "Guardrail blocked."
    words = trace["inputAssessment"][made]["wordPolicy"]["customWords"]
    assert words == [{"match": "secret", "action": "BLOCKED", "detected": True}]
    call = bedrock.calls.of("Converse").once(modelId=CLAUDE)
    assert call.asked is None
    assert [each["source"] for each in call.assessments] == ["INPUT"]
    # What was said for the model is left.
    assert content(converse("Hello")) == [{"text": "Never said."}]


@in_process
def test_a_masked_request_reaches_the_model_masked(bedrock, converse):
    bedrock.reply(lambda call: f"You said: {call.user}")
    answer = converse("Write to a@b.org")
    assert content(answer) == [{"text": "You said: Write to {EMAIL}"}]
    assert answer["stopReason"] == "guardrail_intervened"
    trace = answer["trace"]["guardrail"]
    assert (trace["actionReason"], trace["modelOutput"]) == ("Guardrail masked.\nNo action.", [])
    call = bedrock.calls.of("Converse").once(modelId=CLAUDE)
    assert call.user == "Write to {EMAIL}"
    assert call.request["messages"][0]["content"] == [{"text": "Write to a@b.org"}]


@pytest.mark.parametrize(
    ("reply", "text", "reason"),
    [
        ("Ask a@b.org.", "Ask {EMAIL}.", "No action.\nGuardrail masked."),
        ("A secret of a@b.org.", NOT_OUT, "No action.\nGuardrail blocked."),
    ],
)
def test_an_answer_is_masked_or_replaced_and_the_trace_has_the_models_own(
    bedrock, converse, reply, text, reason
):
    bedrock.reply(reply)
    answer = converse("Hello")
    assert (content(answer), answer["stopReason"]) == ([{"text": text}], "guardrail_intervened")
    assert answer["usage"]["outputTokens"] > 0
    trace = answer["trace"]["guardrail"]
    assert trace["actionReason"] == reason
    (output,) = trace["modelOutput"]
    assert json.loads(output)["content"] == [{"type": "text", "text": reply}]


def test_other_blocks_of_an_answer_stay(bedrock, converse):
    bedrock.reply(["Ask a@b.org.", tool_use("mail", to="a@b.org")])
    first, second = content(converse("Hello"))
    assert first == {"text": "Ask {EMAIL}."}
    # The arguments of tools are not evaluated.
    assert second["toolUse"]["input"] == {"to": "a@b.org"}


@pytest.mark.parametrize("trace", ["disabled", None])
def test_without_a_trace_the_record_of_calls_has_the_assessments(bedrock, converse, made, trace):
    config = {"guardrailIdentifier": made, "guardrailVersion": "DRAFT"}
    if trace:
        config["trace"] = trace
    bedrock.reply("Ask a@b.org.")
    answer = converse("Hello", guardrailConfig=config)
    assert "trace" not in answer
    assert content(answer) == [{"text": "Ask {EMAIL}."}]
    request, reply = bedrock.calls.of("Converse").once(modelId=CLAUDE).assessments
    assert (request["source"], request["action"]) == ("INPUT", "NONE")
    assert (reply["source"], reply["action"]) == ("OUTPUT", "GUARDRAIL_INTERVENED")
    (found,) = reply["sensitiveInformationPolicy"]["piiEntities"]
    assert found["match"] == "a@b.org"


def test_a_full_trace_has_what_was_not_detected(bedrock, converse, made):
    bedrock.reply("Fine.")
    trace = converse("Hello", trace="enabled_full")["trace"]["guardrail"]
    (found,) = trace["inputAssessment"][made]["sensitiveInformationPolicy"]["piiEntities"]
    assert (found["type"], found["detected"]) == ("EMAIL", False)


# --- what is evaluated ----------------------------------------------------------------------


def test_all_messages_are_evaluated_but_not_the_system_prompt(bedrock, converse):
    bedrock.reply("Fine.")
    assert content(converse("Hello", system=[{"text": "A secret"}])) == [{"text": "Fine."}]
    turns = [
        {"role": "user", "content": [{"text": "A secret"}]},
        {"role": "assistant", "content": [{"text": "Hm."}]},
        {"role": "user", "content": [{"text": "Hello"}]},
    ]
    assert content(converse(messages=turns)) == [{"text": NOT_IN}]


def test_marked_content_is_all_that_is_evaluated(bedrock, converse, made):
    bedrock.reply("Fine.", user="Hello")
    answer = converse("A secret", guarded("Hello"))
    assert content(answer) == [{"text": "Fine."}]
    assessment = answer["trace"]["guardrail"]["inputAssessment"][made]
    coverage = assessment["invocationMetrics"]["guardrailCoverage"]
    assert coverage == {"textCharacters": {"guarded": 5, "total": 13}}
    assert content(converse("Hello", guarded("A secret"))) == [{"text": NOT_IN}]


def test_marked_system_prompts_are_evaluated_and_messages_as_a_whole(bedrock, converse):
    bedrock.reply("Fine.")
    marked = [guarded("A secret")]
    assert content(converse("Hello", system=marked)) == [{"text": NOT_IN}]
    assert content(converse("A secret", system=[guarded("Be kind.")])) == [{"text": NOT_IN}]


@in_process
def test_cited_text_is_masked_too(bedrock, converse):
    def said(text):
        return {"citationsContent": {"content": [{"text": text}], "citations": []}}

    bedrock.reply([said("Ask a@b.org."), "Bye."])
    answer = converse("Hello")
    assert content(answer) == [said("Ask {EMAIL}."), {"text": "Bye."}]
    assert answer["stopReason"] == "guardrail_intervened"


def test_marked_content_reaches_the_model_masked(bedrock, converse):
    bedrock.reply(lambda call: f"{call.system} {call.user}")
    answer = converse(guarded("I am a@b.org"), system=[guarded("Ask c@d.org.")])
    assert content(answer) == [{"text": "Ask {EMAIL}. I am {EMAIL}"}]
    assert answer["usage"]["inputTokens"] == 6


def test_results_of_tools_are_not_evaluated(bedrock, converse):
    bedrock.reply("Fine.")
    spec = {"toolSpec": {"name": "read", "inputSchema": {"json": {"type": "object"}}}}
    use = {"toolUseId": "t1", "name": "read", "input": {}}
    result = {"toolUseId": "t1", "content": [{"text": "A secret"}]}
    turns = [
        {"role": "user", "content": [{"text": "Read it"}]},
        {"role": "assistant", "content": [{"toolUse": use}]},
        {"role": "user", "content": [{"toolResult": result}]},
    ]
    answer = converse(messages=turns, toolConfig={"tools": [spec]})
    assert content(answer) == [{"text": "Fine."}]


def test_images_are_evaluated_by_filters_that_look_at_them(bedrock, guard, converse):
    hate = {
        "type": "HATE",
        "inputStrength": "HIGH",
        "outputStrength": "HIGH",
        "inputModalities": ["IMAGE"],
    }
    made = guard("guardrail-2", contentPolicyConfig={"filtersConfig": [hate]})
    bedrock.detect(filters={"HATE": "HIGH"})
    bedrock.reply("Fine.")
    image = {"format": "png", "source": {"bytes": b"x"}}
    assert content(converse("Look", guardrail=made)) == [{"text": NOT_OUT}]
    for block in ({"image": image}, {"guardContent": {"image": image}}):
        assert content(converse("Look", block, guardrail=made)) == [{"text": NOT_IN}]


@pytest.mark.bedrock_mock(config={"bedrock": {"quotas": {"guardrail_content_text_units": 1}}})
@pytest.mark.parametrize("operation", ["converse", "converse_stream"])
def test_a_question_or_an_answer_may_be_too_large(bedrock, guard, once, too_large, operation):
    hate = {"type": "HATE", "inputStrength": "HIGH", "outputStrength": "HIGH"}
    made = guard(contentPolicyConfig={"filtersConfig": [hate]})

    def ask(text):
        answer = getattr(once, operation)(
            modelId=CLAUDE,
            messages=[{"role": "user", "content": [{"text": text}]}],
            guardrailConfig={"guardrailIdentifier": made, "guardrailVersion": "DRAFT"},
        )
        return list(answer.get("stream", ()))

    with too_large(2):
        ask("a" * 1001)
    bedrock.reply("b" * 2001)
    with too_large(3):
        ask("Hello")


def test_grounding_is_evaluated_with_the_answer(bedrock, guard, converse):
    config = {"filtersConfig": [{"type": "GROUNDING", "threshold": 0.7}]}
    made = guard("guardrail-2", contextualGroundingPolicyConfig=config)
    source = guarded("Paris is the capital.", "grounding_source")
    query = guarded("Which is it?", "query")
    bedrock.reply("Paris.")
    bedrock.detect("Paris", source="OUTPUT", grounding=0.9)
    answer = converse(source, query, guardrail=made)
    trace = answer["trace"]["guardrail"]
    coverage = trace["inputAssessment"][made]["invocationMetrics"]["guardrailCoverage"]
    assert coverage == {"textCharacters": {"guarded": 0, "total": 33}}
    (output,) = trace["outputAssessments"][made]
    (found,) = output["contextualGroundingPolicy"]["filters"]
    assert (found["score"], found["action"], found["detected"]) == (0.9, "NONE", False)
    bedrock.detect("Paris", grounding=0.1)
    assert content(converse(source, query, guardrail=made)) == [{"text": NOT_OUT}]
    # Without a source there is nothing to evaluate.
    assert content(converse("Which is it?", guardrail=made)) == [{"text": "Paris."}]


def test_a_source_to_guard_is_no_part_of_the_answer(bedrock, guard, converse):
    words = {"wordsConfig": [{"text": "capital", "inputEnabled": False}]}
    config = {"filtersConfig": [{"type": "GROUNDING", "threshold": 0.7}]}
    made = guard("guardrail-2", contextualGroundingPolicyConfig=config, wordPolicyConfig=words)
    source = guarded("Paris is the capital.", "grounding_source", "guard_content")
    bedrock.reply("Paris.")
    answer = converse(source, guarded("Which is it?", "query"), guardrail=made)
    assert content(answer) == [{"text": "Paris."}]
    trace = answer["trace"]["guardrail"]
    (output,) = trace["outputAssessments"][made]
    covered = [
        each["invocationMetrics"]["guardrailCoverage"]["textCharacters"]
        for each in (trace["inputAssessment"][made], output)
    ]
    assert covered == [{"guarded": 21, "total": 33}, {"guarded": 6, "total": 39}]


# --- streams --------------------------------------------------------------------------------


def test_a_stream_that_passes_is_cut_as_the_reply_says(bedrock, stream, made):
    bedrock.reply(Reply("Fine.", chunks=["Fi", "ne."]))
    events = stream("Hello")
    assert texts(events) == ["Fi", "ne."]
    assert events[-2] == ("messageStop", {"stopReason": "end_turn"})
    assert events[-1][1]["trace"]["guardrail"]["actionReason"] == "No action."


@pytest.mark.parametrize(
    ("question", "reply", "text"),
    [
        ("A secret", "Fine.", NOT_IN),
        ("Hello", "A secret of many words.", NOT_OUT),
        ("Hello", "Ask a@b.org or c@d.org.", "Ask {EMAIL} or {EMAIL}."),
    ],
)
def test_an_intervention_comes_in_one_piece(bedrock, stream, made, question, reply, text):
    bedrock.reply(Reply(reply, chunks=[*reply]))
    events = stream(question)
    assert [name for name, _ in events] == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert texts(events) == [text]
    assert events[-2][1] == {"stopReason": "guardrail_intervened"}
    trace = events[-1][1]["trace"]["guardrail"]
    if question == "Hello":
        # In a stream it is the plain text.
        assert trace["modelOutput"] == [reply]
    else:
        assert "modelOutput" not in trace


def test_a_stream_that_does_not_wait_ends_with_the_message(bedrock, stream):
    bedrock.reply(Reply("A secret.", chunks=["A sec", "ret."]))
    events = stream("Hello", streamProcessingMode="async")
    assert texts(events) == ["A sec", "ret.", NOT_OUT]
    assert events[-2][1] == {"stopReason": "guardrail_intervened"}
    bedrock.reply("A secret.")
    assert "".join(texts(stream("Hello", streamProcessingMode="async"))) == f"A secret.{NOT_OUT}"
    bedrock.reply("Ask a@b.org.")
    assert "".join(texts(stream("Hello", streamProcessingMode="async"))) == "Ask a@b.org."


def test_keys_are_in_alphabetical_order_on_the_wire(bedrock, runtime, converse):
    wire = []
    runtime.meta.events.register(
        "before-parse.bedrock-runtime",
        lambda response_dict, **_: wire.append(response_dict["body"]),
    )
    bedrock.reply("Ask a@b.org.")
    converse("Hello")
    pairs = json.loads(wire[0], object_pairs_hook=lambda each: [name for name, _ in each])
    assert pairs == sorted(pairs)
    assert b'{"action":"ANONYMIZED","detected":true,"match":"a@b.org","type":"EMAIL"}' in wire[0]


# --- the enforced guardrail -----------------------------------------------------------------


@pytest.fixture
def enforce(control, made):
    """Enforces a version of the guardrail."""
    if "PutEnforcedGuardrailConfiguration" not in control.meta.service_model.operation_names:
        pytest.skip("needs a newer service model")
    control.create_guardrail_version(guardrailIdentifier=made)

    def enforce(**config):
        control.put_enforced_guardrail_configuration(
            guardrailInferenceConfig={
                "guardrailIdentifier": made,
                "guardrailVersion": "1",
                **config,
            }
        )

    return enforce


def origins(assessment):
    return assessment["appliedGuardrailDetails"]["guardrailOrigin"]


def test_an_enforced_guardrail_evaluates_calls_that_name_none(bedrock, enforce, converse):
    bedrock.reply("Fine.")
    assert content(converse("A secret", guardrailConfig={})) == [{"text": "Fine."}]
    enforce()
    answer = converse("A secret", guardrailConfig={})
    assert content(answer) == [{"text": NOT_IN}]
    assert "trace" not in answer
    (assessment,) = bedrock.calls.of("Converse")[-1].assessments
    assert origins(assessment) == ["ACCOUNT_ENFORCED"]


@pytest.mark.parametrize(
    ("included", "excluded", "covers"),
    [
        (["ALL"], [], True),
        ([CLAUDE], [], True),
        (["amazon.nova-lite-v1:0"], [], False),
        (["ALL"], [CLAUDE], False),
    ],
)
def test_it_covers_the_models_of_its_scope(bedrock, enforce, converse, included, excluded, covers):
    bedrock.reply("Fine.")
    enforce(modelEnforcement={"includedModels": included, "excludedModels": excluded})
    expected = NOT_IN if covers else "Fine."
    assert content(converse("A secret", guardrailConfig={})) == [{"text": expected}]


def test_it_may_look_at_all_that_a_caller_sends(bedrock, enforce, converse):
    bedrock.reply("Fine.")
    enforce(selectiveContentGuarding={"messages": "COMPREHENSIVE", "system": "COMPREHENSIVE"})
    marked = ("A secret", guarded("Hello"))
    assert content(converse(*marked, guardrailConfig={})) == [{"text": NOT_IN}]
    system = [{"text": "A secret"}]
    assert content(converse("Hello", guardrailConfig={}, system=system)) == [{"text": NOT_IN}]


def test_it_is_evaluated_besides_the_one_that_a_call_names(bedrock, guard, enforce, converse, made):
    other = guard("guardrail-2", wordPolicyConfig={"wordsConfig": [{"text": "other"}]})
    enforce()
    bedrock.reply("Ask a@b.org.")
    answer = converse("Hello", guardrail=other)
    assert content(answer) == [{"text": "Ask {EMAIL}."}]
    trace = answer["trace"]["guardrail"]
    assert {*trace["inputAssessment"]} == {*trace["outputAssessments"]} == {other, made}
    assert content(converse("another, other", guardrail=other)) == [{"text": NOT_IN}]
    assert content(converse("A secret", guardrail=other)) == [{"text": NOT_IN}]


def test_one_that_is_named_and_enforced_is_evaluated_once(bedrock, enforce, converse, made):
    enforce()
    bedrock.reply("Fine.")
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{made}"
    config = {"guardrailIdentifier": arn, "guardrailVersion": "1", "trace": "enabled"}
    trace = converse("Hello", guardrailConfig=config)["trace"]["guardrail"]
    assert origins(trace["inputAssessment"][made]) == ["REQUEST", "ACCOUNT_ENFORCED"]
    assert len(trace["outputAssessments"][made]) == 1
