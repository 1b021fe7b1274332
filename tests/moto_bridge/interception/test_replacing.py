"""Attributes of classes are replaced for a while, their own and those that they inherit."""

from __future__ import annotations

from bedrock_mock.moto_bridge.interception.replacing import replaced


class Base:
    def inherited(self):
        return "base"


class Derived(Base):
    def own(self):
        return "derived"


def test_everything_is_as_it_was():
    before = dict(vars(Derived))
    with replaced(Derived, own=lambda _: "a", inherited=lambda _: "b"):
        assert (Derived().own(), Derived().inherited(), Base().inherited()) == ("a", "b", "base")
    assert dict(vars(Derived)) == before
