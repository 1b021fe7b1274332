"""Every code block of docs/server.md is executed: documents.py says how.

Those for other WSGI servers are, in deployment/test_wsgi_servers.py.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
from documents import ROOT, Document

from bedrock_mock.server.flags import parser

pytestmark = pytest.mark.once


def found(pattern, *path):
    """All that a pattern finds in a file of the project."""
    text = ROOT.joinpath(*path).read_text("utf-8")
    return re.findall(pattern, text, re.MULTILINE)


def run_docker(block, place):
    """There is no Docker engine here: what the commands name is checked against the Dockerfile."""
    build, run = (shlex.split(line) for line in block.code.splitlines())
    assert build == ["docker", "build", "--tag", "bedrock-mock", "."]
    (exposed,) = found(r"^EXPOSE (\d+)$", "Dockerfile")
    published = ["--publish", f"127.0.0.1:5000:{exposed}"]
    assert run == ["docker", "run", "--rm", *published, "bedrock-mock"]


def run_nginx(block, place):
    """test_nginx.py tests the configuration: here, that its servers are these."""
    ports = found(r"^ +server 127\.0\.0\.1:(\d+)", "docs", "nginx.conf")
    assert block.code == "".join(f"bedrock-mock serve -p {port} &\n" for port in ports)


def run_proxy(block, place):
    # tests/server/test_proxy.py sends requests through it.
    command = [sys.executable, "-u", "proxy.py", "--port", "0"]
    with subprocess.Popen(command, cwd=place.path, stdout=subprocess.PIPE, text=True) as process:
        assert any("Serving HTTP Proxy on 127.0.0.1:" in line for line in process.stdout)
        process.terminate()


SERVER = Document(
    "docs/server.md", executors={"docker": run_docker, "nginx": run_nginx, "proxy": run_proxy}
)
PARAMETERS = [each for each in SERVER.parameters if each.values[0].mark != "wsgi"]


@pytest.mark.parametrize("block", PARAMETERS)
def test_a_code_block_does_what_it_says(block, tmp_path):
    SERVER.execute(block, tmp_path)


def test_there_is_no_code_but_in_fences():
    assert SERVER.code_outside_fences == []


def test_the_files_that_are_linked_to_exist():
    assert SERVER.linked_files
    assert all(file.is_file() for file in SERVER.linked_files)


def test_the_table_has_the_flags_that_there_are():
    cells = found(r"^\| (`-.*?) \|", "docs", "server.md")
    flags = [action.option_strings for action in parser()._actions]
    assert sorted(re.findall(r"`(.+?)`", cell) for cell in cells) == sorted(
        names for names in flags if "--help" not in names
    )
