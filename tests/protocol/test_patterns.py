"""The model's regular expressions in Python: the same strings match, and none takes long."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import unicodedata
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_strategies import MODEL

from bedrock_mock.protocol.patterns import compiled, displayed

pytestmark = pytest.mark.long

SHAPES = [MODEL.shape_for(name) for name in MODEL.shape_names]
PATTERNS = sorted({shape.metadata["pattern"] for shape in SHAPES if "pattern" in shape.metadata})
# Names of automated reasoning, which not every version of the model has.
LETTERS = r"\p{L}[\p{L}\p{M}0-9_]*( [\p{L}\p{M}0-9_]+)*"
REWRITTEN = [each for each in PATTERNS if compiled(each).pattern != each and "\\p{" not in each]
# All short strings of the characters that the rewritten part treats differently.
SHORT = ["".join(each) for length in range(6) for each in product("aZ1-.+!/\n", repeat=length)]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_of_the_model_compiles(pattern):
    assert compiled(pattern).flags & re.ASCII


def test_few_patterns_are_rewritten():
    assert len(PATTERNS) > 50
    assert 0 < len(REWRITTEN) < 10


@pytest.mark.parametrize("pattern", REWRITTEN)
def test_a_rewritten_pattern_matches_the_same_short_strings(pattern):
    original = re.compile(pattern, re.ASCII)
    matched = [string for string in SHORT if original.fullmatch(string)]
    assert matched
    assert [string for string in SHORT if compiled(pattern).fullmatch(string)] == matched


@pytest.mark.parametrize("pattern", REWRITTEN)
def test_a_rewritten_pattern_matches_all_that_the_original_makes(pattern):
    @settings(derandomize=True, deadline=None, database=None)
    @given(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    def check(string):
        assert compiled(pattern).fullmatch(string)

    check()


def test_a_count_that_is_left_out_does_not_bind_in_what_is_short_enough():
    counted = [shape for shape in SHAPES if "{0,63}" in shape.metadata.get("pattern", "")]
    assert counted
    for shape in counted:
        assert shape.metadata["max"] <= 63


@pytest.mark.parametrize(
    ("string", "matches"),
    [
        ("a", True),
        ("\u00e9t\u00e9_1", True),
        ("\u4e2d\u6587", True),
        ("\u0416 2", True),
        ("\U00010400", True),
        ("e\u0301", True),
        ("", False),
        ("1a", False),
        ("_a", False),
        ("\u0301e", False),
        ("a-b", False),
        ("a  b", False),
        ("a\u0661", False),
        ("a\n", False),
        ("p{L}", False),
    ],
)
def test_names_begin_with_a_letter_of_any_alphabet(string, matches):
    assert bool(compiled(LETTERS).fullmatch(string)) == matches


@pytest.mark.parametrize("pattern", [r"\p{L}", r"[\p{L}]", r"[^\p{L}]"])
def test_a_category_is_all_of_its_characters_and_no_other(pattern):
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    negated = pattern.startswith("[^")
    expected = [each for each in everything if (unicodedata.category(each)[0] == "L") != negated]
    assert compiled(pattern).findall(everything) == expected


@pytest.mark.parametrize(
    ("pattern", "string", "matches"),
    [
        (r"\s", "\t", True),
        (r"\s", "\u2003", False),
        (r"\S", "\u00a0", True),
        (r"\d", "7", True),
        (r"\d", "\u0667", False),
        (r"\w", "\u00e9", False),
    ],
)
def test_classes_are_ascii(pattern, string, matches):
    assert bool(compiled(pattern).fullmatch(string)) == matches


@pytest.mark.parametrize(
    ("pattern", "shown"), [("^a^b$c$", "a^b$c"), ("a", "a"), ("(^a$)|(^b$)", "(^a$)|(^b$)")]
)
def test_messages_leave_the_outer_anchors_out(pattern, shown):
    assert displayed(pattern) == shown


ADVERSARIES = """
    from bedrock_mock.services.bedrock.service import BEDROCK
    from bedrock_mock.protocol.patterns import compiled

    units = ["a", "A", "1", "-", "_", ".", "/", ":", " ", "a-", "a_", "a.", "a/", "a:", "a ", "a1",
             "arn:aws:", "arn:aws:bedrock:us-east-1:123456789012:custom-model/a.a"]
    starts = ["", "a", "a.", "arn:aws:bedrock:us-east-1:123456789012:"]
    ends = ["", "!", "\\n", "\\u00e9"]
    model = BEDROCK.protocol.model
    for name in model.shape_names:
        limits = model.shape_for(name).metadata
        if "pattern" not in limits:
            continue
        print(name, flush=True)
        match = compiled(limits["pattern"]).fullmatch
        # One more than is allowed: a value meets the pattern before the length.
        length = min(limits.get("max", 2000), 2000) + 1
        for unit in units:
            for start in starts:
                for end in ends:
                    match((start + unit * length)[:length - len(end)] + end)
    print("done")
"""


def test_no_pattern_takes_long_for_any_string():
    try:
        result = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(ADVERSARIES)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        pytest.fail(f"stuck in the pattern of {(expired.stdout or b'').split()[-1]!r}")
    assert result.stdout.split()[-1:] == ["done"], result.stderr


CONTENT_TYPE = ".*[a-z]{1,20}/.{1,20}.*"


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_long_content_type_is_read_once(end):
    # As written it takes hours; pytest's time limit is what fails then.
    assert bool(compiled(CONTENT_TYPE).fullmatch("a/" * 500_000 + end)) == (not end)
    assert not compiled(CONTENT_TYPE).fullmatch("a" * 1_000_000 + end)
    assert not compiled(CONTENT_TYPE).fullmatch("/" * 1_000_000 + end)
