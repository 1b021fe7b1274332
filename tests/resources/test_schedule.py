"""What is due happens when it is due, before any request of any client is answered."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import boto3
import pytest
import requests
from freezegun import freeze_time
from moto.moto_api import state_manager

from bedrock_mock import install, mock_bedrock, uninstall
from support import (
    CUSTOM_MODEL_CLOCK,
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    MOTO_API,
    NEVER,
    REGION,
    custom_model,
    evaluation_job,
    import_job,
    in_process,
)

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
IMMEDIATE = {"progression": "immediate"}


def after(seconds):
    return {"progression": "time", "seconds": seconds}


@pytest.fixture
def clock():
    with freeze_time(START) as clock:
        yield clock


@pytest.fixture
def evaluate(client, clock, bedrock_mock, s3):
    """Gives the ARN of a job that is due after a minute."""
    bedrock_mock.set_transition(EVALUATION_CLOCK, after(60))

    def evaluate(**members):
        return client.create_evaluation_job(**evaluation_job(**members))["jobArn"]

    return evaluate


def keys(s3):
    return [each["Key"] for each in s3.list_objects_v2(Bucket="my-bucket").get("Contents", ())]


def ended(client, arn):
    job = client.get_evaluation_job(jobIdentifier=arn)
    return job["status"], job["lastModifiedTime"] - job["creationTime"]


# --- other services -------------------------------------------------------------------


@in_process
def test_results_are_there_when_the_bucket_is_listed(evaluate, clock, s3):
    evaluate()
    clock.tick(59)
    assert keys(s3) == []
    clock.tick(1)
    assert keys(s3)


@in_process
def test_results_are_there_for_a_presigned_url(evaluate, clock, s3):
    evaluate()
    url = s3.generate_presigned_url("list_objects_v2", Params={"Bucket": "my-bucket"})
    assert b"_output.jsonl" not in requests.get(url, timeout=10).content
    clock.tick(60)
    assert b"_output.jsonl" in requests.get(url, timeout=10).content


@in_process
def test_another_kind_of_job_is_a_look_too(evaluate, clock, client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, after(10))
    client.create_model_import_job(**import_job())
    arn = evaluate()
    clock.tick(30)
    client.list_evaluation_jobs()
    backend = bedrock_mock.backend()
    (job,) = backend.model_import_jobs.store
    assert job.status == "Completed"
    assert backend.evaluation_jobs.store.get(arn).status == "InProgress"


@in_process
@pytest.mark.parametrize("how", ["verb", "method"])
def test_what_a_test_asks_itself_is_a_look_too(evaluate, clock, bedrock_mock, how):
    evaluate()
    clock.tick(60)
    if how == "verb":
        assert bedrock_mock.unused() == []
    else:
        bedrock_mock.backend().list_imported_models()
    (job,) = bedrock_mock.backend().evaluation_jobs.store
    assert job.status == "Completed"


@in_process
def test_after_install_plain_moto_does_it_too(clock):
    from moto import mock_aws

    install()
    try:
        with mock_aws():
            client, s3 = boto3.client("bedrock", REGION), boto3.client("s3", REGION)
            s3.create_bucket(Bucket="my-bucket")
            state_manager.set_transition(EVALUATION_CLOCK, after(60))
            client.create_evaluation_job(**evaluation_job())
            clock.tick(60)
            assert keys(s3)
            state_manager.unset_transition(EVALUATION_CLOCK)
    finally:
        uninstall()


# --- when -----------------------------------------------------------------------------


@in_process
def test_what_is_due_has_ended_when_it_was_due(evaluate, clock, client):
    first = evaluate()
    clock.tick(30)
    second = evaluate(jobName="evaluation-2")
    clock.tick(3600)
    for arn in (first, second):
        assert ended(client, arn) == ("Completed", timedelta(seconds=60))


@in_process
@pytest.mark.parametrize("transition", [IMMEDIATE, after(0), after(60)])
def test_a_thawed_job_ends_when_it_thaws(evaluate, clock, client, bedrock_mock, transition):
    arn = evaluate()
    bedrock_mock.freeze()
    clock.tick(600)
    bedrock_mock.set_transition(EVALUATION_CLOCK, transition)
    clock.tick(600)
    assert ended(client, arn) == ("Completed", timedelta(seconds=600))


@in_process
def test_a_clock_that_is_changed_meanwhile_counts_from_the_beginning(
    evaluate, clock, client, bedrock_mock
):
    arn = evaluate()
    clock.tick(30)
    bedrock_mock.set_transition(EVALUATION_CLOCK, after(40))
    clock.tick(3600)
    assert ended(client, arn) == ("Completed", timedelta(seconds=40))


@in_process
def test_what_was_due_before_a_clock_is_changed_has_ended(evaluate, clock, client, bedrock_mock):
    arn = evaluate()
    clock.tick(90)
    bedrock_mock.freeze()
    clock.tick(90)
    assert ended(client, arn) == ("Completed", timedelta(seconds=60))


@in_process
def test_a_thaw_that_a_time_set_back_precedes_does_not_hold_a_job(client, bedrock_mock):
    with freeze_time(START):
        bedrock_mock.freeze()
        arn = client.create_evaluation_job(**evaluation_job())["jobArn"]
    with freeze_time(START + timedelta(hours=2)):
        bedrock_mock.set_transition(EVALUATION_CLOCK, after(10_000))
    with freeze_time(START + timedelta(hours=1)):
        bedrock_mock.set_transition(EVALUATION_CLOCK, after(60))
        assert ended(client, arn) == ("Completed", timedelta(hours=1))


@in_process
@pytest.mark.parametrize("progression", ["time", "complete"])
def test_nothing_ends_before_it_began(client, bedrock_mock, progression):
    with freeze_time(START):
        bedrock_mock.set_transition(IMPORT_CLOCK, after(60))
        client.create_model_import_job(**import_job())
    with freeze_time(START - timedelta(days=1)):
        if progression == "complete":
            bedrock_mock.complete("job-1")
        job = client.get_model_import_job(jobIdentifier="job-1")
    if progression == "complete":
        assert job["endTime"] == job["creationTime"]
    else:
        assert job["status"] == "InProgress"


@in_process
def test_a_job_in_progress_was_modified_in_the_last_minute(evaluate, clock, client, bedrock_mock):
    bedrock_mock.set_transition(EVALUATION_CLOCK, NEVER)
    arn = evaluate()
    for seconds, modified in ((59, 0), (1, 60), (150, 180), (-300, 0)):
        clock.tick(seconds)
        assert ended(client, arn) == ("InProgress", timedelta(seconds=modified))


# --- which ----------------------------------------------------------------------------


@in_process
def test_jobs_that_have_gone_on_are_not_due_again(evaluate, clock, client, bedrock_mock):
    arns = [evaluate(jobName=f"evaluation-{number}") for number in range(200)]
    for arn in arns[:-1]:
        bedrock_mock.complete(arn)
    clock.tick(30)
    # More than enough to have the schedule tidy up.
    late = [evaluate(jobName=f"late-{number}") for number in range(3)]
    clock.tick(30)
    assert ended(client, arns[0]) == ("Completed", timedelta(0))
    assert ended(client, arns[-1]) == ("Completed", timedelta(seconds=60))
    assert ended(client, late[0]) == ("InProgress", timedelta(0))


@in_process
def test_what_is_deleted_or_reset_is_not_due_any_more(clock, client, bedrock_mock, s3):
    bedrock_mock.set_transition(EVALUATION_CLOCK, after(60))
    bedrock_mock.set_transition(CUSTOM_MODEL_CLOCK, after(60))
    client.create_evaluation_job(**evaluation_job())
    client.create_custom_model(**custom_model())
    requests.post(f"{MOTO_API}/reset", timeout=10)
    s3.create_bucket(Bucket="my-bucket")
    clock.tick(60)
    assert keys(s3) == []


@in_process
def test_what_is_deleted_meanwhile_stays_as_it_is(clock, client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOM_MODEL_CLOCK, after(60))
    client.create_custom_model(**custom_model())
    (model,) = bedrock_mock.backend().custom_models.store
    model.withdraw()
    # Another thread has met it in the schedule just before.
    model.locked(lambda: pytest.fail("it moves on"))
    clock.tick(60)
    client.list_evaluation_jobs()
    assert model.status == "Creating"


@pytest.fixture
def outside():
    """A transition that is there before any mock, and after all of them."""
    state_manager.set_transition(IMPORT_CLOCK, after(60))
    yield
    state_manager.unset_transition(IMPORT_CLOCK)


@in_process
@pytest.mark.usefixtures("outside")
def test_states_that_are_kept_go_on(clock):
    mock = mock_bedrock()
    mock.start().client().create_model_import_job(**import_job())
    mock.stop(remove_data=False)
    clock.tick(90)
    bedrock = mock.start(reset=False)
    (job,) = bedrock.client().list_model_import_jobs()["modelImportJobSummaries"]
    mock.stop()
    assert job["endTime"] - job["creationTime"] == timedelta(seconds=60)


# --- functions of the test --------------------------------------------------------------


@in_process
def test_a_function_that_raises_does_so_once_and_the_others_go_on(
    evaluate, clock, client, bedrock_mock, s3
):
    def scores(record):
        raise ZeroDivisionError(record["prompt"])

    bedrock_mock.evaluation_results("evaluation-1", scores)
    arns = [evaluate(), evaluate(jobName="evaluation-2")]
    clock.tick(60)
    with pytest.raises(ZeroDivisionError):
        s3.list_buckets()
    s3.list_buckets()
    for arn in arns:
        assert ended(client, arn) == ("Completed", timedelta(seconds=60))


@in_process
def test_a_function_may_ask_for_the_job_that_it_is_called_for(
    evaluate, clock, client, bedrock_mock, s3
):
    seen = []

    def scores(_):
        (job,) = client.list_evaluation_jobs()["jobSummaries"]
        seen.append(job["status"])
        return {"Builtin.Accuracy": 0.5}

    bedrock_mock.evaluation_results("evaluation-1", scores)
    evaluate()
    clock.tick(60)
    assert keys(s3)
    assert set(seen) == {"InProgress"}


# --- clocks that nothing has --------------------------------------------------------------


@pytest.fixture
def posted(bedrock_mock):
    """Sets a transition as moto's API does, without a check."""
    assert bedrock_mock.unused() == []

    def posted(clock_name, transition):
        body = {"model_name": clock_name, "transition": transition}
        requests.post(f"{MOTO_API}/state-manager/set-transition", json=body, timeout=10)

    return posted


@in_process
@pytest.mark.parametrize(
    ("clock_name", "transition", "message"),
    [
        ("bedrock::model_import_jobs", IMMEDIATE, "Unknown clock 'bedrock::model_import_jobs'"),
        (IMPORT_CLOCK, {"progression": "imediate"}, "is not a transition"),
        (IMPORT_CLOCK, {"progression": "time", "second": 1}, "is not a transition"),
        (IMPORT_CLOCK, "frozen", "is not a transition"),
    ],
)
def test_an_unknown_transition_that_moto_takes_is_a_warning(
    client, posted, clock_name, transition, message
):
    for set_transition in (posted, state_manager.set_transition):
        with pytest.warns(UserWarning, match=f"bedrock_mock: .*{message}"):
            set_transition(clock_name, transition)
    # As before: what cannot be read leaves jobs where they are.
    client.create_model_import_job(**import_job())
    expected = "Completed" if clock_name != IMPORT_CLOCK else "InProgress"
    assert client.get_model_import_job(jobIdentifier="job-1")["status"] == expected


@in_process
@pytest.mark.parametrize("name", ["dax::cluster", "bedrok::job"])
def test_clocks_of_others_are_theirs(posted, recwarn, name):
    for set_transition in (posted, state_manager.set_transition):
        set_transition(name, {"progression": "whatever"})
        state_manager.unset_transition(name)
    assert list(recwarn) == []
