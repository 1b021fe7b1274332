"""The additional fields of an answer of Converse: parts of the model's own answer, by pointer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families import family_of
from bedrock_mock.services.bedrock_runtime.families.base import Said

_MISSING = object()


def additional_fields(paths: Iterable[str], said: Said) -> dict[str, Any]:
    """The fields that a request asks for and the model's own answer has.

    Args:
        paths: JSON pointers, ``/stop_sequence``; one that leads nowhere is passed over.
        said: the answer; its body for InvokeModel is what the pointers go through.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
    """
    answer = _own_answer(said) or {}
    found: dict[str, Any] = {}
    for path in paths:
        names = [_unescaped(name) for name in path.split("/")[1:]]
        value = _at(answer, names)
        if names and value is not _MISSING:
            _put(found, names, value)
    return found


def own_text(said: Said) -> str:
    """The model's own answer as JSON text, or its text where InvokeModel does not know it."""
    answer = _own_answer(said)
    return said.text if answer is None else json.dumps(answer, ensure_ascii=False)


def _own_answer(said: Said) -> dict[str, Any] | None:
    family = family_of(said.model.kind)
    return None if family is None else family.answer(said)


def _unescaped(name: str) -> str:
    return name.replace("~1", "/").replace("~0", "~")


def _at(value: Json, names: list[str]) -> Json:
    for name in names:
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return _MISSING
    return value


def _put(found: dict[str, Any], names: list[str], value: Json) -> None:
    *outer, last = names
    for name in outer:
        found = found.setdefault(name, {})
        if not isinstance(found, dict):
            # Another pointer has brought the whole list.
            return
    found[last] = value
