"""moto's proxy, in whose process our Bedrock is installed as docs/server.md says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config

from support import REGION, import_job, in_process, missing_list, refused, without_coverage

pytestmark = [
    in_process,
    pytest.mark.once,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="moto's proxy needs openssl"),
    pytest.mark.filterwarnings("ignore:Unverified HTTPS request"),
]

# Older versions of moto need more packages for it.
pytest.importorskip("moto.proxy", exc_type=ImportError)

PROXY = """
import bedrock_mock
from moto.proxy import main

bedrock_mock.install()
main(["--port", "0"])
"""


@pytest.fixture(scope="module")
def proxied():
    """Makes clients whose requests go through the proxy."""
    command = [sys.executable, "-u", "-c", PROXY]
    with subprocess.Popen(
        command,
        env=without_coverage(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            lines = iter(process.stdout.readline, "")
            found = (re.search(r"on 127\.0\.0\.1:(\d+) ", line) for line in lines)
            port = next(filter(None, found))[1]
            proxy = f"http://127.0.0.1:{port}"
            yield lambda service: boto3.Session("a", "b").client(
                service,
                REGION,
                verify=False,
                config=Config(proxies={"http": proxy, "https": proxy}),
            )
        finally:
            process.terminate()


def test_requests_to_bedrock_are_answered_as_by_the_service(proxied):
    client = proxied("bedrock")
    arn = client.create_model_import_job(**import_job())["jobArn"]
    assert client.get_model_import_job(jobIdentifier=arn)["status"] == "Completed"
    with refused("ValidationException", 400):
        client.create_model_import_job(**import_job(job_name="no such name"))


def test_what_is_not_implemented_is_an_answer(proxied):
    client = proxied("bedrock")
    with refused("NotImplementedException", 501):
        getattr(client, xform_name(missing_list().name))()


def test_a_stream_comes_as_a_whole(proxied):
    message = {"role": "user", "content": [{"text": "Hello"}]}
    answer = proxied("bedrock-runtime").converse_stream(
        modelId="amazon.nova-lite-v1:0", messages=[message]
    )
    assert "messageStart" in next(iter(answer["stream"]))


def test_other_services_are_motos(proxied):
    assert proxied("sts").get_caller_identity()["Account"] == "123456789012"
