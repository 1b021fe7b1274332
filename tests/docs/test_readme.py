"""Every code block of the README is executed: documents.py says how."""

from __future__ import annotations

import re
import sys
from importlib.metadata import entry_points

import pytest
from documents import EXECUTORS, Document, blocks, executor

pytestmark = pytest.mark.once


def run_demo(block, place):
    assert block.code.endswith("&& .venv/bin/bedrock-mock demo\n")
    (script,) = {script.value for script in entry_points(name="bedrock-mock")}
    assert script == "bedrock_mock.__main__:main"
    printed = place.run(sys.executable, "-W", "error", "-m", "bedrock_mock", "demo")
    story = (
        "HTTP status: 201",
        "status: InProgress",
        "status: Completed",
        "modelArchitecture: llama",
        "status: Stopping",
        "status: Stopped",
        "accuracy: Deleting",
        "bold: refused, 400: ",
        "Guardrail masked: Write to {EMAIL}.",
        "ValidationException: 2 validation errors detected: ",
        "call: ThrottlingException",
        "failureMessage: The model is too large.",
        "BatchDeleteEvaluationJob",
        "Read on in README.md",
    )
    # The lines of the demo are those of a terminal.
    said = " ".join(printed.split())
    assert re.search(".*".join(map(re.escape, story)), said), printed


def run_tests(block, place):
    # CI executes it: here it would run itself.
    assert [each.code for each in README.blocks if each.mark == "tests"] == [block.code]
    assert block.language == "sh"
    assert block.code.count("\n") == 1
    assert "-e '.[server,test]'" in block.code
    assert ".venv/bin/pytest " in block.code


README = Document("README.md", executors={"demo": run_demo, "tests": run_tests})


@pytest.mark.parametrize("block", README.parameters)
def test_a_code_block_does_what_it_says(block, tmp_path):
    README.execute(block, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "```ruby\nputs 1\n```\n",
        "```\n$ ls\n```\n",
        "```text\nthe output of nothing\n```\n",
        "```python\n# conftest.py\n```\n",
        "<!-- unheard -->\n```sh\ntrue\n```\n",
    ],
)
def test_a_block_of_an_unknown_form_is_an_error(text):
    (block,) = blocks(text)
    with pytest.raises(AssertionError, match="no executor"):
        executor(block, EXECUTORS)


def test_the_readme_has_no_code_but_in_fences():
    assert README.code_outside_fences == []


def test_the_readme_links_to_files_that_exist():
    assert README.linked_files
    assert all(file.is_file() for file in README.linked_files)
