"""Lines of JSON Lines files: parsed by the rules of JSON, and checked against a form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bedrock_mock.protocol.json_text import strict
from bedrock_mock.protocol.types import Json

Record = dict[str, Any]
#: What a JSON value must be: a type, ``[form]`` for a list of at least one such value, or
#: an object with at least these members.
Form = type | list["Form"] | dict[str, "Form"]

_NAMES: dict[type, str] = {str: "a string", dict: "a JSON object"}


class MisfitError(ValueError):
    """A line is not JSON, or not of the form; the message says where and what it should be."""


def parsed(line: bytes, place: str, form: Mapping[str, Form]) -> Record:
    """The record of a line.

    Args:
        line: the line, in UTF-8.
        place: what the line is called in messages, ``line 5``.
        form: what the record must have.

    Raises:
        MisfitError: it is malformed.
    """
    try:
        record = strict(line)
    except (ValueError, RecursionError):
        record = None
    if misfit := _misfit(record, dict(form), place, ": "):
        raise MisfitError(misfit)
    found: Record = record
    return found


def written(record: Record) -> bytes:
    """The line of a record: compact, and in UTF-8."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def _misfit(value: Json, form: Form, place: str, separator: str = ".") -> str | None:
    """Where a value is not of a form, and what should be there; ``None`` where it is."""
    parts: list[tuple[str, Any, Form]]
    if isinstance(form, type):
        return None if isinstance(value, form) else f"{place} is not {_NAMES[form]}"
    if isinstance(form, dict):
        if not isinstance(value, dict) or not form.keys() <= value.keys():
            return f"{place} is not a JSON object with {' and '.join(form)}"
        parts = [(name, value[name], part) for name, part in form.items()]
    else:
        if not isinstance(value, list) or not value:
            return f"{place} is not a list with at least one element"
        parts = [(str(number), each, form[0]) for number, each in enumerate(value, start=1)]
    misfits = (_misfit(part, wanted, f"{place}{separator}{name}") for name, part, wanted in parts)
    return next(filter(None, misfits), None)
