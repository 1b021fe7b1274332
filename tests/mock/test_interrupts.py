"""Ctrl-C at any step of a mock's beginning or end leaves nothing behind.

Python raises KeyboardInterrupt where a function begins, and after each call. A profiler is
called at the same places, and what it raises is raised there. Two places cannot be covered
by any code: the first step of ``__exit__``, where nothing has ended yet, and the last of
``__enter__``, where Python does not look for signals.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys

import aiohttp
import boto3
import httpx
import pytest
import requests
import urllib3.connection
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from moto import backend_index, backends, mock_aws
from moto.core import botocore_stubber, models
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.core.custom_responses_mock import CallbackResponse
from moto.core.model_instances import model_data
from moto.core.utils import convert_to_flask_response
from moto.moto_api import state_manager
from moto.moto_api._internal import urls
from moto.moto_api._internal.state_manager import StateManager

import bedrock_mock
from bedrock_mock import mock_bedrock
from bedrock_mock.mock.activation import Activation
from bedrock_mock.moto_bridge.nesting import NESTING
from bedrock_mock.moto_bridge.takeover import takeover
from support import in_process

pytestmark = [
    in_process,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

OWNERS = [
    *(botocore_stubber, botocore_stubber.BotocoreStubber, CallbackResponse, StateManager),
    *(convert_to_flask_response, ConfiguredEndpointProvider, Session, URLLib3Session),
    *(models.MockAWS, backends, requests.adapters.HTTPAdapter),
    *(socket, http.client.HTTPConnection, http.client.HTTPSConnection),
    *(urllib3.connection.HTTPConnection, urllib3.connection.HTTPSConnection),
    *(httpx.HTTPTransport, httpx.AsyncHTTPTransport, aiohttp.BaseConnector),
]
CONFIG = {"bedrock": {"quotas": True}}
#: Each step takes a whole mock, so the quick suite tests one step out of this number.
STRIDE = 97


def surroundings():
    """Everything that a mock replaces, as it is now."""
    import moto.bedrock

    return {
        **{repr(owner): dict(vars(owner)) for owner in OWNERS},
        "slot": moto.bedrock.bedrock_backends,
        "hosts": list(backend_index.backend_url_patterns),
        "moto-api": dict(urls.url_paths),
        "dashboard": {name: kinds for name, kinds in model_data.items() if kinds},
        "boto3": (boto3.DEFAULT_SESSION, boto3.client, boto3.resource),
        "environment": {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"},
        "config": {**default_user_config},
        "transitions": dict(state_manager._transitions),
        "stubber": models.botocore_stubber.enabled,
        "patcher": models.responses_mock._patcher,
        "methods": list(models.RESPONSES_METHODS),
        "finders": list(sys.meta_path),
        "ours": (list(Activation.active), list(takeover._owners), list(NESTING._active)),
        "nesting": (NESTING._origin, NESTING._first, NESTING._is_followed),
        "locks": [
            lock.acquire(blocking=False) and not lock.release()
            for lock in (models.MockAWS._mock_init_lock, takeover._lock, Activation._lock)
        ],
    }


class Interrupt:
    """Raises KeyboardInterrupt at one step of what runs under it, counted from a moment on."""

    def __init__(self, step, *, outermost, since=lambda: True):
        self.left = step
        self._outermost = outermost
        self._since = since

    def __call__(self, frame, event, argument):
        name = frame.f_code.co_name
        is_ours = frame.f_code.co_filename.endswith("context.py")
        if is_ours and name == self._outermost and event in ("call", "return"):
            return
        if event == "c_call" or argument is sys.setprofile:
            # Python looks for signals after a call of C, not before it.
            return
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            # Python's own import would keep its lock, and the next thread that imports would hang.
            return
        self.left -= self._since()
        if self.left < 0:
            sys.setprofile(None)
            raise KeyboardInterrupt


def interrupted(call, step, *arguments, **members):
    """Calls a method of a mock; whether it was to be interrupted at that step."""
    interrupt = Interrupt(step, outermost=call.__name__, **members)
    sys.setprofile(interrupt)
    try:
        call(*arguments)
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    if interrupt.left >= 0:
        return False
    # Python swallows what is raised in some callbacks of its own: the call has done its work.
    if call.__name__ == "__enter__":
        call.__self__.stop()
    return True


NONE = (None, None, None)


def steps(stride):
    step = 0
    while True:
        yield step
        step += stride


STRIDES = [STRIDE, pytest.param(1, marks=pytest.mark.long)]


@pytest.fixture(autouse=True)
def _warm():
    # What is imported and read at the first use is no step of the others.
    with mock_bedrock(config=CONFIG):
        boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("stride", STRIDES)
def test_an_interrupted_beginning_leaves_nothing_behind(stride):
    before = surroundings()
    for step in steps(stride):
        mock = mock_bedrock(config=CONFIG)
        if not interrupted(mock.__enter__, step):
            mock.stop()
            break
        assert surroundings() == before, f"interrupted at step {step}"
    assert step > 500


def test_what_moto_has_patched_and_not_noted_is_put_back():
    before = surroundings()
    send = requests.adapters.HTTPAdapter.send
    for step in range(30):
        mock = mock_bedrock(config=CONFIG)
        since = {"since": lambda: requests.adapters.HTTPAdapter.send is not send}
        assert interrupted(mock.__enter__, step, **since)
        assert surroundings() == before, f"interrupted at step {step} after requests was patched"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("stride", STRIDES)
def test_an_interrupted_end_is_an_end(stride):
    before = surroundings()
    for step in steps(stride):
        mock = mock_bedrock(config=CONFIG)
        assert not mock.start().backend("us-east-1").kinds["imported-model"].store
        if not interrupted(mock.__exit__, step, *NONE):
            break
        assert surroundings() == before, f"interrupted at step {step}"
        assert not any(BackendDict._instances), f"data is left by step {step}"
    assert surroundings() == before
    assert step > 200


@pytest.mark.parametrize("outer", [mock_bedrock, mock_aws, "installed"])
def test_an_interrupted_inner_mock_leaves_the_outer_one_as_it_was(outer):
    if outer == "installed":
        bedrock_mock.install()
        outer = mock_aws
    try:
        with outer():
            boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")
            before = without_hooks(surroundings())
            for step in steps(STRIDE // 3):
                mock = mock_bedrock(config=CONFIG)
                if not interrupted(mock.__enter__, step):
                    break
                assert without_hooks(surroundings()) == before, f"entering, step {step}"
            mock.stop()
            for step in steps(STRIDE // 3):
                mock = mock_bedrock(config=CONFIG)
                mock.start()
                if not interrupted(mock.__exit__, step, *NONE):
                    break
                assert without_hooks(surroundings()) == before, f"leaving, step {step}"
            (bucket,) = boto3.client("s3", "us-east-1").list_buckets()["Buckets"]
            assert bucket["Name"] == "bucket"
    finally:
        bedrock_mock.uninstall()


def without_hooks(surroundings):
    """Where ours is the inner mock, moto's class stays hooked until the outer one ends."""
    return {**surroundings, "nesting": None, repr(models.MockAWS): None}


def test_an_interrupted_stop_that_keeps_the_data_keeps_it():
    mock = mock_bedrock()
    mock.start()
    boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")
    # The first step of what the mock does: nothing has ended by then.
    assert interrupted(mock.stop, 1, False)  # noqa: FBT003
    again = mock_bedrock()
    again.start(reset=False)
    try:
        (bucket,) = boto3.client("s3", "us-east-1").list_buckets()["Buckets"]
        assert bucket["Name"] == "bucket"
    finally:
        again.stop()


def test_backends_that_cannot_be_reset_are_forgotten(monkeypatch):
    def fail():
        raise AttributeError

    before = surroundings()
    mock = mock_bedrock()
    mock.start()
    boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")
    with monkeypatch.context() as patched:
        patched.setattr(BackendDict, "reset", fail)
        with pytest.raises(AttributeError):
            mock.stop()
    assert surroundings() == before
    with mock_bedrock():
        boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")
    with mock_bedrock():
        assert boto3.client("s3", "us-east-1").list_buckets()["Buckets"] == []


def test_ctrl_c_is_a_signal(monkeypatch):
    before = surroundings()
    start = models.responses_mock.start

    def interrupted_start():
        start()
        os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(models.responses_mock, "start", interrupted_start)
        # Shells have programs in the background ignore it.
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with pytest.raises(KeyboardInterrupt), mock_bedrock():
                pass
        finally:
            signal.signal(signal.SIGINT, handler)
    assert surroundings() == before
