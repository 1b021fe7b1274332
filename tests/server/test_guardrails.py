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


def test_a_pattern_cannot_be_sent(server):
    with pytest.raises(ValueError, match="detect: text is a pattern"):
        server.detect(re.compile("x"), topics=["Elections"])
