"""The encoders that are kept make the text that Python's own make."""

from __future__ import annotations

import json

import pytest

from bedrock_mock.protocol.json_text import encoder

VALUE = {"b": [1, 2.5, None, True], "a": {"é": 'snow ☃ "\\\n\x7f\ud83d'}, "": {}, "c": []}


@pytest.mark.parametrize("value", [VALUE, "é", 1, [], None])
@pytest.mark.parametrize("is_compact", [True, False])
@pytest.mark.parametrize("is_sorted", [True, False])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_the_text_is_that_of_json_dumps(value, is_compact, is_sorted, is_ascii):
    separators = (",", ":") if is_compact else None
    expected = json.dumps(value, separators=separators, sort_keys=is_sorted, ensure_ascii=is_ascii)
    encode = encoder(is_compact=is_compact, is_sorted=is_sorted, is_ascii=is_ascii)
    assert encode(value) == expected
    assert encode(value) == expected


def test_what_is_no_json_is_refused():
    with pytest.raises(TypeError, match="bytes is not JSON serializable"):
        encoder()({"a": b""})
