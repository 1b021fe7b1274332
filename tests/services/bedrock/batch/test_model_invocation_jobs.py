"""Batch inference jobs: their requests, statuses, stops and time-outs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import boto3
import pytest
import requests
from batches import HAIKU, need_counts, record, settings
from freezegun import freeze_time

from support import (
    ACCOUNT,
    BATCH_CLOCK,
    FOREIGN_ROLE,
    MOTO_API,
    REGION,
    VPC,
    batch_job,
    body,
    in_process,
    inference_profile,
    manual,
    refused,
    tags,
)

pytestmark = settings()

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
NOT_FOUND = "The provided batch inference job was not found."
UNSUPPORTED = "Batch inference is not supported for the requested model"
INVALID = "The provided model identifier is invalid."
FROZEN = {"progression": "frozen"}
FOUNDATION = f"arn:aws:bedrock:{REGION}::foundation-model"
FOUR = [record(number) for number in range(4)]


def hours(number):
    return {"progression": "time", "seconds": number * 3600}


def ticking():
    return freeze_time(START)


# --- create -------------------------------------------------------------------------------


def test_create_answers_the_arn_and_nothing_else(batch, client):
    answer = client.create_model_invocation_job(**batch_job())
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert body(answer).keys() == {"jobArn"}


def test_a_fresh_job_reports_its_request_with_the_defaults(batch, bedrock_mock):
    bedrock_mock.freeze()
    arn = batch.create(clientRequestToken="token-1")
    assert batch.counts(arn) == (0, 0, 0, 0)
    job = batch.get(arn)
    submitted = job.pop("submitTime")
    assert job == {
        "jobArn": arn,
        "jobName": "batch-1",
        "modelId": f"{FOUNDATION}/{HAIKU}",
        "clientRequestToken": "token-1",
        "roleArn": batch_job()["roleArn"],
        "status": "Submitted",
        "lastModifiedTime": submitted,
        "inputDataConfig": {
            "s3InputDataConfig": {"s3Uri": "s3://my-bucket/input/", "s3BucketOwner": ACCOUNT}
        },
        "outputDataConfig": {
            "s3OutputDataConfig": {"s3Uri": "s3://my-bucket/output/", "s3BucketOwner": ACCOUNT}
        },
        "timeoutDurationInHours": 24,
        "jobExpirationTime": submitted + timedelta(hours=24),
        "modelInvocationType": "InvokeModel",
        "totalRecordCount": 0,
        "processedRecordCount": 0,
        "successRecordCount": 0,
        "errorRecordCount": 0,
    }


def test_what_is_given_comes_back(batch):
    source = {"s3Uri": "s3://my-bucket/input/", "s3InputFormat": "JSONL", "s3BucketOwner": ACCOUNT}
    target = {
        "s3Uri": "s3://my-bucket/output",
        "s3EncryptionKeyId": "alias/key",
        "s3BucketOwner": ACCOUNT,
    }
    given = {
        "inputDataConfig": {"s3InputDataConfig": source},
        "outputDataConfig": {"s3OutputDataConfig": target},
        "timeoutDurationInHours": 168,
        "modelInvocationType": "Converse",
        "vpcConfig": VPC,
    }
    job = batch.get(batch.create(**given))
    assert {name: job[name] for name in given} == given
    assert job["jobExpirationTime"] - job["submitTime"] == timedelta(hours=168)


def test_a_list_shows_neither_the_token_nor_why_a_job_failed(batch, client, bedrock_mock):
    bedrock_mock.fail_next(BATCH_CLOCK, "It broke.")
    arn = batch.create()
    job = batch.get(arn)
    assert job["message"] == "It broke."
    (summary,) = client.list_model_invocation_jobs()["invocationJobSummaries"]
    hidden = {"clientRequestToken", "message"}
    assert summary == {name: value for name, value in job.items() if name not in hidden}


@pytest.mark.parametrize(
    ("model_id", "reported"),
    [
        (HAIKU, f"{FOUNDATION}/{HAIKU}"),
        (f"{FOUNDATION}/{HAIKU}", f"{FOUNDATION}/{HAIKU}"),
        (
            "us.anthropic.claude-sonnet-4-6",
            f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/us.anthropic.claude-sonnet-4-6",
        ),
        (
            f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/us.amazon.nova-lite-v1:0",
            f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/us.amazon.nova-lite-v1:0",
        ),
    ],
)
def test_a_model_is_reported_by_its_arn(batch, model_id, reported):
    assert batch.get(batch.create(modelId=model_id))["modelId"] == reported


@pytest.mark.parametrize(
    "model_id",
    [
        "us.anthropic.claude-opus-4-7",
        "anthropic.claude-opus-4-8",
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/global.anthropic.claude-sonnet-5",
        "anthropic.claude-fable-5",
        # The model need not be known, nor the input be there.
        "anthropic.claude-fable-5-1",
        "openai.gpt-5.6-sol",
        "moonshotai.kimi-k3",
        # It makes videos, and answers asynchronous calls only.
        "amazon.nova-reel-v1:1",
    ],
)
def test_a_model_must_support_batch_inference(client, model_id):
    with refused("ValidationException", 400, UNSUPPORTED):
        client.create_model_invocation_job(**batch_job(modelId=model_id))
    assert client.list_model_invocation_jobs()["invocationJobSummaries"] == []


@settings(no_batch=["*claude-3-haiku*"])
def test_a_test_says_which_models_do_not_support_it(batch):
    with refused("ValidationException", 400, UNSUPPORTED):
        batch.create()
    assert batch.create(modelId="us.anthropic.claude-opus-4-7")


@pytest.mark.parametrize(
    "model_id",
    [
        "anthropic.claude-9",
        "my-model",
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/amazon.nova-lite-v1:0/abcdefghijkl",
    ],
)
def test_an_unknown_model_is_refused(client, model_id):
    with refused("ValidationException", 400, INVALID):
        client.create_model_invocation_job(**batch_job(modelId=model_id))


def test_a_model_that_only_a_profile_serves_is_refused_by_its_id(batch):
    with refused("ValidationException", 400) as caught:
        batch.create(modelId="anthropic.claude-sonnet-4-6")
    assert "anthropic.claude-sonnet-4-6" in str(caught.value)


@settings(no_access=["anthropic.*"])
def test_a_model_without_access_is_refused(batch):
    with refused("AccessDeniedException", 403):
        batch.create()


@pytest.mark.parametrize(
    "model_id",
    [
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/imported/abcdefghijkl",
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:imported-model/abcdefghijkl",
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:provisioned-model/abcdefghijkl",
        "us.openai.gpt-5.6-sol",
    ],
)
def test_what_the_pattern_does_not_let_through_is_refused_before_all_else(client, model_id):
    with refused("ValidationException", 400) as caught:
        client.create_model_invocation_job(**batch_job(modelId=model_id))
    assert "regular expression pattern" in str(caught.value)


def test_the_role_is_judged_before_the_model(client):
    request = batch_job(
        modelId="anthropic.claude-opus-4-7", roleArn="arn:aws:iam::111122223333:role/Other"
    )
    with refused("AccessDeniedException", 403, FOREIGN_ROLE):
        client.create_model_invocation_job(**request)


def test_a_custom_model_answers_like_the_model_that_it_comes_from(batch, client, bedrock_mock):
    client.create_model_customization_job(
        jobName="job",
        customModelName="mine",
        roleArn=batch_job()["roleArn"],
        baseModelIdentifier="amazon.nova-lite-v1:0:300k",
        trainingDataConfig={"s3Uri": "s3://my-bucket/training.jsonl"},
        outputDataConfig={"s3Uri": "s3://my-bucket/results/"},
    )
    model = client.get_custom_model(modelIdentifier="mine")["modelArn"]
    bedrock_mock.reply("I am custom.", model="mine")
    nova = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    for invocation_type in ("InvokeModel", "Converse"):
        # The pattern lets names through as well.
        identifier = {"InvokeModel": model, "Converse": "mine"}[invocation_type]
        arn = batch.create(record(1, nova), modelId=identifier, modelInvocationType=invocation_type)
        assert batch.get(arn)["modelId"] == model
        (line,) = batch.lines(arn)
        content = line["modelOutput"]["output"]["message"]["content"]
        assert content[0]["text"] == "I am custom."


def test_an_application_profile_is_called_by_arn_or_id_and_stays_while_a_job_uses_it(
    batch, client, bedrock_mock
):
    bedrock_mock.freeze(BATCH_CLOCK)
    profile = client.create_inference_profile(
        **inference_profile(modelSource={"copyFrom": f"{FOUNDATION}/{HAIKU}"})
    )["inferenceProfileArn"]
    jobs = [batch.create(*FOUR, modelId=each) for each in (profile, profile.rpartition("/")[2])]
    assert [batch.get(each)["modelId"] for each in jobs] == [profile, profile]
    for job in jobs:
        with refused("ConflictException", 400):
            client.delete_inference_profile(inferenceProfileIdentifier=profile)
        bedrock_mock.complete(job)
    assert {line["recordId"] for line in batch.lines(jobs[0])} == {f"r{n}" for n in range(4)}
    client.delete_inference_profile(inferenceProfileIdentifier=profile)
    with refused("ValidationException", 400, INVALID):
        batch.create(modelId=profile)


def test_several_jobs_may_have_one_name(batch):
    assert batch.create() != batch.create()


def test_a_token_with_other_members_makes_a_new_job(batch, client):
    first = batch.create(clientRequestToken="string")
    assert batch.create(clientRequestToken="string") == first
    assert batch.create(clientRequestToken="string", jobName="other") != first
    assert len(client.list_model_invocation_jobs()["invocationJobSummaries"]) == 2


@settings(quotas={"concurrent_batch_jobs_of_a_model": 1})
def test_where_quotas_hold_a_model_has_so_many_jobs_at_a_time(batch, bedrock_mock):
    bedrock_mock.freeze()
    arn = batch.create(*FOUR)
    with refused("ServiceQuotaExceededException", 400):
        batch.create()
    batch.create(modelId="amazon.nova-lite-v1:0")
    bedrock_mock.complete(arn)
    batch.create()


@settings(references="strict")
def test_where_references_are_strict_the_role_must_be_there(batch):
    with refused("ValidationException", 400) as caught:
        batch.create()
    assert "The provided role ARN is invalid: IAM has no role" in str(caught.value)


@settings(references="strict")
def test_where_references_are_strict_network_and_key_must_be_there(batch):
    iam = boto3.client("iam", REGION)
    iam.create_role(RoleName="BedrockRole", AssumeRolePolicyDocument="{}")
    target = {"s3Uri": "s3://my-bucket/output/", "s3EncryptionKeyId": "alias/missing"}
    with refused("ValidationException", 400) as caught:
        batch.create(vpcConfig=VPC)
    assert "EC2 has no such subnet" in str(caught.value)
    with refused("ValidationException", 400) as caught:
        batch.create(outputDataConfig={"s3OutputDataConfig": target})
    assert "KMS has no key" in str(caught.value)


# --- get and list -------------------------------------------------------------------------


def test_a_job_is_found_by_its_arn_or_its_id_but_not_by_its_name(batch, client):
    arn = batch.create()
    assert batch.get(arn.rpartition("/")[2])["jobArn"] == arn
    for unknown in ("abcdefghijkl", f"{arn[:-12]}{'0' * 12}"):
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            batch.get(unknown)
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            client.stop_model_invocation_job(jobIdentifier=unknown)
    with refused("ValidationException", 400):
        batch.get("batch-1")


def test_a_script_is_for_the_job_of_a_name(batch, bedrock_mock):
    bedrock_mock.fail_next(BATCH_CLOCK, "It broke.", job="second")
    assert batch.status(batch.create(*FOUR, jobName="first")) == "Completed"
    assert batch.status(batch.create(jobName="second")) == "Failed"


# --- statuses -----------------------------------------------------------------------------


def test_a_job_goes_through_all_its_statuses(batch, bedrock_mock):
    bedrock_mock.set_transition(BATCH_CLOCK, manual(1))
    arn = batch.create(*FOUR)
    seen = [batch.status(arn) for _ in range(5)]
    assert seen == ["Validating", "Scheduled", "InProgress", "Completed", "Completed"]


@in_process
def test_times_move_on_with_the_statuses(batch, bedrock_mock):
    bedrock_mock.set_transition(BATCH_CLOCK, hours(1))
    with ticking() as clock:
        arn = batch.create(*FOUR)
        clock.tick(timedelta(hours=2.5))
        job = batch.get(arn)
        assert (job["status"], job["lastModifiedTime"]) == ("Scheduled", START + timedelta(hours=2))
        assert "endTime" not in job
        clock.tick(timedelta(hours=9))
        job = batch.get(arn)
    end = START + timedelta(hours=4)
    assert job["status"] == "Completed"
    assert job["submitTime"] == START
    assert job["endTime"] == job["lastModifiedTime"] == end


@in_process
def test_counts_move_on_with_time(batch, bedrock_mock):
    bedrock_mock.set_transition(BATCH_CLOCK, hours(4))
    with ticking() as clock:
        arn = batch.create(*FOUR)
        clock.tick(timedelta(hours=8))
        assert batch.counts(arn) == (4, 0, 0, 0)
        seen = []
        for _ in range(5):
            seen.append(batch.counts(arn)[1])
            clock.tick(timedelta(hours=2))
        assert seen == [0, 0, 0, 2, 4]
        assert batch.files() != []


def test_counts_move_on_look_by_look(batch, bedrock_mock, client):
    bedrock_mock.set_transition(BATCH_CLOCK, manual(2))
    arn = batch.create(*FOUR)
    need_counts()
    seen = []
    while not seen or seen[-1][0] != "Completed":
        (job,) = client.list_model_invocation_jobs()["invocationJobSummaries"]
        seen.append((job["status"], job["processedRecordCount"]))
    assert seen[-3:] == [("InProgress", 0), ("InProgress", 2), ("Completed", 4)]
    assert batch.counts(arn) == (4, 4, 4, 0)


def test_a_frozen_job_has_processed_half(batch, bedrock_mock):
    bedrock_mock.freeze()
    arn = batch.create(*FOUR)
    for status in ("Validating", "Scheduled", "InProgress"):
        assert bedrock_mock.advance(arn) == status
    assert batch.counts(arn) == (4, 2, 2, 0)
    assert batch.files() == []
    assert bedrock_mock.advance(arn) == "Completed"
    assert batch.manifest(arn)["processedRecordCount"] == 4


def test_the_input_may_change_once_it_is_validated(batch, bedrock_mock):
    bedrock_mock.freeze()
    arn = batch.create(*FOUR)
    bedrock_mock.advance(arn)
    bedrock_mock.advance(arn)
    batch.s3.delete_object(Bucket="my-bucket", Key="input/records.jsonl")
    assert bedrock_mock.complete(arn) == "Completed"
    assert batch.counts(arn) == (4, 4, 4, 0)


@in_process
def test_files_are_there_when_the_job_is_due_though_no_client_asks_for_it(batch, bedrock_mock):
    bedrock_mock.set_transition(BATCH_CLOCK, hours(1))
    with ticking() as clock:
        batch.create(*FOUR)
        clock.tick(timedelta(hours=3.9))
        assert batch.files() == []
        clock.tick(timedelta(hours=0.2))
        assert len(batch.files()) == 2


@in_process
@pytest.mark.parametrize("transition", [{}, "x", {"progression": "time"}])
def test_a_transition_that_means_nothing_counts_like_a_frozen_one(batch, bedrock_mock, transition):
    body = {"model_name": BATCH_CLOCK, "transition": transition}
    path = f"{MOTO_API}/state-manager/set-transition"
    with pytest.warns(UserWarning, match="is not a transition"):
        requests.post(path, json=body, timeout=5).raise_for_status()
    arn = batch.create(*FOUR)
    for _ in range(3):
        bedrock_mock.advance(arn)
    assert batch.counts(arn) == (4, 2, 2, 0)
    bedrock_mock.complete(arn)


@pytest.mark.parametrize("steps", range(4))
def test_a_job_fails_in_any_status(batch, bedrock_mock, steps):
    bedrock_mock.freeze()
    arn = batch.create(*FOUR)
    for _ in range(steps):
        bedrock_mock.advance(arn)
    bedrock_mock.fail_next(BATCH_CLOCK, "It broke.", job=arn)
    assert bedrock_mock.complete(arn) == "Failed"
    job = batch.get(arn)
    assert job["message"] == "It broke."
    assert job["endTime"] == job["lastModifiedTime"]
    assert batch.files() == []


# --- stop ---------------------------------------------------------------------------------


@in_process
def test_stopping_half_way_leaves_the_output_of_what_was_processed(batch, client, bedrock_mock):
    bedrock_mock.set_transition(BATCH_CLOCK, hours(4))
    with ticking() as clock:
        arn = batch.create(*FOUR)
        clock.tick(timedelta(hours=15))
        answer = client.stop_model_invocation_job(jobIdentifier=arn)
        assert body(answer) == {}
        assert batch.status(arn) == "Stopping"
        assert batch.files() == []
        clock.tick(timedelta(hours=4))
        job = batch.get(arn)
    assert job["status"] == "Stopped"
    assert "endTime" not in job
    assert batch.counts(arn) == (4, 3, 3, 0)
    assert batch.outputs(arn).keys() == {"r0", "r1", "r2"}
    assert batch.manifest(arn)["totalRecordCount"] == 4
    assert batch.manifest(arn)["processedRecordCount"] == 3


@pytest.mark.parametrize("steps", range(3))
def test_a_job_that_is_stopped_before_it_begins_writes_nothing(batch, client, bedrock_mock, steps):
    bedrock_mock.freeze()
    arn = batch.create(*FOUR)
    for _ in range(steps):
        bedrock_mock.advance(arn)
    client.stop_model_invocation_job(jobIdentifier=arn)
    assert bedrock_mock.complete(arn) == "Stopped"
    assert batch.files() == []
    assert batch.counts(arn)[1:] == (0, 0, 0)


def test_stopping_again_changes_nothing(batch, client, bedrock_mock):
    bedrock_mock.freeze()
    arn = batch.create(*FOUR)
    client.stop_model_invocation_job(jobIdentifier=arn)
    before = batch.get(arn)
    assert body(client.stop_model_invocation_job(jobIdentifier=arn)) == {}
    assert batch.get(arn) == before
    bedrock_mock.complete(arn)
    with refused("ValidationException", 400) as caught:
        client.stop_model_invocation_job(jobIdentifier=arn)
    assert "State was: Stopped" in str(caught.value)


def test_a_job_that_has_ended_cannot_be_stopped(batch, client):
    arn = batch.create(*FOUR)
    with refused("ValidationException", 400) as caught:
        client.stop_model_invocation_job(jobIdentifier=arn)
    assert "State was: Completed" in str(caught.value)
    assert batch.status(arn) == "Completed"


# --- time-outs ----------------------------------------------------------------------------


@in_process
@pytest.mark.parametrize("hours_each", [9, 13, 25])
def test_a_job_that_does_not_begin_in_time_expires(batch, bedrock_mock, hours_each):
    bedrock_mock.set_transition(BATCH_CLOCK, hours(hours_each))
    with ticking() as clock:
        arn = batch.create(*FOUR)
        clock.tick(timedelta(hours=23.9))
        assert batch.status(arn) in {"Submitted", "Validating", "Scheduled"}
        clock.tick(timedelta(hours=10))
        job = batch.get(arn)
    assert job["status"] == "Expired"
    assert job["endTime"] == job["jobExpirationTime"] == START + timedelta(hours=24)
    assert "message" not in job
    assert batch.files() == []


@in_process
def test_a_job_that_does_not_end_in_time_is_completed_in_part(batch, bedrock_mock):
    bedrock_mock.set_transition(BATCH_CLOCK, hours(7))
    with ticking() as clock:
        arn = batch.create(*FOUR)
        clock.tick(timedelta(hours=30))
        # What is due has happened, though no client has asked for the job.
        assert len(batch.files()) == 2
        job = batch.get(arn)
    assert job["status"] == "PartiallyCompleted"
    assert job["endTime"] == START + timedelta(hours=24)
    # Three of the seven hours.
    assert batch.counts(arn) == (4, 1, 1, 0)
    assert batch.outputs(arn).keys() == {"r0"}
    assert batch.manifest(arn)["processedRecordCount"] == 1


@in_process
@pytest.mark.parametrize("transition", [FROZEN, manual(100)])
def test_time_is_up_with_every_clock(batch, bedrock_mock, transition):
    bedrock_mock.set_transition(BATCH_CLOCK, transition)
    with ticking() as clock:
        arn, other = batch.create(*FOUR), batch.create(timeoutDurationInHours=48)
        for _ in range(3):
            bedrock_mock.advance(arn)
        clock.tick(timedelta(hours=25))
        assert batch.status(arn) == "PartiallyCompleted"
        assert batch.status(other) == "Submitted"
        clock.tick(timedelta(hours=24))
        assert batch.status(other) == "Expired"


@in_process
def test_a_job_that_is_being_stopped_does_not_time_out(batch, client, bedrock_mock):
    bedrock_mock.freeze()
    with ticking() as clock:
        arn = batch.create(*FOUR)
        client.stop_model_invocation_job(jobIdentifier=arn)
        clock.tick(timedelta(hours=50))
        assert batch.status(arn) == "Stopping"
        assert bedrock_mock.advance(arn) == "Stopped"


@in_process
def test_a_longer_timeout_lets_a_job_end(batch, bedrock_mock):
    bedrock_mock.set_transition(BATCH_CLOCK, hours(7))
    with ticking() as clock:
        arn = batch.create(*FOUR, timeoutDurationInHours=28)
        clock.tick(timedelta(hours=30))
        assert batch.status(arn) == "Completed"


# --- tags ---------------------------------------------------------------------------------


def test_a_job_is_tagged_by_its_arn(batch, client):
    arn = batch.create(tags=tags(team="red"))
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == tags(team="red")
