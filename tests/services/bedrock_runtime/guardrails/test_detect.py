"""The verb ``detect``: for which texts, guardrails and directions it holds, and what it refuses."""

from __future__ import annotations

import re

import pytest

from bedrock_mock import mock_bedrock
from support import ACCOUNT, REGION, guardrail, in_process

TOPICS = {
    "topicPolicyConfig": {
        "topicsConfig": [
            {"name": name, "definition": "A topic.", "type": "DENY"} for name in ("Law", "Money")
        ]
    }
}


@pytest.fixture
def topics(guard, found):
    """The topics that a new guardrail finds in a text."""
    made = guard(**TOPICS)

    def topics(text, **members):
        policy = found(made, text, **members).get("topicPolicy", {"topics": []})
        return [each["name"] for each in policy["topics"]]

    return topics


@pytest.mark.parametrize(
    "text",
    [
        "sue",
        pytest.param(re.compile(r"\bs.e\b"), marks=in_process),
        pytest.param(lambda text: text.endswith("you"), marks=in_process),
        None,
    ],
)
def test_the_text_is_one_that_is_contained_a_pattern_or_a_function(bedrock, topics, text):
    bedrock.detect(text, topics=["Law"])
    assert topics("We will sue you") == ["Law"]
    assert topics("Hello") == (["Law"] if text is None else [])


@pytest.mark.parametrize("by", ["id", "arn", "name"])
def test_a_guardrail_is_named_by_id_arn_or_name(bedrock, control, topics, by):
    (summary,) = control.list_guardrails()["guardrails"]
    bedrock.detect(guardrail=summary[by], topics=["Law"])
    bedrock.detect(guardrail="another", topics=["Money"])
    assert topics("x") == ["Law"]


def test_a_declaration_may_be_for_one_direction(bedrock, topics):
    bedrock.detect(source="OUTPUT", topics=["Law"])
    assert topics("x") == []
    assert topics("x", source="OUTPUT") == ["Law"]


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({"region_name": REGION, "account_id": ACCOUNT}, True),
        ({"region_name": "eu-west-1"}, False),
        ({"account_id": "111122223333"}, False),
    ],
)
def test_a_declaration_may_be_for_one_region_or_account(bedrock, topics, where, holds):
    bedrock.detect(topics=["Law"], **where)
    assert topics("x") == (["Law"] if holds else [])


def test_declarations_hold_together(bedrock, topics):
    bedrock.detect("sue", topics=["Law"])
    bedrock.detect("pay", topics=["Money"])
    assert topics("Pay or we sue. We pay.") == ["Law", "Money"]


def test_declarations_may_stay_unused_and_end_with_the_mock():
    for words in (["Law"], []):
        with mock_bedrock() as bedrock:
            if words:
                bedrock.detect(topics=words)
                assert bedrock.unused() == []
            client = bedrock.client(region_name=REGION)
            made = client.create_guardrail(**guardrail(**TOPICS))["guardrailId"]
            bedrock.client("bedrock-runtime", region_name=REGION).apply_guardrail(
                guardrailIdentifier=made,
                guardrailVersion="DRAFT",
                source="INPUT",
                content=[{"text": {"text": "x"}}],
            )
            (assessment,) = bedrock.calls.of("ApplyGuardrail").once().assessments
            topics = assessment.get("topicPolicy", {"topics": []})["topics"]
            assert [each["name"] for each in topics] == words


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "say what is detected, by at least one of topics, filters, entities"),
        ({"topics": ["x"], "source": "BOTH"}, "source must be INPUT or OUTPUT, got 'BOTH'"),
        ({"filters": {"RUDE": "HIGH"}}, "unknown filters: RUDE. Known filters: HATE, INSULTS"),
        ({"filters": {"HATE": "SOME"}}, "HATE must be NONE, LOW, MEDIUM, HIGH or a score"),
        ({"filters": {"HATE": True}}, "HATE must be NONE"),
        ({"filters": {"HATE": 2}}, "or a score from 0 to 1, got 2"),
        ({"entities": {"PET": "Rex"}}, "unknown entities: PET. Known entities: ADDRESS, AGE"),
        ({"entities": {"NAME": 3}}, "the entity NAME must be a text or a list of texts, got 3"),
        ({"entities": {"NAME": [""]}}, "the entity NAME must be a text"),
        ({"grounding": 1.5}, "grounding must be NONE, LOW, MEDIUM, HIGH or a score from 0 to 1"),
        ({"findings": [{"true": {}}]}, "unknown findings: true"),
        ({"findings": "valid"}, "a finding is an object with one member"),
        ({"findings": ["valid"]}, "a finding is an object with one member"),
        ({"findings": [{"valid": {}, "invalid": {}}]}, "a finding is an object with one member"),
        ({"findings": [{"valid": 5}]}, "a finding is an object with one member"),
        (
            {"findings": [{"valid": {"translation": {"confidence": "HIGH"}}}]},
            "a finding is an object with one member",
        ),
        ({"findings": [{"valid": {"translation": 5}}]}, "a finding is an object with one member"),
        ({"topics": "Law"}, "topics must be a list of names"),
        ({"text": 3, "topics": ["Law"]}, "text must be"),
    ],
)
def test_what_makes_no_sense_is_refused(bedrock, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        bedrock.detect(**arguments)
