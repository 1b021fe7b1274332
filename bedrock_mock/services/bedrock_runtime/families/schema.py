"""The schema of a family's body, and the faults of a body in the words of the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bedrock_mock.protocol.types import Json

#: The types of JSON as the service calls them, by those of Python.
_TYPES: Mapping[type, str] = {
    str: "String",
    bool: "Boolean",
    int: "Integer",
    float: "Double",
    list: "JSONArray",
    dict: "JSONObject",
    type(None): "Null",
}


@dataclass(frozen=True)
class Schema:
    """What a value of a body must be.

    Attributes:
        type: ``String``, ``Integer``, ``Number``, ``Boolean``, ``JSONArray`` or ``JSONObject``.
        least: the smallest number, the fewest characters or elements.
        most: the largest number.
        items: of an array, what each element must be; ``None`` for anything.
        values: the only values that it may have; empty if it may have any.
        members: of an object, those whose values are checked.
        is_open: whether an object may have other members, too.
        required: the members that an object must have.
    """

    type: str
    least: float | None = None
    most: float | None = None
    items: Schema | None = None
    values: tuple[Json, ...] = ()
    members: Mapping[str, Schema] = field(default_factory=dict)
    is_open: bool = True
    required: tuple[str, ...] = ()

    def faults(self, value: Json, path: str = "#") -> Iterator[str]:
        """What is wrong with a value, each as ``#/path: ...``."""
        found = _TYPES[type(value)]
        if found != self.type and not (self.type == "Number" and found in ("Integer", "Double")):
            yield f"{path}: expected type: {self.type}, found: {found}"
            return
        if self.values and value not in self.values:
            yield f"{path}: {value} is not a valid enum value"
        yield from self._out_of_bounds(value, path)
        if isinstance(value, dict):
            for name in self.required:
                if name not in value:
                    yield f"{path}: required key [{name}] not found"
            yield from self._faults_of_members(value, path)
        elif isinstance(value, list) and self.items is not None:
            for place, element in enumerate(value):
                yield from self.items.faults(element, f"{path}/{place}")

    def _faults_of_members(self, value: Mapping[str, Any], path: str) -> Iterator[str]:
        for name in value:
            if not self.is_open and name not in self.members:
                yield f"{path}: extraneous key [{name}] is not permitted"
        for name, schema in self.members.items():
            if name in value:
                yield from schema.faults(value[name], f"{path}/{name}")

    def _out_of_bounds(self, value: Json, path: str) -> Iterator[str]:
        if isinstance(value, (int, float)):
            if self.least is not None and value < self.least:
                yield f"{path}: {value} is not greater or equal to {self.least}"
            if self.most is not None and value > self.most:
                yield f"{path}: {value} is not less or equal to {self.most}"
        elif isinstance(value, (str, list)):
            is_text = isinstance(value, str)
            words = "expected minLength" if is_text else "expected minimum item count"
            shown = "actual" if is_text else "found"
            if self.least is not None and len(value) < self.least:
                yield f"{path}: {words}: {self.least}, {shown}: {len(value)}"


STRING = Schema("String")
STRINGS = Schema("JSONArray", items=STRING)
INTEGER = Schema("Integer")
NUMBER = Schema("Number")
SHARE = Schema("Number", 0, 1)
COUNT = Schema("Integer", 1)
BOOLEAN = Schema("Boolean")
ARRAY = Schema("JSONArray")
OBJECT = Schema("JSONObject")


def body(*required: str, **members: Schema) -> Schema:
    """The schema of a body that has these members and no others."""
    return Schema("JSONObject", members=members, is_open=False, required=required)


def open_body(*required: str, **members: Schema) -> Schema:
    """The same of a body that may have any other members, too."""
    return Schema("JSONObject", members=members, required=required)
