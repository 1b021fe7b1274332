"""A value for a JSON schema: the arguments of a tool call, where the test gives none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from bedrock_mock.protocol.types import Json

T = TypeVar("T")
#: A schema may refer to itself.
_MAX_DEPTH = 8
_BY_FORMAT = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "email": "someone@example.com",
    "time": "00:00:00Z",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_STATED = ("const", "default")
#: A value is not longer than this, even if its schema allows more.
_LONGEST = 10_000
_NUMBER = (int, float)


def example(schema: Json, root: Json = None, depth: int = 0) -> Json:
    """A small value that fits a schema, as far as its types, enums and bounds go.

    Patterns are not looked at. Of an object it has what is required. A keyword whose value
    makes no sense counts as missing.

    Args:
        schema: the schema.
        root: the schema in which references are looked up; default: this one.
        depth: how deep this value is.
    """
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return {} if depth == 0 else None
    root = schema if root is None else root
    stated = _stated(schema)
    if stated:
        return stated[0]
    part = _part(schema, root)
    return _of_type(schema, root, depth) if part is None else example(part, root, depth + 1)


def _keyword(schema: Mapping[str, Any], name: str, kind: type | tuple[type, ...], default: T) -> T:
    """The value of a keyword, if it has the type that it must have."""
    value = schema.get(name)
    is_meant = isinstance(value, kind) and not isinstance(value, bool)
    return cast("T", value) if is_meant else default


def _length(schema: Mapping[str, Any], name: str, default: int = 0) -> int:
    return max(0, min(_keyword(schema, name, int, default), _LONGEST))


def _stated(schema: Mapping[str, Any]) -> list[Any]:
    """The values that a schema itself states, if any."""
    for name in _STATED:
        if name in schema:
            return [schema[name]]
    none: list[Any] = []
    return (_keyword(schema, "enum", list, none) or _keyword(schema, "examples", list, none))[:1]


def _part(schema: Mapping[str, Any], root: Json) -> Json:
    """The schema that this one is made of, where it is made of others; else ``None``."""
    reference = _keyword(schema, "$ref", str, "")
    if reference:
        return _referred(reference, root)
    none: list[Any] = []
    for name in ("anyOf", "oneOf"):
        if parts := _keyword(schema, name, list, none):
            return parts[0]
    parts = _keyword(schema, "allOf", list, none)
    if not parts:
        return None
    merged: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, Mapping):
            reference = _keyword(part, "$ref", str, "")
            referred = _referred(reference, root) if reference else part
            merged.update(referred if isinstance(referred, Mapping) else {})
    return merged


def _of_type(schema: Mapping[str, Any], root: Json, depth: int) -> Json:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next(iter(kind), "string")
    if kind == "object":
        nothing: dict[str, Any] = {}
        properties = _keyword(schema, "properties", dict, nothing)
        required: list[Any] = _keyword(schema, "required", list, [])
        return {
            name: example(properties.get(name, {"type": "string"}), root, depth + 1)
            for name in required
            if isinstance(name, str)
        }
    if kind == "array":
        number = _length(schema, "minItems")
        return [example(schema.get("items", {}), root, depth + 1) for _ in range(number)]
    if kind in ("integer", "number"):
        return _number(schema)
    if kind == "boolean":
        return True
    return None if kind == "null" else _text(schema)


def _number(schema: Mapping[str, Any]) -> Json:
    above: float | None = _keyword(schema, "exclusiveMinimum", _NUMBER, None)
    least = _keyword(schema, "minimum", _NUMBER, above)
    if least is not None:
        return least if above is None else least + 1
    below: float | None = _keyword(schema, "exclusiveMaximum", _NUMBER, None)
    most = _keyword(schema, "maximum", _NUMBER, below)
    if most is None:
        return 1
    return min(1, most if below is None else most - 1)


def _text(schema: Mapping[str, Any]) -> str:
    text = _BY_FORMAT.get(_keyword(schema, "format", str, ""), "text")
    shortest = _length(schema, "minLength")
    longest = _length(schema, "maxLength", max(shortest, len(text)))
    return text.ljust(shortest, "x")[:longest]


def _referred(reference: str, root: Json) -> Json:
    found = root
    for name in reference.removeprefix("#").strip("/").split("/"):
        if name:
            found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return found
