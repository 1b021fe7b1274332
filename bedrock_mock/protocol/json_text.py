"""JSON as text: made by encoders that are kept, and read by the rules of JSON."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable
from math import isfinite
from typing import Any, NoReturn

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


def strict(encoded: bytes) -> Json:
    """The value of a JSON text, which can be written again.

    Python's own reader takes NaN, numbers that become infinite, halves of a surrogate pair, and
    other encodings.

    Args:
        encoded: the text, in UTF-8; it may begin with a byte order mark.

    Raises:
        ValueError: it is not JSON in UTF-8.
        RecursionError: it is nested too deep.
    """
    text = encoded.decode("utf-8-sig")
    value = finite(text)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(number: str) -> NoReturn:
    msg = f"{number} is not a number of JSON"
    raise ValueError(msg)


def _finite(number: str) -> float:
    value = float(number)
    return value if isfinite(value) else _refuse(number)


#: The value of a text whose numbers are those of JSON, and not infinite.
finite: Callable[[str], Json] = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite).decode
