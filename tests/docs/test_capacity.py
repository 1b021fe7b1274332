"""Every code block of docs/capacity.md is executed: documents.py says how."""

from __future__ import annotations

import pytest
from documents import Document

pytestmark = pytest.mark.once

CAPACITY = Document("docs/capacity.md")


@pytest.mark.parametrize("block", CAPACITY.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path):
    CAPACITY.execute(block, tmp_path)


def test_there_is_no_code_but_in_fences():
    assert CAPACITY.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert CAPACITY.linked_files
    assert all(file.is_file() for file in CAPACITY.linked_files)
