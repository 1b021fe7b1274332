"""Attributes of classes are replaced for a while, their own and those that they inherit."""

from __future__ import annotations

from bedrock_mock.moto_bridge.replaced import Journal


class Base:
    def inherited(self):
        return "base"


class Derived(Base):
    def own(self):
        return "derived"


def test_everything_is_as_it_was():
    before, journal = dict(vars(Derived)), Journal()
    with (
        journal.attribute(Derived, "own", lambda _: "a"),
        journal.attribute(Derived, "inherited", lambda _: "b"),
    ):
        assert (Derived().own(), Derived().inherited(), Base().inherited()) == ("a", "b", "base")
    assert dict(vars(Derived)) == before


def test_what_replaced_a_replacement_is_put_back_before_it():
    before, journal = dict(vars(Derived)), Journal()
    first, second = (journal.attribute(Derived, "own", lambda _, name=name: name) for name in "ab")
    first.__enter__()
    second.__enter__()
    assert Derived().own() == "b"
    first.put_back()
    assert dict(vars(Derived)) == before
    second.put_back()
    journal.put_back()
    assert dict(vars(Derived)) == before


def test_a_list_begins_with_another_item():
    items, journal = [1, 2], Journal()
    with journal.first(items, 0):
        assert items == [0, 1, 2]
        items.insert(0, "later")
    assert items == ["later", 1, 2]


def test_an_item_that_somebody_else_has_removed_is_not_missed():
    items, journal = [1, 2], Journal()
    with journal.first(items, 0):
        items.clear()
    assert items == []
