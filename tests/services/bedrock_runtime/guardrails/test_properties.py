"""Guardrails of every form against generated texts: what holds for every finding."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from conformity import nonconforming, quick
from hypothesis import given
from hypothesis import strategies as st

from bedrock_mock import mock_bedrock
from bedrock_mock.services.bedrock_runtime.service import BEDROCK_RUNTIME
from support import REGION, body

pytestmark = pytest.mark.long

MODEL = BEDROCK_RUNTIME.protocol.model
ACTIONS = st.sampled_from(["BLOCK", "ANONYMIZE", "NONE"])
BLOCK_OR_NONE = st.sampled_from(["BLOCK", "NONE"])
FLAGS = {"inputEnabled": st.booleans(), "outputEnabled": st.booleans()}
STRENGTHS = st.sampled_from(["NONE", "LOW", "MEDIUM", "HIGH"])
# Each ends in a space: what is part of a longer word is not found.
PIECES = ["secret ", "Secret. ", "damn ", "a@b.org ", "10.0.0.1 ", "Ada ", "T-1 ", "x ", "é "]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)


def part(optional=(), **fixed):
    """One part of a policy, with any of the optional members."""
    return st.fixed_dictionaries(fixed, optional={**FLAGS, **dict(optional)})


def each_once(*parts):
    return st.tuples(*parts).map(list)


BY_DIRECTION = {"inputAction": BLOCK_OR_NONE, "outputAction": BLOCK_OR_NONE}
MASKING = {"inputAction": ACTIONS, "outputAction": ACTIONS}
WORDS = st.fixed_dictionaries(
    {
        "wordsConfig": each_once(part(BY_DIRECTION, text=st.just("secret"))),
        "managedWordListsConfig": each_once(part(BY_DIRECTION, type=st.just("PROFANITY"))),
    }
)
SENSITIVE = st.fixed_dictionaries(
    {
        "piiEntitiesConfig": each_once(
            *(
                part(MASKING, type=st.just(kind), action=ACTIONS)
                for kind in ("EMAIL", "IP_ADDRESS", "NAME")
            )
        ),
        "regexesConfig": each_once(
            part(MASKING, name=st.just("Ticket"), pattern=st.just(r"T-\d"), action=ACTIONS),
            part(MASKING, name=st.just("Host"), pattern=st.just(r"b\.org"), action=ACTIONS),
        ),
    }
)
TOPICS = st.fixed_dictionaries(
    {
        "topicsConfig": each_once(
            part(
                BY_DIRECTION,
                name=st.just("Law"),
                definition=st.just("Courts."),
                type=st.just("DENY"),
            )
        )
    }
)
FILTERS = st.fixed_dictionaries(
    {
        "filtersConfig": each_once(
            part(
                BY_DIRECTION,
                type=st.just("HATE"),
                inputStrength=STRENGTHS,
                outputStrength=STRENGTHS,
            )
        )
    }
)
POLICIES = st.fixed_dictionaries(
    {"wordPolicyConfig": WORDS},
    optional={
        "sensitiveInformationPolicyConfig": SENSITIVE,
        "topicPolicyConfig": TOPICS,
        "contentPolicyConfig": FILTERS,
    },
)


@pytest.fixture(scope="module")
def clients():
    with ExitStack() as stack:
        bedrock = stack.enter_context(mock_bedrock())
        bedrock.detect("x", topics=["Law"], filters={"HATE": "MEDIUM"}, entities={"NAME": "Ada"})
        yield bedrock.client(region_name=REGION), bedrock.client("bedrock-runtime", REGION)


def items_of(assessment):
    for name in ("topicPolicy", "contentPolicy", "wordPolicy", "sensitiveInformationPolicy"):
        for items in assessment.get(name, {}).values():
            assert items, "an empty list is left out"
            yield from items


@quick(150)
@given(
    policies=POLICIES,
    texts=st.lists(TEXTS, min_size=1, max_size=3),
    source=st.sampled_from(["INPUT", "OUTPUT"]),
    scope=st.sampled_from(["INTERVENTIONS", "FULL"]),
)
def test_an_answer_fits_the_model_and_itself(clients, policies, texts, source, scope):
    control, runtime = clients
    made = control.create_guardrail(
        name="generated",
        blockedInputMessaging="No input.",
        blockedOutputsMessaging="No output.",
        **policies,
    )["guardrailId"]
    try:
        answer = body(
            runtime.apply_guardrail(
                guardrailIdentifier=made,
                guardrailVersion="DRAFT",
                source=source,
                content=[{"text": {"text": text}} for text in texts],
                outputScope=scope,
            )
        )
    finally:
        control.delete_guardrail(guardrailIdentifier=made)
    shape = MODEL.operation_model("ApplyGuardrail").output_shape
    partly_sent = (
        "lacks customWords",
        "lacks managedWordLists",
        "lacks piiEntities",
        "lacks regexes",
    )
    assert [f for f in nonconforming(shape, answer) if not f.endswith(partly_sent)] == []

    (assessment,) = answer["assessments"]
    items = [*items_of(assessment)]
    actions = {each["action"] for each in items}
    assert all(each["detected"] for each in items) or scope == "FULL"
    assert all(each["action"] == "NONE" for each in items if not each["detected"])
    for each in items:
        assert any(each.get("match", "") in text for text in texts)
    outputs = [each["text"] for each in answer["outputs"]]
    if "BLOCKED" in actions:
        assert answer["actionReason"] == "Guardrail blocked."
        assert outputs == ["No input." if source == "INPUT" else "No output."]
    elif "ANONYMIZED" in actions:
        assert answer["actionReason"] == "Guardrail masked."
        assert len(outputs) == len(texts)
        assert outputs != texts
        hidden = {each["match"] for each in items if each["action"] == "ANONYMIZED"}
        assert not any(match in output for match in hidden for output in outputs)
    else:
        assert (answer["action"], outputs) == ("NONE", [])
    assert (answer["action"] == "GUARDRAIL_INTERVENED") == bool(actions & {"BLOCKED", "ANONYMIZED"})
    total = sum(map(len, texts))
    assert answer["guardrailCoverage"] == {"textCharacters": {"guarded": total, "total": total}}
    assert set(answer["usage"].values()) <= {0, 1}
