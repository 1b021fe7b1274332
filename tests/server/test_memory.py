"""Large requests take memory for a while, and are neither echoed nor kept as a whole."""

from __future__ import annotations

import ctypes
import json
import re
from pathlib import Path

import boto3
import pytest
import requests

from bedrock_mock import mock_bedrock
from bedrock_mock.server import memory
from support import IMPORT_CLOCK, data_set, evaluation_job, import_job, in_process, refused

pytestmark = [in_process, pytest.mark.once]

MEGABYTE = 1024 * 1024
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIA/20250101/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


def megabytes(process, name):
    """A figure of a process's memory, as Linux reports it."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024


@pytest.fixture
def process(bedrock_server_factory):
    """A server of its own, and its process id."""
    if not Path("/proc/self/status").exists():
        pytest.skip("needs the memory figures of Linux")
    before = children()
    server = bedrock_server_factory(own_process=True)
    (process,) = children() - before
    return server, process


def children():
    found = Path("/proc/self/task").glob("*/children")
    return {int(child) for path in found for child in path.read_text("utf-8").split()}


def test_refused_bodies_of_30_megabytes_are_not_held(process):
    server, number = process
    client = server.client(region_name="us-east-1")
    client.list_model_import_jobs()
    before = megabytes(number, "VmRSS")
    body = json.dumps(import_job("x" * 30 * MEGABYTE)).encode()
    for _ in range(4):
        answer = requests.post(
            f"{server.endpoint_url}/model-import-jobs",
            data=body,
            headers={"Authorization": SIGNED},
            timeout=60,
        )
        assert answer.status_code == 400
        assert len(answer.content) < 20_000
        assert "... (31457280 characters)" in answer.json()["message"]
    assert megabytes(number, "VmHWM") - before < 200
    server.reset()
    assert megabytes(number, "VmRSS") - before < 50


@pytest.mark.parametrize("error", [OSError, TypeError, AttributeError])
def test_a_c_library_that_is_another_keeps_its_way(monkeypatch, error):
    def refuse(name):
        raise error

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    memory.return_large_blocks.cache_clear()
    try:
        assert memory.return_large_blocks() is False
    finally:
        memory.return_large_blocks.cache_clear()


def test_a_data_set_of_one_very_long_line_is_malformed():
    with mock_bedrock() as bedrock:
        s3 = boto3.client("s3", "us-east-1")
        s3.create_bucket(Bucket="my-bucket")
        s3.put_object(Bucket="my-bucket", Key="set.jsonl", Body=b'"' + b"x" * 2 * MEGABYTE + b'"')
        config = {
            "automated": {
                "datasetMetricConfigs": [
                    data_set(name="mine", datasetLocation={"s3Uri": "s3://my-bucket/set.jsonl"})
                ]
            }
        }
        client = bedrock.client(region_name="us-east-1")
        arn = client.create_evaluation_job(**evaluation_job(evaluationConfig=config))["jobArn"]
        job = client.get_evaluation_job(jobIdentifier=arn)
        reason = (
            "The data set s3://my-bucket/set.jsonl is malformed: line 1 has more than "
            "1048576 bytes."
        )
        assert (job["status"], job["failureMessages"]) == ("Failed", [reason])


def test_a_very_long_line_between_others_is_one_line():
    from bedrock_mock.moto_bridge import neighbours

    with mock_bedrock() as bedrock:
        s3 = boto3.client("s3", "us-east-1")
        s3.create_bucket(Bucket="my-bucket")
        long = b"x" * 3 * MEGABYTE
        s3.put_object(Bucket="my-bucket", Key="set", Body=b"first\n" + long + b"\nlast")
        bucket = neighbours.bucket_of(bedrock.backend("us-east-1"), "s3://my-bucket/set")
        first, middle, last = bucket.lines("set")
        assert (first, len(middle), last) == (b"first", neighbours.MAX_LINE + 1, b"last")


def test_the_message_of_a_failure_is_no_longer_than_the_model_says():
    with mock_bedrock() as bedrock:
        client = bedrock.client(region_name="us-east-1")
        bedrock.fail_next(IMPORT_CLOCK, "x" * 5_000)
        arn = client.create_model_import_job(**import_job())["jobArn"]
        message = client.get_model_import_job(jobIdentifier=arn)["failureMessage"]
        assert len(message) == 2_048
        assert message.endswith("x...")


@pytest.mark.parametrize(
    ("members", "echoed"),
    [
        ({"jobName": "x" * 10_000}, f"'{'x' * 8_192}... (10000 characters)'"),
        ({"importedModelName": "-" * 1_000}, f"'{'-' * 1_000}'"),
        ({"jobTags": [{"key": "k" * 50, "value": "v"}] * 201}, "value=v}, {key=k"),
    ],
)
def test_a_refusal_echoes_a_part_of_a_value(client, members, echoed):
    with refused("ValidationException", 400) as caught:
        client.create_model_import_job(**import_job(**members))
    message = caught.value.response["Error"]["Message"]
    assert echoed in message
    assert len(message) < 20_000


def test_a_refusal_with_very_many_faults_names_some(client):
    faulty = [{"key": "k" * 300, "value": "v" * 300}] * 200
    with refused("ValidationException", 400) as caught:
        client.create_model_import_job(**import_job(jobTags=faulty))
    message = caught.value.response["Error"]["Message"]
    assert message.startswith("400 validation errors detected: ")
    assert re.search(r"; and \d+ more$", message)
    assert len(message) < 40_000


def test_a_name_that_is_unknown_is_echoed_in_part():
    with mock_bedrock(config={"bedrock": {"validate_requests": False}}) as bedrock:
        client = bedrock.client(region_name="us-east-1")
        with refused("ResourceNotFoundException", 404) as caught:
            client.get_model_import_job(jobIdentifier="x" * 200_000)
        assert len(caught.value.response["Error"]["Message"]) < 70_000


# --- recorded calls ------------------------------------------------------------------


def test_a_call_is_recorded_as_it_was_up_to_some_megabytes(bedrock_mock, client):
    name = "x" * MEGABYTE
    with refused("ValidationException", 400):
        client.create_model_import_job(**import_job(name))
    assert bedrock_mock.calls[-1].request["jobName"] == name


def test_of_a_very_large_call_long_values_are_recorded_in_part(bedrock_mock, client):
    source = {"s3DataSource": {"s3Uri": "s3://" + "b" * 6 * MEGABYTE}}
    with refused("ValidationException", 400):
        client.create_model_import_job(
            **import_job(modelDataSource=source, jobTags=[{"key": "a", "value": "b"}] * 2_000)
        )
    request = bedrock_mock.calls[-1].request
    assert len(request["modelDataSource"]["s3DataSource"]["s3Uri"]) == 64 * 1024
    assert len(request["jobTags"]) == 1_000
    assert request["jobName"] == "job-1"


def test_of_calls_that_are_large_the_last_are_kept(bedrock_mock, client, monkeypatch):
    monkeypatch.setattr("bedrock_mock.scripting.calls.MAX_BYTES", 5 * MEGABYTE)
    for number in range(6):
        with refused("ValidationException", 400):
            client.create_model_import_job(**import_job("x" * MEGABYTE, f"model-{number}"))
    kept = [call.request["importedModelName"] for call in bedrock_mock.calls]
    assert kept == ["model-4", "model-5"]
