"""Every code block of docs/clients.md is executed: documents.py says how."""

from __future__ import annotations

import pytest
from documents import Document

pytestmark = pytest.mark.once

CLIENTS = Document("docs/clients.md")


@pytest.mark.parametrize("block", CLIENTS.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path, request):
    if block.language == "javascript":
        packages = request.getfixturevalue("node_modules")
        (tmp_path / "node_modules").symlink_to(packages)
    CLIENTS.execute(block, tmp_path)


@pytest.mark.long
def test_they_can_be_run_one_after_the_other(tmp_path):
    CLIENTS.execute_all(tmp_path)


def test_there_is_no_code_but_in_fences():
    assert CLIENTS.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert CLIENTS.linked_files
    assert all(file.is_file() for file in CLIENTS.linked_files)
