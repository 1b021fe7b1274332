"""Prompt routers: custom ones, and the default ones of a region."""

from __future__ import annotations

import pytest
from kinds import calls_of, snapshot

from support import (
    ACCOUNT,
    REGION,
    body,
    prompt_router,
    refused,
    send_paths_as_they_are,
    tags,
    targets,
)

LITE, PRO = "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0"
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
DEFAULT = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:default-prompt-router/anthropic.claude:1"
NOT_FOUND = "The provided prompt router was not found."
PROFILES = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile"

create, get, summaries = calls_of("prompt-router", prompt_router)


def profile(identifier):
    return [{"modelArn": f"{PROFILES}/{identifier}"}]


def names(client, **filters):
    found = client.list_prompt_routers(**filters)["promptRouterSummaries"]
    return [router["promptRouterName"] for router in found]


def test_it_has_what_it_was_created_with(client):
    sent = prompt_router(description="Cheap first.", tags=tags(a="b"))
    answer = client.create_prompt_router(**sent)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    arn = answer["promptRouterArn"]
    assert arn.startswith(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:prompt-router/")
    got = get(client, arn)
    created = got.pop("createdAt")
    assert got.pop("updatedAt") == created
    del sent["tags"]
    assert got == {**sent, "promptRouterArn": arn, "status": "AVAILABLE", "type": "custom"}
    (listed,) = client.list_prompt_routers(type="custom")["promptRouterSummaries"]
    assert listed == {**got, "createdAt": created, "updatedAt": created}


def test_a_name_is_taken_once(client):
    create(client)
    before = snapshot(client)
    with refused("ConflictException", 400):
        create(client)
    assert snapshot(client) == before


@pytest.mark.parametrize(
    ("models", "fallback"),
    [
        (targets(LITE), targets(PRO)),
        (targets(LITE, PRO), targets(LITE)),
        (targets(LITE), targets(LITE)),
        (profile("us.amazon.nova-lite-v1:0"), profile("us.amazon.nova-pro-v1:0")),
        (targets(LITE), profile("us.amazon.nova-pro-v1:0")),
    ],
)
def test_two_models_of_one_family_go_together(client, models, fallback):
    arn = create(client, models=models, fallbackModel=fallback[0])
    assert get(client, arn)["fallbackModel"] == fallback[0]


@pytest.mark.parametrize(
    ("models", "fallback"),
    [
        ([], targets(LITE)),
        (targets(LITE, LITE), targets(LITE)),
        (targets(LITE, PRO), targets("amazon.nova-micro-v1:0")),
        (targets(LITE, PRO, "amazon.nova-micro-v1:0"), targets(LITE)),
        (targets(LITE, HAIKU), targets(LITE)),
        (targets(LITE), profile("us.anthropic.claude-3-haiku-20240307-v1:0")),
        ([{"modelArn": LITE}], targets(LITE)),
    ],
)
def test_models_that_do_not_go_together_are_refused(client, models, fallback):
    with refused("ValidationException", 400):
        create(client, models=models, fallbackModel=fallback[0])
    assert names(client, type="custom") == []


def test_an_application_inference_profile_must_be_there(client):
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abcdefghijkl"
    with refused("ResourceNotFoundException", 404):
        create(client, models=[{"modelArn": arn}], fallbackModel={"modelArn": arn})


def test_a_router_takes_an_application_inference_profile_which_stays_with_it(client):
    source = {"copyFrom": targets(LITE)[0]["modelArn"]}
    made = client.create_inference_profile(inferenceProfileName="team", modelSource=source)
    model = {"modelArn": made["inferenceProfileArn"]}
    with refused("ValidationException", 400):
        create(client, models=[model], fallbackModel=targets(HAIKU)[0])
    arn = create(client, models=[model], fallbackModel=targets(PRO)[0])
    with refused("ConflictException", 400):
        client.delete_inference_profile(inferenceProfileIdentifier=model["modelArn"])
    client.delete_prompt_router(promptRouterArn=arn)
    client.delete_inference_profile(inferenceProfileIdentifier=model["modelArn"])


def test_a_list_has_the_default_routers_unless_it_asks_for_custom_ones(client):
    create(client)
    default = ["Anthropic Prompt Router", "Meta Prompt Router", "Nova Prompt Router"]
    assert names(client) == names(client, type="default") == default
    assert names(client, type="custom") == ["router-1"]


def test_default_routers_have_pages(client):
    pages = client.get_paginator("list_prompt_routers").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["promptRouterSummaries"]) for page in pages] == [2, 1]


@pytest.mark.parametrize(
    ("region", "number", "geography"),
    [
        ("us-west-2", 3, "us"),
        ("eu-west-1", 2, "eu"),
        ("ap-south-1", 2, "apac"),
        ("sa-east-1", 0, ""),
    ],
)
def test_default_routers_route_within_their_geography(bedrock_mock, region, number, geography):
    client = bedrock_mock.client(region_name=region)
    found = client.list_prompt_routers()["promptRouterSummaries"]
    assert len(found) == number
    for router in found:
        for model in (*router["models"], router["fallbackModel"]):
            assert f":{region}:{ACCOUNT}:inference-profile/{geography}." in model["modelArn"]


@pytest.mark.parametrize("encoded", [True, False])
def test_a_default_router_is_got_by_its_arn(client, encoded):
    if not encoded:
        send_paths_as_they_are(client)
    router = get(client, DEFAULT)
    assert (router["promptRouterArn"], router["type"]) == (DEFAULT, "default")
    assert router["fallbackModel"] in router["models"]


def test_a_default_router_cannot_be_deleted(client):
    with refused("ValidationException", 400):
        client.delete_prompt_router(promptRouterArn=DEFAULT)
    assert get(client, DEFAULT)["type"] == "default"


def test_an_unknown_router_is_not_found(client):
    for kind in ("default-prompt-router/no.such:1", "prompt-router/abcdefghijkl"):
        arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:{kind}"
        for call in (client.get_prompt_router, client.delete_prompt_router):
            with refused("ResourceNotFoundException", 404, NOT_FOUND):
                call(promptRouterArn=arn)


def test_an_arn_of_another_kind_is_refused(client):
    for arn in (f"{PROFILES}/us.amazon.nova-lite-v1:0", "router-1"):
        with refused("ValidationException", 400):
            client.get_prompt_router(promptRouterArn=arn)


def test_deletion_answers_200_with_an_empty_object(client):
    arn = create(client)
    answer = client.delete_prompt_router(promptRouterArn=arn)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert body(answer) == {}
