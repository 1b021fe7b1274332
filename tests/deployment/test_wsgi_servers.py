"""The commands of docs/server.md that run the application under other WSGI servers."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from documents import PORT, Document, environment

from bedrock_mock.server import BedrockServer
from support import import_job, in_process, missing_list, send_paths_as_they_are

COMMANDS = [
    shlex.split(block.code.replace(PORT, "0"))
    for block in Document("docs/server.md").blocks
    if block.mark == "wsgi"
]
READY = re.compile(r"(?:Listening at:|Serving on) (http://127\.0\.0\.1:(\d+))")

pytestmark = [in_process, pytest.mark.long]


@pytest.fixture(params=COMMANDS, ids=lambda command: command[0])
def command(request):
    """A command of the document, with a free port instead of its own."""
    program = request.param[0]
    if shutil.which(program, path=Path(sys.executable).parent) is None:
        pytest.skip(f"{program} is not installed")
    return request.param


@contextmanager
def running(command, home):
    """The process, its URL and its port, once it listens."""
    variables = environment() | {"HOME": str(home)}
    with subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = ""
            while not (ready := READY.search(said)):
                line = process.stderr.readline()
                assert line, f"{command[0]} did not start: {said}"
                said += line
            yield process, ready[1], int(ready[2])
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture
def url(command, tmp_path):
    with running(command, tmp_path) as (_, url, _):
        yield url


@pytest.fixture
def client(url):
    with closing(BedrockServer(url, lambda: None).client("eu-west-1")) as client:
        yield client


def test_it_answers_like_the_service(client):
    arn = client.create_model_import_job(**import_job())["jobArn"]
    assert arn.startswith("arn:aws:bedrock:eu-west-1:123456789012:model-import-job/")
    # The ARN is percent-encoded in the path, and then it is not.
    assert client.get_model_import_job(jobIdentifier=arn)["status"] == "Completed"
    send_paths_as_they_are(client)
    assert client.get_model_import_job(jobIdentifier=arn)["status"] == "Completed"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_imported_model(modelIdentifier="other")


def test_its_threads_share_one_state(client):
    jobs = [import_job(f"job-{n}", f"model-{n}") for n in range(32)]
    with ThreadPoolExecutor(8) as pool:
        arns = [pool.submit(client.create_model_import_job, **job) for job in jobs]
    listed = client.list_model_import_jobs()["modelImportJobSummaries"]
    assert sorted(job["jobArn"] for job in listed) == sorted(arn.result()["jobArn"] for arn in arns)


def test_what_it_cannot_answer_is_answered_with_json(url):
    statuses = {}
    missing = missing_list().http["requestUri"]
    for path, body in {missing: None, "/nowhere": None, "/model-import-jobs": b"{"}.items():
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/bedrock/aws4_request"}
        with pytest.raises(HTTPError) as error:
            urlopen(Request(url + path, body, signed), timeout=60)  # noqa: S310
        with error.value as answer:
            assert json.load(answer)["message"]
            statuses[path] = answer.status
    assert statuses == {missing: 501, "/nowhere": 404, "/model-import-jobs": 400}


def test_a_signal_ends_it_and_frees_its_port(command, tmp_path):
    with running(command, tmp_path) as (process, url, port):
        with urlopen(f"{url}/moto-api/health", timeout=60) as answer:  # noqa: S310
            assert json.load(answer) == {"status": "ok"}
        # A process that was started in the background may be deaf to SIGINT.
        process.terminate()
        # waitress leaves SIGTERM to the system.
        assert process.wait(60) in (0, -signal.SIGTERM)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
