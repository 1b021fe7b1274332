"""Every code block of docs/scripting.md is executed: documents.py says how."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields

import pytest
from documents import Document

from bedrock_mock.mock.performing import _DECLARED as DECLARED
from bedrock_mock.mock.remote import verb_path
from bedrock_mock.mock.verbs import Scripting
from bedrock_mock.scripting.replies import When
from bedrock_mock.scripting.verbs import verbs

pytestmark = pytest.mark.once

FORGOTTEN = "test_forgotten.py"


def run_forgotten(block, place):
    """Runs what fails at its end; what pytest says of it."""
    assert block.file == FORGOTTEN
    printed = place.bash(f"python -m pytest -q -W error {FORGOTTEN} || true")
    assert "1 passed, 1 error" in printed
    return printed


def run_failure(block, place):
    (forgotten,) = (each for each in SCRIPTING.blocks if each.file == FORGOTTEN)
    printed = run_forgotten(forgotten, place)
    assert " ".join(block.code.split()) in " ".join(printed.split())


def run_unchecked(block, place):
    place.write("pyproject.toml", block.code)
    place.pytest(FORGOTTEN)


SCRIPTING = Document(
    "docs/scripting.md",
    executors={"forgotten": run_forgotten, "failure": run_failure, "unchecked": run_unchecked},
)


@pytest.mark.parametrize("block", SCRIPTING.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path):
    SCRIPTING.execute(block, tmp_path)


def test_there_is_no_code_but_in_fences():
    assert SCRIPTING.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert SCRIPTING.linked_files
    assert all(file.is_file() for file in SCRIPTING.linked_files)


VERBS = verbs()


def parameters(name):
    """The names of a verb's parameters that must be given, and of those that may be."""
    method = getattr(Scripting, DECLARED.get(name, name))
    method = method.fget if isinstance(method, property) else method
    _, *found = inspect.signature(method).parameters.values()
    needed = [each.name for each in found if each.default is each.empty]
    return needed, [each.name for each in found if each.name not in needed]


TABLE = re.findall(
    r"^\| `(\w+)` \| `(/moto-api/.+?)` \| (.*?) ?\| (.*?) ?\| (.+) \|$",
    SCRIPTING.text,
    re.MULTILINE,
)


def test_the_table_has_each_verb_once():
    public = [name for name in dir(Scripting) if not name.startswith("_")]
    assert sorted(name for name, *_ in TABLE) == sorted(public)
    assert set(VERBS) <= set(public)


@pytest.mark.parametrize(("name", "path", "needs", "may_have", "result"), TABLE)
def test_a_row_of_the_table_has_the_path_and_the_arguments(name, path, needs, may_have, result):
    assert result
    if name in VERBS:
        said = tuple(re.findall(r"`(\w+)`", cell) for cell in (needs, may_have))
        assert (path, said) == (verb_path(name), parameters(name))
    else:
        assert path == "/moto-api/state-manager/set-transition"


@pytest.mark.parametrize("name", sorted(VERBS))
def test_what_does_a_verb_takes_what_its_method_takes(name):
    needed, may_have = parameters(name)
    _said, *taken = inspect.signature(VERBS[name]).parameters
    where = ["region_name", "account_id"]
    if taken == ["content", "when"]:
        # The conditions of a rule go there together.
        taken = ["content", *(field.name for field in fields(When))]
    assert set(taken) == {*needed, *may_have} - set(where)
    assert may_have[-2:] == where or not {*needed, *may_have} & set(where)
