"""Tags of all kinds of resources, and the Resource Groups Tagging API over them."""

from __future__ import annotations

import re
from inspect import signature

import boto3
import kinds
import pytest
from kinds import snapshot
from moto.core import set_initial_no_auth_action_count
from permissions import authorised, user, with_key

from support import (
    ACCOUNT,
    REGION,
    body,
    many_tags,
    refused,
    role_of,
    tags,
)

NOT_FOUND = (
    "The specified resource Amazon Resource Name (ARN) was not found. "
    "Check the Amazon Resource Name (ARN) and try your request again."
)
KINDS = [kind.name for kind in kinds.TAGGED]


def make(client, kind, *args, **members):
    """The ARN of a new resource of a kind, with these tags."""
    return kinds.KINDS[kind].make(client, *args, **members)


def tags_of(client, arn):
    return client.list_tags_for_resource(resourceARN=arn)["tags"]


def calls(client, arn):
    """Each of the three operations on an ARN."""
    return [
        lambda: client.list_tags_for_resource(resourceARN=arn),
        lambda: client.tag_resource(resourceARN=arn, tags=tags(a="b")),
        lambda: client.untag_resource(resourceARN=arn, tagKeys=["a"]),
    ]


@pytest.fixture(params=KINDS)
def kind(request):
    """Each kind of resource in turn."""
    return request.param


@pytest.fixture
def tagging(bedrock_mock):
    """A client of the Resource Groups Tagging API."""
    return boto3.client("resourcegroupstaggingapi", region_name=REGION)


# --- the three operations -----------------------------------------------------------------


def test_a_resource_has_the_tags_that_it_was_created_with(client, kind):
    arn = make(client, kind, tags(a="1", b=""))
    assert body(client.list_tags_for_resource(resourceARN=arn)) == {"tags": tags(a="1", b="")}


def test_a_job_and_its_model_have_tags_of_their_own(client):
    arn = make(client, "model-import-job", tags(job="1"), importedModelTags=tags(model="1"))
    model = client.get_model_import_job(jobIdentifier=arn)["importedModelArn"]
    client.tag_resource(resourceARN=arn, tags=tags(job="2"))
    client.untag_resource(resourceARN=model, tagKeys=["job"])
    assert tags_of(client, arn) == tags(job="2")
    assert tags_of(client, model) == tags(model="1")


def test_a_resource_without_tags_has_an_empty_list_of_them(client, kind):
    assert tags_of(client, make(client, kind)) == []


def test_tags_are_added_and_replaced_and_taken_away(client, kind):
    arn = make(client, kind, tags(a="1", b="2"))
    for answer in (
        client.tag_resource(resourceARN=arn, tags=tags(b="3", c="4")),
        client.untag_resource(resourceARN=arn, tagKeys=["a", "never-there"]),
    ):
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert body(answer) == {}
    assert tags_of(client, arn) == tags(b="3", c="4")
    client.untag_resource(resourceARN=arn, tagKeys=["b", "c"])
    assert tags_of(client, arn) == []


def test_keys_are_case_sensitive(client, kind):
    arn = make(client, kind, tags(a="1"))
    client.tag_resource(resourceARN=arn, tags=tags(A="2"))
    client.untag_resource(resourceARN=arn, tagKeys=["a"])
    assert tags_of(client, arn) == tags(A="2")


def test_a_resource_has_at_most_50_tags(client, kind):
    arn = make(client, kind, many_tags(50))
    assert len(tags_of(client, arn)) == 50
    # Nothing of a refused request is done.
    change = [{"key": "key-0", "value": "new"}, {"key": "more", "value": ""}]
    with refused("TooManyTagsException", 400):
        client.tag_resource(resourceARN=arn, tags=change)
    assert tags_of(client, arn) == many_tags(50)
    client.tag_resource(resourceARN=arn, tags=change[:1])
    assert tags_of(client, arn)[0] == change[0]
    client.untag_resource(resourceARN=arn, tagKeys=["key-1"])
    client.tag_resource(resourceARN=arn, tags=change)
    assert len(tags_of(client, arn)) == 50


def test_nothing_is_created_with_51_tags(client, kind):
    kinds.KINDS[kind].prepare(client)
    before = snapshot(client)
    with refused(kinds.KINDS[kind].too_many_tags, 400):
        make(client, kind, many_tags(51))
    assert snapshot(client) == before


def test_a_request_has_at_most_200_tags(client, kind):
    arn = make(client, kind)
    with refused("TooManyTagsException", 400):
        client.tag_resource(resourceARN=arn, tags=many_tags(200))
    with refused("ValidationException", 400):
        client.tag_resource(resourceARN=arn, tags=many_tags(201))
    assert tags_of(client, arn) == []


@pytest.mark.parametrize("key", ["aws:x", "AWS:cloudformation:stack-name"])
def test_a_reserved_key_is_refused_on_all_sides(client, tagging, kind, key):
    message = f"The tag key '{key}' is reserved: keys that begin with aws: are for AWS's own use."
    arn = make(client, kind, tags(a="1"))
    before = snapshot(client)
    for call in (
        lambda: make(client, kind, [{"key": key, "value": "1"}], 2),
        lambda: client.tag_resource(resourceARN=arn, tags=[{"key": key, "value": "1"}]),
        lambda: client.untag_resource(resourceARN=arn, tagKeys=["a", key]),
    ):
        with refused("ValidationException", 400, message):
            call()
    for failed in (
        tagging.tag_resources(ResourceARNList=[arn], Tags={key: "1"}),
        tagging.untag_resources(ResourceARNList=[arn], TagKeys=["a", key]),
    ):
        assert failed["FailedResourcesMap"][arn]["ErrorMessage"] == message
    assert snapshot(client) == before


def test_an_arn_that_names_nothing_here_is_not_found(client, bedrock_mock, kind):
    other = "111122223333"
    foreign = [
        make(bedrock_mock.client(region_name="eu-west-1"), kind),
        make(bedrock_mock.client(account_id=other), kind, roleArn=role_of(other)),
    ]
    arn = make(client, kind)
    for unknown in (f"{arn[:-12]}{'0' * 12}", *foreign):
        for call in calls(client, unknown):
            with refused("ResourceNotFoundException", 404, NOT_FOUND):
                call()


def arn_types():
    """The types of the ARNs that can be tagged, as the service model's pattern lists them."""
    pattern = kinds.shape_of("TagResource").members["resourceARN"].metadata["pattern"]
    return re.findall(r"[a-z]+(?:-[a-z]+)+(?=/)", pattern)


def test_a_resource_of_a_kind_that_is_not_mocked_is_not_found(client):
    missing = next(each for each in arn_types() if each not in {k.arn_type for k in kinds.ALL})
    for call in calls(client, f"arn:aws:bedrock:{REGION}:{ACCOUNT}:{missing}/abcdefghijkl"):
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            call()


# --- the Resource Groups Tagging API --------------------------------------------------------


def found(tagging, **filters):
    """What GetResources finds, as tags by ARN."""
    pages = tagging.get_paginator("get_resources").paginate(**filters)
    return {
        each["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in each["Tags"]}
        for page in pages
        for each in page["ResourceTagMappingList"]
    }


@pytest.fixture
def tagged(client):
    """The ARNs of one resource of each kind, with tags."""
    arns = [
        make(client, kind, tags(kind=kind, team="red" if kind == KINDS[0] else "blue"), number)
        for number, kind in enumerate(KINDS)
    ]
    make(client, "evaluation-job", number=9)
    return arns


def test_get_resources_finds_what_has_tags(tagging, tagged):
    teams = ["red", *["blue"] * (len(KINDS) - 1)]
    assert found(tagging) == {
        arn: {"kind": kind, "team": team}
        for arn, kind, team in zip(tagged, KINDS, teams, strict=True)
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([{"Key": "team"}], KINDS),
        ([{"Key": "team", "Values": ["blue"]}], KINDS[1:]),
        ([{"Key": "team", "Values": ["red", "blue"]}], KINDS),
        ([{"Key": "team", "Values": ["blue"]}, {"Key": "kind", "Values": KINDS[:2]}], [KINDS[1]]),
        ([{"Key": "Team"}], []),
        ([{"Key": "team", "Values": ["Blue"]}], []),
    ],
)
def test_get_resources_filters_by_tags(tagging, tagged, filters, expected):
    found_kinds = [each["kind"] for each in found(tagging, TagFilters=filters).values()]
    assert sorted(found_kinds) == sorted(expected)


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["bedrock"], KINDS),
        *(
            (
                [f"bedrock:{arn_type}"],
                [each.name for each in kinds.TAGGED if each.arn_type == arn_type],
            )
            for arn_type in {each.arn_type: None for each in kinds.TAGGED}
        ),
        (["bedrock:model-import-job", "bedrock:evaluation-job"], [KINDS[0], KINDS[2]]),
        (["bedrock:no-kind"], []),
        (["s3"], ["bucket"]),
        (["s3", "bedrock:evaluation-job"], ["bucket", "evaluation-job"]),
    ],
)
def test_get_resources_filters_by_type_among_all_services(tagging, tagged, types, expected):
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="bucket")
    s3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": [{"Key": "kind", "Value": "bucket"}]})
    found_kinds = [each["kind"] for each in found(tagging, ResourceTypeFilters=types).values()]
    assert sorted(found_kinds) == sorted(expected)


def test_get_resources_finds_given_arns(tagging, tagged):
    # It imports all of moto, so not before it is needed.
    from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

    if (
        "resource_arn_list"
        not in signature(ResourceGroupsTaggingAPIBackend.get_resources).parameters
    ):
        pytest.skip("this version of moto ignores ResourceARNList")
    job, model, *_ = tagged
    assert found(tagging, ResourceARNList=[job, model, f"{job[:-1]}_"]).keys() == {job, model}


def test_get_resources_has_pages(tagging, tagged):
    assert found(tagging, ResourcesPerPage=1).keys() == set(tagged)


def test_get_resources_lists_its_own_account_and_region_without_what_is_deleted(
    client, bedrock_mock, tagging, tagged
):
    other = "111122223333"
    make(bedrock_mock.client(region_name="eu-west-1"), KINDS[0], tags(a="b"))
    make(bedrock_mock.client(account_id=other), KINDS[0], tags(a="b"), roleArn=role_of(other))
    kept = set()
    for arn, kind in zip(tagged, kinds.TAGGED, strict=True):
        if kind.deletion:
            kind.delete(client, arn)
        else:
            kept.add(arn)
    assert found(tagging).keys() == kept


def test_keys_and_values_are_listed_once_each(tagging, tagged):
    assert sorted(tagging.get_tag_keys()["TagKeys"]) == ["kind", "team"]
    assert sorted(tagging.get_tag_values(Key="team")["TagValues"]) == ["blue", "red"]
    assert sorted(tagging.get_tag_values(Key="kind")["TagValues"]) == sorted(KINDS)
    assert tagging.get_tag_values(Key="nothing")["TagValues"] == []


def test_tag_resources_changes_what_there_is_and_reports_the_rest(client, tagging, tagged):
    job, model, *_ = tagged
    full = make(client, KINDS[0], many_tags(50), 9)
    unknown = f"{job[:-12]}{'0' * 12}"
    arns = [job, unknown, full, model]
    answer = tagging.tag_resources(ResourceARNList=arns, Tags={"team": "green", "new": ""})
    assert answer["FailedResourcesMap"].keys() == {unknown, full}
    assert answer["FailedResourcesMap"][unknown] == {
        "StatusCode": 400,
        "ErrorCode": "InvalidParameterException",
        "ErrorMessage": NOT_FOUND,
    }
    for arn, kind in ((job, KINDS[0]), (model, KINDS[1])):
        assert tags_of(client, arn) == tags(kind=kind, team="green", new="")
    assert tags_of(client, full) == many_tags(50)


def test_untag_resources_changes_what_there_is_and_reports_the_rest(client, tagging, tagged):
    job, model, *others = tagged
    unknown = f"{job[:-12]}{'0' * 12}"
    arns = [job, unknown, model]
    answer = tagging.untag_resources(ResourceARNList=arns, TagKeys=["team", "never-there"])
    assert answer["FailedResourcesMap"].keys() == {unknown}
    assert tags_of(client, job) == tags(kind=KINDS[0])
    assert found(tagging, TagFilters=[{"Key": "team"}]).keys() == set(others)


def test_tag_resources_refuses_tags_that_bedrock_does(client, tagging, tagged):
    before = snapshot(client)
    answer = tagging.tag_resources(ResourceARNList=tagged, Tags={"fine": "not * fine"})
    assert answer["FailedResourcesMap"].keys() == set(tagged)
    assert snapshot(client) == before


# --- permissions ---------------------------------------------------------------------

#: What moto asks for in the name of the API, by the name that its requests are signed for.
OF_THE_API = ("tagging:TagResources", "tagging:UntagResources", "tagging:GetResources")
CHANGES = [
    ("tag_resources", {"Tags": {"team": "green"}}, "TagResource"),
    ("untag_resources", {"TagKeys": ["team"]}, "UntagResource"),
]


def tagging_as(key):
    return with_key(key, service="resourcegroupstaggingapi")


@pytest.mark.parametrize(("method", "change", "operation"), CHANGES)
def test_the_tagging_api_needs_the_permission_of_the_service_too(
    client, tagging, tagged, method, change, operation
):
    before = found(tagging)
    denied = user("denied", actions=OF_THE_API)
    failed = authorised(getattr(tagging_as(denied), method), ResourceARNList=tagged[:2], **change)[
        "FailedResourcesMap"
    ]
    assert failed == {
        arn: {
            "StatusCode": 403,
            "ErrorCode": "InvalidParameterException",
            "ErrorMessage": f"User: arn:aws:iam::{ACCOUNT}:user/denied is not authorized to "
            f"perform: bedrock:{operation}",
        }
        for arn in tagged[:2]
    }
    assert found(tagging) == before


@pytest.mark.parametrize(("method", "change", "operation"), CHANGES)
def test_with_the_permission_for_some_resources_the_tagging_api_changes_those(
    client, tagging, tagged, method, change, operation
):
    before = found(tagging)
    first, second, *_ = tagged
    partly = user("partly", operation, actions=OF_THE_API, but=[second])
    failed = authorised(
        getattr(tagging_as(partly), method), ResourceARNList=[first, second], **change
    )["FailedResourcesMap"]
    assert failed.keys() == {second}
    now = found(tagging)
    assert now[first] != before[first]
    assert now[second] == before[second]


def test_before_policies_are_checked_the_tagging_api_changes_all(client, tagging, tagged):
    denied = tagging_as(user("denied", actions=OF_THE_API))

    @set_initial_no_auth_action_count(1)
    def first_two():
        return [
            denied.tag_resources(ResourceARNList=[arn], Tags={"team": "green"})[
                "FailedResourcesMap"
            ].keys()
            for arn in tagged[:2]
        ]

    assert first_two() == [set(), {tagged[1]}]
