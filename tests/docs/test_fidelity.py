"""The documents describe each operation that there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bedrock_mock.moto_bridge.backends import backends_of
from bedrock_mock.services import SERVICES

ROOT = Path(__file__).parents[2]
FIDELITY = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
HEAD = ["behaviour", "mark", "rests on"]


def sections(text, level):
    """The text under each heading of a level, by the heading."""
    _, *parts = re.split(rf"^{'#' * level} (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(section):
    """The cells of each row of the tables in a section, the head first."""
    lines = re.findall(r"^\|(.+)\|$", section, re.MULTILINE)
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [row for row in cells if set("".join(row)) != {"-"}]


SHARED, OPERATIONS = (sections(sections(FIDELITY, 2)[name], 3) for name in sections(FIDELITY, 2))
TABLES = {name: rows(section) for name, section in (SHARED | OPERATIONS).items()}


@pytest.fixture
def implemented():
    backends = (backends_of(service)["123456789012"]["us-east-1"] for service in SERVICES)
    return sorted({name for backend in backends for name in backend.handlers})


def test_each_operation_has_a_section_of_its_own_and_no_other_has(implemented):
    installed = {n for service in SERVICES for n in service.protocol.model.operation_names}
    # An older service model has fewer operations than the document.
    assert sorted(set(OPERATIONS) & installed) == implemented
    assert len(implemented) > 30


@pytest.mark.parametrize("name", TABLES)
def test_each_section_has_rows_with_a_mark_and_what_it_rests_on(name):
    head, *behaviours = TABLES[name]
    assert head == HEAD
    assert behaviours
    for row in behaviours:
        assert len(row) == len(HEAD), row
        behaviour, mark, source = row
        assert behaviour, row
        assert re.fullmatch("[DRI](/[DRI])?", mark), row
        assert source, row


def test_no_behaviour_stands_twice_in_a_section():
    for name, (_, *behaviours) in TABLES.items():
        told = [row[0] for row in behaviours]
        assert len(told) == len(set(told)), name
