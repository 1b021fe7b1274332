"""A guardrail, and ApplyGuardrail with it."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config

from support import ALWAYS_ASSESSED, REGION, body, guardrail, refused

POLICIES = {
    "wordPolicyConfig": {"wordsConfig": [{"text": "secret"}]},
    "sensitiveInformationPolicyConfig": {
        "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]
    },
}


@pytest.fixture
def bedrock(bedrock_mock):
    """The mock of the plugin, whose tests share a session of boto3."""
    return bedrock_mock


@pytest.fixture
def control(bedrock):
    """A client of the control plane."""
    return bedrock.client("bedrock", region_name=REGION)


@pytest.fixture
def guard(control):
    """Makes a guardrail with these policies and gives its id."""

    def make(name="guardrail-1", **policies):
        request = guardrail(name)
        del request["wordPolicyConfig"]
        return control.create_guardrail(**request, **policies)["guardrailId"]

    return make


@pytest.fixture
def too_large():
    """Expects that content filters refuse so many text units; one unit is the quota."""

    def too_large(units):
        text = (
            f"Input text size ({units} text units) exceeds the maximum allowed (1 text units) for "
            "the content filter policy (Classic tier)."
        )
        return refused("ThrottlingException", 429, text)

    return too_large


@pytest.fixture
def once(bedrock):
    """A client of the runtime that does not send a request again."""
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("bedrock-runtime", region_name=REGION, config=config)


@pytest.fixture
def made(guard):
    """The id of a guardrail that blocks ``secret`` and masks email addresses."""
    return guard(**POLICIES)


@pytest.fixture
def apply(runtime):
    """Applies the DRAFT of a guardrail to texts or blocks."""

    def apply(identifier, *contents, source="INPUT", version="DRAFT", **members):
        blocks = [{"text": {"text": each}} if isinstance(each, str) else each for each in contents]
        answer = runtime.apply_guardrail(
            guardrailIdentifier=identifier,
            guardrailVersion=version,
            source=source,
            content=blocks,
            **members,
        )
        return body(answer)

    return apply


@pytest.fixture
def found(apply):
    """What the policies of a guardrail find, without what an assessment always has."""

    def found(*args, **members):
        (assessment,) = apply(*args, **members)["assessments"]
        assert set(ALWAYS_ASSESSED) <= assessment.keys()
        return {name: value for name, value in assessment.items() if name not in ALWAYS_ASSESSED}

    return found
