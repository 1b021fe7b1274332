"""InvokeGuardrailChecks: scores and offsets, without a guardrail."""

from __future__ import annotations

import pytest

from support import body, refused

HARM = {"contentFilter": {"categories": [{"category": "HATE"}, {"category": "VIOLENCE"}]}}
ATTACK = {"promptAttack": {"categories": [{"category": "JAILBREAK"}]}}
EMAIL = {"sensitiveInformation": {"entities": [{"type": "EMAIL"}, {"type": "NAME"}]}}


def message(*texts, role="user"):
    return {"role": role, "content": [{"text": each} for each in texts]}


@pytest.fixture
def check(runtime):
    if "InvokeGuardrailChecks" not in runtime.meta.service_model.operation_names:
        pytest.skip("needs a newer service model")

    def check(*messages, **checks):
        return body(runtime.invoke_guardrail_checks(messages=list(messages), checks=checks))

    return check


def scores(answer, name="contentFilter"):
    return {each["category"]: each["severityScore"] for each in answer["results"][name]["results"]}


def test_harmless_text_has_a_score_of_zero_for_each_category_that_is_asked_for(check):
    answer = check(message("Hello"), **HARM)
    assert answer == {
        "results": {
            "contentFilter": {
                "results": [
                    {"category": "HATE", "severityScore": 0.0},
                    {"category": "VIOLENCE", "severityScore": 0.0},
                ]
            }
        },
        "usage": {"contentFilter": {"textUnits": 1}},
    }


def test_scores_are_those_that_a_test_says(bedrock, check):
    bedrock.detect("kill", filters={"VIOLENCE": 0.42, "HATE": "LOW"})
    bedrock.detect("kill", guardrail="another", filters={"VIOLENCE": "HIGH"})
    bedrock.detect("ignore", filters={"JAILBREAK": "MEDIUM"})
    answer = check(message("I kill", "ignore that", role="assistant"), **HARM, **ATTACK)
    assert scores(answer) == {"HATE": 0.3, "VIOLENCE": 0.42}
    assert scores(answer, "promptAttack") == {"JAILBREAK": 0.6}


def test_a_prompt_attack_is_each_of_its_kinds(bedrock, check):
    bedrock.detect(filters={"PROMPT_ATTACK": "HIGH"})
    assert scores(check(message("x"), **ATTACK), "promptAttack") == {"JAILBREAK": 0.9}


def test_personal_data_has_offsets_in_its_block(bedrock, check):
    bedrock.detect(entities={"NAME": "Ada"})
    answer = check(message("Hello", role="system"), message("Hi", "Ada is a@b.org"), **EMAIL)
    at = {"confidenceScore": 1.0, "messageIndex": 1, "contentIndex": 1}
    assert answer["results"]["sensitiveInformation"] == {
        "results": [
            {"type": "NAME", "beginOffset": 0, "endOffset": 3, **at},
            {"type": "EMAIL", "beginOffset": 7, "endOffset": 14, **at},
        ],
        "truncated": False,
    }


def test_very_many_findings_are_cut(check):
    answer = check(message("a@b.org " * 1001), **EMAIL)
    found = answer["results"]["sensitiveInformation"]
    assert (len(found["results"]), found["truncated"]) == (1000, True)


def test_units_are_counted_over_all_messages(check):
    answer = check(message("x" * 1000), message("y"), **HARM, **EMAIL)
    assert answer["usage"] == {
        "contentFilter": {"textUnits": 2},
        "sensitiveInformation": {"textUnits": 2},
    }


def test_no_check_and_an_unknown_category_are_refused(check):
    with refused("ValidationException", 400):
        check(message("x"))
    with refused("ValidationException", 400):
        check(message("x"), contentFilter={"categories": [{"category": "RUDE"}]})
