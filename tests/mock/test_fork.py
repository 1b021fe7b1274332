"""A process that is forked while other threads call the mock can call it, too."""

from __future__ import annotations

import faulthandler
import os
import signal
from contextlib import contextmanager
from threading import Event, Thread

import pytest
import requests
from moto import mock_aws

from bedrock_mock import mock_bedrock
from bedrock_mock.protocol.locks import new_lock
from support import import_job, in_process

pytestmark = [
    in_process,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
JOBS = "https://bedrock.us-east-1.amazonaws.com/model-import-jobs"
SECONDS = 30


def exit_status(work):
    """The status of a forked child that does some work: SIGALRM ends one that hangs.

    Where it hangs is then among the captured output.
    """
    child = os.fork()
    if not child:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            faulthandler.register(signal.SIGALRM, file=2, chain=True)
            signal.alarm(SECONDS)
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


@contextmanager
def held(lock):
    """Another thread holds a lock meanwhile."""
    is_held, may_end = Event(), Event()

    def hold():
        with lock:
            is_held.set()
            may_end.wait()

    thread = Thread(target=hold)
    thread.start()
    is_held.wait()
    try:
        yield
    finally:
        may_end.set()
        thread.join()


def test_a_child_does_not_wait_for_a_thread_that_it_has_not(bedrock_mock, client):
    with held(bedrock_mock.backend("us-east-1").lock):
        assert exit_status(client.list_model_import_jobs) == 0
    client.list_model_import_jobs()


def test_a_lock_of_a_child_still_excludes():
    lock = new_lock()

    def work():
        with held(lock):
            assert not lock.acquire(blocking=False)

    with held(lock):
        assert exit_status(work) == 0


def test_children_of_a_busy_process_answer_start_and_end_mocks(bedrock_mock):
    may_end = Event()
    # No fork opens the locks of OpenSSL, which new clients set up, and those of first imports.
    of_the_child, *of_threads = (bedrock_mock.client(region_name="us-east-1") for _ in range(4))

    def traffic(client):
        number = 0
        while not may_end.is_set():
            number += 1
            client.list_model_import_jobs(maxResults=1)
            requests.get(f"{JOBS}?maxResults=1", timeout=5)

    def work():
        client = of_the_child
        client.list_model_import_jobs()
        client.create_model_import_job(**import_job("of-the-child", "of-the-child"))
        assert requests.get(JOBS, timeout=5).ok
        for mock in (mock_aws, mock_bedrock):
            with mock():
                client.list_imported_models()

    assert requests.get(JOBS, timeout=5).ok
    threads = [Thread(target=traffic, args=(each,)) for each in of_threads]
    for thread in threads:
        thread.start()
    try:
        assert [exit_status(work) for _ in range(5)] == [0] * 5
    finally:
        may_end.set()
        for thread in threads:
            thread.join()
