"""Every code block of docs/troubleshooting.md is executed: documents.py says how."""

from __future__ import annotations

import pytest
from documents import Document

pytestmark = pytest.mark.once

TROUBLESHOOTING = Document("docs/troubleshooting.md")


@pytest.mark.parametrize("block", TROUBLESHOOTING.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path, monkeypatch):
    # The document speaks of a machine that has no credentials.
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    TROUBLESHOOTING.execute(block, tmp_path)


def test_there_is_no_code_but_in_fences():
    assert TROUBLESHOOTING.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert TROUBLESHOOTING.linked_files
    assert all(file.is_file() for file in TROUBLESHOOTING.linked_files)
