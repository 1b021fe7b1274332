"""IAM policies over every kind of resource: by ARN, by name, for one and for all."""

from __future__ import annotations

import pytest
from kinds import ALL, KINDS, call, snapshot
from permissions import authorised, user, with_key

from support import in_process, manual, refused

pytestmark = in_process


@pytest.fixture(params=ALL, ids=lambda kind: kind.name)
def kind(request):
    return request.param


def identifiers(kind, client, arn):
    """All by which a resource is named in requests."""
    return [arn, *([kind.look(client, arn)[kind.by_name]] if kind.by_name else [])]


def test_a_policy_can_be_for_one_resource_by_name_and_arn(client, kind):
    one, other = kind.make(client), kind.make(client, number=2)
    its_client = with_key(user("reader", kind.get[0], resource=one))
    for identifier in identifiers(kind, client, one):
        assert one in authorised(kind.look, its_client, identifier).values()
    for identifier in identifiers(kind, client, other):
        with refused("AccessDeniedException", 403):
            authorised(kind.look, its_client, identifier)


def test_what_does_not_exist_is_not_found_rather_than_denied(client, kind):
    arn = kind.make(client)
    unknown = f"{arn[:-12]}{'0' * 12}"
    its_client = with_key(user("reader", kind.get[0], but=[arn]))
    with refused("ResourceNotFoundException", 404):
        authorised(kind.look, its_client, unknown)


@pytest.mark.parametrize(
    "kind", [kind for kind in ALL if kind.deletion], ids=lambda kind: kind.name
)
def test_who_may_not_delete_one_deletes_nothing(client, kind):
    arn = kind.make(client)
    its_client = with_key(user("denied", kind.deletion, but=[arn]))
    before = snapshot(client)
    several = isinstance(kind.deleted, list)
    for identifier in [arn] if several else identifiers(kind, client, arn):
        with refused("AccessDeniedException", 403):
            authorised(kind.delete, its_client, identifier)
    assert snapshot(client) == before
    assert authorised(kind.delete, with_key(user("allowed", kind.deletion)), arn)


OPERATIONS = sorted(
    {
        (name, kind.name)
        for kind in ALL
        for name in (kind.create, kind.get[0], kind.listing[0], kind.deletion, kind.stop)
        if name
    }
)


@pytest.mark.parametrize(("operation", "name"), OPERATIONS)
def test_a_user_may_do_what_a_policy_allows_and_nothing_else(client, bedrock_mock, operation, name):
    kind = KINDS[name]
    arn = kind.make(client)
    if operation == kind.stop:
        bedrock_mock.set_transition(kind.clock, manual(1000))
        arn = kind.make(client, number=2)
    several = isinstance(kind.deleted, list)
    request = {
        kind.create: kind.asking(client, "new"),
        kind.stop: {"jobIdentifier": arn},
        kind.deletion: {kind.deleted[0]: [arn]} if several else {kind.deleted: arn},
        kind.get[0]: {kind.get[1]: arn},
        kind.listing[0]: {"maxResults": 1},
    }[operation]
    before = snapshot(client)
    denied = with_key(user("denied", *({each for each, _ in OPERATIONS} - {operation})))
    message = f"is not authorized to perform: bedrock:{operation}"
    with refused("AccessDeniedException", 403) as caught:
        authorised(call, denied, operation, **request)
    assert caught.value.response["Error"]["Message"].endswith(message)
    assert snapshot(client) == before
    answer = authorised(call, with_key(user("allowed", operation)), operation, **request)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] in {200, 201, 202}
