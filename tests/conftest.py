"""Fixtures of the whole suite, and the guard that keeps in-process tests off the network."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from tempfile import gettempdir
from types import SimpleNamespace

import boto3
import botocore.endpoint
import pytest
from botocore.loaders import JSONFileLoader
from moto import settings
from moto.core.config import default_user_config
from moto.core.models import MockAWS

from bedrock_mock.mock.activation import Activation

pytest_plugins = ["pytester"]

TESTS = Path(__file__).parent

# Set before anything makes a client: no test depends on the machine's own AWS settings.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
# Each test with a session of boto3 of its own would parse botocore's data again: megabytes of JSON.
_read, _data = JSONFileLoader.load_file, {}


def load_file(self, path):
    """What a file of botocore holds, read once a process."""
    if path not in _data and (found := _read(self, path)) is not None:
        _data[path] = found
    return _data.get(path)


JSONFileLoader.load_file = load_file
# botocore repeats calls that a test makes fail, and does not wait before it does.
botocore.endpoint.time = SimpleNamespace(sleep=lambda _: None)
SET = {name for name in os.environ if name.startswith("AWS_")}
# moto's recorder, also that of servers that tests start, writes to the working directory else.
os.environ["MOTO_RECORDER_FILEPATH"] = str(Path(gettempdir(), f"moto_recording_{os.getpid()}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    """The test that leaves a mock active fails, and not those that come after it."""
    result = yield
    left = [*Activation.active]
    if left or MockAWS._mocks_active:
        for each in reversed(left):
            each.end(remove_data=True)
        pytest.fail(f"this test left mocks active: {left or 'of moto'}")
    names = {name for name in os.environ if name.startswith("AWS_")} - SET
    for name in names:
        del os.environ[name]
    if names:
        pytest.fail(f"this test left variables behind: {', '.join(sorted(names))}")
    return result


@pytest.fixture
def client(bedrock_mock):
    """A boto3 client for us-east-1 and the default account, with the mock active."""
    return bedrock_mock.client(region_name="us-east-1")


@pytest.fixture
def s3(bedrock_mock):
    """A client of moto's S3 with ``my-bucket``, where the valid requests have their data."""
    s3 = boto3.client("s3", "us-east-1")
    s3.create_bucket(Bucket="my-bucket")
    return s3


@pytest.fixture(autouse=True)
def _one_session(request, monkeypatch):
    """Tests that use the fixture share one boto3 session: it takes longer to make than they."""
    if "bedrock_mock" in request.fixturenames:
        monkeypatch.setitem(default_user_config["core"], "reset_boto3_session", False)  # noqa: FBT003


@pytest.fixture(scope="session")
def server_process(bedrock_server_factory):
    """A server in a process of its own: here it would take over what other tests look at."""
    return bedrock_server_factory(own_process=True)


@pytest.fixture
def server(server_process):
    """The same, reset for one test."""
    server_process.reset()
    return server_process


def _stays_in_process(request):
    """Whether a test has no business with a socket at all."""
    folder = request.path.relative_to(TESTS).parts[0]
    is_in_process = folder in ("mock", "moto_bridge", "protocol", "resources", "services")
    return is_in_process and "server" not in request.fixturenames and not settings.TEST_SERVER_MODE


@pytest.fixture(autouse=True)
def _no_network(request, monkeypatch):
    """No test connects to a host that is not this machine, and an in-process test to none."""
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo
    here = () if _stays_in_process(request) else (None, "", "127.0.0.1", "::1", "localhost")

    def check(host):
        if host not in here:
            pytest.fail(f"a test tried to reach {host}")

    def guarded_connect(self, address):
        if self.family != socket.AF_UNIX:
            check(address[0])
        return connect(self, address)

    def guarded_getaddrinfo(host, *args, **kwargs):
        check(host)
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
