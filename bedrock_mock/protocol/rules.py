"""The constraints that the service model puts on one value, in the service's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import Shape

from bedrock_mock.protocol import patterns

#: A constraint of one value: the words if the value breaks it, else ``None``.
Rule = Callable[[Any], "str | None"]


@dataclass(frozen=True)
class Departures:
    """Where the real service enforces something else than its model says.

    Attributes:
        open_enums: names of shapes whose enum it does not enforce.
        open_limits: names of shapes whose maximum and pattern it checks by itself, with texts of
            its own.
        patterns: by the name of a shape, the pattern that it enforces instead of the model's.
    """

    open_enums: frozenset[str] = frozenset()
    open_limits: frozenset[str] = frozenset()
    patterns: Mapping[str, str] = field(default_factory=dict, hash=False)


NO_DEPARTURES = Departures()


def rules_of(shape: Shape, departures: Departures) -> list[Rule]:
    """The constraints of a shape, in the order in which the service reports them."""
    has_limits = shape.name not in departures.open_limits
    metadata = shape.metadata
    rules: list[Rule] = []
    if "pattern" in metadata and has_limits:
        rules.append(_pattern_rule(departures.patterns.get(shape.name, metadata["pattern"])))
    if shape.type_name in ("integer", "long", "float", "double"):
        measure, noun = (lambda value: value), "value"
    else:
        measure, noun = len, "length"
    if "max" in metadata and has_limits:
        rules.append(_bound_rule(measure, noun, metadata["max"], upper=True))
    # Nothing is shorter than 0, but a number may be less.
    if metadata.get("min", 0) or ("min" in metadata and noun == "value"):
        rules.append(_bound_rule(measure, noun, metadata["min"], upper=False))
    if metadata.get("enum") and shape.name not in departures.open_enums:
        rules.append(_enum_rule(metadata["enum"]))
    return rules


def _pattern_rule(pattern: str) -> Rule:
    fullmatch = patterns.compiled(pattern).fullmatch
    words = f"Member must satisfy regular expression pattern: {patterns.displayed(pattern)}"
    return lambda value: None if fullmatch(value) else words


def _bound_rule(measure: Callable[[Any], Any], noun: str, bound: float, *, upper: bool) -> Rule:
    # "not (a <= b)" instead of "a > b": NaN breaks every bound.
    if upper:
        words = f"Member must have {noun} less than or equal to {bound}"
        return lambda value: None if measure(value) <= bound else words
    words = f"Member must have {noun} greater than or equal to {bound}"
    return lambda value: None if measure(value) >= bound else words


def _enum_rule(enum: list[str]) -> Rule:
    allowed = frozenset(enum)
    words = f"Member must satisfy enum value set: [{', '.join(enum)}]"
    return lambda value: None if value in allowed else words
