"""Regular expressions of users, matched within a bound on time.

Python's ``re`` cannot be interrupted. A pattern that may read a text in very many ways is
therefore matched in a process of its own, which is ended when it takes too long.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from functools import lru_cache

#: How long a match may take, in seconds.
LIMIT_SECONDS = 2.0
#: How many steps a pattern may take, by an estimate, to be matched in this process.
_FEW_STEPS = 10_000_000
_PROGRAM = """
import json, re, sys
pattern, text = json.load(sys.stdin)
print(json.dumps([found.span() for found in re.finditer(pattern, text)]))
"""
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
#: Flags among which is that for verbose patterns, in which white space and comments mean nothing.
_VERBOSE = re.compile(r"\(\?[a-zA-Z-]*x")
#: What may be there or not; a "?" behind another repetition says only how that reads.
_OPTION = re.compile(r"(?<![(*+?])\?")
#: What repeats something an unknown number of times.
_LOOP = re.compile(r"[*+]|\{\d*,\d*\}")
#: A group that is repeated, by any number: what is in it may be read in several ways.
_LOOPED_GROUP = re.compile(r"\)(?:[*+]|\{\d*,?\d*\})")
_REFERENCE = re.compile(r"\\[1-9]|\(\?P=|\(\?<?[=!]")


class TooSlowError(Exception):
    """A pattern takes longer than the bound."""


@lru_cache(maxsize=1024)
def spans(pattern: str, text: str) -> tuple[tuple[int, int], ...]:
    """Where a text matches a pattern, from left to right; matches of no character are left out.

    Args:
        pattern: a regular expression of Python.
        text: the text.

    Raises:
        re.error: the pattern is malformed.
        OverflowError: it repeats something too often for Python.
        RecursionError: its groups are too deep for Python.
        TooSlowError: it takes more than :data:`LIMIT_SECONDS` for this text.
    """
    with warnings.catch_warnings():
        # Of what later versions of Python may read otherwise: the pattern is not ours.
        warnings.simplefilter("ignore", FutureWarning)
        compiled = re.compile(pattern)
    if _is_quick(pattern, len(text)):
        found = [match.span() for match in compiled.finditer(text)]
    else:
        found = _apart(pattern, text)
    return tuple((start, end) for start, end in found if start < end)


def _is_quick(pattern: str, length: int) -> bool:
    """Whether a pattern takes few steps for every text of this length."""
    if _REFERENCE.search(pattern) or _VERBOSE.search(pattern):
        return False
    plain = _CLASS.sub("c", _ESCAPE.sub("e", pattern))
    if _LOOPED_GROUP.search(plain):
        return False
    loops, options = len(_LOOP.findall(plain)), len(_OPTION.findall(plain))
    steps: int = (length + 1) ** (loops + 1) * 2**options * _branches(plain)
    return steps <= _FEW_STEPS


def _branches(plain: str) -> int:
    """In how many ways the alternatives of a pattern's groups can be combined."""
    product, open_groups = 1, [1]
    for character in plain:
        if character == "(":
            open_groups.append(1)
        elif character == "|":
            open_groups[-1] += 1
        elif character == ")":
            product *= open_groups.pop()
    return product * open_groups[0]


def _apart(pattern: str, text: str) -> list[tuple[int, int]]:
    """Matches in another process."""
    try:
        done = subprocess.run(  # noqa: S603 - the program is ours, pattern and text are data
            [sys.executable, "-I", "-S", "-W", "ignore", "-c", _PROGRAM],
            input=json.dumps([pattern, text]),
            stdout=subprocess.PIPE,
            text=True,
            timeout=LIMIT_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        msg = (
            f"{pattern!r} takes more than {LIMIT_SECONDS:g} s for a text of {len(text)} characters"
        )
        raise TooSlowError(msg) from None
    return [(start, end) for start, end in json.loads(done.stdout)]
