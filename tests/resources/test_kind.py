"""Stores with other keys than ARN and name, and members that a kind does not declare."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import ClassVar

import pytest
from moto.backends import get_backend

from bedrock_mock.protocol.errors import NotImplementedException
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.listing import BY_CREATION_TIME, page
from bedrock_mock.resources.store import Store
from bedrock_mock.resources.tokens import Tokens
from support import ACCOUNT, REGION, in_process

NOON = datetime(2026, 1, 2, 12)  # noqa: DTZ001 - naive UTC, as in the stores


def thing(number, **attributes):
    arn = f"arn:thing/{number}"
    return SimpleNamespace(arn=arn, thing_id=str(number), creation_time=NOON, tags={}, **attributes)


@pytest.fixture
def store():
    return Store("thing", keys=("arn", "thing_id"))


def test_a_resource_is_found_by_each_of_its_keys_and_by_nothing_else(store):
    one = thing(1, name="one")
    store.add(one)
    assert store.get("1") is store.get("arn:thing/1") is one
    assert store.get("one") is None


def test_a_resource_that_is_renamed_keeps_its_place():
    store = Store("thing", keys=("arn", "name"))
    one, two = thing(1, name="one"), thing(2, name="two")
    store.add(one)
    store.add(two)
    one.name = "uno"
    store.refile(one)
    assert store.get("uno") is one
    assert "one" not in store
    assert list(store) == [one, two]
    store.remove(one)
    assert "uno" not in store


def test_a_filter_that_is_not_implemented_is_refused_and_named(store):
    with pytest.raises(NotImplementedException, match="The filter colourEquals is not implemented"):
        page(store, {"colourEquals": "red"}, BY_CREATION_TIME, "scope")


class Things(Kind[SimpleNamespace]):
    """A kind of things that have no clock."""

    arn_type = "thing"
    keys = ("arn", "thing_id")
    identifier = "thingIdentifier"
    created = "thingArn"
    operations: ClassVar = {"create": "CreateThing"}

    def new(self, request):
        return thing(request["number"])


def test_a_kind_without_a_clock_creates_once_for_each_token():
    things = Things(SimpleNamespace(tokens=Tokens(), scope="scope"))
    request = {"number": 1, "clientRequestToken": "token"}
    created = things.create(request)
    assert things.create(request) == {"thingArn": created.arn}
    assert len(things.store) == 1
    assert things.get({"thingIdentifier": "1"}) is created
    assert things.arns_of({"thingIdentifier": "1"}) == [created.arn]
    assert things.arns_of({"thingIdentifier": "2"}) == things.arns_of({}) == []
    things.delete({"thingIdentifier": "1"})
    assert things.list({}).items == []


@in_process
def test_a_backend_knows_its_siblings_and_which_kind_an_operation_means(bedrock_mock):
    backend = bedrock_mock.backend(REGION)
    assert backend.sibling("bedrock") is backend
    assert backend.sibling("sqs") is get_backend("sqs")[ACCOUNT][REGION]
    # Foundation models are no kind: they are not the account's own.
    assert backend.arns_of("GetFoundationModel", {"modelIdentifier": "m"}) == []
    assert backend.arns_of("NoOperation", {}) == []
