"""Texts and copies of values that stay small, however large the value is."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bedrock_mock.protocol.types import Json

#: The characters that a message shows of one value, and that it has in all.
SHOWN, MESSAGE = 8 * 1024, 32 * 1024
#: What of a value a bounded copy keeps: characters or bytes of a text, and items.
_KEPT_TEXT, _KEPT_ITEMS = 64 * 1024, 1_000
#: Roughly what Python takes for a value beside its characters.
_OVERHEAD = 64
_SMALL = (int, float, bool, type(None))


def bounded(text: str, most: int = SHOWN) -> str:
    """A text, cut where it is too long to be shown."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def shown(value: Json) -> str:
    """A value as the service prints it: lists as ``[a, b]``, structures as ``{a=b}``."""
    pieces, length = [], 0
    for piece in _pieces(value):
        pieces.append(piece if len(piece) <= SHOWN else bounded(piece))
        length += len(piece)
        if length > SHOWN:
            if not isinstance(value, str):
                pieces.append("...")
            break
    return "".join(pieces)


def _pieces(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield ", " if number else "["
            yield from _pieces(each)
        yield "]" if value else "[]"
    elif isinstance(value, dict):
        for number, (key, each) in enumerate(value.items()):
            yield f"{', ' if number else '{'}{key}="
            yield from _pieces(each)
        yield "}" if value else "{}"
    else:
        # JSON's words for null, booleans and numbers are the service's too.
        yield value if isinstance(value, str) else json.dumps(value, default=repr)


def size_of(value: Json) -> int:
    """Roughly how many bytes a value takes; of a list, as many times its first as it is long."""
    size = _OVERHEAD
    if isinstance(value, (str, bytes)):
        return size + len(value)
    if isinstance(value, dict):
        for each in value.values():
            # Every call comes here, and most are texts or numbers.
            kind = type(each)
            if kind is str:
                size += _OVERHEAD + len(each)
            else:
                size += _OVERHEAD + (_OVERHEAD if kind in _SMALL else size_of(each))
    elif isinstance(value, list) and value:
        size += len(value) * size_of(value[0])
    return size


def kept(value: Json) -> Json:
    """A copy of a value with long texts cut, and with the first of many items."""
    if isinstance(value, (str, bytes)):
        return value[:_KEPT_TEXT]
    if isinstance(value, dict):
        names = list(value)[:_KEPT_ITEMS]
        return {name[:_KEPT_TEXT]: kept(value[name]) for name in names}
    return [kept(each) for each in value[:_KEPT_ITEMS]] if isinstance(value, list) else value
