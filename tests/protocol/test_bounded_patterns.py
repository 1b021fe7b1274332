"""Regular expressions of users: what they match, and that none of them takes forever."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_mock.protocol import bounded_patterns

QUICK = [
    r"\d+",
    r"[a-z]+@[a-z]+\.com",
    r"a?b?",
    r"\b\d{6}\d{4}\b",
    r"[)*+]+",
    r"x\)\*",
    r"[a|]+b*?",
    r"(one|two)-(three|four|five)",
]
SUSPECT = [r"(ab)+", r"(a|a)*b", r"(a?){5}", r"(\w)\1", r"(?=a)a", r"(?<!b)a+", r"a*a*a*b"]


@pytest.mark.parametrize("pattern", QUICK + SUSPECT)
def test_matches_are_those_of_python(pattern):
    text = "aab ab@ab.com 1234567890 )*+ x)*" + " a" * (100 if pattern == r"a*a*a*b" else 0)
    expected = tuple(each.span() for each in re.finditer(pattern, text) if each.group())
    assert bounded_patterns.spans(pattern, text) == expected


@pytest.mark.parametrize("pattern", QUICK)
def test_a_simple_pattern_is_matched_in_this_process(pattern, monkeypatch):
    monkeypatch.setattr(bounded_patterns, "_apart", None)
    bounded_patterns.spans(pattern, "0a" * 7)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)+$",
        "(a|aa)*c",
        "a*a*a*a*a*a*c",
        "(?x) (a+) +$",
        "(?x)(a+) # a comment\n+$",
        "a?" * 60 + "c",
        "a??" * 60 + "c",
        "(?:a|a)" * 60 + "$",
    ],
)
def test_a_pattern_that_blows_up_is_stopped(pattern, monkeypatch):
    monkeypatch.setattr(bounded_patterns, "LIMIT_SECONDS", 0.2)
    with pytest.raises(bounded_patterns.TooSlowError, match=r"more than 0\.2 s"):
        bounded_patterns.spans(pattern, "a" * 3000 + "b")


def test_a_malformed_pattern_is_an_error_of_re():
    with pytest.raises(re.error):
        bounded_patterns.spans("(", "a")


@given(st.text(max_size=20), st.text(alphabet="ab()[]*+?{}1,|\\^$", max_size=8))
@settings(max_examples=60)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_any_pattern_is_matched_or_refused(text, pattern):
    try:
        re.compile(pattern)
    except (re.error, OverflowError):
        return
    for start, end in bounded_patterns.spans(pattern, text):
        assert re.compile(pattern).match(text, start) is not None
        assert start < end
