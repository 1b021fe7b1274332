"""Checks a decoded request against its input shape: every fault at once, in the service's words.

A check returns a list of :class:`Fault`; paths are put together only where something is
wrong, so that a valid request costs no string work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

from bedrock_mock.protocol.bounded import MESSAGE, bounded, shown
from bedrock_mock.protocol.compiling import Compiler, is_document, is_union
from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.rules import NO_DEPARTURES, Departures, Rule, rules_of
from bedrock_mock.protocol.types import Json


class Fault(NamedTuple):
    """One broken constraint.

    ``path`` is the member's path in wire names, ``value`` what is shown of the value:
    ``null``, ``'the value'``, or ``None`` where the member is sensitive.
    """

    path: tuple[str, ...]
    value: str | None
    constraint: str

    def __str__(self) -> str:
        shown = "Value" if self.value is None else f"Value {self.value}"
        path = ".".join(self.path)
        return f"{shown} at '{path}' failed to satisfy constraint: {self.constraint}"


Check = Callable[[Any], Sequence[Fault]]
_NO_FAULTS: Sequence[Fault] = ()
_NOT_NULL = "Member must not be null"


def refusal(faults: Sequence[Fault]) -> ValidationException:
    """The one error that reports all faults of a request."""
    count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
    texts, length = [], 0
    for fault in faults:
        texts.append(str(fault))
        length += len(texts[-1])
        if length > MESSAGE and len(texts) < len(faults):
            texts.append(f"and {len(faults) - len(texts)} more")
            break
    return ValidationException(count + "; ".join(texts))


class Checks(Compiler[Check]):
    """Compiles the checks of shapes.

    Args:
        departures: where the service departs from its model.
        values: whether lengths, ranges, patterns and enums are checked. Without them
            only what a handler relies on is left: required members and unions.
        hidden: whether all values are kept out of the messages.
    """

    def __init__(
        self,
        departures: Departures = NO_DEPARTURES,
        *,
        values: bool = True,
        hidden: bool = False,
    ) -> None:
        super().__init__()
        self._departures = departures
        self._values = values
        self._hidden = hidden

    @cached_property
    def _silent(self) -> Checks:
        """The same checks with the values hidden, for what lies within sensitive shapes."""
        return Checks(self._departures, values=self._values, hidden=True)

    def compile(self, shape: Shape) -> Check:
        """The check of a shape."""
        if shape.metadata.get("sensitive") and not self._hidden:
            return self._silent.of(shape)
        if isinstance(shape, StructureShape):
            return _no_check if is_document(shape) else self._structure(shape)
        own = self._own(shape)
        if isinstance(shape, ListShape):
            return self._list(shape, own)
        if isinstance(shape, MapShape):
            return self._map(shape, own)
        return own

    def _structure(self, shape: StructureShape) -> Check:
        required = frozenset(shape.required_members)
        checks = [(name, self.of(member)) for name, member in shape.members.items()]
        # Of most members nothing is to be checked, and most are not there.
        members = [each for each in checks if each[1] is not _no_check or each[0] in required]
        union = is_union(shape)
        by_name = {each[0]: [each] for each in members}
        one_of = f"Member must set exactly one of: [{', '.join(shape.members)}]"

        def check(value: Json) -> Sequence[Fault]:
            faults: list[Fault] = []
            is_one = union and len(value) == 1
            if union and not is_one:
                faults.append(Fault((), None, one_of))
            # Of a union the other members need not be looked for.
            for name, check_member in by_name.get(next(iter(value)), ()) if is_one else members:
                member = value.get(name)
                if member is not None:
                    if found := check_member(member):
                        faults += _at((name,), found)
                elif name in required:
                    faults.append(Fault((name,), "null", _NOT_NULL))
            return faults

        return check

    def _list(self, shape: ListShape, own: Check) -> Check:
        check_element = self.of(shape.member)

        def check(value: Json) -> Sequence[Fault]:
            faults = list(own(value))
            for position, element in enumerate(value, start=1):
                at = (str(position), "member")
                if element is None:
                    faults.append(Fault(at, "null", _NOT_NULL))
                elif found := check_element(element):
                    faults += _at(at, found)
            return faults

        return check

    def _map(self, shape: MapShape, own: Check) -> Check:
        check_value = self.of(shape.value)
        key_rules = self._rules(shape.key)

        def check(value: Json) -> Sequence[Fault]:
            faults = list(own(value))
            for key, element in value.items():
                broken = [words for rule in key_rules if (words := rule(key))]
                if broken:
                    words = f"Map keys must satisfy constraint: [{', '.join(broken)}]"
                    faults.append(Fault((), None if self._hidden else f"'{bounded(key)}'", words))
                if found := check_value(element):
                    faults += _at((bounded(key), "member"), found)
            return faults

        return check

    def _rules(self, shape: Shape) -> list[Rule]:
        return rules_of(shape, self._departures) if self._values else []

    def _own(self, shape: Shape) -> Check:
        """The check of a value itself, without what it contains."""
        rules = self._rules(shape)
        hidden = self._hidden or _holds_sensitive(shape)
        if not rules:
            return _no_check

        def check(value: Json) -> Sequence[Fault]:
            broken = [words for rule in rules if (words := rule(value)) is not None]
            if not broken:
                return _NO_FAULTS
            text = None if hidden else f"'{shown(value)}'"
            return [Fault((), text, words) for words in broken]

        return check


def _no_check(value: Json) -> Sequence[Fault]:  # noqa: ARG001 - a check takes a value
    return _NO_FAULTS


def _at(path: tuple[str, ...], faults: Sequence[Fault]) -> list[Fault]:
    """The faults of a part, with paths from the whole."""
    return [fault._replace(path=path + fault.path) for fault in faults]


def _holds_sensitive(shape: Shape, within: frozenset[str] = frozenset()) -> bool:
    """Whether printing a value of this shape would print something sensitive."""
    if shape.metadata.get("sensitive"):
        return True
    if shape.name in within:
        return False
    within |= {shape.name}
    parts: list[Shape] = []
    if isinstance(shape, ListShape):
        parts = [shape.member]
    elif isinstance(shape, MapShape):
        parts = [shape.key, shape.value]
    elif isinstance(shape, StructureShape):
        parts = [*shape.members.values()]
    return any(_holds_sensitive(part, within) for part in parts)
