"""A value for a JSON schema: the arguments of a tool call, where the test gives none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedrock_mock.protocol.types import Json

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


def example(schema: Json, root: Json = None, depth: int = 0) -> Json:
    """A small value that fits a schema, as far as its types, enums and bounds go.

    Patterns are not looked at. Of an object it has what is required.

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


def _stated(schema: Mapping[str, Any]) -> list[Any]:
    """The values that a schema itself states, if any."""
    for name in _STATED:
        if name in schema:
            return [schema[name]]
    return list(schema.get("enum") or schema.get("examples") or ())[:1]


def _part(schema: Mapping[str, Any], root: Json) -> Json:
    """The schema that this one is made of, where it is made of others; else ``None``."""
    if "$ref" in schema:
        return _referred(schema["$ref"], root)
    for name in ("anyOf", "oneOf"):
        if schema.get(name):
            return schema[name][0]
    if not schema.get("allOf"):
        return None
    merged: dict[str, Any] = {}
    for part in schema["allOf"]:
        merged.update(_referred(part["$ref"], root) if "$ref" in part else part)
    return merged


def _of_type(schema: Mapping[str, Any], root: Json, depth: int) -> Json:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        properties = schema.get("properties", {})
        return {
            name: example(properties.get(name, {"type": "string"}), root, depth + 1)
            for name in schema.get("required", ())
        }
    if kind == "array":
        number = schema.get("minItems", 0)
        return [example(schema.get("items", {}), root, depth + 1) for _ in range(number)]
    if kind in ("integer", "number"):
        return _number(schema)
    if kind == "boolean":
        return True
    return None if kind == "null" else _text(schema)


def _number(schema: Mapping[str, Any]) -> Json:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    if least is None:
        most = schema.get("maximum", schema.get("exclusiveMaximum", 1))
        return min(1, most if "exclusiveMaximum" not in schema else most - 1)
    return least + 1 if "exclusiveMinimum" in schema else least


def _text(schema: Mapping[str, Any]) -> str:
    text = _BY_FORMAT.get(schema.get("format", ""), "text")
    shortest = schema.get("minLength", 0)
    return text.ljust(shortest, "x")[: schema.get("maxLength", max(shortest, len(text)))]


def _referred(reference: str, root: Json) -> Json:
    found = root
    for name in reference.removeprefix("#").strip("/").split("/"):
        if name:
            found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return found
