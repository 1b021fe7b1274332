"""Guardrails on a server: what is detected is said as JSON, and found over a socket."""

from __future__ import annotations

import re

import pytest

from support import guardrail, in_process

pytestmark = in_process

TOPIC = {"name": "Elections", "definition": "Who wins.", "type": "DENY"}


def test_what_guardrails_detect_is_said_as_json(server):
    control, runtime = server.client("bedrock"), server.client("bedrock-runtime")
    config = {"topicsConfig": [TOPIC]}
    made = control.create_guardrail(**guardrail(topicPolicyConfig=config))["guardrailId"]
    server.detect("vote", guardrail="guardrail-1", topics=["Elections"])
    answer = runtime.apply_guardrail(
        guardrailIdentifier=made,
        guardrailVersion="DRAFT",
        source="INPUT",
        content=[{"text": {"text": "Who gets my vote?"}}],
    )
    assert answer["outputs"] == [{"text": "Not this question."}]
    call = server.calls.of("ApplyGuardrail").once(source="INPUT")
    assert call.assessments[0]["topicPolicy"]["topics"][0]["name"] == "Elections"


def test_the_record_has_what_reached_the_model(server):
    control, runtime = server.client("bedrock"), server.client("bedrock-runtime")
    pii = {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]}
    made = control.create_guardrail(**guardrail(sensitiveInformationPolicyConfig=pii))
    config = {"guardrailIdentifier": made["guardrailId"], "guardrailVersion": "DRAFT"}
    server.reply("Noted.", user="I am {EMAIL}", system="Be kind.")
    answer = runtime.converse(
        modelId="amazon.nova-lite-v1:0",
        messages=[{"role": "user", "content": [{"text": "I am a@b.org"}]}],
        system=[{"text": "Be kind."}],
        guardrailConfig=config,
    )
    assert answer["output"]["message"]["content"] == [{"text": "Noted."}]
    call = server.calls.of("Converse").once(user="{EMAIL}")
    assert (call.system, call.user) == ("Be kind.", "I am {EMAIL}")
    assert call.request["messages"][0]["content"] == [{"text": "I am a@b.org"}]
    assert [each["source"] for each in call.assessments] == ["INPUT", "OUTPUT"]


@pytest.mark.parametrize(
    ("text", "kind"), [(re.compile("x"), "a pattern"), (str.isupper, "a function")]
)
def test_a_pattern_or_a_function_cannot_be_sent(server, text, kind):
    message = f"detect: text is {kind}, which a server cannot be sent: give a text"
    with pytest.raises(ValueError, match=message):
        server.detect(text, topics=["Elections"])
