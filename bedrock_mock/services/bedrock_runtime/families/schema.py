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

    def faults(self, value: Json) -> list[str]:
        """What is wrong with a value, each as ``#/path: ...``."""
        return [f"#{each}" for each in self.faults_within(value)]

    def faults_within(self, value: Json) -> list[str]:
        """The same with paths from the value: they are put together only where something is."""
        found = _TYPES[type(value)]
        if found != self.type and not (self.type == "Number" and found in ("Integer", "Double")):
            return [f": expected type: {self.type}, found: {found}"]
        faults = []
        if self.values and value not in self.values:
            faults.append(f": {value} is not a valid enum value")
        if self.least is not None or self.most is not None:
            faults += self._out_of_bounds(value)
        if found == "JSONObject":
            faults += self._of_object(value)
        elif found == "JSONArray" and self.items is not None:
            for place, element in enumerate(value):
                faults += [f"/{place}{each}" for each in self.items.faults_within(element)]
        return faults

    def _of_object(self, value: Mapping[str, Any]) -> list[str]:
        faults = [
            f": required key [{name}] not found" for name in self.required if name not in value
        ]
        if not self.is_open:
            strange = [name for name in value if name not in self.members]
            faults += [f": extraneous key [{name}] is not permitted" for name in strange]
        for name, schema in self.members.items():
            if name in value:
                faults += [f"/{name}{each}" for each in schema.faults_within(value[name])]
        return faults

    def _out_of_bounds(self, value: Json) -> Iterator[str]:
        if isinstance(value, (int, float)):
            if self.least is not None and value < self.least:
                yield f": {value} is not greater or equal to {self.least}"
            if self.most is not None and value > self.most:
                yield f": {value} is not less or equal to {self.most}"
        else:
            is_text = isinstance(value, str)
            words = "expected minLength" if is_text else "expected minimum item count"
            shown = "actual" if is_text else "found"
            if self.least is not None and len(value) < self.least:
                yield f": {words}: {self.least}, {shown}: {len(value)}"


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
