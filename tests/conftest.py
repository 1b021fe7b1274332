"""Fixtures of the whole suite, and the guard that keeps in-process tests off the network."""

from __future__ import annotations

import os
import socket

import pytest

pytest_plugins = ["pytester"]

# Set before anything makes a client: no test depends on the machine's own AWS settings.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture
def client(bedrock_mock):
    """A boto3 client for us-east-1 and the default account, with the mock active."""
    return bedrock_mock.client(region_name="us-east-1")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch):
    """No test opens a connection that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            pytest.fail(f"a test tried to connect to {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
