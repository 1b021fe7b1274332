"""What is true of every kind of resource; a kind that is not in the table fails here."""

from __future__ import annotations

import boto3
import pytest
from botocore import xform_name
from kinds import ALL, OTHER_CLOCKS, TAGGED, WITH_CLOCKS

from bedrock_mock.services import clocks
from support import ACCOUNT, REGION, in_process, manual, refused, tags


@pytest.fixture(params=ALL, ids=lambda kind: kind.name)
def kind(request):
    return request.param


@pytest.fixture(params=WITH_CLOCKS, ids=lambda kind: kind.name)
def timed(request):
    return request.param


@in_process
def test_every_kind_of_the_backend_is_in_the_table(bedrock_mock):
    assert set(bedrock_mock.backend(REGION).kinds) == {kind.arn_type for kind in ALL}


@in_process
def test_every_clock_is_in_the_table():
    assert set(clocks()) == {kind.clock for kind in WITH_CLOCKS} | OTHER_CLOCKS


def test_its_arn_has_the_type_and_an_id(client, kind):
    arn = kind.make(client)
    assert arn.startswith(f"arn:aws:{kind.service}:{REGION}:{ACCOUNT}:{kind.arn_type}/")
    assert len(arn.rpartition("/")[2]) == 12 or kind.service != "bedrock"


def test_it_is_found_by_each_of_its_identifiers(client, kind):
    arn = kind.make(client)
    found = kind.look(client, arn)
    if kind.by_name:
        assert kind.look(client, found[kind.by_name]) | {"ResponseMetadata": 0} == found | {
            "ResponseMetadata": 0
        }
    with refused("ResourceNotFoundException", 404):
        kind.look(client, f"{arn[:-12]}{'0' * 12}")


def test_it_is_listed_in_order_and_page_by_page(client, kind):
    assert kind.items(client) == []
    arns = [kind.make(client, number=number) for number in range(3)]
    assert [kind.arn_of(item) for item in kind.items(client)] == kind.in_order(arns)
    operation, member = kind.listing
    paginator = client.get_paginator(xform_name(operation))
    pages = paginator.paginate(**kind.selected, PaginationConfig={"PageSize": 2})
    assert [len(page[member]) for page in pages] == [2, 1]


def test_a_repeated_token_makes_nothing(client, kind):
    token = {"clientRequestToken": "token-1"}
    first = kind.make(client, **token)
    number = 2 if kind.token_alone else 1
    assert kind.make(client, number=number, **token) == first
    assert len(kind.items(client)) == 1


@pytest.mark.parametrize("look", ["get", "list"])
def test_its_clock_moves_it_on_look_by_look(client, bedrock_mock, timed, look):
    if look == "list" and not timed.lists_status:
        pytest.skip("its list has no status")
    bedrock_mock.set_transition(timed.clock, manual(2))
    arn = timed.make(client)
    if look == "get":
        seen = [timed.look(client, arn)[timed.status] for _ in range(2)]
    else:
        seen = [timed.items(client)[0][timed.status] for _ in range(2)]
    assert seen == list(timed.statuses)


def test_it_fails_when_a_test_says_so(client, bedrock_mock, timed):
    bedrock_mock.fail_next(timed.clock, "It broke.")
    arn = timed.make(client)
    found = timed.look(client, arn)
    assert found[timed.status].lower() == "failed"
    assert "It broke." in str(found)


@pytest.mark.parametrize("kind", TAGGED, ids=lambda kind: kind.name)
def test_its_tags_are_its_own(client, kind):
    one, two = kind.make(client, tags(a="1")), kind.make(client, number=2)
    client.tag_resource(resourceARN=two, tags=tags(b="2"))
    client.untag_resource(resourceARN=one, tagKeys=["a"])
    assert client.list_tags_for_resource(resourceARN=one)["tags"] == []
    assert client.list_tags_for_resource(resourceARN=two)["tags"] == tags(b="2")


@pytest.fixture(params=[kind for kind in ALL if kind.deletion], ids=lambda kind: kind.name)
def deletable(request):
    return request.param


def test_a_deleted_one_is_gone_everywhere(client, deletable):
    arn, other = (
        deletable.make(client, tags(**{key: "b"}), number) for number, key in enumerate("ac")
    )
    name = deletable.look(client, arn)[deletable.by_name] if deletable.by_name else arn
    deletable.delete(client, arn)
    for identifier in (arn, name):
        with refused("ResourceNotFoundException", 404):
            deletable.look(client, identifier)
    assert [deletable.arn_of(item) for item in deletable.items(client)] == [other]
    if not deletable.tags:
        return
    with refused("ResourceNotFoundException", 404):
        client.list_tags_for_resource(resourceARN=arn)
    tagging = boto3.client("resourcegroupstaggingapi", region_name=REGION)
    tagged = {each["ResourceARN"] for each in tagging.get_resources()["ResourceTagMappingList"]}
    assert other in tagged
    assert arn not in tagged


def test_what_is_deleted_cannot_be_deleted_again(client, deletable):
    arn = deletable.make(client)
    deletable.delete(client, arn)
    if isinstance(deletable.deleted, list):
        (error,) = deletable.delete(client, arn)["errors"]
        assert error["code"] == "404"
    else:
        with refused("ResourceNotFoundException", 404):
            deletable.delete(client, arn)


def test_the_name_of_a_deleted_one_is_free(client, deletable):
    arn = deletable.make(client, name="again")
    if deletable.unique:
        with pytest.raises(client.exceptions.ClientError):
            deletable.make(client, name="again")
    deletable.delete(client, arn)
    if deletable.created_by_job:
        # The name of the job that made it stays taken.
        again = deletable.make(client, name="again", jobName="another")
    else:
        again = deletable.make(client, name="again")
    # SageMaker's ARN has the name.
    assert (again != arn) == (deletable.service == "bedrock")
