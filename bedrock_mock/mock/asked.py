"""Expectations about what a model was asked, the same for every operation and family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.calls import Call
from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.scripting.replies import passes

#: The operations that ask a model.
_OPERATIONS = frozenset(
    {
        "Converse",
        "ConverseStream",
        "InvokeModel",
        "InvokeModelWithResponseStream",
        "StartAsyncInvoke",
    }
)
_TESTS: Mapping[str, Callable[[Any, ModelCall], bool]] = {
    "model": lambda value, asked: any(fnmatchcase(name, value) for name in asked.names),
    "user": lambda value, asked: passes(value, asked.user),
    "system": lambda value, asked: passes(value, asked.system),
    "tools": lambda value, asked: (
        {value} <= asked.offered_tools
        if isinstance(value, str)
        else {*value} <= asked.offered_tools
    ),
    "messages": lambda value, asked: bool(value == asked.messages),
}


def asked_of(operation: str, members: Mapping[str, Json]) -> dict[str, Json]:
    """The expectations that are about what a model was asked.

    ``system`` is also a member of Converse: a list is compared with that.

    Args:
        operation: whose calls are looked at.
        members: all that is expected.
    """
    if operation not in _OPERATIONS:
        return {}
    return {
        name: value
        for name, value in members.items()
        if name in _TESTS and not (name == "system" and isinstance(value, list))
    }


def meets(call: Call, expected: Mapping[str, Json]) -> bool:
    """Whether a model was asked so; a call that was refused before did not ask a model."""
    asked = call.asked
    return asked is not None and all(_TESTS[name](value, asked) for name, value in expected.items())
