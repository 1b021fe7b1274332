"""What the content blocks of a reply must have, so that every operation can send them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bedrock_mock.protocol.types import Json

Test = Callable[[Json], bool]
#: Members by their names, each with what it must be, and how messages say that.
Members = Mapping[str, tuple[Test, str]]


def is_text(value: Json) -> bool:
    """Whether this is text that can be sent: half a surrogate pair cannot."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_json(value: Json) -> bool:
    """Whether this is a value of JSON."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _is_object(value: Json) -> bool:
    return isinstance(value, Mapping)


def _are_objects(value: Json) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_is_object, value))


def _are_texts(value: Json) -> bool:
    return _are_objects(value) and all(is_text(each.get("text")) for each in value)


def _is_source(value: Json) -> bool:
    is_one = _is_object(value) and len(value) == 1
    return is_one and isinstance(value.get("bytes", b""), (bytes, bytearray))


def _is_thought(value: Json) -> bool:
    return _is_object(value) and is_text(value.get("text"))


_TEXT: tuple[Test, str] = (is_text, "text")
_SOURCE: tuple[Test, str] = (_is_source, "an object with one member, such as bytes")
_MEDIUM: tuple[Members, Members] = ({"format": _TEXT, "source": _SOURCE}, {})
#: The members of a block that it must have, and those that it may have, with what they are.
_MEMBERS: Mapping[str, tuple[Members, Members]] = {
    "toolUse": (
        {"name": _TEXT, "input": (is_json, "a value of JSON")},
        {"toolUseId": _TEXT},
    ),
    "toolResult": (
        {"toolUseId": _TEXT, "content": (_are_objects, "a list of objects")},
        {},
    ),
    "reasoningContent": (
        {},
        {
            "reasoningText": (_is_thought, "an object with a text"),
            "redactedContent": (lambda value: isinstance(value, bytes), "bytes"),
        },
    ),
    "citationsContent": (
        {},
        {
            "content": (_are_texts, "a list of objects with a text"),
            "citations": (_are_objects, "a list of objects"),
        },
    ),
    "image": _MEDIUM,
    "video": _MEDIUM,
    "audio": _MEDIUM,
    "document": ({"name": _TEXT, "source": _SOURCE}, {}),
}
#: The blocks that have exactly one of their members.
_UNIONS = frozenset({"reasoningContent"})


def check_block(block: Mapping[str, Any]) -> None:
    """Checks a content block that has one member.

    Raises:
        ValueError: what it has is not what the block needs; the message says what that is.
    """
    ((kind, value),) = block.items()
    if kind == "text":
        _check(is_text(value), block, "text is a string without halves of surrogate pairs")
        return
    _check(_is_object(value), block, f"{kind} is an object")
    required, others = _MEMBERS.get(kind, ({}, {}))
    for name, (test, words) in {**required, **others}.items():
        if name in value or name in required:
            _check(name in value, block, f"{kind} has the member {name}, {words}")
            _check(test(value[name]), block, f"{kind}.{name} is {words}")
    if kind in _UNIONS:
        _check(len(value) == 1, block, f"{kind} has one of {', '.join(others)}")


def _check(is_right: bool, block: Mapping[str, Any], what: str) -> None:  # noqa: FBT001
    if not is_right:
        msg = f"{block!r} is not a content block: {what}"
        raise ValueError(msg)
