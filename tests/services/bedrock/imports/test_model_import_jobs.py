"""Model import jobs: what comes back of a request, the names it takes, and who may send it."""

from __future__ import annotations

import re
import time

import boto3
import pytest
from botocore import xform_name
from freezegun import freeze_time
from kinds import calls_of, snapshot
from moto.core import set_initial_no_auth_action_count
from moto.moto_api._internal import mock_random
from permissions import authorised, user, with_key

from support import (
    ACCOUNT,
    BASE_MODEL,
    CUSTOMIZATION_CLOCK,
    EVALUATION_CLOCK,
    FOREIGN_ROLE,
    IMPORT_CLOCK,
    JOB_NAME_TAKEN,
    KEY,
    KEY_ARN,
    MODEL_NAME_TAKEN,
    OTHER,
    REGION,
    VPC,
    body,
    custom_model,
    customization_job,
    evaluation_job,
    import_job,
    in_process,
    manual,
    many_tags,
    refused,
    role_of,
    send_paths_as_they_are,
    tags,
    wire_answers,
)

NOT_FOUND = "The provided model import job was not found."


def arn_pattern(kind, partition="aws", region=REGION, account=ACCOUNT):
    return re.compile(f"arn:{partition}:bedrock:{region}:{account}:{kind}/[a-z0-9]{{12}}")


create, get, summaries = calls_of("model-import-job", import_job, "job-1")


# --- what comes back ------------------------------------------------------------------


def test_create_answers_201_and_the_new_jobs_arn_only(client):
    created = client.create_model_import_job(**import_job())
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert body(created).keys() == {"jobArn"}
    assert arn_pattern("model-import-job").fullmatch(created["jobArn"])


def test_a_job_has_what_was_sent_and_once_completed_its_model(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, manual(2))
    arn = create(
        client,
        vpcConfig=VPC,
        importedModelKmsKeyId=KEY_ARN,
        jobTags=tags(job="1"),
        importedModelTags=tags(model="1"),
    )
    job = get(client)
    assert job == {
        "jobArn": arn,
        "jobName": "job-1",
        "importedModelName": "model-1",
        "roleArn": role_of(ACCOUNT),
        "modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/model/"}},
        "vpcConfig": VPC,
        "importedModelKmsKeyArn": KEY_ARN,
        "status": "InProgress",
        "creationTime": job["creationTime"],
        "lastModifiedTime": job["creationTime"],
    }
    done = get(client)
    assert done == {
        **job,
        "status": "Completed",
        "importedModelArn": done["importedModelArn"],
        "endTime": done["endTime"],
        "lastModifiedTime": done["endTime"],
    }
    assert done["endTime"] >= done["creationTime"]
    assert arn_pattern("imported-model").fullmatch(done["importedModelArn"])
    assert get(client) == done


def test_what_was_not_sent_is_not_there(client):
    create(client)
    assert not {"vpcConfig", "importedModelKmsKeyArn", "failureMessage"} & get(client).keys()


def test_a_summary_has_six_members_of_the_job_and_two_more_once_completed(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, manual(3))
    create(client, vpcConfig=VPC, importedModelKmsKeyId=KEY)
    times = {"creationTime", "lastModifiedTime"}
    members = {"jobArn", "jobName", "importedModelName", "status"} | times
    for more in (set(), {"endTime", "importedModelArn"}):
        (summary,) = summaries(client)
        job = get(client)
        assert summary.keys() == members | more
        assert summary == {name: job[name] for name in summary}


def test_times_are_sent_in_utc_with_milliseconds(client):
    create(client)
    answers = wire_answers(client)
    get(client)
    summaries(client)
    (job, listed) = answers
    for item in (job, *listed["modelImportJobSummaries"]):
        for name in ("creationTime", "lastModifiedTime", "endTime"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item[name])


@in_process
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_times_do_not_depend_on_the_time_zone_of_the_machine(client, monkeypatch, zone):
    with monkeypatch.context() as machine:
        machine.setenv("TZ", zone)
        time.tzset()
        with freeze_time("2026-01-02T03:04:05.678912Z"):
            create(client)
            answers = wire_answers(client)
            get(client)
    time.tzset()
    assert answers[0]["creationTime"] == "2026-01-02T03:04:05.678Z"


@pytest.mark.parametrize(
    ("key", "arn"),
    [
        (KEY, KEY_ARN),
        (KEY_ARN, KEY_ARN),
        (
            f"arn:aws:kms:eu-west-1:{OTHER}:key/{KEY}",
            f"arn:aws:kms:eu-west-1:{OTHER}:key/{KEY}",
        ),
    ],
    ids=["id", "arn", "arn of another account"],
)
def test_get_answers_with_the_arn_of_a_kms_key(client, key, arn):
    create(client, importedModelKmsKeyId=key)
    assert get(client)["importedModelKmsKeyArn"] == arn
    model = client.get_imported_model(modelIdentifier="model-1")
    assert model["modelKmsKeyArn"] == arn


def test_a_key_of_an_unknown_region_comes_back_as_it_was_sent(client):
    boto3.client("kms", region_name=REGION).list_keys()
    arn = KEY_ARN.replace(REGION, "mars-north-1")
    create(client, importedModelKmsKeyId=arn)
    assert get(client)["importedModelKmsKeyArn"] == arn


def test_a_kms_alias_stands_for_one_key_of_its_account_and_region(client):
    aliases = [
        "alias/my/key",
        f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/my/key",
        "alias/other",
        f"arn:aws:kms:eu-west-1:{OTHER}:alias/my/key",
    ]
    for number, alias in enumerate(aliases):
        create(client, f"job-{number}", f"model-{number}", importedModelKmsKeyId=alias)
    name, arn, other, foreign = (
        get(client, f"job-{number}")["importedModelKmsKeyArn"] for number in range(4)
    )
    assert re.fullmatch(rf"arn:aws:kms:{REGION}:{ACCOUNT}:key/[a-z0-9-]{{36}}", name)
    assert arn == name != other
    assert re.fullmatch(rf"arn:aws:kms:eu-west-1:{OTHER}:key/[a-z0-9-]{{36}}", foreign)
    assert foreign.rpartition("/")[2] != name.rpartition("/")[2]


# --- how a job is found ---------------------------------------------------------------


@pytest.mark.parametrize("encoded", [True, False])
def test_a_job_is_found_by_name_and_by_arn_percent_encoded_or_not(client, encoded):
    arn = create(client)
    if not encoded:
        send_paths_as_they_are(client)
    assert get(client, arn) == get(client, "job-1")


def test_a_job_that_does_not_exist_is_not_found(client, bedrock_mock):
    foreign = create(bedrock_mock.client(region_name="eu-west-1"))
    arn = create(client)
    for identifier in ("job", "job-10", f"{arn[:-12]}{'0' * 12}", foreign):
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            get(client, identifier)


# --- names and tokens -----------------------------------------------------------------


def test_a_job_name_stays_taken_though_the_job_is_over_and_its_model_deleted(client):
    create(client)
    with refused("ValidationException", 400, JOB_NAME_TAKEN):
        create(client, "job-1", "model-2")
    client.delete_imported_model(modelIdentifier="model-1")
    with refused("ValidationException", 400, JOB_NAME_TAKEN):
        create(client, "job-1", "model-1")


def test_a_model_name_is_claimed_by_a_job_then_held_by_the_model_then_free(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, manual(1))
    create(client)
    with refused("ValidationException", 400, MODEL_NAME_TAKEN):
        create(client, "job-2", "model-1")
    first = get(client, "job-1")
    with refused("ValidationException", 400, MODEL_NAME_TAKEN):
        create(client, "job-2", "model-1")
    client.delete_imported_model(modelIdentifier="model-1")
    create(client, "job-2", "model-1")
    assert get(client, "job-2")["importedModelArn"] != first["importedModelArn"]
    assert get(client, "job-1") == first


def test_a_token_seen_before_gives_the_first_job_even_if_other_members_differ(client):
    arn = create(client, clientRequestToken="token")
    before = snapshot(client)
    assert create(client, clientRequestToken="token") == arn
    assert create(client, "job-2", "m", clientRequestToken="token", roleArn=role_of(OTHER)) == arn
    assert snapshot(client) == before
    client.delete_imported_model(modelIdentifier="model-1")
    assert create(client, clientRequestToken="token") == arn
    assert client.list_imported_models()["modelSummaries"] == []
    assert create(client, "job-2", clientRequestToken="other") != arn


def test_a_token_counts_per_operation_account_and_region(client, bedrock_mock):
    arns = {
        create(client, clientRequestToken="token"),
        create(bedrock_mock.client(region_name="eu-west-1"), clientRequestToken="token"),
        create(
            bedrock_mock.client(account_id=OTHER),
            clientRequestToken="token",
            roleArn=role_of(OTHER),
        ),
        client.create_evaluation_job(**evaluation_job(clientRequestToken="token"))["jobArn"],
    }
    assert len(arns) == 4


def refusal(message=None, code="ValidationException", status=400):
    return code, status, message


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"jobName": "done"}, refusal(JOB_NAME_TAKEN)),
        ({"jobName": "running"}, refusal(JOB_NAME_TAKEN)),
        ({"importedModelName": "of-done"}, refusal(MODEL_NAME_TAKEN)),
        ({"importedModelName": "of-running"}, refusal(MODEL_NAME_TAKEN)),
        ({"roleArn": role_of(OTHER)}, refusal(FOREIGN_ROLE, "AccessDeniedException", 403)),
        ({"roleArn": "me"}, refusal()),
        ({"jobTags": many_tags(51)}, refusal(code="TooManyTagsException")),
        ({"importedModelTags": many_tags(51)}, refusal(code="TooManyTagsException")),
        ({"importedModelKmsKeyId": "key"}, refusal()),
        ({"modelDataSource": {"s3DataSource": {"s3Uri": "x"}}}, refusal()),
    ],
)
def test_a_refused_request_changes_nothing(client, bedrock_mock, change, error):
    create(client, "done", "of-done", jobTags=tags(a="b"))
    get(client, "done")
    bedrock_mock.set_transition(IMPORT_CLOCK, manual(1000))
    create(client, "running", "of-running")
    before = snapshot(client)
    request = import_job(clientRequestToken="token")
    with refused(*error):
        client.create_model_import_job(**{**request, **change})
    assert snapshot(client) == before
    # Neither the names nor the token have been used up.
    assert get(client, client.create_model_import_job(**request)["jobArn"])["jobName"] == "job-1"


# --- accounts and regions ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
def test_arns_have_the_partition_and_the_region(bedrock_mock, region, partition):
    client = bedrock_mock.client(region_name=region)
    role = role_of(ACCOUNT, partition)
    job = get(client, create(client, roleArn=role, importedModelKmsKeyId=KEY))
    evaluation = client.create_evaluation_job(**evaluation_job(roleArn=role))
    for arn, kind in (
        (job["jobArn"], "model-import-job"),
        (job["importedModelArn"], "imported-model"),
        (evaluation["jobArn"], "evaluation-job"),
    ):
        assert arn_pattern(kind, partition, region).fullmatch(arn)
    assert job["importedModelKmsKeyArn"] == f"arn:{partition}:kms:{region}:{ACCOUNT}:key/{KEY}"


def test_every_account_and_region_has_its_own_state(bedrock_mock):
    places = [(REGION, ACCOUNT), ("eu-west-1", ACCOUNT), (REGION, OTHER)]
    clients = [bedrock_mock.client(region_name=r, account_id=a) for r, a in places]
    for client, (region, account) in zip(clients, places, strict=True):
        assert snapshot(client) == []
        arn = create(client, roleArn=role_of(account))
        assert arn_pattern("model-import-job", "aws", region, account).fullmatch(arn)
        job = evaluation_job(roleArn=role_of(account))
        client.create_evaluation_job(**job)
        assert len(snapshot(client)) == 3


def test_an_assumed_role_acts_in_its_own_account(client):
    sts = boto3.client("sts", region_name=REGION)
    session = sts.assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/r", RoleSessionName="session")
    assumed = with_key(session["Credentials"])
    arn = create(assumed, roleArn=role_of(OTHER))
    assert arn_pattern("model-import-job", account=OTHER).fullmatch(arn)
    assert [summary["jobArn"] for summary in summaries(assumed)] == [arn]
    assert summaries(client) == []


@in_process
def test_the_account_is_the_clients_then_the_environments_then_the_roles(
    client, bedrock_mock, monkeypatch
):
    third = "222233334444"
    sts = boto3.client("sts", region_name=REGION)
    session = sts.assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/r", RoleSessionName="session")
    assumed = with_key(session["Credentials"])
    assert f":{OTHER}:" in create(assumed, roleArn=role_of(OTHER))
    monkeypatch.setenv("MOTO_ACCOUNT_ID", third)
    assert f":{third}:" in create(assumed, roleArn=role_of(third))
    asked = bedrock_mock.client(account_id=OTHER)
    assert f":{OTHER}:" in create(asked, "job-2", "model-2", roleArn=role_of(OTHER))


@in_process
def test_the_default_account_is_motos(bedrock_mock, monkeypatch):
    monkeypatch.setenv("MOTO_ACCOUNT_ID", OTHER)
    arn = create(bedrock_mock.client(), roleArn=role_of(OTHER))
    assert arn_pattern("model-import-job", account=OTHER).fullmatch(arn)
    assert arn in bedrock_mock.backend().model_import_jobs.store


@in_process
@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
    ],
)
def test_arns_have_the_partition_of_the_region(bedrock_mock, region, partition):
    arn = create(bedrock_mock.client(region_name=region))
    assert arn.startswith(f"arn:{partition}:bedrock:{region}:{ACCOUNT}:model-import-job/")


@in_process
def test_motos_seed_makes_ids_repeatable(client, bedrock_mock):
    mock_random.seed(42)
    create(client)
    job = get(client)
    elsewhere = bedrock_mock.client(region_name="eu-west-1")
    mock_random.seed(42)
    arn = create(elsewhere)
    assert arn == job["jobArn"].replace(REGION, "eu-west-1")
    # So the ARN of a model may be known before anybody has looked at its job.
    model = job["importedModelArn"].replace(REGION, "eu-west-1")
    assert elsewhere.get_imported_model(modelIdentifier=model)["jobArn"] == arn


def test_a_region_that_does_not_exist_is_denied_by_its_name(bedrock_mock):
    nowhere = bedrock_mock.client(region_name="mars-north-1")
    with refused("AccessDeniedException", 403) as caught:
        create(nowhere)
    assert caught.value.response["Error"]["Message"].startswith("There is no region 'mars-north-1'")


# --- permissions --------------------------------------------------------------------------


def call(client, operation, request):
    return getattr(client, xform_name(operation))(**request)


def requests_of(job, model, evaluation, customization, custom):
    """A request to every operation that succeeds when these are there and in progress."""
    return {
        "CreateModelImportJob": import_job("job-2", "model-2"),
        "GetModelImportJob": {"jobIdentifier": job},
        # The signature is over the query string too.
        "ListModelImportJobs": {"creationTimeAfter": "2026-01-02T03:04:05Z", "maxResults": 1},
        "GetImportedModel": {"modelIdentifier": model},
        "ListImportedModels": {},
        "DeleteImportedModel": {"modelIdentifier": model},
        "CreateEvaluationJob": evaluation_job("evaluation-2"),
        "GetEvaluationJob": {"jobIdentifier": evaluation},
        "ListEvaluationJobs": {},
        "StopEvaluationJob": {"jobIdentifier": evaluation},
        "BatchDeleteEvaluationJob": {"jobIdentifiers": [evaluation]},
        "CreateModelCustomizationJob": customization_job("customization-2", "custom-2"),
        "GetModelCustomizationJob": {"jobIdentifier": customization},
        "ListModelCustomizationJobs": {},
        "StopModelCustomizationJob": {"jobIdentifier": customization},
        "CreateCustomModel": custom_model("custom-2"),
        "GetCustomModel": {"modelIdentifier": custom},
        "ListCustomModels": {},
        "DeleteCustomModel": {"modelIdentifier": custom},
        "PutModelInvocationLoggingConfiguration": {"loggingConfig": {}},
        "GetModelInvocationLoggingConfiguration": {},
        "DeleteModelInvocationLoggingConfiguration": {},
        "GetFoundationModel": {"modelIdentifier": BASE_MODEL},
        "ListFoundationModels": {},
        "TagResource": {"resourceARN": job, "tags": tags(a="b")},
        "UntagResource": {"resourceARN": job, "tagKeys": ["a"]},
        "ListTagsForResource": {"resourceARN": job},
    }


@pytest.mark.parametrize("operation", ALL := requests_of(*[""] * 5).keys())
def test_a_user_may_do_what_a_policy_allows_and_nothing_else(client, bedrock_mock, operation):
    for clock in (EVALUATION_CLOCK, CUSTOMIZATION_CLOCK):
        bedrock_mock.set_transition(clock, manual(1000))
    job = get(client, create(client))
    request = requests_of(
        job["jobArn"],
        job["importedModelArn"],
        client.create_evaluation_job(**evaluation_job())["jobArn"],
        client.create_model_customization_job(**customization_job())["jobArn"],
        client.create_custom_model(**custom_model("brought"))["modelArn"],
    )[operation]
    before = snapshot(client)
    denied = with_key(user("denied", *(ALL - {operation})))
    who = f"arn:aws:iam::{ACCOUNT}:user/denied"
    message = f"User: {who} is not authorized to perform: bedrock:{operation}"
    with refused("AccessDeniedException", 403, message):
        authorised(call, denied, operation, request)
    assert snapshot(client) == before
    allowed = with_key(user("allowed", operation))
    answer = authorised(call, allowed, operation, request)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] in {200, 201, 202}


def test_each_resource_of_a_batch_is_checked_against_policies(client):
    names = ("evaluation-1", "evaluation-2")
    arns = [client.create_evaluation_job(**evaluation_job(name))["jobArn"] for name in names]
    key = user("denied", "BatchDeleteEvaluationJob", but=arns[1:])
    its_client = with_key(key)
    with refused("AccessDeniedException", 403):
        authorised(its_client.batch_delete_evaluation_job, jobIdentifiers=arns)
    assert len(client.list_evaluation_jobs()["jobSummaries"]) == 2
    answer = authorised(its_client.batch_delete_evaluation_job, jobIdentifiers=arns[:1])
    assert answer["errors"] == []


def test_a_batch_is_one_request_to_motos_count(client):
    names = ("evaluation-1", "evaluation-2", "evaluation-3")
    arns = [client.create_evaluation_job(**evaluation_job(name))["jobArn"] for name in names]
    nobody = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "secret"}

    @set_initial_no_auth_action_count(2)
    def calls():
        with_key(nobody).batch_delete_evaluation_job(jobIdentifiers=arns)
        with_key(nobody).list_evaluation_jobs()
        with refused("UnrecognizedClientException", 403):
            with_key(nobody).list_evaluation_jobs()

    calls()


def test_an_unknown_key_and_a_wrong_secret_have_different_errors(client):
    key = user("lister", "ListModelImportJobs")
    nobody = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "secret"}
    with refused("UnrecognizedClientException", 403):
        authorised(summaries, with_key(nobody))
    with refused("InvalidSignatureException", 403):
        authorised(summaries, with_key(key, "wrong"))
    assert authorised(summaries, with_key(key)) == []
