"""Model customization jobs: what comes back of a request, what they are based on, how they end."""

from __future__ import annotations

import re

import boto3
import pytest
from kinds import calls_of, snapshot

from bedrock_mock import mock_bedrock
from support import (
    ACCOUNT,
    BASE_ARN,
    BASE_MODEL,
    CUSTOMIZATION_CLOCK,
    JOB_NAME_TAKEN,
    KEY,
    KEY_ARN,
    MODEL_NAME_TAKEN,
    NEVER,
    OTHER,
    REGION,
    VPC,
    body,
    custom_model,
    customization_job,
    manual,
    many_tags,
    refused,
    role_of,
    send_paths_as_they_are,
    tags,
    wire_answers,
)

NOT_FOUND = "The provided model customization job was not found."
VALIDATION = {"validators": [{"s3Uri": "s3://my-bucket/a"}, {"s3Uri": "s3://my-bucket/b"}]}
LOGS = {
    "invocationLogsConfig": {
        "usePromptResponse": True,
        "invocationLogSource": {"s3Uri": "s3://my-bucket/logs/"},
        "requestMetadataFilters": {
            "andAll": [{"equals": {"team": "search"}}, {"notEquals": {"stage": "test"}}]
        },
    }
}
TEACHER = {
    "distillationConfig": {
        "teacherModelConfig": {
            "teacherModelIdentifier": "amazon.nova-pro-v1:0",
            "maxResponseLengthForInference": 1000,
        }
    }
}
GRADER = {
    "rftConfig": {
        "graderConfig": {
            "lambdaGrader": {"lambdaArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:grader"}
        },
        "hyperParameters": {"epochCount": 2, "learningRate": 1e-05, "reasoningEffort": "low"},
    }
}


def arn_pattern(kind, base=BASE_MODEL, partition="aws", region=REGION, account=ACCOUNT):
    return re.compile(f"arn:{partition}:bedrock:{region}:{account}:{kind}/{base}/[a-z0-9]{{12}}")


create, get, summaries = calls_of("model-customization-job", customization_job, "customization-1")


def models(client):
    return [model["modelName"] for model in client.list_custom_models()["modelSummaries"]]


# --- what comes back ------------------------------------------------------------------


def test_create_answers_201_and_the_new_jobs_arn_only(client):
    created = client.create_model_customization_job(**customization_job())
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert body(created).keys() == {"jobArn"}
    assert arn_pattern("model-customization-job").fullmatch(created["jobArn"])


def test_a_job_has_what_was_sent_and_once_completed_its_model_and_metrics(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, manual(2))
    sent = {
        "clientRequestToken": "token",
        "customizationType": "CONTINUED_PRE_TRAINING",
        "hyperParameters": {"epochCount": "1", "learningRate": "0.01"},
        "validationDataConfig": VALIDATION,
        "vpcConfig": VPC,
    }
    arn = create(client, customModelKmsKeyId=KEY, jobTags=tags(a="1"), **sent)
    job = get(client)
    assert job == {
        "jobArn": arn,
        "jobName": "customization-1",
        "outputModelName": "custom-1",
        "roleArn": role_of(ACCOUNT),
        "baseModelArn": BASE_ARN,
        "trainingDataConfig": {"s3Uri": "s3://my-bucket/training.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://my-bucket/results/"},
        "outputModelKmsKeyArn": KEY_ARN,
        **sent,
        "status": "InProgress",
        "creationTime": job["creationTime"],
        "lastModifiedTime": job["creationTime"],
    }
    done = get(client)
    assert done == {
        **job,
        "status": "Completed",
        "outputModelArn": done["outputModelArn"],
        "trainingMetrics": {"trainingLoss": 1.0},
        "validationMetrics": [{"validationLoss": 1.1}] * 2,
        "endTime": done["endTime"],
        "lastModifiedTime": done["endTime"],
    }
    assert done["endTime"] >= done["creationTime"]
    assert arn_pattern("custom-model").fullmatch(done["outputModelArn"])
    assert get(client) == done


def test_a_job_of_the_least_that_can_be_sent_is_a_fine_tuning_without_validators(client):
    create(client)
    job = get(client)
    assert job["customizationType"] == "FINE_TUNING"
    assert job["validationDataConfig"] == {"validators": []}
    absent = {"vpcConfig", "outputModelKmsKeyArn", "failureMessage", "validationMetrics"}
    assert not job.keys() & (absent | {"hyperParameters", "customizationConfig", "statusDetails"})


def test_a_summary_has_seven_members_of_the_job_and_two_more_once_completed(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, manual(3))
    create(client, vpcConfig=VPC, customModelKmsKeyId=KEY)
    members = {"jobArn", "jobName", "baseModelArn", "status", "customizationType", "creationTime"}
    members |= {"lastModifiedTime"}
    for more in (set(), {"endTime", "customModelArn"}):
        (summary,) = summaries(client)
        job = get(client)
        job["customModelArn"] = job.get("outputModelArn")
        assert summary.pop("customModelName") == job["outputModelName"]
        assert summary.keys() == members | more
        assert summary == {name: job[name] for name in summary}


def test_times_are_sent_in_utc_with_milliseconds(client):
    create(client)
    answers = wire_answers(client)
    get(client)
    summaries(client)
    (job, listed) = answers
    for item in (job, *listed["modelCustomizationJobSummaries"]):
        for name in ("creationTime", "lastModifiedTime", "endTime"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item[name])


@pytest.mark.parametrize("encoded", [True, False])
def test_a_job_is_found_by_name_and_by_arn_percent_encoded_or_not(client, encoded):
    arn = create(client)
    if not encoded:
        send_paths_as_they_are(client)
    assert get(client, arn) == get(client, "customization-1")


def test_a_job_that_does_not_exist_is_not_found(client, bedrock_mock):
    foreign = create(bedrock_mock.client(region_name="eu-west-1"))
    arn = create(client)
    for identifier in ("customization", f"{arn[:-12]}{'0' * 12}", foreign):
        for operation in (client.get_model_customization_job, client.stop_model_customization_job):
            with refused("ResourceNotFoundException", 404, NOT_FOUND):
                operation(jobIdentifier=identifier)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
def test_arns_have_the_partition_and_the_region(bedrock_mock, region, partition):
    client = bedrock_mock.client(region_name=region)
    job = get(client, create(client, roleArn=role_of(ACCOUNT, partition)))
    for arn, kind in (
        (job["jobArn"], "model-customization-job"),
        (job["outputModelArn"], "custom-model"),
    ):
        assert arn_pattern(kind, BASE_MODEL, partition, region).fullmatch(arn)
    assert job["baseModelArn"] == (
        f"arn:{partition}:bedrock:{region}::foundation-model/{BASE_MODEL}"
    )


# --- what it is based on ----------------------------------------------------------------


def test_a_base_model_given_by_its_arn_comes_back_as_the_same_arn(client):
    elsewhere = BASE_ARN.replace(REGION, "us-west-2")
    for number, arn in enumerate((BASE_ARN, elsewhere)):
        job = get(client, create(client, f"job-{number}", f"m{number}", baseModelIdentifier=arn))
        assert job["baseModelArn"] == arn
        assert arn_pattern("model-customization-job").fullmatch(job["jobArn"])


@pytest.mark.parametrize("identifier", ["modelName", "modelArn"])
def test_a_custom_model_can_be_customised_further(client, identifier):
    create(client)
    first = client.get_custom_model(modelIdentifier="custom-1")
    create(client, "job-2", "custom-2", baseModelIdentifier=first[identifier])
    job = get(client, "job-2")
    second = client.get_custom_model(modelIdentifier="custom-2")
    # A job names the first foundation model, and the model names its direct source.
    assert job["baseModelArn"] == BASE_ARN
    assert second["baseModelArn"] == first["modelArn"]
    assert arn_pattern("custom-model").fullmatch(second["modelArn"])


@pytest.mark.parametrize(
    "identifier",
    ["nobody", f"arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/{BASE_MODEL}/000000000000"],
)
def test_a_custom_model_that_does_not_exist_cannot_be_customised(client, identifier):
    message = "The provided custom model was not found."
    with refused("ResourceNotFoundException", 404, message):
        create(client, baseModelIdentifier=identifier)
    assert snapshot(client) == []


# --- the kinds of customization -----------------------------------------------------------


def test_a_distillation_learns_from_invocation_logs_and_reports_its_sub_tasks(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, manual(2))
    create(client, trainingDataConfig=LOGS, customizationConfig=TEACHER)
    job = get(client)
    assert job["customizationType"] == "DISTILLATION"
    assert job["trainingDataConfig"] == LOGS
    assert job["customizationConfig"] == TEACHER
    times = {name: job[name] for name in ("creationTime", "lastModifiedTime")}
    assert job["statusDetails"] == {
        "validationDetails": {"status": "InProgress", **times},
        "dataProcessingDetails": {"status": "NotStarted"},
        "trainingDetails": {"status": "NotStarted"},
    }
    (summary,) = summaries(client)
    names = ("validationDetails", "dataProcessingDetails", "trainingDetails")
    assert [summary["statusDetails"][name]["status"] for name in names] == ["Completed"] * 3
    model = client.get_custom_model(modelIdentifier="custom-1")
    assert model["customizationConfig"] == TEACHER
    assert model["trainingDataConfig"] == LOGS


def test_reinforcement_fine_tuning_has_its_grader_where_the_model_knows_of_it(client):
    shape = client.meta.service_model.shape_for("CustomizationConfig")
    if "rftConfig" not in shape.members:
        pytest.skip("this version of botocore has no reinforcement fine-tuning")
    create(client, customizationConfig=GRADER)
    job = get(client)
    assert job["customizationType"] == "REINFORCEMENT_FINE_TUNING"
    assert job["customizationConfig"] == GRADER


DISTILLATION = "DISTILLATION"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"customizationType": "IMPORTED"},
            "No job makes a model of the customizationType 'IMPORTED': use CreateCustomModel.",
        ),
        (
            {"customizationType": "FINE_TUNING", "customizationConfig": TEACHER},
            "The member 'customizationConfig.distillationConfig' is not for the type FINE_TUNING.",
        ),
        (
            {"customizationType": DISTILLATION},
            "The member 'customizationConfig.distillationConfig' is required for DISTILLATION.",
        ),
        (
            {"trainingDataConfig": {}},
            "The member 'trainingDataConfig' must set 's3Uri' or 'invocationLogsConfig'.",
        ),
    ],
)
def test_parts_that_do_not_go_together_are_refused(client, members, message):
    with refused("ValidationException", 400, message):
        create(client, **members)
    assert snapshot(client) == []


# --- names and tokens ---------------------------------------------------------------------


def test_a_job_name_stays_taken_though_the_job_is_over_and_its_model_deleted(client):
    create(client)
    client.delete_custom_model(modelIdentifier="custom-1")
    with refused("ValidationException", 400, JOB_NAME_TAKEN):
        create(client, "customization-1", "custom-2")


def test_a_model_name_is_claimed_by_a_job_then_held_by_the_model_then_free(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, manual(1))
    create(client)

    def is_taken():
        with refused("ValidationException", 400, MODEL_NAME_TAKEN):
            create(client, "job-2", "custom-1")
        with refused("ValidationException", 400, MODEL_NAME_TAKEN):
            client.create_custom_model(**custom_model("custom-1"))
        return True

    assert is_taken()
    first = get(client)
    assert is_taken()
    client.delete_custom_model(modelIdentifier="custom-1")
    create(client, "job-2", "custom-1")
    assert get(client, "job-2")["outputModelArn"] != first["outputModelArn"]
    assert get(client) == first


def test_a_token_seen_before_gives_the_first_job_even_if_other_members_differ(client):
    arn = create(client, clientRequestToken="token")
    before = snapshot(client)
    assert create(client, clientRequestToken="token") == arn
    assert create(client, "job-2", "m", clientRequestToken="token", roleArn=role_of(OTHER)) == arn
    assert snapshot(client) == before
    # It counts for this operation only.
    model = client.create_custom_model(**custom_model("m", clientRequestToken="token"))
    assert ":custom-model/imported/" in model["modelArn"]


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"jobName": "running"}, "ValidationException", 400),
        ({"customModelName": "of-running"}, "ValidationException", 400),
        ({"customModelName": "of-done"}, "ValidationException", 400),
        ({"roleArn": role_of(OTHER)}, "AccessDeniedException", 403),
        ({"roleArn": "me"}, "ValidationException", 400),
        ({"baseModelIdentifier": "nobody"}, "ResourceNotFoundException", 404),
        ({"jobTags": many_tags(51)}, "TooManyTagsException", 400),
        ({"customModelTags": many_tags(51)}, "TooManyTagsException", 400),
        ({"customModelKmsKeyId": "key"}, "ValidationException", 400),
        ({"trainingDataConfig": {"s3Uri": "x"}}, "ValidationException", 400),
    ],
)
def test_a_refused_request_changes_nothing(client, bedrock_mock, change, code, status):
    create(client, "done", "of-done")
    get(client, "done")
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, NEVER)
    create(client, "running", "of-running")
    before = snapshot(client)
    request = customization_job(clientRequestToken="token")
    with refused(code, status):
        client.create_model_customization_job(**{**request, **change})
    assert snapshot(client) == before
    # Neither the names nor the token have been used up.
    arn = client.create_model_customization_job(**request)["jobArn"]
    assert get(client, arn)["jobName"] == "customization-1"


# --- how a job ends -------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["name", "arn"])
def test_a_job_in_progress_is_stopping_and_then_stopped_without_a_model(client, bedrock_mock, by):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, manual(2))
    arn = create(client)
    identifier = arn if by == "arn" else "customization-1"
    answers = wire_answers(client)
    stopped = client.stop_model_customization_job(jobIdentifier=identifier)
    assert stopped["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answers == [{}]
    stopping, over = get(client), get(client)
    assert (stopping["status"], over["status"]) == ("Stopping", "Stopped")
    assert "endTime" not in stopping
    assert over["endTime"] == over["lastModifiedTime"]
    for job in (stopping, over):
        assert not {"outputModelArn", "trainingMetrics", "failureMessage"} & job.keys()
    assert models(client) == []


@pytest.mark.parametrize("status", ["Stopping", "Stopped", "Completed"])
def test_a_job_that_is_not_in_progress_cannot_be_stopped(client, bedrock_mock, status):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, NEVER)
    create(client)
    if status != "Completed":
        client.stop_model_customization_job(jobIdentifier="customization-1")
    if status != "Stopping":
        bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, {"progression": "immediate"})
    message = f"The model customization job is not in progress: its status is {status}."
    with refused("ConflictException", 400, message):
        client.stop_model_customization_job(jobIdentifier="customization-1")
    assert get(client)["status"] == status


def test_a_job_that_stops_unseen_frees_its_models_name(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, NEVER)
    create(client)
    client.stop_model_customization_job(jobIdentifier="customization-1")
    with refused("ValidationException", 400, MODEL_NAME_TAKEN):
        client.create_custom_model(**custom_model("custom-1"))
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, {"progression": "immediate"})
    client.create_custom_model(**custom_model("custom-1"))
    assert models(client) == ["custom-1"]


def test_a_failed_job_has_the_reason_and_leaves_no_model(client, bedrock_mock):
    bedrock_mock.fail_next(CUSTOMIZATION_CLOCK, "The training data is empty.")
    arn = create(client)
    failed = get(client)
    assert failed["status"] == "Failed"
    assert failed["failureMessage"] == "The training data is empty."
    assert failed["endTime"] == failed["lastModifiedTime"]
    assert not {"outputModelArn", "trainingMetrics", "validationMetrics"} & failed.keys()
    assert models(client) == []
    # The name of the model that never was is free.
    assert create(client, "job-2", "custom-1") != arn


# --- what it refers to ------------------------------------------------------------------------


@pytest.fixture
def strict():
    """A client with a role and buckets in IAM and S3, where what is referred to must be there."""
    with mock_bedrock(config={"bedrock": {"references": "strict"}}) as bedrock:
        iam = boto3.client("iam", region_name=REGION)
        iam.create_role(RoleName="BedrockRole", AssumeRolePolicyDocument="{}")
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket="my-bucket")
        for name in ("training.jsonl", "a", "b"):
            s3.put_object(Bucket="my-bucket", Key=name, Body=b"{}")
        yield bedrock.client(region_name=REGION)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"validationDataConfig": VALIDATION},
        {"trainingDataConfig": LOGS, "customizationConfig": TEACHER},
    ],
)
def test_with_strict_references_what_is_there_may_be_used(strict, members):
    create(strict, **members)
    assert get(strict)["status"] == "Completed"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"roleArn": f"{role_of(ACCOUNT)}2"}, "IAM has no role"),
        (
            {"trainingDataConfig": {"s3Uri": "s3://other/a"}},
            "'s3://other/a' of 'trainingDataConfig.s3Uri' is invalid: S3 has no bucket 'other'",
        ),
        (
            {"validationDataConfig": {"validators": [{"s3Uri": "s3://other/a"}]}},
            "of 'validationDataConfig.validators.s3Uri' is invalid",
        ),
        ({"outputDataConfig": {"s3Uri": "s3://other"}}, "of 'outputDataConfig.s3Uri' is invalid"),
        ({"customModelKmsKeyId": KEY}, "KMS has no key"),
        ({"vpcConfig": VPC}, "EC2 has no such subnet"),
    ],
)
def test_with_strict_references_what_is_not_there_is_refused(strict, members, message):
    with refused("ValidationException", 400) as caught:
        create(strict, **members)
    assert message in caught.value.response["Error"]["Message"]
    assert summaries(strict) == []
