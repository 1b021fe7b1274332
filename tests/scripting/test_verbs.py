"""Scripting the service: the same verbs on the mock in this process and on a server."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from itertools import chain

import boto3
import pytest
import requests
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

import bedrock_mock
from bedrock_mock import current, mock_bedrock
from support import (
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    REGION,
    ROLE,
    evaluation_job,
    import_job,
    in_process,
    manual,
    missing_list,
    refused,
)

pytestmark = in_process

OTHER_ACCOUNT = "111122223333"


@pytest.fixture(params=["in this process", pytest.param("over HTTP", marks=pytest.mark.once)])
def bedrock(request):
    """What scripts the service: the names of its verbs do not change with where it is."""
    if request.param == "over HTTP":
        server = request.getfixturevalue("server")
        yield server
        server.reset()
    else:
        with mock_bedrock() as mock:
            yield mock


@pytest.fixture
def client(bedrock):
    with closing(bedrock.client(region_name=REGION)) as client:
        yield client


def import_status(client, name="job-1"):
    return client.get_model_import_job(jobIdentifier=name)["status"]


# --- outcomes --------------------------------------------------------------------------


def test_the_next_import_job_fails_and_the_one_after_does_not(bedrock, client):
    bedrock.fail_next(IMPORT_CLOCK, "The model is too large.")
    client.create_model_import_job(**import_job())
    client.create_model_import_job(**import_job("job-2", "model-2"))
    job = client.get_model_import_job(jobIdentifier="job-1")
    assert (job["status"], job["failureMessage"]) == ("Failed", "The model is too large.")
    assert "endTime" in job
    assert "importedModelArn" not in job
    assert import_status(client, "job-2") == "Completed"
    models = client.list_imported_models()["modelSummaries"]
    assert [model["modelName"] for model in models] == ["model-2"]
    # The name that the failed job claimed is free again.
    client.create_model_import_job(**import_job("job-3"))
    assert bedrock.unused() == []


def test_a_failed_evaluation_job_has_failure_messages(bedrock, client):
    bedrock.fail_next(EVALUATION_CLOCK, "No quota.")
    arn = client.create_evaluation_job(**evaluation_job())["jobArn"]
    job = client.get_evaluation_job(jobIdentifier=arn)
    assert (job["status"], job["failureMessages"]) == ("Failed", ["No quota."])
    assert "failureMessage" not in job
    (summary,) = client.list_evaluation_jobs(statusEquals="Failed")["jobSummaries"]
    assert summary["jobArn"] == arn


def test_a_job_fails_when_its_clock_says_that_it_ends(bedrock, client):
    bedrock.set_transition(IMPORT_CLOCK, manual(2))
    bedrock.fail_next(IMPORT_CLOCK, "no")
    client.create_model_import_job(**import_job())
    assert [import_status(client) for _ in range(3)] == ["InProgress", "Failed", "Failed"]


@pytest.mark.parametrize("early", [True, False], ids=["before it is created", "under way"])
@pytest.mark.parametrize(
    "choice",
    [{"job": "job-2"}, {"matching": {"importedModelName": "model-2"}}],
    ids=["named", "matching"],
)
def test_a_job_can_be_chosen(bedrock, client, early, choice):
    bedrock.freeze()
    if early:
        bedrock.fail_next(IMPORT_CLOCK, "no", **choice)
    for number in (1, 2, 3):
        client.create_model_import_job(**import_job(f"job-{number}", f"model-{number}"))
    if not early:
        bedrock.fail_next(IMPORT_CLOCK, "no", **choice)
    bedrock.advance_all()
    statuses = [import_status(client, f"job-{number}") for number in (1, 2, 3)]
    assert statuses == ["Completed", "Failed", "Completed"]


def test_a_job_under_way_can_be_named_by_its_arn(bedrock, client):
    bedrock.freeze(EVALUATION_CLOCK)
    arn = client.create_evaluation_job(**evaluation_job())["jobArn"]
    bedrock.fail_next(EVALUATION_CLOCK, "no", job=arn)
    assert bedrock.complete(arn) == "Failed"


def test_a_job_can_be_chosen_by_a_function_in_process_only(server):
    def is_large(request):
        return "large" in request["importedModelName"]

    with mock_bedrock() as bedrock:
        bedrock.fail_next(IMPORT_CLOCK, "no", matching=is_large)
        client = bedrock.client()
        for name in ("small", "large-1", "large-2"):
            client.create_model_import_job(**import_job(name, name))
        statuses = [import_status(client, name) for name in ("small", "large-1", "large-2")]
        assert statuses == ["Completed", "Failed", "Completed"]
    with pytest.raises(ValueError, match="matching is a function, which a server cannot be sent"):
        server.fail_next(IMPORT_CLOCK, "no", matching=is_large)


def test_several_failures_are_for_several_jobs(bedrock, client):
    for number in (1, 2):
        bedrock.fail_next(IMPORT_CLOCK, f"failure {number}")
    for number in (1, 2):
        client.create_model_import_job(**import_job(f"job-{number}", f"model-{number}"))
        job = client.get_model_import_job(jobIdentifier=f"job-{number}")
        assert job["failureMessage"] == f"failure {number}"


def test_a_stopped_job_does_not_fail(bedrock, client):
    bedrock.freeze()
    bedrock.fail_next(EVALUATION_CLOCK, "no")
    arn = client.create_evaluation_job(**evaluation_job())["jobArn"]
    client.stop_evaluation_job(jobIdentifier=arn)
    assert bedrock.complete(arn) == "Stopped"
    assert "failureMessages" not in client.get_evaluation_job(jobIdentifier=arn)


def test_a_failure_of_a_job_that_is_stopping_is_never_used(bedrock, client):
    bedrock.freeze()
    arn = client.create_evaluation_job(**evaluation_job())["jobArn"]
    client.stop_evaluation_job(jobIdentifier=arn)
    bedrock.fail_next(EVALUATION_CLOCK, "no", job="evaluation-1")
    assert bedrock.complete(arn) == "Stopped"
    assert bedrock.unused() == ["fail_next('bedrock::evaluation_job', 'no', job='evaluation-1')"]


def test_scripts_can_be_for_one_account_and_region(bedrock):
    bedrock.fail_next(IMPORT_CLOCK, "no", region_name="eu-west-1", account_id=OTHER_ACCOUNT)
    statuses = {}
    for region in (REGION, "eu-west-1"):
        for account in (None, OTHER_ACCOUNT):
            role = f"arn:aws:iam::{account or '123456789012'}:role/r"
            with closing(bedrock.client(region, account)) as client:
                client.create_model_import_job(**import_job(roleArn=role))
                statuses[region, account] = import_status(client)
    failed = [scope for scope, status in statuses.items() if status == "Failed"]
    assert failed == [("eu-west-1", OTHER_ACCOUNT)]


def test_unused_scripts_are_reported_as_they_were_written(bedrock, client):
    bedrock.fail_next(IMPORT_CLOCK, "no", job="jbo-1")
    bedrock.raise_next("StopEvaluationJob", "ConflictException", times=2, after=1)
    bedrock.throttle("GetModelImportJob", times=2)
    bedrock.throttle("ListImportedModels", region_name="us-west-3")
    client.create_model_import_job(**import_job())
    assert import_status(client) == "Completed"  # at the third attempt of boto3
    assert bedrock.unused() == [
        "fail_next('bedrock::model_import_job', 'no', job='jbo-1')",
        "raise_next('StopEvaluationJob', 'ConflictException', times=2, after=1)",
        "throttle('ListImportedModels', region_name='us-west-3')",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"model_name": "bedrock::import_job"},
            "Unknown clock .*\\. Known clocks: .*bedrock::model_import_job",
        ),
        ({"model_name": IMPORT_CLOCK, "job": "job-1"}, "'job-1' has ended already, its status is"),
    ],
)
def test_a_failure_that_cannot_be_is_refused(bedrock, client, arguments, message):
    client.create_model_import_job(**import_job())
    with pytest.raises(ValueError, match=message):
        bedrock.fail_next(message="no", **arguments)
    assert bedrock.unused() == []


# --- the clock -------------------------------------------------------------------------


def test_frozen_jobs_stay_until_a_test_moves_them_on(bedrock, client):
    bedrock.freeze()
    client.create_model_import_job(**import_job())
    arn = client.create_evaluation_job(**evaluation_job())["jobArn"]
    for _ in range(3):
        assert import_status(client) == "InProgress"
        assert client.get_evaluation_job(jobIdentifier=arn)["status"] == "InProgress"
    assert bedrock.advance("job-1") == "Completed"
    assert import_status(client) == "Completed"
    assert client.get_evaluation_job(jobIdentifier=arn)["status"] == "InProgress"


def test_a_job_goes_on_status_by_status_or_to_its_end(bedrock, client):
    bedrock.freeze()
    arn = client.create_evaluation_job(**evaluation_job())["jobArn"]
    assert bedrock.complete("evaluation-1") == "Completed"
    client.batch_delete_evaluation_job(jobIdentifiers=[arn])
    assert client.get_evaluation_job(jobIdentifier=arn)["status"] == "Deleting"
    assert bedrock.advance(arn) == "Gone"
    with refused("ResourceNotFoundException", 404):
        client.get_evaluation_job(jobIdentifier=arn)


def test_all_jobs_go_on_at_once(bedrock, client):
    bedrock.freeze()
    job = client.create_model_import_job(**import_job())["jobArn"]
    evaluation = client.create_evaluation_job(**evaluation_job())["jobArn"]
    client.stop_evaluation_job(jobIdentifier=evaluation)
    with closing(bedrock.client("eu-west-1")) as other:
        elsewhere = other.create_model_import_job(**import_job())["jobArn"]
    assert bedrock.advance_all(region_name=REGION) == {job: "Completed", evaluation: "Stopped"}
    assert bedrock.advance_all() == {elsewhere: "Completed"}
    assert bedrock.advance_all() == {}


@pytest.mark.parametrize("verb", ["advance", "complete"])
def test_a_job_that_cannot_go_on_is_an_error(bedrock, client, verb):
    move = getattr(bedrock, verb)
    with pytest.raises(ValueError, match=r"Unknown job 'job'. Known jobs: none"):
        move("job")
    client.create_model_import_job(**import_job())
    with pytest.raises(ValueError, match=r"Unknown job 'job'. Known jobs: job-1"):
        move("job")
    with pytest.raises(ValueError, match=f"{verb}: the job 'job-1' has ended already"):
        move("job-1")


def test_a_name_that_several_jobs_have_needs_more_words(bedrock, client):
    bedrock.freeze()
    here = client.create_model_import_job(**import_job())["jobArn"]
    with closing(bedrock.client("eu-west-1")) as other:
        there = other.create_model_import_job(**import_job())["jobArn"]
    with pytest.raises(ValueError, match="2 jobs are called 'job-1'; say which by its ARN"):
        bedrock.advance("job-1")
    assert bedrock.advance("job-1", region_name="eu-west-1") == "Completed"
    assert bedrock.advance(here) == "Completed"
    with pytest.raises(ValueError, match="has ended already"):
        bedrock.advance(there)


# --- faults ----------------------------------------------------------------------------


@pytest.fixture
def insistent(client):
    """The client's region and endpoint, with botocore's standard retries and no pauses."""
    options = {
        "region_name": REGION,
        "endpoint_url": client.meta.endpoint_url,
        "aws_access_key_id": "a",
        "aws_secret_access_key": "b",
    }

    def make(attempts):
        retries = {"mode": "standard", "total_max_attempts": attempts}
        return boto3.client("bedrock", config=Config(retries=retries), **options)

    return make


def test_botocores_standard_retries_get_through_two_throttles(bedrock, insistent, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    bedrock.throttle("ListModelImportJobs", times=2)
    with closing(insistent(3)) as client:
        answer = client.list_model_import_jobs()
    assert answer["modelImportJobSummaries"] == []
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    codes = [call.error and call.error["Code"] for call in bedrock.calls]
    assert codes == ["ThrottlingException", "ThrottlingException", None]


@pytest.mark.parametrize(
    ("operation", "code", "status"),
    [
        ("list_imported_models", "ThrottlingException", 429),
        ("list_imported_models", "InternalServerException", 500),
        ("list_imported_models", "AccessDeniedException", 403),
        ("list_imported_models", "ValidationException", 400),
    ],
)
def test_an_error_has_its_modelled_status(bedrock, insistent, operation, code, status):
    bedrock.raise_next("ListImportedModels", code)
    with closing(insistent(1)) as client:
        with refused(code, status) as caught:
            getattr(client, operation)()
        assert isinstance(caught.value, getattr(client.exceptions, code))
        assert getattr(client, operation)()["modelSummaries"] == []


def test_a_fault_changes_nothing_and_hits_before_the_checks(bedrock, client):
    bedrock.raise_next("CreateModelImportJob", "ServiceQuotaExceededException", "Too many.")
    with refused("ServiceQuotaExceededException", 400, "Too many."):
        client.create_model_import_job(**import_job("not a name"))
    assert client.list_model_import_jobs()["modelImportJobSummaries"] == []


def test_faults_come_after_a_number_of_calls_a_number_of_times(bedrock, insistent):
    code = "AccessDeniedException"
    bedrock.raise_next("ListImportedModels", code, after=1, times=2)
    with closing(insistent(1)) as client:
        seen = []
        for _ in range(5):
            try:
                client.list_imported_models()
            except client.exceptions.AccessDeniedException:
                seen.append(code)
            else:
                seen.append(None)
    assert seen == [None, code, code, None, None]


def test_a_fault_can_last(bedrock, insistent):
    bedrock.raise_next("ListImportedModels", "AccessDeniedException", times=None)
    with closing(insistent(1)) as client:
        for _ in range(4):
            with refused("AccessDeniedException", 403):
                client.list_imported_models()


def test_a_fault_can_be_for_one_region(bedrock, client):
    bedrock.raise_next(
        "ListImportedModels", "AccessDeniedException", times=None, region_name="eu-west-1"
    )
    client.list_imported_models()
    with (
        closing(bedrock.client("eu-west-1")) as other,
        refused("AccessDeniedException", 403),
    ):
        other.list_imported_models()


def test_the_number_of_faults_is_exact_under_threads_too(bedrock, insistent):
    bedrock.raise_next("ListImportedModels", "AccessDeniedException", times=5)
    bedrock.fail_next(IMPORT_CLOCK, "no")

    def work(number):
        with closing(insistent(1)) as client:
            client.create_model_import_job(**import_job(f"job-{number}", f"model-{number}"))
            try:
                client.list_imported_models()
            except client.exceptions.AccessDeniedException:
                return "denied", import_status(client, f"job-{number}")
            return "listed", import_status(client, f"job-{number}")

    with ThreadPoolExecutor(8) as threads:
        done = Counter(chain.from_iterable(threads.map(work, range(16))))
    assert done == {"denied": 5, "listed": 11, "Failed": 1, "Completed": 15}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ExpiredTokenException", "The security token included in the request is expired"),
        ("UnrecognizedClientException", "The security token included in the request is invalid."),
    ],
)
def test_every_operation_can_end_in_an_error_about_credentials(bedrock, code, message):
    bedrock.raise_next("ListImportedModels", code)
    with refused(code, 403, message), closing(bedrock.client("bedrock")) as client:
        client.list_imported_models()
    bedrock.raise_next("Converse", code)
    with closing(bedrock.client("bedrock-runtime")) as runtime:
        with refused(code, 403, message) as caught:
            runtime.converse(modelId="amazon.nova-lite-v1:0", messages=[])
        headers = caught.value.response["ResponseMetadata"]["HTTPHeaders"]
        suffix = ":http://internal.amazon.com/coral/com.amazon.coral.service/"
        assert headers["x-amzn-errortype"] == code + suffix


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["GetModelImportJobs", "ThrottlingException"], "Did you mean: GetModelImportJob"),
        (["Nonsense", "ThrottlingException"], "see the service model"),
        (
            ["ListImportedModels", "ResourceNotFoundException"],
            "ListImportedModels does not declare 'ResourceNotFoundException'.*it declares: Access",
        ),
    ],
)
def test_an_error_that_cannot_be_is_refused(bedrock, arguments, message):
    with pytest.raises(ValueError, match=message):
        bedrock.raise_next(*arguments)
    assert bedrock.unused() == []


@pytest.mark.parametrize("counts", [{"times": 0}, {"after": -1}])
def test_a_count_that_cannot_be_is_refused(bedrock, counts):
    with pytest.raises(ValueError, match="times must be at least 1"):
        bedrock.raise_next("ListImportedModels", "ThrottlingException", **counts)


# --- calls -----------------------------------------------------------------------------


def test_a_call_is_recorded_with_its_answer(bedrock, client):
    created = client.create_model_import_job(**import_job())
    with refused("ResourceNotFoundException", 404):
        client.get_model_import_job(jobIdentifier="other")
    create, get = bedrock.calls
    assert create.operation == "CreateModelImportJob"
    assert create.request == import_job()
    assert (create.account_id, create.region_name) == ("123456789012", REGION)
    assert create.response == {"jobArn": created["jobArn"]}
    assert create.error is None
    assert abs(create.time - datetime.now(timezone.utc)) < timedelta(minutes=5)
    assert (get.request, get.response) == ({"jobIdentifier": "other"}, None)
    message = "The provided model import job was not found."
    assert get.error == {"Code": "ResourceNotFoundException", "Message": message}


def test_calls_are_filtered_and_counted(bedrock, client):
    for number in (1, 2):
        client.create_model_import_job(**import_job(f"job-{number}", f"model-{number}"))
    with closing(bedrock.client("eu-west-1")) as other:
        other.create_model_import_job(**import_job())
    created = bedrock.calls.of("CreateModelImportJob")
    assert [call.request["jobName"] for call in created] == ["job-1", "job-2", "job-1"]
    assert created.once(jobName="job-2") is created[1]
    assert len(created.times(2, modelDataSource={"s3DataSource": {}}, jobName="job-1")) == 2
    assert list(created[1:]) == [created[1], created[2]]
    assert "3 calls of CreateModelImportJob" in repr(created)
    created.never(jobName="job-3")
    bedrock.calls.of("CreateModelImportJob", region_name="eu-west-1").once()
    bedrock.calls.of("CreateModelImportJob", account_id=OTHER_ACCOUNT).never()
    bedrock.calls.of("GetModelImportJob").never()
    with pytest.raises(ValueError, match="Did you mean: CreateModelImportJob"):
        bedrock.calls.of("CreateModelImportJobs")


def test_of_very_many_calls_the_last_are_kept(monkeypatch):
    monkeypatch.setattr("bedrock_mock.scripting.scripts.MAX_CALLS", 3)
    with mock_bedrock() as bedrock:
        bedrock.backend().scripts.clear()
        for size in range(1, 6):
            bedrock.client().list_imported_models(maxResults=size)
        assert [call.request["maxResults"] for call in bedrock.calls] == [3, 4, 5]


def test_a_call_that_is_missed_shows_the_nearest(bedrock, client):
    source = {"s3DataSource": {"s3Uri": "s3://other/"}}
    client.create_model_import_job(**import_job("job-1", "model-1"))
    client.create_model_import_job(**import_job("job-2", "model-2", modelDataSource=source))
    with pytest.raises(AssertionError) as caught:
        bedrock.calls.of("CreateModelImportJob").once(
            jobName="job-2", modelDataSource={"s3DataSource": {"s3Uri": "s3://my-bucket/"}}
        )
    first, nearest, second, legend = str(caught.value).split("\n\n")
    assert first.startswith("CreateModelImportJob with jobName='job-2', modelDataSource=")
    assert first.endswith(": 0 calls, not 1 (of 2 in all)")
    lines = [line.strip() for line in nearest.splitlines()]
    assert re.fullmatch(
        r"CreateModelImportJob from 123456789012 in us-east-1 at \d\d:\d\d:\d\d: answered", lines[0]
    )
    assert lines[1:] == [
        "jobName = 'job-2'",
        "- modelDataSource = {'s3DataSource': {'s3Uri': 's3://my-bucket/'}}",
        "+ modelDataSource = {'s3DataSource': {'s3Uri': 's3://other/'}}",
    ]
    assert "+ jobName = 'job-1'" in second
    assert legend == "(- expected, + called)"


def test_too_many_calls_are_shown(bedrock, client):
    client.list_imported_models(maxResults=1)
    with refused("ValidationException", 400):
        client.list_imported_models(maxResults=1, nextToken="no token")
    with pytest.raises(AssertionError, match="ListImportedModels: 2 calls, not 0") as caught:
        bedrock.calls.of("ListImportedModels").never()
    assert "maxResults = 1" in str(caught.value)
    assert "ValidationException" in str(caught.value)


# --- beginnings and ends ---------------------------------------------------------------


def test_a_reset_forgets_all_that_was_scripted(bedrock, client):
    bedrock.fail_next(IMPORT_CLOCK, "no")
    bedrock.throttle("ListImportedModels", times=None)
    url = client.meta.endpoint_url
    at = url if "127.0.0.1" in url else "https://motoapi.amazonaws.com"
    client.create_evaluation_job(**evaluation_job())
    requests.post(f"{at}/moto-api/reset", timeout=30).raise_for_status()
    assert bedrock.unused() == []
    assert len(bedrock.calls) == 0
    client.create_model_import_job(**import_job())
    assert import_status(client) == "Completed"


def test_nothing_scripted_is_seen_by_the_next_mock():
    with mock_bedrock() as bedrock:
        bedrock.throttle("ListImportedModels", times=None)
        bedrock.freeze()
    with mock_bedrock() as bedrock:
        client = bedrock.client()
        client.create_model_import_job(**import_job())
        assert import_status(client) == "Completed"
        assert bedrock.unused() == []
        client.list_imported_models()


@mock_bedrock
def test_a_decorated_function_gets_hold_of_the_mock():
    current().throttle("ListImportedModels")
    with mock_bedrock() as inner:
        assert current() is inner
    answer = current().client().list_imported_models()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


def test_plain_mock_aws_has_one_where_ours_is_installed():
    bedrock_mock.install()
    try:
        with mock_aws():
            current().throttle("ListImportedModels")
            answer = current().client().list_imported_models()
            assert answer["ResponseMetadata"]["RetryAttempts"] == 1
        with pytest.raises(RuntimeError, match="no mock is active"):
            current()
    finally:
        bedrock_mock.uninstall()


def test_without_a_mock_there_is_no_current_one():
    with pytest.raises(RuntimeError, match="no mock is active; use @mock_bedrock"):
        current()


# --- plain HTTP ------------------------------------------------------------------------


def post(server, path, **options):
    return requests.post(f"{server.endpoint_url}/moto-api/bedrock/{path}", timeout=30, **options)


def test_a_verb_is_a_path_and_its_arguments_a_body(server):
    fault = {"operation": "ListImportedModels", "code": "AccessDeniedException"}
    answer = post(server, "raise-next", json=fault)
    assert (answer.status_code, answer.json()) == (200, {"result": None})
    with (
        closing(server.client()) as client,
        pytest.raises(ClientError, match="AccessDeniedException"),
    ):
        client.list_imported_models()
    (call,) = post(server, "calls").json()["result"]
    assert call["error"]["Code"] == "AccessDeniedException"
    assert datetime.fromisoformat(call["time"]).tzinfo


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("advance", b'{"job": "job-1", "fast": true}', "unexpected keyword argument 'fast'"),
        ("advance", b"{}", "missing a required argument: 'job'"),
        ("advance", b"[]", "the body must be a JSON object"),
        ("advance", b"{", "Expecting property name"),
        ("evaluation-results", b'{"job": "a", "scores": 1}', "scores must be Mapping"),
        ("advance", b'{"job": 1}', "advance: job must be str, got 1"),
        ("throttle", b'{"operation": "GetImportedModel", "times": "2"}', "got '2'"),
        (
            "freze",
            b"{}",
            "'freze' is not a verb. The verbs are: advance, advance_all, calls, complete",
        ),
        ("config", b'{"validate": false}', "did you mean validate_requests"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_message(server, path, body, message):
    answer = post(server, path, data=body)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_an_argument_that_a_verb_lacks_is_refused_with_those_that_it_has(bedrock):
    message = r"^reply: got an unexpected keyword argument 'prompt'\. Its arguments are: content, "
    with pytest.raises(TypeError, match=message):
        bedrock.reply("Hi", prompt="France")


# --- what scripts and calls do not do -------------------------------------------------------


@pytest.mark.parametrize("early", [True, False], ids=["before it is created", "under way"])
def test_two_failures_are_for_two_jobs(bedrock, client, early):
    bedrock.freeze()
    names = ("trial-1", "trial-2", "trial-3")
    for number in range(2 if early else 0):
        bedrock.fail_next(IMPORT_CLOCK, f"no {number}", matching={"roleArn": ROLE})
    for name in names:
        client.create_model_import_job(**import_job(name, name))
    for number in range(0 if early else 2):
        bedrock.fail_next(IMPORT_CLOCK, f"no {number}", matching={"roleArn": ROLE})
    bedrock.advance_all()
    assert sorted(import_status(client, name) for name in names) == [
        "Completed",
        "Failed",
        "Failed",
    ]


def test_a_second_failure_of_the_same_job_is_unused(bedrock, client):
    bedrock.freeze()
    client.create_model_import_job(**import_job())
    for message in ("first", "second"):
        bedrock.fail_next(IMPORT_CLOCK, message, job="job-1")
    assert bedrock.unused() == [f"fail_next({IMPORT_CLOCK!r}, 'second', job='job-1')"]
    bedrock.complete("job-1")
    assert client.get_model_import_job(jobIdentifier="job-1")["failureMessage"] == "first"


def test_a_script_for_one_job_goes_before_one_for_any_job(bedrock, client):
    bedrock.fail_next(IMPORT_CLOCK, "any")
    bedrock.fail_next(IMPORT_CLOCK, "named", job="job-1")
    for number in (1, 2):
        client.create_model_import_job(**import_job(f"job-{number}", f"model-{number}"))
    jobs = [client.get_model_import_job(jobIdentifier=f"job-{number}") for number in (1, 2)]
    assert [job["failureMessage"] for job in jobs] == ["named", "any"]


def test_a_job_of_another_region_that_has_ended_is_not_in_the_way(bedrock, client):
    client.create_model_import_job(**import_job())
    assert import_status(client) == "Completed"
    bedrock.fail_next(IMPORT_CLOCK, "no", job="job-1", region_name="eu-west-1")
    with closing(bedrock.client(region_name="eu-west-1")) as other:
        other.create_model_import_job(**import_job())
        assert import_status(other) == "Failed"


def test_a_record_is_a_copy(bedrock, client):
    config = {"s3Config": {"bucketName": "abc"}}
    client.put_model_invocation_logging_configuration(loggingConfig=config)
    bedrock.calls[0].request["loggingConfig"]["s3Config"]["bucketName"] = "xyz"
    client.get_model_invocation_logging_configuration()
    bedrock.calls[1].response["loggingConfig"]["s3Config"]["bucketName"] = "xyz"
    got = client.get_model_invocation_logging_configuration()["loggingConfig"]
    assert got == {"s3Config": {"bucketName": "abc"}}
    assert bedrock.calls[0].request["loggingConfig"]["s3Config"]["bucketName"] == "abc"


def test_moments_of_requests_are_as_they_were_sent(bedrock, client):
    moment = datetime(2030, 1, 1, 12, tzinfo=timezone(timedelta(hours=9)))
    client.list_imported_models(creationTimeAfter=moment)
    call = bedrock.calls.of("ListImportedModels").once(creationTimeAfter=moment)
    assert call.request["creationTimeAfter"].utcoffset() == timedelta(0)


def test_a_member_that_is_misspelt_is_refused(bedrock, client):
    client.create_model_import_job(**import_job())
    with pytest.raises(ValueError, match="has no member 'importedModelNam'; it has: importedModel"):
        bedrock.calls.of("CreateModelImportJob").never(importedModelNam="model-1")
    client.get_model_invocation_logging_configuration()
    with pytest.raises(ValueError, match="has no member 'x'; it has: no members"):
        bedrock.calls.of("GetModelInvocationLoggingConfiguration").once(x=1)
    # Of any operation: there is no telling.
    assert len(bedrock.calls.times(1, importedModelName="model-1")) == 1


def test_calls_of_what_is_not_implemented_are_calls_and_can_be_throttled():
    missing = missing_list().name
    with mock_bedrock() as bedrock:
        call_it = getattr(bedrock.client(REGION), xform_name(missing))
        with pytest.raises(NotImplementedError, match=f"{missing} is not implemented"):
            call_it()
        call = bedrock.calls.of(missing).once()
        assert call.error["Code"] == "NotImplementedException"
        bedrock.raise_next(missing, "AccessDeniedException")
        with refused("AccessDeniedException", 403):
            call_it()
        message = f"{missing} is not implemented.*raise_next.*ThrottlingException', times=None"
        with pytest.raises(ValueError, match=message):
            bedrock.throttle(missing)
        bedrock.raise_next(missing, "ThrottlingException", times=None)
        with refused("ThrottlingException", 429):
            call_it()


def test_a_function_that_changes_a_request_changes_no_job():
    def spoil(request):
        request.clear()
        return True

    with mock_bedrock() as bedrock:
        bedrock.freeze()
        client = bedrock.client(REGION)
        client.create_model_import_job(**import_job())
        bedrock.fail_next(IMPORT_CLOCK, "no", matching=spoil)
        assert bedrock.calls[0].request["jobName"] == "job-1"
        assert bedrock.complete("job-1") == "Failed"


def test_a_function_may_call_the_service_while_others_create_jobs():
    with mock_bedrock() as bedrock:
        bedrock.freeze()
        client = bedrock.client(REGION)
        client.create_model_import_job(**import_job())

        def asks(request):
            create = pool.submit(client.create_model_import_job, **import_job("job-2", "model-2"))
            other = bedrock.client("eu-west-1").list_imported_models()["modelSummaries"]
            waiting.append(create)
            return other == [] and request["jobName"] == "job-1"

        waiting = []
        with ThreadPoolExecutor(1) as pool:
            bedrock.fail_next(IMPORT_CLOCK, "no", matching=asks)
            assert [each.result(timeout=20)["jobArn"] for each in waiting]
        assert bedrock.complete("job-1") == "Failed"


@pytest.mark.parametrize(
    "transition", [{}, "x", {"progression": "manual"}, {"progression": "time"}]
)
def test_a_transition_that_means_nothing_holds_the_job(server, transition):
    path = f"{server.endpoint_url}/moto-api/state-manager"
    body = {"model_name": IMPORT_CLOCK, "transition": transition}
    requests.post(f"{path}/set-transition", json=body, timeout=5).raise_for_status()
    try:
        client = server.client(REGION)
        client.create_model_import_job(**import_job())
        assert import_status(client) == "InProgress"
        assert server.complete("job-1") == "Completed"
    finally:
        unset = {"model_name": IMPORT_CLOCK}
        requests.post(f"{path}/unset-transition", json=unset, timeout=5).raise_for_status()


def test_a_verb_is_a_post_of_what_can_be_read(server):
    url = f"{server.endpoint_url}/moto-api/bedrock/advance-all"
    answer = requests.delete(url, timeout=5)
    assert (answer.status_code, answer.json()["message"][:16]) == (400, "a verb is a POST")
    answer = requests.post(url, data="[" * 100_000, timeout=5)
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "the body is nested too deeply",
    )
