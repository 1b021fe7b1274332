"""JSON as text, made by encoders that are kept."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable
from typing import Any

from bedrock_mock.protocol.types import Json


def encoder(
    *, is_compact: bool = False, is_sorted: bool = False, is_ascii: bool = True
) -> Callable[[Json], str]:
    """A function that makes JSON of a value.

    Python's class makes an encoder for every value, which takes as long as a small value does.

    Args:
        is_compact: whether there is no white space.
        is_sorted: whether members are in alphabetical order.
        is_ascii: whether other characters are escaped.
    """
    item, key = (",", ":") if is_compact else (", ", ": ")
    kept = json.JSONEncoder(
        sort_keys=is_sorted, separators=(item, key), ensure_ascii=is_ascii, check_circular=False
    )
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # pragma: no cover - PyPy has none
        return kept.encode
    text = json.encoder.encode_basestring_ascii if is_ascii else json.encoder.encode_basestring
    encode = make(None, kept.default, text, None, key, item, is_sorted, False, True)  # noqa: FBT003
    return lambda value: "".join(encode(value, 0))
