"""The Dockerfile: held to a linter, and to what the server does; there is no Docker engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest
from documents import ROOT, environment

from bedrock_mock.server.flags import parser

DOCKERFILE = ROOT / "Dockerfile"
HADOLINT = shutil.which("hadolint", path=Path(sys.executable).parent)

pytestmark = pytest.mark.long


@pytest.fixture
def instructions():
    """The arguments of all instructions of a name, continued lines joined."""
    found = defaultdict(list)
    for line in DOCKERFILE.read_text("utf-8").replace("\\\n", " ").splitlines():
        if line and not line.startswith("#"):
            name, arguments = line.split(" ", 1)
            found[name].append(arguments)
    return found


@pytest.fixture
def port(instructions):
    """The port that it exposes."""
    (port,) = instructions["EXPOSE"]
    return port


@pytest.fixture
def copied(instructions):
    """What it copies, all to where it works."""
    return [source for arguments in instructions["COPY"] for source in arguments.split()[:-1]]


@pytest.fixture
def command(instructions):
    """Gives the command of an instruction; this Python is the image's."""

    def command(instruction):
        (arguments,) = instructions[instruction]
        parts = json.loads(re.search(r"\[.*\]", arguments)[0])
        return [sys.executable if part == "python" else part for part in parts]

    return command


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed")
def test_a_linter_finds_nothing():
    done = subprocess.run([HADOLINT, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_serves_all_hosts_at_the_port_that_it_exposes(command, port, monkeypatch):
    monkeypatch.delenv("MOTO_PORT", raising=False)
    program, verb, *flags = command("CMD")
    assert (program, verb) == ("bedrock-mock", "serve")
    options = parser().parse_args(flags)
    assert (options.host, str(options.port)) == ("0.0.0.0", port)  # noqa: S104


def test_its_health_check_reports_whether_the_server_is_up(command, port):
    serve = [*command("CMD"), "--port", "0"]
    with subprocess.Popen(serve, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        free = process.stdout.readline().rpartition(":")[2].strip()
        check = [part.replace(f":{port}/", f":{free}/") for part in command("HEALTHCHECK")]
        assert free in check[-1]
        assert subprocess.call(check) == 0
        # As "docker stop" does.
        process.terminate()
        assert process.wait(30) == 0
    assert subprocess.run(check, stderr=subprocess.DEVNULL, check=False).returncode == 1


def test_it_runs_as_somebody_who_is_not_root(instructions):
    (user,) = instructions["USER"]
    assert int(user) > 0


def test_it_copies_what_dockerignore_lets_through(copied):
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    ignored, *kept = (line for line in lines if not line.startswith(("#", "**/")))
    assert ignored == "*"
    assert sorted(kept) == sorted(f"!{source}" for source in copied)


@pytest.mark.skipif(find_spec("hatchling") is None, reason="hatchling is not installed")
def test_what_it_copies_can_be_installed(instructions, copied, tmp_path):
    (run,) = instructions["RUN"]
    assert run.endswith(" './[server]'")
    for source in copied:
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, tmp_path / source)
    build = ["wheel", "--no-deps", "--no-build-isolation", "--quiet", "-w", "wheels", "."]
    subprocess.run([sys.executable, "-m", "pip", *build], cwd=tmp_path, check=True)
    (wheel,) = (tmp_path / "wheels").iterdir()
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = ROOT.joinpath("bedrock_mock").rglob("*.py")
    assert {str(module.relative_to(ROOT)) for module in modules} <= names
