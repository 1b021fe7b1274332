"""What the tests of clients have in common."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parent / "javascript" / "package.json"


@pytest.fixture(scope="session")
def node_modules():
    """The directory where npm has put what the tests in JavaScript need."""
    target = os.environ.get("BEDROCK_MOCK_NODE")
    if target is None:
        pytest.skip("npm installs packages in the tox environment javascript only")
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node.js and npm are not installed")
    folder = Path(target)
    folder.mkdir(exist_ok=True)
    shutil.copy(PACKAGES, folder)
    options = ["--no-audit", "--no-fund", "--no-package-lock"]
    subprocess.run(["npm", "install", *options], cwd=folder, check=True, timeout=300)
    packages = folder / "node_modules"
    sdk = json.loads((packages / "@aws-sdk/client-bedrock/package.json").read_text("utf-8"))
    needed, found = (
        sdk["engines"]["node"],
        subprocess.check_output(["node", "--version"], text=True),
    )
    if major(found) < major(needed):
        pytest.skip(f"the SDK for JavaScript needs Node.js {needed}, this is {found.strip()}")
    return packages


def major(version):
    return int(re.search(r"\d+", version)[0])


@pytest.fixture(scope="session")
def bedrock_server(server_process):
    """In a process of its own: here it would take over what other tests look at."""
    return server_process


@pytest.fixture(autouse=True)
def _no_state(bedrock_server):
    bedrock_server.reset()


@pytest.fixture(params=["bedrock_server_env", "bedrock_mock"], ids=["server", "process"])
def bedrock(request, monkeypatch):
    """The server that the environment points at, or the mock in the process."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    return request.getfixturevalue(request.param)


@pytest.fixture
def control(bedrock, monkeypatch):
    """A client of Bedrock, in an environment where the other services are moto's, too."""
    if hasattr(bedrock, "endpoint_url"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", bedrock.endpoint_url)
    return bedrock.client("bedrock")


@pytest.fixture(scope="session")
def https_server(bedrock_server_factory):
    """A server over HTTPS, in a process of its own."""
    return bedrock_server_factory(own_process=True, ssl=True)
