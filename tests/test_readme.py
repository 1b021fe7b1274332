"""Every code block of the README is executed, and what it says of its output is compared.

How a block is executed follows from its form:

- after ``<!-- demo -->`` or ``<!-- tests -->``: the two commands;
- Python that names a test file in its first line: run by pytest, with the conftest.py before it;
- other Python: run as a script. A ``text`` block after it is its output, else the comments
  of its ``print`` lines are; ``...`` stands for anything;
- toml: a configuration of pytest;
- sh: run by bash, but ``bedrock-mock serve`` is the server that other blocks talk to;
- console: commands after ``$``, each followed by its output.

All of them find the Python files that other blocks name. Port 5000 becomes a free one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PORT = "5000"
SLOPPY = """\
from importer import import_model

def test_values_are_not_checked(bedrock_mock):
    import_model("not a valid name")
"""


@dataclass(frozen=True)
class Block:
    line: int
    heading: str
    mark: str
    language: str
    code: str
    output: str | None = None
    conftest: str | None = None

    @property
    def id(self):
        return f"{self.line}-{re.sub('[^A-Za-z]+', '-', self.heading)}"

    @property
    def file(self):
        found = re.match(r"# (\w+\.py)\n", self.code)
        return found[1] if found else None

    @property
    def kind(self):
        if self.mark:
            return self.mark
        if self.language == "python":
            is_test = (self.file or "").startswith("test_")
            return "test" if is_test else "conftest" if self.file == "conftest.py" else "script"
        if self.language == "sh" and self.code.startswith("bedrock-mock serve"):
            return "server"
        return self.language

    @property
    def expected(self):
        """The lines that a script prints."""
        if self.output is not None:
            return self.output.splitlines()
        return re.findall(r"^ *print\(.*\)  # (.*)$", self.code, re.MULTILINE)


def fences(text):
    heading = mark = ""
    opened = None
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        if opened is not None and line == "```":
            yield replace(opened, code="".join(lines))
            opened, lines, mark = None, [], ""
        elif opened is not None:
            lines.append(f"{line}\n")
        elif line.startswith("```"):
            opened = Block(number, heading, mark, line[3:], "")
        elif line.startswith("#"):
            heading = line.strip("# ")
        elif line:
            found = re.fullmatch(r"<!-- (\w+) -->", line)
            mark = found[1] if found else ""
    assert opened is None, "a code block has no end"


def blocks(text):
    """All blocks, each output and each conftest.py with the block that it belongs to."""
    joined = []
    for block in fences(text):
        before = joined[-1] if joined else None
        if before and (before.kind, block.kind, block.heading) == (
            "script",
            "text",
            before.heading,
        ):
            joined[-1] = replace(before, output=block.code)
        elif before and (before.kind, block.kind) == ("conftest", "test"):
            joined[-1] = replace(block, conftest=before.code)
        else:
            joined.append(block)
    return joined


BLOCKS = blocks(README)


class Place:
    """A directory with the README's files in it, where its blocks are executed."""

    def __init__(self, path, block, port):
        self.path = path
        self.port = port
        for other in BLOCKS:
            if other.file:
                self.write(other.file, other.code)
        if block.conftest:
            self.write("conftest.py", block.conftest)

    def write(self, name, code):
        (self.path / name).write_text(code, encoding="utf-8")

    def run(self, *command):
        """What a command prints; it must succeed."""
        done = subprocess.run(
            command,
            cwd=self.path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def bash(self, script):
        return self.run("bash", "-euo", "pipefail", "-c", script.replace(PORT, str(self.port)))

    def pytest(self, name):
        options = ["-q", "-W", "error", "--strict-config", "--strict-markers"]
        assert " passed" in self.run(sys.executable, "-m", "pytest", *options, name)


def environment():
    """This process's environment with its own programs first, and no settings of the suite."""
    suite = ("MOTO_", "PYTEST_", "TEST_SERVER_MODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(suite)}
    return kept | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])}


def assert_printed(output, expected):
    lines = [line.rstrip() for line in output.splitlines()]
    patterns = [re.escape(line).replace(re.escape("..."), ".*") for line in expected]
    matches = [
        bool(re.fullmatch(pattern, line)) for pattern, line in zip(patterns, lines, strict=False)
    ]
    assert len(lines) == len(patterns), f"printed {lines}, not {expected}"
    assert all(matches), f"printed {lines}, not {expected}"


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
        "ValidationException: 2 validation errors detected: ",
        "BatchDeleteEvaluationJob",
    )
    assert re.search(".*".join(map(re.escape, story)), printed, re.DOTALL), printed


def run_tests(block, place):
    # CI executes it: here it would run itself.
    assert [each.code for each in BLOCKS if each.mark == "tests"] == [block.code]
    assert block.language == "sh"
    assert block.code.count("\n") == 1
    assert ".venv/bin/tox " in block.code


def run_test(block, place):
    place.pytest(block.file)


def run_script(block, place):
    place.write("script.py", block.code.replace(PORT, str(place.port)))
    assert_printed(place.run(sys.executable, "-W", "error", "script.py"), block.expected)


def run_toml(block, place):
    place.write("pyproject.toml", block.code)
    place.write("test_sloppy.py", SLOPPY)
    place.pytest("test_sloppy.py")


def run_server(block, place):
    # The fixture has executed it.
    with urlopen(f"http://127.0.0.1:{place.port}/moto-api/data.json") as answer:
        assert answer.status == 200


def run_sh(block, place):
    place.bash(block.code)


def run_console(block, place):
    commands = re.findall(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", block.code, re.MULTILINE)
    end = "--- end of output ---"
    has_cli = subprocess.call(["bash", "-c", "aws --version"], env=environment()) == 0
    if "aws " in block.code and not has_cli:
        pytest.skip("the AWS CLI is not installed")
    printed = place.bash("".join(f"{command}echo '{end}'\n" for command, _ in commands))
    assert_printed(printed, "".join(f"{output}{end}\n" for _, output in commands).splitlines())


EXECUTORS = {
    "console": run_console,
    "demo": run_demo,
    "script": run_script,
    "server": run_server,
    "sh": run_sh,
    "test": run_test,
    "tests": run_tests,
    "toml": run_toml,
}


def executor(block):
    assert block.kind in EXECUTORS, f"nobody knows how to execute the block in line {block.line}"
    return EXECUTORS[block.kind]


@pytest.fixture
def port():
    """The port of the server that the README starts."""
    (block,) = (each for each in BLOCKS if each.kind == "server")
    command = ["bash", "-c", f"exec {block.code.replace(PORT, '0')}"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        found = re.fullmatch(r"bedrock-mock is ready at http://127\.0\.0\.1:(\d+)\n", line)
        assert found, f"the server did not start: {line}"
        yield int(found[1])
        process.terminate()


@pytest.mark.parametrize("block", [pytest.param(block, id=block.id) for block in BLOCKS])
def test_a_code_block_does_what_it_says(block, request, tmp_path):
    needs_server = PORT in block.code
    port = request.getfixturevalue("port") if needs_server else None
    executor(block)(block, Place(tmp_path, block, port))


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
    with pytest.raises(AssertionError, match="nobody knows"):
        executor(block)


def test_the_readme_has_no_code_but_in_fences():
    outside = re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"^(    |\t|~~~| +```)", outside, re.MULTILINE)


def test_the_readme_links_to_files_that_exist():
    targets = re.findall(r"\]\((?!https:)([^)]+)\)", README)
    assert targets
    assert all((ROOT / target).is_file() for target in targets)
