"""Executes the code blocks of a document, and compares what it says of their output.

How a block is executed follows from its form:

- Python that names a test file in its first line: run by pytest, with the conftest.py before it;
- other Python: run as a script. A ``text`` block after it is its output, else the comments
  of its ``print`` lines are; ``...`` stands for anything;
- javascript: run by Node.js as a module; the comments of its ``console.log`` lines are its output;
- toml: a configuration of pytest;
- sh: run by bash, but ``bedrock-mock serve`` is the server that other blocks talk to;
- console: commands after ``$``, each followed by its output;
- any block after ``<!-- name -->``: by the executor of that name, which the test of the
  document brings along.

All of them find the Python files that other blocks name. Port 5000 becomes a free one. A block
is skipped where a program or library that it uses is not installed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]
PORT = "5000"
PROGRAMS = ("aws", "curl")
LIBRARIES = (
    "aioboto3",
    "aiobotocore",
    "airflow",
    "amzn_nova_forge",
    "anthropic",
    "c7n",
    "cartography",
    "langchain_aws",
    "litellm",
    "llama_index",
    "pydantic_ai",
    "sagemaker",
    "strands",
)
FRAMEWORKS = LIBRARIES[2:]
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
        heading = re.sub("[^A-Za-z0-9]+", "-", self.heading)
        return "-".join([str(self.line), heading, *self.needs])

    @property
    def needs(self):
        """What may be missing here; it is in the id, so that -k can choose by it."""
        programs = [
            name for name in PROGRAMS if re.search(rf"^\$ {name} ", self.code, re.MULTILINE)
        ]
        imported = re.findall(r"^(?:import|from) (\w+)", self.code, re.MULTILINE)
        libraries = [name for name in LIBRARIES if name in imported]
        return [*programs, *libraries, *(["javascript"] if self.language == "javascript" else [])]

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
        statement = r"^ *(?:print\(.*\)  #|console\.log\(.*\); //) (.*)$"
        return re.findall(statement, self.code, re.MULTILINE)


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


class Document:
    """A file of Markdown, by its path from the root of the project."""

    def __init__(self, path, executors=()):
        self.path = ROOT / path
        self.text = self.path.read_text(encoding="utf-8")
        self.blocks = blocks(self.text)
        self.executors = {**EXECUTORS, **dict(executors)}

    @property
    def parameters(self):
        return [pytest.param(block, id=block.id, marks=pytest.mark.long) for block in self.blocks]

    @property
    def code_outside_fences(self):
        outside = re.sub(r"^```.*?^```$", "", self.text, flags=re.DOTALL | re.MULTILINE)
        return re.findall(r"^(?:    |\t|~~~| +```).*", outside, re.MULTILINE)

    @property
    def linked_files(self):
        targets = re.findall(r"\]\((?!https:|#)([^)#]+)", self.text)
        return [self.path.parent / target for target in targets]

    def execute(self, block, folder):
        execute = executor(block, self.executors)
        for name in block.needs:
            if not is_installed(name):
                pytest.skip(f"{name} is not installed")
        if PORT not in block.code or block.mark:
            execute(block, Place(folder, self.blocks, block, None))
            return
        with self._server(folder) as port:
            execute(block, Place(folder, self.blocks, block, port))

    def execute_all(self, folder):
        """Executes all blocks one after the other, with one server for all of them."""
        with self._server(folder) as port:
            for block in self.blocks:
                # Packages of JavaScript are installed where its own blocks are executed.
                if block.language != "javascript" and all(map(is_installed, block.needs)):
                    execute = executor(block, self.executors)
                    execute(block, Place(folder, self.blocks, block, port))

    @contextmanager
    def _server(self, folder):
        """The server that the document starts: its port."""
        (server,) = (each for each in self.blocks if each.kind == "server")
        command = ["bash", "-c", f"exec {server.code.replace(PORT, '0')}"]
        with subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                line = process.stdout.readline()
                found = re.fullmatch(r"bedrock-mock is ready at http://127\.0\.0\.1:(\d+)\n", line)
                assert found, f"the server did not start: {line}"
                yield int(found[1])
            finally:
                process.terminate()


class Place:
    """A directory with the document's files in it, where a block is executed."""

    def __init__(self, path, others, block, port):
        self.path = path
        self.port = PORT if port is None else str(port)
        for other in others:
            if other.file:
                self.write(other.file, other.code)
        if block.conftest:
            self.write("conftest.py", block.conftest)

    def write(self, name, code):
        (self.path / name).write_text(code.replace(PORT, self.port), encoding="utf-8")

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
        return self.run("bash", "-euo", "pipefail", "-c", script.replace(PORT, self.port))

    def pytest(self, name, strictness="error"):
        options = ["-q", "-W", strictness, "--strict-config", "--strict-markers"]
        assert " passed" in self.run(sys.executable, "-m", "pytest", *options, name)


def environment():
    """This process's environment with its own programs first, and no settings of the suite."""
    suite = ("MOTO_", "PYTEST_", "TEST_SERVER_MODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(suite)}
    return kept | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])}


def is_installed(name):
    if name in LIBRARIES:
        return find_spec(name) is not None
    # To be found is not enough: a shim of pyenv may have no program behind it.
    program = "node" if name == "javascript" else name
    quietly = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return not subprocess.call(["bash", "-c", f"{program} --version"], env=environment(), **quietly)


def assert_printed(output, expected):
    lines = [line.rstrip() for line in output.splitlines()]
    patterns = [re.escape(line).replace(re.escape("..."), ".*") for line in expected]
    matches = [
        bool(re.fullmatch(pattern, line)) for pattern, line in zip(patterns, lines, strict=False)
    ]
    assert len(lines) == len(patterns), f"printed {lines}, not {expected}"
    assert all(matches), f"printed {lines}, not {expected}"


def strictness(block):
    """What becomes of warnings: frameworks warn of things that do not concern their users."""
    return "ignore" if set(block.needs) & set(FRAMEWORKS) else "error"


def run_test(block, place):
    place.pytest(block.file, strictness(block))


def run_script(block, place):
    place.write("script.py", block.code)
    printed = place.run(sys.executable, "-W", strictness(block), "script.py")
    assert_printed(printed, block.expected)


def run_javascript(block, place):
    place.write("script.mjs", block.code)
    assert_printed(place.run("node", "script.mjs"), block.expected)


def run_toml(block, place):
    place.write("pyproject.toml", block.code)
    place.write("test_sloppy.py", SLOPPY)
    place.pytest("test_sloppy.py")


def run_server(block, place):
    # It runs already.
    with urlopen(f"http://127.0.0.1:{place.port}/moto-api/data.json") as answer:
        assert answer.status == 200


def run_sh(block, place):
    place.bash(block.code)


def run_console(block, place):
    commands = re.findall(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", block.code, re.MULTILINE)
    # The last line of an output may have no end.
    end = "\n--- end of output ---\n"
    printed = place.bash("".join(f"{command}printf -- {end!r}\n" for command, _ in commands))
    outputs = printed.split(end)
    assert outputs.pop() == ""
    for (_, expected), output in zip(commands, outputs, strict=True):
        assert_printed(output, expected.replace(PORT, place.port).splitlines())


EXECUTORS = {
    "console": run_console,
    "javascript": run_javascript,
    "script": run_script,
    "server": run_server,
    "sh": run_sh,
    "test": run_test,
    "toml": run_toml,
}


def executor(block, executors):
    assert block.kind in executors, f"no executor for the block in line {block.line}"
    return executors[block.kind]
