"""Batch inference as public clients use it: their waiters, loops and readers."""

from __future__ import annotations

import json
import re

import pytest
from batches import BUCKET, HAIKU, message, need_counts, record, settings
from botocore.exceptions import ClientError, WaiterError
from botocore.waiter import WaiterModel, create_waiter_with_client

from support import BATCH_CLOCK, REGION, batch_job, manual

pytestmark = settings()

FOUR = [record(number) for number in range(4)]
FAILURES = ("Failed", "Stopped", "PartiallyCompleted", "Expired", "Stopping")


def acceptors(**states):
    return [
        {"matcher": "path", "argument": "status", "expected": status, "state": state}
        for state, statuses in states.items()
        for status in statuses
    ]


def waiter(client, name):
    """A waiter in the form of Airflow's: it must know each status that it meets."""
    early = ("Submitted", "Validating")
    forms = {
        "complete": acceptors(
            success=["Completed"], failure=FAILURES, retry=[*early, "Scheduled", "InProgress"]
        ),
        "scheduled": acceptors(
            success=["Scheduled", "Completed"], failure=FAILURES, retry=[*early, "InProgress"]
        ),
    }
    waiters = {
        name: {
            "operation": "GetModelInvocationJob",
            "delay": 0,
            "maxAttempts": 20,
            "acceptors": form,
        }
        for name, form in forms.items()
    }
    model = WaiterModel({"version": 2, "waiters": waiters})
    return create_waiter_with_client(name, model, client)


@pytest.mark.parametrize(("name", "seen"), [("complete", "Completed"), ("scheduled", "Scheduled")])
def test_waiters_of_an_orchestrator(batch, client, bedrock_mock, name, seen):
    bedrock_mock.set_transition(BATCH_CLOCK, manual(2))
    arn = batch.create(*FOUR)
    waiter(client, name).wait(jobIdentifier=arn)
    (job,) = client.list_model_invocation_jobs()["invocationJobSummaries"]
    assert job["status"] == seen


@pytest.mark.parametrize("failure", ["fail", "stop"])
def test_the_waiter_sees_a_failure(batch, client, bedrock_mock, failure):
    bedrock_mock.set_transition(BATCH_CLOCK, manual(2))
    if failure == "fail":
        bedrock_mock.fail_next(BATCH_CLOCK, "It broke.")
    arn = batch.create(*FOUR)
    if failure == "stop":
        client.stop_model_invocation_job(jobIdentifier=arn)
    with pytest.raises(WaiterError, match="terminal failure state"):
        waiter(client, "complete").wait(jobIdentifier=arn)


def test_a_system_test_stops_its_job_and_takes_that_it_has_ended(batch, client):
    """Airflow's system test: only this error, with this text, is expected."""
    arn = batch.create(*FOUR)
    with pytest.raises(ClientError) as caught:
        client.stop_model_invocation_job(jobIdentifier=arn)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert "State was: Completed" in error["Message"]


def test_a_provisioner_destroys_what_it_has_made(batch, client, bedrock_mock):
    """Terraform's: stop what has not ended, then wait until it is stopped."""
    bedrock_mock.set_transition(BATCH_CLOCK, manual(2))
    arn = batch.create(*FOUR)
    pending = {"Submitted", "Validating", "Scheduled", "InProgress", "Stopping"}
    assert batch.status(arn) in pending
    client.stop_model_invocation_job(jobIdentifier=arn)
    seen = [batch.status(arn)]
    while seen[-1] in pending:
        seen.append(batch.status(arn))
    assert seen == ["Stopping", "Stopped"]


def test_a_server_of_batches_maps_statuses_and_probes_models(batch, client, bedrock_mock):
    """stdapi's and LiteLLM's: OpenAI's words for statuses; a refusal shows what a model lacks."""
    words = {
        **dict.fromkeys(("Submitted", "Validating", "Scheduled"), "validating"),
        "InProgress": "in_progress",
        "Completed": "completed",
    }
    bedrock_mock.set_transition(BATCH_CLOCK, manual(1))
    arn = batch.create(*FOUR)
    seen = [words[batch.status(arn)] for _ in range(4)]
    assert seen == ["validating", "validating", "in_progress", "completed"]
    with pytest.raises(ClientError) as caught:
        client.create_model_invocation_job(**batch_job(modelId="us.anthropic.claude-opus-4-7"))
    text = caught.value.response["Error"]["Message"]
    assert "Batch inference is not supported" in text
    with pytest.raises(ClientError) as caught:
        client.get_model_invocation_job(jobIdentifier="abcdefghijkl")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_batch_library_downloads_output_and_manifest(batch, client, bedrock_mock):
    """llmbo's: the same token for all jobs; both files must be there, joined by record id."""
    for n in range(4):
        bedrock_mock.reply(f"answer to question {n}", user=f"question {n}")
    arns = []
    for name in ("one", "two"):
        batch.put(*FOUR, key=f"input/{name}.jsonl")
        source = {"s3InputDataConfig": {"s3Uri": f"s3://{BUCKET}/input/{name}.jsonl"}}
        arns.append(batch.create(jobName=name, clientRequestToken="string", inputDataConfig=source))
    assert len(set(arns)) == 2
    for arn, name in zip(arns, ("one", "two"), strict=True):
        ended = {"Completed", "Failed", "Stopped", "Expired", "PartiallyCompleted"}
        job = batch.get(arn)
        assert job["status"] in ended
        target = job["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"]
        bucket, prefix = re.fullmatch("s3://([^/]+)/(.*?)/?", target).groups()
        folder = f"{prefix}/{arn.split('/')[-1]}"
        body = batch.s3.get_object(Bucket=bucket, Key=f"{folder}/{name}.jsonl.out")["Body"]
        results = {line["recordId"]: line for line in map(json.loads, body.iter_lines())}
        answers = {i: line["modelOutput"]["content"][0]["text"] for i, line in results.items()}
        assert answers == {f"r{n}": f"answer to question {n}" for n in range(4)}
        body = batch.s3.get_object(Bucket=bucket, Key=f"{folder}/manifest.json.out")["Body"]
        manifest = json.loads(body.read())
        assert manifest["totalRecordCount"] == 4


def test_a_strict_backend_compares_the_counts_of_job_and_manifest(batch):
    """jagged's: the counts of both must be equal, and every record must come back once."""
    need_counts()
    arn = batch.create(record(1), record(2, {"wrong": True}), record(3, message("c")))
    job, manifest = batch.get(arn), batch.manifest(arn)
    for name in ("total", "processed", "success", "error"):
        assert job[f"{name}RecordCount"] == manifest[f"{name}RecordCount"]
    assert sorted(batch.outputs(arn)) == ["r1", "r2", "r3"]


def test_a_policy_tool_lists_stops_and_tags_jobs(batch, client, bedrock_mock):
    """cloud-custodian's: all jobs of a list with their details and tags; a stop may come late."""
    bedrock_mock.freeze()
    arn = batch.create(*FOUR, tags=[{"key": "team", "value": "red"}])
    (summary,) = client.list_model_invocation_jobs(statusEquals="Submitted")[
        "invocationJobSummaries"
    ]
    job = client.get_model_invocation_job(jobIdentifier=summary["jobArn"])
    assert job["modelId"] == f"arn:aws:bedrock:{REGION}::foundation-model/{HAIKU}"
    client.tag_resource(resourceARN=arn, tags=[{"key": "owner", "value": "me"}])
    assert len(client.list_tags_for_resource(resourceARN=arn)["tags"]) == 2
    client.stop_model_invocation_job(jobIdentifier=arn)
    assert batch.status(arn) == "Stopping"
