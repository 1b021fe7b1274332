"""The personal data that guardrails find by patterns, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_mock.services.bedrock_runtime.guardrails import entities

FOUND = [
    ("EMAIL", "Write to <ada.l+x@mail.example.co.uk>.", "ada.l+x@mail.example.co.uk"),
    ("URL", "See https://example.com/a?b=c, please", "https://example.com/a?b=c"),
    ("URL", "(www.example.com)", "www.example.com"),
    ("PHONE", "Call (555) 123-4567 now", "(555) 123-4567"),
    ("PHONE", "Call 555-123-4567.", "555-123-4567"),
    ("PHONE", "Call +1 555 123 4567", "+1 555 123 4567"),
    ("PHONE", "Call +4930123456", "+4930123456"),
    ("US_SOCIAL_SECURITY_NUMBER", "SSN 123-45-6789", "123-45-6789"),
    ("CREDIT_DEBIT_CARD_NUMBER", "4111111111111111", "4111111111111111"),
    ("CREDIT_DEBIT_CARD_NUMBER", "card 4111-1111-1111-1111", "4111-1111-1111-1111"),
    ("CREDIT_DEBIT_CARD_NUMBER", "card 4111 1111 1111 1111.", "4111 1111 1111 1111"),
    ("IP_ADDRESS", "from 192.168.0.1, to", "192.168.0.1"),
    ("IP_ADDRESS", "from 192.168.0.1:8080 on", "192.168.0.1"),
    ("IP_ADDRESS", "from fe80::1 on", "fe80::1"),
    ("MAC_ADDRESS", "at 00:1A:2b:3c:4d:5e", "00:1A:2b:3c:4d:5e"),
    ("AWS_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    (
        "AWS_SECRET_KEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ),
    (
        "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
        "to DE89 3704 0044 0532 0130 00.",
        "DE89 3704 0044 0532 0130 00",
    ),
    ("INTERNATIONAL_BANK_ACCOUNT_NUMBER", "GB82WEST12345698765432", "GB82WEST12345698765432"),
    ("SWIFT_CODE", "BIC: DEUTDEFF500", "DEUTDEFF500"),
    ("SWIFT_CODE", "the SWIFT code is DEUTDEFF.", "DEUTDEFF"),
    ("UK_NATIONAL_INSURANCE_NUMBER", "NI AB 12 34 56 C", "AB 12 34 56 C"),
    ("VEHICLE_IDENTIFICATION_NUMBER", "VIN 1HGCM82633A004352", "1HGCM82633A004352"),
]
NOT_FOUND = [
    ("EMAIL", "ada@localhost or @ada"),
    ("PHONE", "4111 1111 1111 1111"),
    ("PHONE", "123-45-6789"),
    ("PHONE", "2026-11-25"),
    ("US_SOCIAL_SECURITY_NUMBER", "000-12-3456 or 666-12-3456"),
    # The service is known to miss cards with such groups.
    ("CREDIT_DEBIT_CARD_NUMBER", "3782-822463-10005"),
    ("IP_ADDRESS", "version 1.2.3, 300.1.1.1, 12:30"),
    ("AWS_SECRET_KEY", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("INTERNATIONAL_BANK_ACCOUNT_NUMBER", "DE00 3704 0044 0532 0130 00"),
    ("SWIFT_CODE", "BUSINESS"),
    ("VEHICLE_IDENTIFICATION_NUMBER", "1HGCM82633A004353"),
    ("NAME", "Ada"),
]


@pytest.mark.parametrize(("kind", "text", "match"), FOUND)
def test_an_entity_is_found(kind, text, match):
    assert [text[start:end] for start, end in entities.find(kind, text)] == [match]


def test_every_pattern_has_an_example():
    assert {kind for kind, *_ in FOUND} == entities.FOUND_BY_PATTERN


@pytest.mark.parametrize(("kind", "text"), NOT_FOUND)
def test_what_only_looks_like_it_is_not(kind, text):
    assert [*entities.find(kind, text)] == []


@given(
    st.text(alphabet="aA1.:-+@/ ()", max_size=400),
    st.sampled_from(sorted(entities.FOUND_BY_PATTERN)),
)
def test_what_is_found_lies_in_the_text_and_does_not_overlap(text, kind):
    reached = 0
    for start, end in entities.find(kind, text):
        assert reached <= start < end <= len(text)
        reached = end


@pytest.mark.parametrize("kind", sorted(entities.FOUND_BY_PATTERN))
@pytest.mark.parametrize("piece", ["a", "1", "1 ", "a.", "1-", "A1", "::", "a@"])
def test_a_long_text_takes_no_time(kind, piece):
    assert len([*entities.find(kind, piece * 25_000)]) <= 25_000
