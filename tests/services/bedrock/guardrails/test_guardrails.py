"""Guardrails: what is stored and reported, their versions, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import boto3
import pytest
import requests
from freezegun import freeze_time
from permissions import authorised, user, with_key

from bedrock_mock.services.bedrock.service import BEDROCK
from support import ACCOUNT, REGION, body, guardrail, in_process, manual, refused, tags

CLOCK = "bedrock::guardrail"
TAKEN = (
    "Another guardrail in your account already has this name. Retry your request "
    "with a different name."
)
NOT_FOUND = "The provided guardrail was not found."
WORDS = guardrail()["wordPolicyConfig"]
FILTER = {"type": "HATE", "inputStrength": "HIGH", "outputStrength": "LOW"}
TOPIC = {"name": "Politics", "definition": "Elections and parties.", "type": "DENY"}
REGEX = {"name": "Ticket", "pattern": r"T-\d+", "action": "ANONYMIZE"}
GROUNDING = {"type": "GROUNDING", "threshold": 0.75}
POLICY_ARN = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:automated-reasoning-policy/abc123def456"
MEMBERS = BEDROCK.protocol.model.operation_model("CreateGuardrail").input_shape.members
#: The oldest botocore that is allowed has no automated reasoning.
needs_reasoning = pytest.mark.skipif(
    "automatedReasoningPolicyConfig" not in MEMBERS, reason="needs a newer service model"
)
PROFILE_ARN = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail-profile/us.guardrail.v1:0"


def content(*filters, **members):
    return {"contentPolicyConfig": {"filtersConfig": list(filters or [FILTER]), **members}}


def without_words(**members):
    request = guardrail(**members)
    del request["wordPolicyConfig"]
    return request


def get(client, identifier, version=None):
    request = {"guardrailIdentifier": identifier}
    if version:
        request["guardrailVersion"] = version
    return body(client.get_guardrail(**request))


def versions(client, identifier):
    answer = client.list_guardrails(guardrailIdentifier=identifier)
    return [each["version"] for each in answer["guardrails"]]


@pytest.fixture
def made(client):
    """The id of a guardrail."""
    return client.create_guardrail(**guardrail(description="First"))["guardrailId"]


# --- create and get -------------------------------------------------------------------------


def test_create_answers_with_id_arn_and_draft(client):
    answer = client.create_guardrail(**guardrail())
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    created = body(answer)
    assert created.keys() == {"guardrailId", "guardrailArn", "version", "createdAt"}
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{created['guardrailId']}"
    assert (created["guardrailArn"], created["version"]) == (arn, "DRAFT")


def test_get_has_what_was_set_and_nothing_that_was_not(client, made):
    found = get(client, made)
    created, updated = found.pop("createdAt"), found.pop("updatedAt")
    assert updated >= created
    assert found == {
        "name": "guardrail-1",
        "description": "First",
        "guardrailId": made,
        "guardrailArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/{made}",
        "version": "DRAFT",
        "status": "READY",
        "wordPolicy": {"words": [{"text": "secret"}]},
        "statusReasons": [],
        "failureRecommendations": [],
        "blockedInputMessaging": "Not this question.",
        "blockedOutputsMessaging": "Not this answer.",
    }
    assert get(client, found["guardrailArn"])["guardrailId"] == made


def test_each_policy_comes_back_under_its_own_names(client):
    request = guardrail(
        topicPolicyConfig={"topicsConfig": [TOPIC], "tierConfig": {"tierName": "STANDARD"}},
        wordPolicyConfig={**WORDS, "managedWordListsConfig": [{"type": "PROFANITY"}]},
        sensitiveInformationPolicyConfig={
            "piiEntitiesConfig": [{"type": "EMAIL", "action": "BLOCK"}],
            "regexesConfig": [REGEX],
        },
        contextualGroundingPolicyConfig={"filtersConfig": [GROUNDING]},
        crossRegionConfig={"guardrailProfileIdentifier": PROFILE_ARN},
        kmsKeyId="alias/guardrails",
        **content(),
    )
    found = get(client, client.create_guardrail(**request)["guardrailId"])
    assert found["topicPolicy"] == {"topics": [TOPIC], "tier": {"tierName": "STANDARD"}}
    # The tier is reported even when the request does not name one.
    assert found["contentPolicy"] == {"filters": [FILTER], "tier": {"tierName": "CLASSIC"}}
    assert found["wordPolicy"]["managedWordLists"] == [{"type": "PROFANITY"}]
    assert found["sensitiveInformationPolicy"] == {
        "piiEntities": [{"type": "EMAIL", "action": "BLOCK"}],
        "regexes": [REGEX],
    }
    assert found["contextualGroundingPolicy"] == {"filters": [GROUNDING]}
    assert found["crossRegionDetails"] == {
        "guardrailProfileId": "us.guardrail.v1:0",
        "guardrailProfileArn": PROFILE_ARN,
    }
    assert found["kmsKeyArn"].startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")


@needs_reasoning
def test_the_policy_of_automated_reasoning_comes_back(client):
    policy = {"policies": [POLICY_ARN], "confidenceThreshold": 0.5}
    request = guardrail(
        automatedReasoningPolicyConfig=policy,
        crossRegionConfig={"guardrailProfileIdentifier": PROFILE_ARN},
    )
    found = get(client, client.create_guardrail(**request)["guardrailId"])
    assert found["automatedReasoningPolicy"] == policy


def test_a_profile_may_be_named_by_its_id(client):
    config = {"guardrailProfileIdentifier": "us.guardrail.v1:0"}
    created = client.create_guardrail(**guardrail(crossRegionConfig=config))
    details = get(client, created["guardrailId"])["crossRegionDetails"]
    assert details["guardrailProfileArn"] == PROFILE_ARN


def test_a_name_that_is_taken_is_a_conflict(client, made):
    with refused("ConflictException", 400, TAKEN):
        client.create_guardrail(**guardrail())
    other = client.create_guardrail(**guardrail("guardrail-2"))["guardrailId"]
    with refused("ConflictException", 400, TAKEN):
        client.update_guardrail(guardrailIdentifier=other, **guardrail())
    assert get(client, other)["name"] == "guardrail-2"


def test_a_guardrail_is_not_found_by_its_name_or_in_another_region(client, bedrock_mock, made):
    with refused("ValidationException", 400):
        get(client, "guardrail-1")
    with refused("ResourceNotFoundException", 404, NOT_FOUND):
        get(bedrock_mock.client(region_name="eu-west-1"), made)


def test_a_repeated_token_creates_nothing(client):
    request = guardrail(clientRequestToken="token-1")
    first = body(client.create_guardrail(**request))
    assert body(client.create_guardrail(**request)) == first
    version = {"guardrailIdentifier": first["guardrailId"], "clientRequestToken": "token-1"}
    assert [client.create_guardrail_version(**version)["version"] for _ in range(2)] == ["1", "1"]
    assert versions(client, first["guardrailId"]) == ["1", "DRAFT"]


def test_the_token_of_a_version_is_that_of_its_guardrail(client, made):
    other = client.create_guardrail(**guardrail("guardrail-2"))["guardrailId"]
    for each in (made, other, made):
        answer = client.create_guardrail_version(
            guardrailIdentifier=each, clientRequestToken="token-1"
        )
        assert body(answer) == {"guardrailId": each, "version": "1"}
        assert versions(client, each) == ["1", "DRAFT"]


# --- update, versions, delete ---------------------------------------------------------------


def test_update_replaces_the_whole_draft(client, made):
    answer = client.update_guardrail(
        guardrailIdentifier=made, **without_words(name="renamed", **content())
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    updated = body(answer)
    assert updated.keys() == {"guardrailId", "guardrailArn", "version", "updatedAt"}
    found = get(client, made)
    assert (found["name"], found["status"], found["version"]) == ("renamed", "READY", "DRAFT")
    assert not {"description", "wordPolicy"} & found.keys()
    assert found["contentPolicy"]["filters"] == [FILTER]
    # Its old name is free.
    assert client.create_guardrail(**guardrail())


def test_a_refused_update_changes_nothing(client, made):
    before = get(client, made)
    with refused("ValidationException", 400, "Guardrail must have at least one policy"):
        client.update_guardrail(guardrailIdentifier=made, **without_words(name="renamed"))
    assert get(client, made) == before


def test_versions_are_counted_copies_of_the_draft(client, made):
    request = {"guardrailIdentifier": made, "description": "Published"}
    answer = client.create_guardrail_version(**request)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert body(answer) == {"guardrailId": made, "version": "1"}
    client.update_guardrail(guardrailIdentifier=made, **without_words(name="new", **content()))
    assert client.create_guardrail_version(guardrailIdentifier=made)["version"] == "2"
    first, second = get(client, made, "1"), get(client, made, "2")
    assert (first["name"], first["description"], first["status"]) == (
        "guardrail-1",
        "Published",
        "READY",
    )
    assert first["wordPolicy"] == {"words": [{"text": "secret"}]}
    assert (second["name"], "wordPolicy" in second, "description" in second) == (
        "new",
        False,
        False,
    )
    assert get(client, made, "DRAFT")["version"] == "DRAFT"
    with refused("ResourceNotFoundException", 404):
        get(client, made, "3")


def test_a_version_is_deleted_alone_and_its_number_is_not_used_again(client, made):
    for _ in range(2):
        client.create_guardrail_version(guardrailIdentifier=made)
    answer = client.delete_guardrail(guardrailIdentifier=made, guardrailVersion="2")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert versions(client, made) == ["1", "DRAFT"]
    with refused("ResourceNotFoundException", 404):
        client.delete_guardrail(guardrailIdentifier=made, guardrailVersion="2")
    assert client.create_guardrail_version(guardrailIdentifier=made)["version"] == "3"


def test_a_guardrail_is_deleted_with_all_its_versions(client, made):
    client.create_guardrail_version(guardrailIdentifier=made)
    client.delete_guardrail(guardrailIdentifier=made)
    for call in (
        lambda: get(client, made),
        lambda: get(client, made, "1"),
        lambda: versions(client, made),
        lambda: client.delete_guardrail(guardrailIdentifier=made),
        lambda: client.create_guardrail_version(guardrailIdentifier=made),
    ):
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            call()
    assert client.list_guardrails()["guardrails"] == []
    assert client.create_guardrail(**guardrail())


# --- lists ----------------------------------------------------------------------------------


def test_a_list_has_one_summary_for_each_guardrail(client, made):
    client.create_guardrail_version(guardrailIdentifier=made)
    (summary,) = client.list_guardrails()["guardrails"]
    assert summary.keys() == {
        "id",
        "arn",
        "status",
        "name",
        "description",
        "version",
        "createdAt",
        "updatedAt",
    }
    assert (summary["id"], summary["version"], summary["status"]) == (made, "DRAFT", "READY")


def test_the_versions_of_a_guardrail_come_in_pages(client, made):
    for _ in range(3):
        client.create_guardrail_version(guardrailIdentifier=made)
    paginator = client.get_paginator("list_guardrails")
    pages = paginator.paginate(guardrailIdentifier=made, PaginationConfig={"PageSize": 2})
    found = [[each["version"] for each in page["guardrails"]] for page in pages]
    assert found == [["3", "2"], ["1", "DRAFT"]]


def test_a_token_of_one_list_is_refused_by_the_other(client, made):
    client.create_guardrail_version(guardrailIdentifier=made)
    token = client.list_guardrails(guardrailIdentifier=made, maxResults=1)["nextToken"]
    with refused("ValidationException", 400):
        client.list_guardrails(nextToken=token)


# --- the clock ------------------------------------------------------------------------------


def test_statuses_move_on_by_the_clock(client, bedrock_mock):
    bedrock_mock.set_transition(CLOCK, manual(2))
    made = client.create_guardrail(**guardrail())["guardrailId"]
    assert [get(client, made)["status"] for _ in range(2)] == ["CREATING", "READY"]
    client.update_guardrail(guardrailIdentifier=made, **guardrail())
    assert [get(client, made)["status"] for _ in range(2)] == ["UPDATING", "READY"]
    client.delete_guardrail(guardrailIdentifier=made)
    assert get(client, made)["status"] == "DELETING"
    with refused("ResourceNotFoundException", 404):
        get(client, made)


def test_a_version_is_made_by_the_clock_of_its_guardrail(client, bedrock_mock, made):
    # The list is the first look.
    bedrock_mock.set_transition(CLOCK, manual(3))
    client.create_guardrail_version(guardrailIdentifier=made)
    listed = client.list_guardrails(guardrailIdentifier=made)["guardrails"]
    assert [(each["version"], each["status"]) for each in listed] == [
        ("1", "CREATING"),
        ("DRAFT", "VERSIONING"),
    ]
    assert get(client, made, "1")["status"] == "CREATING"
    assert get(client, made, "1")["status"] == "READY"
    assert get(client, made)["status"] == "READY"
    client.delete_guardrail(guardrailIdentifier=made)
    assert get(client, made, "1")["status"] == "DELETING"


def test_a_version_can_be_made_while_the_draft_is(client, bedrock_mock):
    bedrock_mock.set_transition(CLOCK, manual(3))
    made = client.create_guardrail(**guardrail())["guardrailId"]
    assert client.create_guardrail_version(guardrailIdentifier=made)["version"] == "1"
    assert [get(client, made)["status"] for _ in range(3)] == ["CREATING", "CREATING", "READY"]
    assert get(client, made, "1")["status"] == "READY"


def statuses(client, identifier):
    listed = client.list_guardrails(guardrailIdentifier=identifier)["guardrails"]
    return [each["status"] for each in listed]


def test_all_versions_of_a_draft_are_made_when_that_is(client, bedrock_mock):
    bedrock_mock.freeze(CLOCK)
    made = client.create_guardrail(**guardrail())["guardrailId"]
    for _ in range(2):
        client.create_guardrail_version(guardrailIdentifier=made)
    assert statuses(client, made) == ["CREATING"] * 3
    bedrock_mock.advance("guardrail-1")
    assert statuses(client, made) == ["READY"] * 3
    client.create_guardrail_version(guardrailIdentifier=made)
    client.update_guardrail(guardrailIdentifier=made, **guardrail())
    assert statuses(client, made) == ["CREATING", "READY", "READY", "UPDATING"]
    bedrock_mock.advance("guardrail-1")
    assert statuses(client, made) == ["READY"] * 4


@pytest.mark.parametrize("is_at_once", [True, False])
def test_a_version_of_a_draft_that_fails_has_failed(client, bedrock_mock, is_at_once):
    bedrock_mock.fail_next(CLOCK, "No.", recommendations=["Wait."])
    if not is_at_once:
        bedrock_mock.freeze(CLOCK)
    made = client.create_guardrail(**guardrail())["guardrailId"]
    client.create_guardrail_version(guardrailIdentifier=made)
    if not is_at_once:
        bedrock_mock.advance("guardrail-1")
    client.update_guardrail(guardrailIdentifier=made, **guardrail())
    if not is_at_once:
        bedrock_mock.advance("guardrail-1")
    assert statuses(client, made) == ["FAILED", "READY"]
    found = get(client, made, "1")
    assert (found["statusReasons"], found["failureRecommendations"]) == (["No."], ["Wait."])


def test_a_version_does_not_repair_a_draft_that_has_failed(client, bedrock_mock):
    bedrock_mock.fail_next(CLOCK, "No.")
    made = client.create_guardrail(**guardrail())["guardrailId"]
    client.create_guardrail_version(guardrailIdentifier=made)
    assert statuses(client, made) == ["FAILED", "FAILED"]
    assert get(client, made)["statusReasons"] == ["No."]


def test_an_update_that_fails_leaves_versions_as_they_are(client, bedrock_mock, made):
    bedrock_mock.freeze(CLOCK)
    bedrock_mock.fail_next(CLOCK, "No.", job="guardrail-1")
    client.create_guardrail_version(guardrailIdentifier=made)
    client.update_guardrail(guardrailIdentifier=made, **guardrail())
    bedrock_mock.advance("guardrail-1")
    assert statuses(client, made) == ["READY", "FAILED"]


def test_what_is_being_deleted_stays_so(client, bedrock_mock, made):
    bedrock_mock.set_transition(CLOCK, manual(3))
    client.delete_guardrail(guardrailIdentifier=made)
    message = f"The guardrail {made!r} is being deleted. Use another one."
    with refused("ConflictException", 400, message):
        client.update_guardrail(guardrailIdentifier=made, **guardrail())
    with refused("ConflictException", 400, message):
        client.create_guardrail_version(guardrailIdentifier=made)
    for _ in range(2):
        assert get(client, made)["status"] == "DELETING"
        # That does not begin it anew.
        client.delete_guardrail(guardrailIdentifier=made)
    with refused("ResourceNotFoundException", 404):
        get(client, made)


def wait(look, pending, target, client_error, in_a_row=1, polls=20):
    """Terraform's way to wait: only these statuses may come before the one that is wanted."""
    seen = 0
    for _ in range(polls):
        try:
            status = look()
        except client_error:
            status = None
        seen = seen + 1 if status == target else 0
        if seen == in_a_row:
            return
        assert status in {*pending, target}
    pytest.fail(f"{target} did not come")


def test_the_waiters_of_terraform_get_through(client, bedrock_mock):
    bedrock_mock.set_transition(CLOCK, manual(3))
    made = client.create_guardrail(**guardrail())["guardrailId"]

    def status(version="DRAFT"):
        return lambda: get(client, made, version)["status"]

    gone = client.exceptions.ResourceNotFoundException
    wait(status(), {"CREATING"}, "READY", gone, in_a_row=2)
    client.update_guardrail(guardrailIdentifier=made, **guardrail())
    wait(status(), {"UPDATING"}, "READY", gone)
    version = client.create_guardrail_version(guardrailIdentifier=made)["version"]
    wait(status(version), {"CREATING"}, "READY", gone, in_a_row=2)
    client.delete_guardrail(guardrailIdentifier=made)
    wait(status(), {"DELETING", "READY"}, None, gone)


def test_the_policies_of_custodians_get_through(client, made):
    """Cloud Custodian lists, gets each guardrail, reads its tags, updates it and deletes it."""
    for summary in client.get_paginator("list_guardrails").paginate().search("guardrails[]"):
        found = client.get_guardrail(guardrailIdentifier=summary["id"])
        assert client.list_tags_for_resource(resourceARN=summary["arn"])["tags"] == []
        assert "contentPolicy" not in found
        client.update_guardrail(
            guardrailIdentifier=summary["id"],
            name=found["name"],
            blockedInputMessaging=found["blockedInputMessaging"],
            blockedOutputsMessaging=found["blockedOutputsMessaging"],
            **content(),
        )
        client.tag_resource(resourceARN=summary["arn"], tags=tags(checked="yes"))
        assert "contentPolicy" in get(client, made)
        client.delete_guardrail(guardrailIdentifier=summary["id"])
    assert client.list_guardrails()["guardrails"] == []


def test_a_guardrail_that_fails_says_why(client, bedrock_mock):
    bedrock_mock.fail_next(CLOCK, "The policy is too large.")
    made = client.create_guardrail(**guardrail())["guardrailId"]
    found = get(client, made)
    assert (found["status"], found["statusReasons"]) == ("FAILED", ["The policy is too large."])
    client.update_guardrail(guardrailIdentifier=made, **guardrail())
    found = get(client, made)
    assert (found["status"], found["statusReasons"]) == ("READY", [])


@in_process
def test_a_failed_guardrail_may_recommend_what_to_do(client, bedrock_mock):
    advice = ["Use fewer topics.", "Try again."]
    bedrock_mock.fail_next(CLOCK, "It is too large.", recommendations=advice)
    made = client.create_guardrail(**guardrail())["guardrailId"]
    found = get(client, made)
    assert (found["statusReasons"], found["failureRecommendations"]) == (
        ["It is too large."],
        advice,
    )
    client.create_guardrail_version(guardrailIdentifier=made)
    client.update_guardrail(guardrailIdentifier=made, **guardrail())
    found = get(client, made)
    assert (found["status"], found["statusReasons"], found["failureRecommendations"]) == (
        "READY",
        [],
        [],
    )


@pytest.mark.parametrize("hold", [False, True])
def test_an_update_may_fail_and_the_next_one_may_not(client, bedrock_mock, made, hold):
    if hold:
        bedrock_mock.set_transition(CLOCK, manual(2))
    bedrock_mock.fail_next(CLOCK, "No.", job="guardrail-1", recommendations=["Wait."])
    seen = []
    for _ in range(2):
        client.update_guardrail(guardrailIdentifier=made, **guardrail())
        found = [get(client, made) for _ in range(2)][-1]
        seen.append((found["status"], found["statusReasons"], found["failureRecommendations"]))
    assert seen == [("FAILED", ["No."], ["Wait."]), ("READY", [], [])]


def test_recommendations_are_texts_of_a_guardrail(bedrock_mock):
    message = "model_copy_job does not report recommendations. Clocks that do: bedrock::guardrail"
    with pytest.raises(ValueError, match=message):
        bedrock_mock.fail_next("bedrock::model_copy_job", "No.", recommendations=["Wait."])
    with pytest.raises(ValueError, match="Unknown clock 'bedrock::guardrails'"):
        bedrock_mock.fail_next("bedrock::guardrails", "No.", recommendations=["Wait."])
    for wrong in ("Wait.", [5]):
        with pytest.raises(ValueError, match="recommendations is a list of texts, not"):
            bedrock_mock.fail_next(CLOCK, "No.", recommendations=wrong)
    assert bedrock_mock.unused() == []


def test_the_tier_of_contextual_grounding_comes_back_if_it_was_sent(client):
    shape = client.meta.service_model.shape_for("GuardrailContextualGroundingPolicyConfig")
    if "tierConfig" not in shape.members:
        pytest.skip("the installed botocore knows no tier of contextual grounding")
    for tier in ("CLASSIC", "STANDARD"):
        policy = {"filtersConfig": [GROUNDING], "tierConfig": {"tierName": tier}}
        request = guardrail(
            tier,
            contextualGroundingPolicyConfig=policy,
            crossRegionConfig={"guardrailProfileIdentifier": PROFILE_ARN},
        )
        found = get(client, client.create_guardrail(**request)["guardrailId"])
        assert found["contextualGroundingPolicy"] == {
            "filters": [GROUNDING],
            "tier": {"tierName": tier},
        }
    del request["crossRegionConfig"]
    message = "Enable cross-Region inference for your guardrail to use Standard tier"
    with refused("ValidationException", 400, message):
        client.create_guardrail(**{**request, "name": "other"})


def test_a_topic_policy_without_a_tier_is_classic(client):
    policy = {"topicsConfig": [TOPIC]}
    made = client.create_guardrail(**guardrail(topicPolicyConfig=policy))["guardrailId"]
    assert get(client, made)["topicPolicy"] == {"topics": [TOPIC], "tier": {"tierName": "CLASSIC"}}


def test_flags_and_actions_come_back_only_if_they_were_sent(client):
    said = {"inputEnabled": False, "outputEnabled": True}
    actions = {"inputAction": "NONE", "outputAction": "BLOCK"}
    request = guardrail(
        topicPolicyConfig={"topicsConfig": [{**TOPIC, **said, **actions}]},
        wordPolicyConfig={"wordsConfig": [{"text": "a"}, {"text": "b", **said, **actions}]},
        sensitiveInformationPolicyConfig={"regexesConfig": [{**REGEX, **said, **actions}]},
        contextualGroundingPolicyConfig={
            "filtersConfig": [{**GROUNDING, "action": "NONE", "enabled": False}]
        },
        **content({**FILTER, **said, **actions, "inputModalities": ["TEXT", "IMAGE"]}),
    )
    found = get(client, client.create_guardrail(**request)["guardrailId"])
    for config, answered, parts in (
        ("topicPolicyConfig", "topicPolicy", ("topics",)),
        ("wordPolicyConfig", "wordPolicy", ("words",)),
        ("sensitiveInformationPolicyConfig", "sensitiveInformationPolicy", ("regexes",)),
        ("contextualGroundingPolicyConfig", "contextualGroundingPolicy", ("filters",)),
        ("contentPolicyConfig", "contentPolicy", ("filters",)),
    ):
        for part in parts:
            assert found[answered][part] == request[config][f"{part}Config"]
        # A list that was not sent is not there.
        assert found[answered].keys() <= {*parts, "tier"}


@in_process
def test_members_and_times_are_sent_as_recorded(client, made):
    url = f"https://bedrock.{REGION}.amazonaws.com/guardrails/{made}"
    sent = requests.get(url, timeout=10).json()
    assert list(sent) == [
        "name",
        "description",
        "guardrailId",
        "guardrailArn",
        "version",
        "status",
        "wordPolicy",
        "createdAt",
        "updatedAt",
        "statusReasons",
        "failureRecommendations",
        "blockedInputMessaging",
        "blockedOutputsMessaging",
    ]
    assert all(re.fullmatch(r".{19}\.\d{6}Z", sent[name]) for name in ("createdAt", "updatedAt"))


@in_process
def test_updated_at_is_when_the_guardrail_became_ready(client, bedrock_mock):
    start = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    bedrock_mock.set_transition(CLOCK, {"progression": "time", "seconds": 60})
    with freeze_time(start) as clock:
        made = client.create_guardrail(**guardrail())["guardrailId"]
        clock.tick(3600)
        found = get(client, made)
    assert found["createdAt"] == start
    assert found["updatedAt"] == start + timedelta(seconds=60)


# --- what is refused ------------------------------------------------------------------------

STANDARD = {"tierConfig": {"tierName": "STANDARD"}}
NOT_UNIQUE = [{"type": "HATE", "inputStrength": "LOW", "outputStrength": "LOW"}, FILTER]
ATTACK = {"type": "PROMPT_ATTACK", "inputStrength": "HIGH", "outputStrength": "HIGH"}
EMAIL = {"type": "EMAIL", "action": "BLOCK"}
RENAMED = {**REGEX, "name": "x"}
REPEATED = {**REGEX, "pattern": "x"}
NEEDS_PROFILE = (
    "To use Automated Reasoning checks, your guardrail must have a cross-Region inference profile"
)
WRONG_PROFILE = (
    "Guardrail cross-Region profile ID is invalid. Specify a guardrail profile ID that's "
    "supported in your current AWS Region"
)
TOO_LONG = (
    "One or more of your guardrail topic definitions exceeds the maximum allowed length. Shorten "
    "your topic definitions or update your guardrail topic policy configuration to support longer "
    "definitions."
)


def definition(length):
    return {**TOPIC, "definition": "x" * length}


OTHER_REGION_ARN = PROFILE_ARN.replace(REGION, "eu-west-1")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (content(ATTACK), "PROMPT ATTACK content filter strength for response must be NONE"),
        (content(*NOT_UNIQUE), "Content policy must not include duplicate filters"),
        ({"topicPolicyConfig": {"topicsConfig": [definition(201)]}}, TOO_LONG),
        (
            {
                "topicPolicyConfig": {"topicsConfig": [definition(1001)], **STANDARD},
                "crossRegionConfig": {"guardrailProfileIdentifier": PROFILE_ARN},
            },
            TOO_LONG,
        ),
        (
            {"topicPolicyConfig": {"topicsConfig": [{**TOPIC, "examples": ["x"] * 6}]}},
            "Number of examples in topic policy exceeds quota limit",
        ),
        (
            {"wordPolicyConfig": {"wordsConfig": [{"text": "x" * 101}]}},
            "The custom word length in this Word policy exceeds quota limit",
        ),
        (
            {
                "sensitiveInformationPolicyConfig": {
                    "regexesConfig": [{**REGEX, "pattern": "x" * 501}]
                }
            },
            "Regex length in sensitive information policy exceeds quota limit",
        ),
        (
            {"topicPolicyConfig": {"topicsConfig": [TOPIC, TOPIC]}},
            "Topic policy topic names are not unique",
        ),
        (
            {"wordPolicyConfig": {"wordsConfig": [{"text": "Word"}, {"text": "word"}]}},
            "Custom words cannot have case-insensitive duplicates",
        ),
        (
            {"wordPolicyConfig": {"managedWordListsConfig": [{"type": "PROFANITY"}] * 2}},
            "Managed words cannot have duplicates",
        ),
        (
            {"sensitiveInformationPolicyConfig": {"piiEntitiesConfig": [EMAIL, EMAIL]}},
            "The PII entity configs cannot have duplicates",
        ),
        (
            {"sensitiveInformationPolicyConfig": {"regexesConfig": [REGEX, REPEATED]}},
            "All regex names must be unique",
        ),
        (
            {"sensitiveInformationPolicyConfig": {"regexesConfig": [REGEX, RENAMED]}},
            "All regex patterns must be unique",
        ),
        (
            {"contextualGroundingPolicyConfig": {"filtersConfig": [GROUNDING, GROUNDING]}},
            "The Contextual Grounding policy cannot have duplicate types",
        ),
        (
            {"contextualGroundingPolicyConfig": {"filtersConfig": [{**GROUNDING, "threshold": 1}]}},
            "grounding threshold cannot be greater than or equal to 1",
        ),
        (
            content(**STANDARD),
            "Enable cross-Region inference for your guardrail to use Standard tier",
        ),
        pytest.param(
            {"automatedReasoningPolicyConfig": {"policies": [POLICY_ARN]}},
            NEEDS_PROFILE,
            marks=needs_reasoning,
        ),
        pytest.param(
            {
                "automatedReasoningPolicyConfig": {
                    "policies": [POLICY_ARN.replace(REGION, "eu-west-1")]
                },
                "crossRegionConfig": {"guardrailProfileIdentifier": PROFILE_ARN},
            },
            "The provided automated reasoning policy ARN is invalid for the service region",
            marks=needs_reasoning,
        ),
        (
            {"crossRegionConfig": {"guardrailProfileIdentifier": OTHER_REGION_ARN}},
            "The provided ARN is invalid for the service region",
        ),
        (
            {"crossRegionConfig": {"guardrailProfileIdentifier": "eu.guardrail.v1:0"}},
            WRONG_PROFILE,
        ),
        (
            {"crossRegionConfig": {"guardrailProfileIdentifier": "us.guardrail.v2:0"}},
            WRONG_PROFILE,
        ),
        (
            {"crossRegionConfig": {"guardrailProfileIdentifier": "mars.guardrail.v1:0"}},
            WRONG_PROFILE,
        ),
    ],
)
def test_parts_that_do_not_go_together_are_refused(client, members, message):
    with refused("ValidationException", 400, message):
        client.create_guardrail(**guardrail(**members))
    assert client.list_guardrails()["guardrails"] == []


def test_limits_themselves_are_accepted(client):
    profile = {"crossRegionConfig": {"guardrailProfileIdentifier": PROFILE_ARN}}
    for number, policy in enumerate(
        (
            {"topicPolicyConfig": {"topicsConfig": [{**definition(200), "examples": ["x"] * 5}]}},
            {"topicPolicyConfig": {"topicsConfig": [definition(1000)], **STANDARD}, **profile},
            {"wordPolicyConfig": {"wordsConfig": [{"text": "x" * 100}]}},
            {
                "sensitiveInformationPolicyConfig": {
                    "regexesConfig": [{**REGEX, "pattern": "x" * 500}]
                }
            },
        )
    ):
        client.create_guardrail(**guardrail(f"guardrail-{number}", **policy))


@pytest.mark.parametrize("name", ["Politik: nein", "정치"])
def test_the_name_of_a_topic_is_refused_in_the_words_of_the_model(client, name):
    topics = {"topicsConfig": [{**TOPIC, "name": name}]}
    with refused("ValidationException", 400) as caught:
        client.create_guardrail(**guardrail(topicPolicyConfig=topics))
    pattern = "Member must satisfy regular expression pattern: [0-9a-zA-Z-_ !?.]+"
    assert str(caught.value).endswith(pattern)


@pytest.mark.bedrock_mock(
    config={"bedrock": {"quotas": {"guardrails": 1, "guardrail_versions": 1}}}
)
def test_quotas_of_guardrails_versions_and_expressions(client, made):
    with refused("ServiceQuotaExceededException", 400):
        client.create_guardrail(**guardrail("guardrail-2"))
    client.create_guardrail_version(guardrailIdentifier=made)
    with refused("ServiceQuotaExceededException", 400):
        client.create_guardrail_version(guardrailIdentifier=made)
    assert versions(client, made) == ["1", "DRAFT"]
    # An older service model limits the list itself.
    most = BEDROCK.protocol.model.shape_for("GuardrailRegexesConfig").metadata.get("max", 0)
    too_many = "ValidationException" if most == 10 else "ServiceQuotaExceededException"
    regexes = [{**REGEX, "name": f"n{n}", "pattern": f"p{n}"} for n in range(11)]
    for number, accepted in ((11, False), (10, True)):
        policy = {"sensitiveInformationPolicyConfig": {"regexesConfig": regexes[:number]}}
        request = {"guardrailIdentifier": made, **guardrail(**policy)}
        if accepted:
            client.update_guardrail(**request)
        else:
            with refused(too_many, 400):
                client.update_guardrail(**request)


def test_a_guardrail_needs_a_policy(client):
    with refused("ValidationException", 400, "Guardrail must have at least one policy"):
        client.create_guardrail(**without_words())


def test_a_profile_of_another_account_is_refused(client):
    profile = PROFILE_ARN.replace(ACCOUNT, "111122223333")
    with refused(
        "AccessDeniedException", 403, "The provided resource ARN is from a different account"
    ):
        client.create_guardrail(
            **guardrail(crossRegionConfig={"guardrailProfileIdentifier": profile})
        )


@pytest.mark.bedrock_mock(config={"bedrock": {"validate_requests": False}})
def test_a_malformed_arn_is_refused_where_values_are_not_checked(client):
    config = {"guardrailProfileIdentifier": "arn:aws:bedrock"}
    with refused("ValidationException", 400, "The provided ARN is invalid for the service region"):
        client.create_guardrail(**guardrail(crossRegionConfig=config))


# --- tags -----------------------------------------------------------------------------------


def test_tags_are_those_of_the_guardrail(client):
    created = client.create_guardrail(**guardrail(tags=tags(team="red")))
    arn = created["guardrailArn"]
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == tags(team="red")
    client.tag_resource(resourceARN=arn, tags=tags(stage="test"))
    tagging = boto3.client("resourcegroupstaggingapi", region_name=REGION)
    (found,) = tagging.get_resources(ResourceTypeFilters=["bedrock:guardrail"])[
        "ResourceTagMappingList"
    ]
    assert found["ResourceARN"] == arn
    assert len(found["Tags"]) == 2


@in_process
def test_a_guardrail_with_tags_needs_the_action_of_tagging(client):
    may_create = with_key(user("creator", "CreateGuardrail"))
    with refused("AccessDeniedException", 403) as caught:
        authorised(may_create.create_guardrail, **guardrail(tags=tags(team="red")))
    assert str(caught.value).endswith("is not authorized to perform: bedrock:TagResource")
    assert client.list_guardrails()["guardrails"] == []
    assert authorised(may_create.create_guardrail, **guardrail("untagged", tags=[]))
    may_tag = with_key(user("tagger", "CreateGuardrail", "TagResource"))
    assert authorised(may_tag.create_guardrail, **guardrail(tags=tags(team="red")))
