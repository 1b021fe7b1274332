"""The personal data that patterns can find; the other types are found by a test's word only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address

#: Where something was found: from the first character to the one behind the last.
Span = tuple[int, int]
Check = Callable[[str], bool]


def find(kind: str, text: str) -> Iterator[Span]:
    """Where a text has an entity of a type.

    Args:
        kind: the type: ``EMAIL`` and the like; one without a pattern is never found.
        text: the text.
    """
    pattern, check = _PATTERNS.get(kind, (None, None))
    for found in pattern.finditer(text) if pattern else ():
        start, end = found.span("found" if "found" in found.re.groupindex else 0)
        end -= len(text[start:end]) - len(text[start:end].rstrip(".,;:!?)"))
        if check is None or check(text[start:end]):
            yield start, end


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _is_secret(text: str) -> bool:
    """A secret key has letters of both cases and digits, which a digest in hexadecimal has not."""
    return all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", "[0-9]"))


def _is_bank_account(text: str) -> bool:
    """Checks the two digits behind the country. Source: ISO 13616."""
    compact = text.replace(" ", "")
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % 97 == 1


_VEHICLE_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VEHICLE_VALUES: Mapping[str, int] = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)),
}


def _is_vehicle(text: str) -> bool:
    """Checks the ninth character. Source: 49 CFR 565.15."""
    total = sum(
        weight * _VEHICLE_VALUES[each] for weight, each in zip(_VEHICLE_WEIGHTS, text, strict=True)
    )
    return text[8] == "0123456789X"[total % 11]


def _pattern(pattern: str, check: Check | None = None) -> tuple[re.Pattern[str], Check | None]:
    return re.compile(pattern, re.ASCII | re.VERBOSE), check


#: Each reads a text in time that grows with its length only.
_PATTERNS: Mapping[str, tuple[re.Pattern[str], Check | None]] = {
    "EMAIL": _pattern(r"(?<![\w.+-]) [\w.+-]{1,64} @ [A-Za-z0-9-]{1,63} (?:\.[A-Za-z0-9-]{1,63})+"),
    "URL": _pattern(r"(?<!\w) (?:(?:https?|ftp)://|www\.) [^\s<>\"']+"),
    "PHONE": _pattern(
        r"""(?<![\w.+-]) (?<!\d\ )
        (?: \+\d{8,15}
          | (?:\+\d{1,3}[ .-]?)? (?:\(\d{2,4}\)[ .-]?|\d{2,4}[ .-]) \d{3,4} [ .-] \d{3,4}
        ) (?!\w|[ .-]?\d)"""
    ),
    "US_SOCIAL_SECURITY_NUMBER": _pattern(
        r"(?<![\w-]) (?!000|666|9) \d{3} ([- ]) (?!00) \d{2} \1 (?!0000) \d{4} (?![\w-])"
    ),
    "CREDIT_DEBIT_CARD_NUMBER": _pattern(
        r"(?<![\w-]) \d{4} ([ -]?) \d{4} \1 \d{4} \1 \d{4} (?![\w-])"
    ),
    "IP_ADDRESS": _pattern(
        # A port may follow an address of version 4.
        r"(?<![\w.:]) (?: \d{1,3}(?:\.\d{1,3}){3} (?!\w) | [0-9A-Fa-f:]{2,39} (?![\w:]) )",
        _is_address,
    ),
    "MAC_ADDRESS": _pattern(
        r"(?<![\w:-]) [0-9A-Fa-f]{2} ([:-]) (?:[0-9A-Fa-f]{2}\1){4} [0-9A-Fa-f]{2} (?![\w:-])"
    ),
    "AWS_ACCESS_KEY": _pattern(r"(?<!\w) (?:AKIA|ASIA)[A-Z0-9]{16} (?!\w)"),
    "AWS_SECRET_KEY": _pattern(r"(?<![\w/+=]) [A-Za-z0-9/+]{40} (?![\w/+=])", _is_secret),
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": _pattern(
        r"(?<!\w) [A-Z]{2}\d{2} (?:[ ]?[A-Z0-9]{4}){2,7} (?:[ ]?[A-Z0-9]{1,3})? (?!\w)",
        _is_bank_account,
    ),
    # Any word of capitals would do, so the code must be called one.
    "SWIFT_CODE": _pattern(
        r"""(?<!\w) (?:SWIFT|BIC) (?:[ ](?:code|number))? [ ]?(?:is|:)? [ ]
        (?P<found> [A-Z]{6} [A-Z0-9]{2} (?:[A-Z0-9]{3})? ) (?!\w)"""
    ),
    "UK_NATIONAL_INSURANCE_NUMBER": _pattern(
        r"""(?<!\w) [A-CEGHJ-PR-TW-Z] [A-CEGHJ-NPR-TW-Z]
        (?:[ ]?\d{2}){3} [ ]?[A-D] (?!\w)"""
    ),
    "VEHICLE_IDENTIFICATION_NUMBER": _pattern(r"(?<!\w) [A-HJ-NPR-Z0-9]{17} (?!\w)", _is_vehicle),
}
#: The types that are found without a test's word.
FOUND_BY_PATTERN = frozenset(_PATTERNS)
