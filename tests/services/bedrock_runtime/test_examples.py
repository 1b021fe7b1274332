"""Values that are made up for JSON schemas fit them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_mock.services.bedrock_runtime.examples import example

TREE = {
    "type": "object",
    "properties": {"children": {"type": "array", "minItems": 1, "items": {"$ref": "#"}}},
    "required": ["children"],
}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, "text"),
        (True, {}),
        ({"const": 5}, 5),
        ({"default": None}, None),
        ({"enum": ["a", "b"]}, "a"),
        ({"examples": [7]}, 7),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["string", "null"]}, "text"),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -5}, -5),
        ({"type": "integer", "exclusiveMaximum": 0}, -1),
        ({"type": "string", "format": "date"}, "2026-01-01"),
        ({"type": "string", "minLength": 6}, "textxx"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "array", "items": {"type": "integer"}}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"a": 1}),
        ({"type": "object", "required": ["unknown"]}, {"unknown": "text"}),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        ({"oneOf": [{"type": "boolean"}]}, True),
        (
            {
                "allOf": [{"type": "object"}, {"$ref": "#/$defs/a"}],
                "$defs": {"a": {"required": ["b"]}},
            },
            {"b": "text"},
        ),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "integer"}}}, 1),
        ({"$ref": "#/nowhere/at/all"}, "text"),
        ({"$ref": 5, "enum": "a", "examples": None, "anyOf": {}, "format": []}, "text"),
        ({"allOf": [5, {"$ref": "#/a"}, {"type": "integer"}], "a": 5}, 1),
        ({"type": []}, "text"),
        ({"type": "object", "properties": [], "required": ["a", {}]}, {"a": "text"}),
        ({"type": "object", "required": 5}, {}),
        ({"type": "array", "minItems": -1}, []),
        ({"type": "integer", "minimum": True, "maximum": "5"}, 1),
        ({"type": "string", "minLength": "5", "maxLength": None}, "text"),
    ],
    ids=str,
)
def test_a_value_fits_its_schema(schema, expected):
    assert example(schema) == expected


def test_a_schema_that_refers_to_itself_ends():
    value, depth = example(TREE), 0
    while isinstance(value, dict):
        (value,), depth = value["children"], depth + 1
    assert depth > 2


def fits(value, schema):
    kind = schema["type"]
    if kind == "object":
        return all(
            name in value and fits(value[name], schema["properties"][name])
            for name in schema["required"]
        )
    if kind == "array":
        return len(value) >= schema["minItems"] and all(fits(e, schema["items"]) for e in value)
    if kind == "string":
        return schema["minLength"] <= len(value) <= schema["maxLength"]
    return schema["minimum"] <= value <= schema["maximum"]


def bounded(low, high, kind):
    names = ("minLength", "maxLength") if kind == "string" else ("minimum", "maximum")
    least = 0 if kind == "string" else -100
    pairs = st.tuples(st.integers(least, 50), st.integers(0, 50))
    return pairs.map(lambda pair: {"type": kind, names[0]: pair[0], names[1]: pair[0] + pair[1]})


SCHEMAS = st.recursive(
    st.one_of(bounded(0, 50, "string"), bounded(-100, 50, "integer")),
    lambda inner: st.one_of(
        st.builds(
            lambda items, least: {"type": "array", "items": items, "minItems": least},
            inner,
            st.integers(0, 3),
        ),
        st.dictionaries(st.text(max_size=5), inner, max_size=3).map(
            lambda members: {
                "type": "object",
                "properties": members,
                "required": sorted(members),
            }
        ),
    ),
    max_leaves=6,
)


@given(SCHEMAS)
def test_a_value_fits_every_schema(schema):
    assert fits(example(schema), schema)
