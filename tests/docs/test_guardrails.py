"""Every code block of docs/guardrails.md is executed: documents.py says how."""

from __future__ import annotations

import inspect
import re

import pytest
from documents import Document

from bedrock_mock.mock.verbs import Scripting
from bedrock_mock.services.bedrock.service import BEDROCK
from bedrock_mock.services.bedrock_runtime.guardrails.entities import FOUND_BY_PATTERN

pytestmark = pytest.mark.once

GUARDRAILS = Document("docs/guardrails.md")
OPERATIONS = ("put_enforced_guardrail_configuration", "invoke_guardrail_checks")


@pytest.mark.parametrize("block", GUARDRAILS.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path):
    is_new = any(name in block.code for name in OPERATIONS)
    if is_new and "PutEnforcedGuardrailConfiguration" not in BEDROCK.protocol.model.operation_names:
        pytest.skip("needs a newer service model")
    GUARDRAILS.execute(block, tmp_path)


def test_there_is_no_code_but_in_fences():
    assert GUARDRAILS.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert GUARDRAILS.linked_files
    assert all(file.is_file() for file in GUARDRAILS.linked_files)


def test_the_table_has_the_arguments_of_the_verb():
    section = GUARDRAILS.text.split("| argument | what it says |")[1].split("\n\n")[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    named = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    _, *parameters = inspect.signature(Scripting.detect).parameters
    assert named == parameters


def test_the_table_has_the_personal_data_that_is_found():
    (row,) = re.findall(r"^\| personal data \| (.*) \|$", GUARDRAILS.text, re.MULTILINE)
    assert row.split(", ") == sorted(FOUND_BY_PATTERN)
