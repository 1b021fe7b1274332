"""Every code block of docs/capacity_part.md is executed: documents.py says how."""

from __future__ import annotations

import re

import pytest
from documents import Document

from bedrock_mock.services import clocks

pytestmark = pytest.mark.once

CAPACITY = Document("docs/capacity_part.md")


@pytest.mark.parametrize("block", CAPACITY.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path):
    CAPACITY.execute(block, tmp_path)


def test_there_is_no_code_but_in_fences():
    assert CAPACITY.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert CAPACITY.linked_files
    assert all(file.is_file() for file in CAPACITY.linked_files)


def test_the_clocks_that_it_names_are_there():
    named = re.findall(r"`(bedrock::\w+)`", CAPACITY.text)
    assert named
    assert set(named) <= set(clocks())
