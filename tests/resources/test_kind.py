"""Stores with other keys than ARN and name, and members that a kind does not declare."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from bedrock_mock.protocol.errors import NotImplementedException
from bedrock_mock.resources.listing import BY_CREATION_TIME, page
from bedrock_mock.resources.store import Store

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
