"""ApplyGuardrail: what each policy finds, and what the guardrail does about it."""

from __future__ import annotations

import json

import pytest
from permissions import authorised, user, with_key

from support import ACCOUNT, ALWAYS_ASSESSED, REGION, in_process, known, refused

UNKNOWN = "The guardrail identifier or version provided in the request does not exist."
NO_SOURCE = (
    "The provided request does not contain the grounding source. Grounding source, query and "
    "content to guard are required for Guardrails contextual grounding policy evaluation."
)
USAGE = dict.fromkeys(
    known(
        "GuardrailUsage",
        [
            "topicPolicyUnits",
            "contentPolicyUnits",
            "wordPolicyUnits",
            "sensitiveInformationPolicyUnits",
            "sensitiveInformationPolicyFreeUnits",
            "contextualGroundingPolicyUnits",
            "contentPolicyImageUnits",
            "automatedReasoningPolicyUnits",
            "automatedReasoningPolicies",
        ],
    ),
    0,
)
PNG = {"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}


def words(*texts, **members):
    return {"wordPolicyConfig": {"wordsConfig": [{"text": each, **members} for each in texts]}}


def sensitive(entities=(), regexes=()):
    config = {}
    if entities:
        config["piiEntitiesConfig"] = list(entities)
    if regexes:
        config["regexesConfig"] = list(regexes)
    return {"sensitiveInformationPolicyConfig": config}


def entity(kind, action="ANONYMIZE", **members):
    return {"type": kind, "action": action, **members}


def regex(name="Ticket", pattern=r"T-\d+", action="ANONYMIZE", **members):
    return {"name": name, "pattern": pattern, "action": action, **members}


def topic(name="Politics", **members):
    return {"name": name, "definition": "Elections and parties.", "type": "DENY", **members}


def topics(*configs):
    return {"topicPolicyConfig": {"topicsConfig": list(configs or [topic()])}}


def filters(*configs):
    return {"contentPolicyConfig": {"filtersConfig": list(configs)}}


def hate(input_strength="HIGH", output_strength="HIGH", kind="HATE", **members):
    return {
        "type": kind,
        "inputStrength": input_strength,
        "outputStrength": output_strength,
        **members,
    }


def grounding(threshold=0.75, kind="GROUNDING", **members):
    config = {"type": kind, "threshold": threshold, **members}
    return {"contextualGroundingPolicyConfig": {"filtersConfig": [config]}}


def qualified(text, *qualifiers):
    return {"text": {"text": text, "qualifiers": list(qualifiers)}}


GROUNDED = (
    qualified("Paris is the capital of France.", "grounding_source"),
    qualified("What is the capital?", "query"),
    "Paris.",
)


# --- the answer -----------------------------------------------------------------------------


def test_an_answer_without_findings_has_every_member_that_the_service_sends(guard, apply):
    made = guard(**words("secret"))
    usage = {**USAGE, "wordPolicyUnits": 1}
    coverage = {"textCharacters": {"guarded": 5, "total": 5}}
    answer = apply(made, "Hello")
    latency = answer["assessments"][0]["invocationMetrics"].pop("guardrailProcessingLatency")
    assert latency > 0
    assessment = {
        "invocationMetrics": {"usage": usage, "guardrailCoverage": coverage},
        "appliedGuardrailDetails": {
            "guardrailId": made,
            "guardrailVersion": "DRAFT",
            "guardrailArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{made}",
            "guardrailOrigin": ["REQUEST"],
            "guardrailOwnership": "SELF",
        },
    }
    assert answer == {
        "usage": usage,
        "action": "NONE",
        "actionReason": "No action.",
        "outputs": [],
        "assessments": [{name: assessment[name] for name in ALWAYS_ASSESSED}],
        "guardrailCoverage": coverage,
    }


@pytest.mark.parametrize(
    ("source", "message"),
    [("INPUT", "Not this question."), ("OUTPUT", "Not this answer.")],
)
def test_a_block_gives_one_message_however_many_blocks_came(guard, apply, source, message):
    answer = apply(guard(**words("secret")), "A secret", "Another text", source=source)
    assert answer["action"] == "GUARDRAIL_INTERVENED"
    assert answer["actionReason"] == "Guardrail blocked."
    assert answer["outputs"] == [{"text": message}]


def test_masks_give_one_output_for_each_block(guard, apply):
    made = guard(**sensitive([entity("EMAIL")], [regex()]))
    answer = apply(made, "Ask ada@example.com about T-12 or T-13.", "Nothing here.")
    assert answer["action"] == "GUARDRAIL_INTERVENED"
    assert answer["actionReason"] == "Guardrail masked."
    assert answer["outputs"] == [
        {"text": "Ask {EMAIL} about {Ticket} or {Ticket}."},
        {"text": "Nothing here."},
    ]


def test_a_block_beats_a_mask_and_items_keep_their_own_actions(guard, apply):
    made = guard(**words("secret"), **sensitive([entity("EMAIL")]))
    answer = apply(made, "The secret of ada@example.com")
    assert answer["outputs"] == [{"text": "Not this question."}]
    (assessment,) = answer["assessments"]
    assert [*assessment][:2] == ["wordPolicy", "sensitiveInformationPolicy"]
    assert assessment["wordPolicy"]["customWords"][0]["action"] == "BLOCKED"
    assert assessment["sensitiveInformationPolicy"]["piiEntities"][0]["action"] == "ANONYMIZED"


def test_what_is_only_detected_changes_nothing(guard, apply):
    made = guard(**words("secret", inputAction="NONE"), **sensitive([entity("EMAIL", "NONE")]))
    answer = apply(made, "The secret of ada@example.com")
    assert (answer["action"], answer["actionReason"]) == ("NONE", "No action.")
    assert answer["outputs"] == []
    (assessment,) = answer["assessments"]
    assert assessment["wordPolicy"]["customWords"] == [
        {"match": "secret", "action": "NONE", "detected": True}
    ]


# --- which guardrail ------------------------------------------------------------------------


def test_a_version_keeps_what_the_draft_had(control, guard, apply):
    made = guard(**words("secret"))
    control.create_guardrail_version(guardrailIdentifier=made)
    control.update_guardrail(
        guardrailIdentifier=made,
        name="guardrail-1",
        blockedInputMessaging="Changed.",
        blockedOutputsMessaging="Changed.",
        **words("other"),
    )
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{made}"
    assert apply(arn, "secret", version="1")["outputs"] == [{"text": "Not this question."}]
    assert apply(made, "secret")["action"] == "NONE"
    assert apply(made, "other")["outputs"] == [{"text": "Changed."}]


@pytest.mark.parametrize("version", ["2", "1"])
def test_an_unknown_version_is_refused(control, guard, apply, version):
    made = guard(**words("secret"))
    control.create_guardrail_version(guardrailIdentifier=made)
    control.delete_guardrail(guardrailIdentifier=made, guardrailVersion="1")
    with refused("ValidationException", 400, UNKNOWN):
        apply(made, "Hello", version=version)


def test_a_guardrail_of_another_region_is_unknown(bedrock, guard):
    made = guard(**words("secret"))
    elsewhere = bedrock.client("bedrock-runtime", region_name="eu-west-1")
    with refused("ValidationException", 400, UNKNOWN):
        elsewhere.apply_guardrail(
            guardrailIdentifier=made,
            guardrailVersion="DRAFT",
            source="INPUT",
            content=[{"text": {"text": "Hello"}}],
        )


def test_a_malformed_identifier_has_a_text_of_its_own(apply):
    with refused("ValidationException", 400, "The provided guardrail identifier is invalid."):
        apply("My-Guardrail", "Hello")


def test_no_content_and_an_unknown_source_are_refused(guard, apply):
    made = guard(**words("secret"))
    with refused("ValidationException", 400):
        apply(made)
    with refused("ValidationException", 400):
        apply(made, "Hello", source="BOTH")


# --- words ----------------------------------------------------------------------------------


def test_words_are_found_in_any_case_and_not_within_others(guard, found):
    made = guard(**words("secret", "big plan"))
    assert found(made, "Secretly, SECRET things; the Big Plan. A secret.") == {
        "wordPolicy": {
            "customWords": [
                {"match": match, "action": "BLOCKED", "detected": True}
                for match in ("SECRET", "Big Plan", "secret")
            ]
        }
    }


def test_a_word_may_begin_and_end_with_other_characters(guard, found):
    assert found(guard(**words("#1!")), "We are #1!")["wordPolicy"]["customWords"]


@pytest.mark.parametrize(
    ("word", "text", "is_found"),
    [
        ("秘密", "これは秘密です", True),
        ("ความลับ", "นี่คือความลับของเรา", True),
        ("secret", "これはsecretです", True),
        ("secret", "これはsecretsです", False),
        ("geheim", "Geheimnis", False),
        ("тайна", "Тайна!", True),
        ("тайна", "тайнами", False),
    ],
)
def test_words_have_borders_where_their_script_has(guard, apply, word, text, is_found):
    assert (apply(guard(**words(word)), text)["action"] != "NONE") is is_found


def test_profanities_are_found_by_the_managed_list(guard, found):
    managed = {"wordPolicyConfig": {"managedWordListsConfig": [{"type": "PROFANITY"}]}}
    assert found(guard(**managed), "Well, damn it.") == {
        "wordPolicy": {
            "managedWordLists": [
                {"match": "damn", "type": "PROFANITY", "action": "BLOCKED", "detected": True}
            ]
        }
    }


@pytest.mark.bedrock_mock(config={"bedrock": {"profanities": ["fiddlesticks"]}})
def test_the_config_replaces_the_list(guard, found):
    managed = {"wordPolicyConfig": {"managedWordListsConfig": [{"type": "PROFANITY"}]}}
    made = guard(**managed)
    assert found(made, "Well, damn it.") == {}
    assert found(made, "Fiddlesticks!")


# --- sensitive information ------------------------------------------------------------------


def test_each_occurrence_is_an_item_in_the_order_of_the_text(guard, found):
    made = guard(**sensitive([entity("EMAIL"), entity("IP_ADDRESS", "BLOCK")]))
    items = found(made, "a@b.org from 10.0.0.1", "a@b.org")["sensitiveInformationPolicy"]
    assert items == {
        "piiEntities": [
            {"match": "a@b.org", "type": "EMAIL", "action": "ANONYMIZED", "detected": True},
            {"match": "10.0.0.1", "type": "IP_ADDRESS", "action": "BLOCKED", "detected": True},
            {"match": "a@b.org", "type": "EMAIL", "action": "ANONYMIZED", "detected": True},
        ]
    }


def test_a_regular_expression_is_reported_with_its_name_and_pattern(guard, found):
    made = guard(**sensitive(regexes=[regex("Account Number", r"\b\d{6}\d{4}\b")]))
    assert found(made, "It is 1234567890.") == {
        "sensitiveInformationPolicy": {
            "regexes": [
                {
                    "name": "Account Number",
                    "match": "1234567890",
                    "regex": r"\b\d{6}\d{4}\b",
                    "action": "ANONYMIZED",
                    "detected": True,
                }
            ]
        }
    }


def test_of_overlapping_entities_the_first_and_longest_is_taken(guard, apply):
    made = guard(**sensitive([entity("EMAIL"), entity("URL")]))
    answer = apply(made, "See https://example.com/ada@example.com now")
    assert answer["outputs"] == [{"text": "See {URL} now"}]


def test_overlapping_masks_of_entities_and_expressions_do_not_garble_the_text(guard, apply):
    made = guard(**sensitive([entity("EMAIL")], [regex("Host", r"example\.com")]))
    answer = apply(made, "ada@example.com and example.com")
    assert answer["outputs"] == [{"text": "{EMAIL} and {Host}"}]


def test_an_expression_that_blows_up_is_bounded(guard, apply, monkeypatch):
    monkeypatch.setattr("bedrock_mock.protocol.bounded_patterns.LIMIT_SECONDS", 0.2)
    made = guard(**sensitive(regexes=[regex("Slow", "(a+)+$")]))
    with refused("ValidationException", 400) as caught:
        apply(made, "a" * 5000 + "b")
    assert "'Slow'" in str(caught.value)


@in_process
@pytest.mark.parametrize("pattern", ["(?i", "a{99999999999}"])
def test_an_expression_that_python_cannot_read_is_named(guard, apply, pattern):
    made = guard(**sensitive(regexes=[regex("Odd", pattern)]))
    with pytest.raises(NotImplementedError, match="'Odd'"):
        apply(made, "x")


# --- directions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "policies",
    [
        words("secret", inputEnabled=False),
        sensitive([entity("EMAIL", inputEnabled=False)]),
        sensitive(regexes=[regex(inputEnabled=False)]),
        topics(topic(inputEnabled=False)),
        filters(hate(inputEnabled=False)),
        filters(hate("NONE")),
        filters(hate("HIGH", "NONE", "PROMPT_ATTACK", inputEnabled=False)),
    ],
)
def test_what_is_off_for_a_direction_is_neither_evaluated_nor_billed(
    bedrock, guard, apply, found, policies
):
    bedrock.detect(topics=["Politics"], filters={"HATE": "HIGH", "PROMPT_ATTACK": "HIGH"})
    made = guard(**policies)
    text = "A secret of a@b.org, T-1"
    assert found(made, text) == {}
    assert found(made, text, outputScope="FULL") == {}
    assert apply(made, text)["usage"] == USAGE


def test_the_action_of_a_direction_goes_before_the_general_one(guard, apply):
    made = guard(
        **sensitive([entity("EMAIL", "NONE", inputAction="BLOCK", outputAction="ANONYMIZE")])
    )
    assert apply(made, "a@b.org")["outputs"] == [{"text": "Not this question."}]
    assert apply(made, "a@b.org", source="OUTPUT")["outputs"] == [{"text": "{EMAIL}"}]


# --- what a test says -----------------------------------------------------------------------


def test_a_topic_is_found_where_a_test_says_so(bedrock, guard, apply, found):
    made = guard(**topics(topic(), topic("Money")))
    bedrock.detect("election", guardrail=made, topics=["Politics", "Unknown"])
    assert found(made, "Hello") == {}
    assert found(made, "Who won the election?") == {
        "topicPolicy": {
            "topics": [{"name": "Politics", "type": "DENY", "action": "BLOCKED", "detected": True}]
        }
    }
    assert apply(made, "Who won the election?")["action"] == "GUARDRAIL_INTERVENED"


@pytest.mark.parametrize(
    ("strength", "confidences"),
    [
        ("LOW", {"HIGH"}),
        ("MEDIUM", {"MEDIUM", "HIGH"}),
        ("HIGH", {"LOW", "MEDIUM", "HIGH"}),
    ],
)
def test_a_filter_of_a_strength_blocks_from_a_confidence_on(
    bedrock, guard, found, strength, confidences
):
    made = guard(**filters(hate(strength)))
    blocked = set()
    for confidence in ("NONE", "LOW", "MEDIUM", "HIGH"):
        bedrock.detect(confidence, filters={"HATE": confidence})
        if policy := found(made, confidence).get("contentPolicy"):
            (item,) = policy["filters"]
            assert item == {
                "type": "HATE",
                "confidence": confidence,
                "filterStrength": strength,
                "action": "BLOCKED",
                "detected": True,
            }
            blocked.add(confidence)
    assert blocked == confidences


def test_a_score_stands_for_the_confidence_that_it_reaches(bedrock, guard, found):
    made = guard(**filters(hate()))
    bedrock.detect(filters={"HATE": 0.75})
    assert found(made, "x")["contentPolicy"]["filters"][0]["confidence"] == "MEDIUM"


def test_names_are_found_where_a_test_says_so(bedrock, guard, apply):
    made = guard(**sensitive([entity("NAME"), entity("ADDRESS")]))
    bedrock.detect(entities={"NAME": ["Ada", "Lovelace"], "ADDRESS": "1 High Street"})
    answer = apply(made, "Ada Lovelace, 1 High Street")
    assert answer["outputs"] == [{"text": "{NAME} {NAME}, {ADDRESS}"}]


def test_full_scope_has_what_was_not_detected(bedrock, guard, found):
    made = guard(
        **words("secret"), **topics(), **filters(hate()), **sensitive([entity("EMAIL")], [regex()])
    )
    assert found(made, "Hello", outputScope="INTERVENTIONS") == {}
    assert found(made, "Hello", outputScope="FULL") == {
        "topicPolicy": {
            "topics": [{"name": "Politics", "type": "DENY", "action": "NONE", "detected": False}]
        },
        "contentPolicy": {
            "filters": [
                {
                    "type": "HATE",
                    "confidence": "NONE",
                    "filterStrength": "HIGH",
                    "action": "NONE",
                    "detected": False,
                }
            ]
        },
        "sensitiveInformationPolicy": {
            "piiEntities": [{"match": "", "type": "EMAIL", "action": "NONE", "detected": False}]
        },
    }


# --- grounding ------------------------------------------------------------------------------


def test_grounding_is_reported_even_when_it_passes(bedrock, guard, apply, found):
    made = guard(**grounding())
    item = {"type": "GROUNDING", "threshold": 0.75, "score": 1.0, "action": "NONE"}
    expected = {"contextualGroundingPolicy": {"filters": [{**item, "detected": False}]}}
    assert found(made, *GROUNDED, source="OUTPUT") == expected
    answer = apply(made, *GROUNDED, source="OUTPUT")
    assert answer["action"] == "NONE"
    assert answer["guardrailCoverage"] == {"textCharacters": {"guarded": 6, "total": 57}}
    assert answer["usage"] == {**USAGE, "contextualGroundingPolicyUnits": 1}


def test_a_score_below_the_threshold_blocks(bedrock, guard, apply):
    made = guard(**grounding(0.5, "RELEVANCE"))
    bedrock.detect("Paris.", grounding=0.1, relevance=0.5)
    assert apply(made, *GROUNDED, source="OUTPUT")["action"] == "NONE"
    # The later declaration holds.
    bedrock.detect("Paris.", relevance=0.2)
    answer = apply(made, *GROUNDED, source="OUTPUT")
    assert answer["outputs"] == [{"text": "Not this answer."}]
    (item,) = answer["assessments"][0]["contextualGroundingPolicy"]["filters"]
    assert item == {
        "type": "RELEVANCE",
        "threshold": 0.5,
        "score": 0.2,
        "action": "BLOCKED",
        "detected": True,
    }


@pytest.mark.parametrize("missing", range(3))
def test_grounding_needs_source_query_and_content(guard, apply, missing):
    made = guard(**grounding())
    blocks = [each for place, each in enumerate(GROUNDED) if place != missing]
    with refused("ValidationException", 400, NO_SOURCE):
        apply(made, *blocks, source="OUTPUT")
    assert apply(made, *blocks)["action"] == "NONE"


@pytest.mark.parametrize("policy", [grounding(enabled=False), words("secret")])
def test_without_grounding_no_source_is_needed(guard, apply, policy):
    assert apply(guard(**policy), "Paris.", source="OUTPUT")["action"] == "NONE"


def test_a_block_may_be_source_and_guarded_content(guard, found):
    made = guard(**words("secret"))
    assert found(made, qualified("secret", "grounding_source")) == {}
    assert found(made, qualified("secret", "grounding_source", "guard_content"))


# --- images ---------------------------------------------------------------------------------


def test_an_image_is_evaluated_by_filters_that_look_at_images(bedrock, guard, apply, found):
    made = guard(**filters(hate(inputModalities=["TEXT", "IMAGE"])))
    answer = apply(made, "Look", PNG)
    assert answer["usage"] == {**USAGE, "contentPolicyUnits": 1, "contentPolicyImageUnits": 1}
    assert answer["guardrailCoverage"]["images"] == {"guarded": 1, "total": 1}
    bedrock.detect("Look", filters={"HATE": "LOW"})
    bedrock.detect(filters={"HATE": "HIGH"}, source="INPUT")
    assert found(made, PNG)["contentPolicy"]["filters"][0]["confidence"] == "HIGH"


def test_an_image_is_not_guarded_where_no_filter_looks_at_images(bedrock, guard, apply):
    made = guard(**filters(hate()))
    bedrock.detect(filters={"HATE": "HIGH"})
    answer = apply(made, PNG)
    assert (answer["action"], answer["usage"]["contentPolicyImageUnits"]) == ("NONE", 0)
    assert answer["guardrailCoverage"]["images"] == {"guarded": 0, "total": 1}


# --- automated reasoning --------------------------------------------------------------------

POLICY_ARN = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:automated-reasoning-policy/abc123def456"
PROFILE = {"guardrailProfileIdentifier": "us.guardrail.v1:0"}


@pytest.fixture
def reasoning(guard, runtime):
    shape = "GuardrailAutomatedReasoningFinding"
    if shape not in runtime.meta.service_model.shape_names:
        pytest.skip("needs a newer service model")
    policy = {"policies": [POLICY_ARN], "confidenceThreshold": 0.8}
    return guard(automatedReasoningPolicyConfig=policy, crossRegionConfig=PROFILE)


def test_findings_are_reported_and_never_block(bedrock, reasoning, apply):
    sure = {"invalid": {"translation": {"claims": [{"logic": "a"}], "confidence": 0.9}}}
    unsure = {"valid": {"translation": {"claims": [{"logic": "b"}], "confidence": 0.5}}}
    bedrock.detect("Yes", findings=[sure, unsure])
    answer = apply(reasoning, "Yes, it is.", source="OUTPUT")
    assert answer["action"] == "NONE"
    assert answer["usage"] == {
        **USAGE,
        "automatedReasoningPolicyUnits": 1,
        "automatedReasoningPolicies": 1,
    }
    # A translation below the threshold of the guardrail is ambiguous.
    ambiguous = {"options": [{"translations": [unsure["valid"]["translation"]]}]}
    assert answer["assessments"][0]["automatedReasoningPolicy"]["findings"] == [
        sure,
        {"translationAmbiguous": ambiguous},
    ]


def test_without_a_word_of_the_test_nothing_can_be_translated(reasoning, apply):
    answer = apply(reasoning, "Yes.", source="OUTPUT")
    policy = answer["assessments"][0]["automatedReasoningPolicy"]
    assert policy == {"findings": [{"noTranslations": {}}]}
    assert "automatedReasoningPolicy" not in apply(reasoning, "Yes.")["assessments"][0]


def test_reasoning_needs_content_to_guard(reasoning, apply):
    with refused("ValidationException", 400):
        apply(reasoning, qualified("Is it?", "query"), source="OUTPUT")


# --- units ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "units"), [(1000, 1), (1001, 2)])
def test_a_text_unit_is_a_thousand_characters(guard, apply, length, units):
    made = guard(**topics(), **sensitive([entity("NAME")]))
    usage = apply(made, "x" * (length - 3), "xyz")["usage"]
    expected = {"topicPolicyUnits": units, "sensitiveInformationPolicyUnits": units}
    assert usage == {**USAGE, **expected}


def test_regular_expressions_are_free(guard, apply):
    usage = apply(guard(**sensitive(regexes=[regex()])), "x")["usage"]
    assert usage == {**USAGE, "sensitiveInformationPolicyFreeUnits": 1}


def apply_with(client, identifier):
    client.apply_guardrail(
        guardrailIdentifier=identifier,
        guardrailVersion="DRAFT",
        source="INPUT",
        content=[{"text": {"text": "Hello"}}],
    )


# --- the size of content --------------------------------------------------------------------

one_unit = pytest.mark.bedrock_mock(
    config={"bedrock": {"quotas": {"guardrail_content_text_units": 1}}}
)


def apply_to(client, identifier, *texts, source="INPUT"):
    return client.apply_guardrail(
        guardrailIdentifier=identifier,
        guardrailVersion="DRAFT",
        source=source,
        content=[{"text": {"text": text}} for text in texts],
    )


@one_unit
def test_content_filters_take_no_more_text_than_the_quota(bedrock, guard, once, too_large):
    made = guard(**filters(hate()))
    assert apply_to(once, made, "a" * 1000)["usage"]["contentPolicyUnits"] == 1
    with too_large(2):
        apply_to(once, made, "a" * 1001)
    # All blocks count together.
    with too_large(3):
        apply_to(once, made, "a" * 1000, "b" * 1001)


@one_unit
def test_other_policies_and_filters_that_are_off_take_more(guard, once):
    made = guard(**words("secret"), **filters(hate(output_strength="NONE")))
    usage = apply_to(once, made, "a" * 1001, source="OUTPUT")["usage"]
    assert (usage["contentPolicyUnits"], usage["wordPolicyUnits"]) == (0, 2)


def test_without_quotas_content_filters_take_any_text(guard, once):
    made = guard(**filters(hate()))
    assert apply_to(once, made, "a" * 1_000_001)["usage"]["contentPolicyUnits"] == 1001


# --- the record and policies ----------------------------------------------------------------


def test_the_record_of_calls_has_the_assessment(bedrock, guard, apply):
    made = guard(**words("secret"))
    apply(made, "A secret")
    call = bedrock.calls.of("ApplyGuardrail").once(guardrailIdentifier=made)
    (assessment,) = call.assessments
    assert (assessment["source"], assessment["action"]) == ("INPUT", "GUARDRAIL_INTERVENED")
    assert assessment["wordPolicy"]["customWords"][0]["match"] == "secret"


def test_policies_are_checked_against_the_guardrail(guard):
    made = guard(**words("secret"))
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{made}"
    other = guard("guardrail-2", **words("secret"))
    key = user("caller", "ApplyGuardrail", resource=arn)
    its_client = with_key(key, service="bedrock-runtime")
    for identifier in (made, arn):
        authorised(apply_with, its_client, identifier)
    with refused("AccessDeniedException", 403):
        authorised(apply_with, its_client, other)


def test_the_wire_has_members_that_the_model_lacks(bedrock, guard, runtime, apply):
    answers = []
    runtime.meta.events.register(
        "before-parse.bedrock-runtime",
        lambda response_dict, **_: answers.append(json.loads(response_dict["body"])),
    )
    made = guard(**words("secret"), **sensitive([entity("EMAIL")]))
    for text in ("Hello", "a@b.org", "secret"):
        apply(made, text)
    assert [each["output"] for each in answers] == [
        [],
        [{"text": "{EMAIL}"}],
        [{"text": "Not this question."}],
    ]
    assert [each.get("blockedResponse") for each in answers] == [None, None, "Not this question."]


@pytest.mark.bedrock_mock(config={"bedrock": {"validate_requests": False}})
def test_unknown_values_do_nothing_where_values_are_not_checked(bedrock, guard, apply):
    bedrock.detect(topics=["Politics"], filters={"HATE": "HIGH"})
    made = guard(
        **words("secret", inputAction="SHRED"),
        **filters(hate("HUGE")),
        topicPolicyConfig={"topicsConfig": [topic()], "tierConfig": {"tierName": "TOP"}},
    )
    assert apply(made, "secret")["outputs"] == [{"text": "Not this question."}]
    assert apply(made, "secret", source="BOTH")["outputs"] == [{"text": "Not this answer."}]
