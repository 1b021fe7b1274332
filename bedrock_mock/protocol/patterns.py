"""The service model's regular expressions, made safe and readable for Python's ``re``."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby

# "(-*[a-z\-])*" reads a run of dashes in exponentially many ways; "[a-z\-]*" matches the
# same strings in one. The counted form stands in names of at most 63 characters, where
# its count never binds.
_AMBIGUOUS_DASHES = re.compile(r"\(-\*(\[[^\]]*\\-[^\]]*\])\)(?:\*|\{0,63\})")
# The first "/" that has a letter before it and anything behind it is as good as all others, so
# a string without line breaks, which "." does not match, need be read once.
_CONTENT_TYPE = ".*[a-z]{1,20}/.{1,20}.*"
_CONTENT_TYPE_ONCE = r"(?=.*\Z).*?[a-z]/..*"
_UNICODE_CATEGORY = re.compile(r"\\p\{(\w)\}")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""The pattern of the model as a Python one, to be used with ``fullmatch``.

    Classes such as ``\s`` mean ASCII, as in the service's own language, and ``\p{L}``,
    which ``re`` does not know, becomes the ranges of that Unicode category.
    """
    python = _AMBIGUOUS_DASHES.sub(r"\1*", pattern.replace(_CONTENT_TYPE, _CONTENT_TYPE_ONCE))
    in_class = _inside_brackets(python)
    python = _UNICODE_CATEGORY.sub(
        lambda found: _ranges(found[1]) if in_class[found.start()] else f"[{_ranges(found[1])}]",
        python,
    )
    return re.compile(python, re.ASCII)


def displayed(pattern: str) -> str:
    """The pattern as error messages show it: without the outer anchors."""
    return pattern.removeprefix("^").removesuffix("$")


def _inside_brackets(pattern: str) -> list[bool]:
    """For each position of the pattern: does it stand inside a character class?"""
    inside, flags = False, []
    for index, character in enumerate(pattern):
        flags.append(inside)
        if character in "[]" and pattern[index - 1 : index] != "\\":
            inside = character == "["
    return flags


@cache
def _ranges(category: str) -> str:
    """All characters of a major Unicode category, as the inside of a character class."""
    members = (
        code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == category
    )
    ranges = []
    for _, run in groupby(enumerate(members), key=lambda pair: pair[1] - pair[0]):
        codes = [code for _, code in run]
        ranges.append(f"\\U{codes[0]:08x}-\\U{codes[-1]:08x}")
    return "".join(ranges)
