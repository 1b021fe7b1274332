"""Every code block of docs/usage.md is executed: documents.py says how."""

from __future__ import annotations

import pytest
from documents import Document

pytestmark = pytest.mark.once

USAGE = Document("docs/usage.md")


@pytest.mark.parametrize("block", USAGE.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path):
    USAGE.execute(block, tmp_path)


def test_there_is_no_code_but_in_fences():
    assert USAGE.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert USAGE.linked_files
    assert all(file.is_file() for file in USAGE.linked_files)
