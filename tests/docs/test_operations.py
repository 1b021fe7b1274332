"""docs/operations.md lists every operation of the model, and whether it is implemented."""

from __future__ import annotations

import re
import runpy

import pytest
from documents import ROOT

OPERATIONS = runpy.run_path(str(ROOT / "docs" / "operations.py"))
ROWS = OPERATIONS["rows"](OPERATIONS["DOCUMENT"].read_text(encoding="utf-8"))


def test_no_operation_has_two_rows():
    text = OPERATIONS["DOCUMENT"].read_text(encoding="utf-8")
    names = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(names) == sorted(ROWS)


@pytest.fixture
def installed():
    """The rows that the installed service model asks for."""
    return OPERATIONS["rows"](OPERATIONS["document"](""))


def test_the_document_says_what_is_implemented(installed):
    # An older botocore has fewer operations than the document.
    written = {name: ROWS[name][0] for name in installed}
    assert written == {name: implemented for name, (implemented, _) in installed.items()}


def test_each_implemented_operation_has_a_note():
    assert [
        name for name, (implemented, note) in ROWS.items() if implemented == "yes" and not note
    ] == []
