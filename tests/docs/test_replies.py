"""Every code block of docs/replies.md is executed: documents.py says how."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from documents import Document

from bedrock_mock import Reply

pytestmark = pytest.mark.once

REPLIES = Document("docs/replies.md")


@pytest.mark.parametrize("block", REPLIES.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path):
    REPLIES.execute(block, tmp_path)


def test_there_is_no_code_but_in_fences():
    assert REPLIES.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert REPLIES.linked_files
    assert all(file.is_file() for file in REPLIES.linked_files)


def test_the_table_has_the_arguments_of_a_reply():
    cells = re.findall(r"^\| (`.*?) \|", REPLIES.text, re.MULTILINE)
    named = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(field.name for field in fields(Reply))
