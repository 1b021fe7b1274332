"""How jobs move on: at once, look by look, or with time; stopping and deleting too."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import boto3
import pytest
from freezegun import freeze_time
from kinds import ALL, KINDS, WITH_CLOCKS, call, fixture_of

from support import (
    CUSTOMIZATION_CLOCK,
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    NEVER,
    REGION,
    customization_job,
    import_job,
    in_process,
    manual,
    milliseconds,
    refused,
    tags,
)

IMMEDIATE = {"progression": "immediate"}
START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
JOB_NOT_FOUND = "The provided evaluation job was not found."


def after(seconds):
    """A progression by time."""
    return {"progression": "time", "seconds": seconds}


#: The members that name what a job makes, and the beginnings of the names of both.
NAMES = {
    "model-import-job": ("job", {"importedModelName": "model"}),
    "evaluation-job": ("evaluation", {}),
    "model-customization-job": ("customization", {"customModelName": "custom"}),
    "brought custom-model": ("custom", {}),
}


class Looked:
    """One kind with a clock, looked at in three ways."""

    def __init__(self, kind, client):
        self.kind, self.client, self.clock = kind, client, kind.clock
        self.first, self.second = kind.statuses
        self.last = kind.last

    def create(self, number=1, tag_list=()):
        prefix, made = NAMES.get(self.kind.name, ("n", {}))
        members = {member: f"{name}-{number}" for member, name in made.items()}
        return self.kind.make(self.client, tag_list, name=f"{prefix}-{number}", **members)

    def get(self, arn):
        return self.kind.look(self.client, arn)[self.kind.status]

    def list(self, status=None, **filters):
        """The statuses that List returns, of those with a status or of all."""
        if status:
            filters[self.kind.status_filter] = status
        return [item[self.kind.status] for item in self.kind.items(self.client, **filters)]

    def poll(self, arn):
        (item,) = self.kind.items(self.client)
        assert self.kind.arn_of(item) == arn
        return item[self.kind.status]

    def stop(self, arn):
        return call(self.client, self.kind.stop, jobIdentifier=arn)

    def delete(self, arn):
        return self.kind.delete(self.client, arn)

    def is_gone(self, arn):
        with refused("ResourceNotFoundException", 404, JOB_NOT_FOUND):
            self.get(arn)
        return True


def imports_of(client):
    return Looked(KINDS["model-import-job"], client)


def evaluations_of(client):
    return Looked(KINDS["evaluation-job"], client)


def customizations_of(client):
    return Looked(KINDS["model-customization-job"], client)


#: Every kind with a clock; those that can be stopped; those whose List filters by the status.
jobs = fixture_of(Looked, [kind for kind in WITH_CLOCKS if kind.lists_status])
stoppable = fixture_of(Looked, [kind for kind in ALL if kind.stop])
with_status = fixture_of(Looked, [kind for kind in WITH_CLOCKS if kind.status_filter])


@pytest.fixture
def evaluations(client):
    return evaluations_of(client)


# --- immediate --------------------------------------------------------------------------


@pytest.mark.parametrize("look", ["get", "poll"])
def test_at_once_is_the_default(jobs, look):
    arn = jobs.create()
    assert getattr(jobs, look)(arn) == jobs.last


def test_at_once_a_deleted_job_is_gone(evaluations):
    arn = evaluations.create()
    assert evaluations.delete(arn)["evaluationJobs"] == [
        {"jobIdentifier": arn, "jobStatus": "Deleting"}
    ]
    assert evaluations.list() == []
    assert evaluations.is_gone(arn)


def test_at_once_a_deleted_job_is_gone_for_every_operation(client, evaluations):
    arns = [evaluations.create(number) for number in range(3)]
    client.batch_delete_evaluation_job(jobIdentifiers=arns)
    with refused("ResourceNotFoundException", 404, JOB_NOT_FOUND):
        evaluations.stop(arns[0])
    assert evaluations.delete(arns[1])["errors"][0]["code"] == "404"
    with refused("ResourceNotFoundException", 404):
        client.list_tags_for_resource(resourceARN=arns[2])


def test_at_once_a_job_is_over_before_it_can_be_stopped(stoppable):
    arn = stoppable.create()
    with refused(stoppable.kind.not_stopped, 400):
        stoppable.stop(arn)
    assert stoppable.get(arn) == "Completed"


def test_at_once_the_model_of_an_unseen_job_is_there(client):
    imports_of(client).create()
    assert client.get_imported_model(modelIdentifier="model-1")["jobName"] == "job-1"
    imports_of(client).create(2)
    assert len(client.list_imported_models()["modelSummaries"]) == 2
    imports_of(client).create(3)
    assert client.delete_imported_model(modelIdentifier="model-3")


def test_at_once_the_custom_model_of_an_unseen_job_is_there(client):
    customizations_of(client).create()
    assert client.get_custom_model(modelIdentifier="custom-1")["jobName"] == "customization-1"
    customizations_of(client).create(2)
    assert len(client.list_custom_models()["modelSummaries"]) == 2
    customizations_of(client).create(3)
    assert client.delete_custom_model(modelIdentifier="custom-3")
    # It is also there for a job that starts from it.
    customizations_of(client).create(4)
    request = customization_job("further", "further", baseModelIdentifier="custom-4")
    assert client.create_model_customization_job(**request)["jobArn"]


# --- look by look -------------------------------------------------------------------------


@pytest.mark.parametrize("look", ["get", "poll"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_the_nth_look_sees_the_next_status(jobs, bedrock_mock, look, times):
    bedrock_mock.set_transition(jobs.clock, manual(times))
    arn = jobs.create()
    seen = [getattr(jobs, look)(arn) for _ in range(times)]
    assert seen == [jobs.first] * (times - 1) + [jobs.second]
    assert (getattr(jobs, look)(arn) == jobs.second) == (jobs.last == jobs.second or times > 1)


def test_looks_by_get_and_by_list_count_alike_and_for_their_own_job_only(jobs, bedrock_mock):
    bedrock_mock.set_transition(jobs.clock, manual(3))
    first = jobs.create(1)
    assert [jobs.get(first), jobs.poll(first)] == [jobs.first, jobs.first]
    second = jobs.create(2)
    assert [jobs.get(first), jobs.get(second)] == [jobs.second, jobs.first]


def test_only_what_is_on_the_page_has_been_looked_at(jobs, bedrock_mock):
    bedrock_mock.set_transition(jobs.clock, manual(2))
    # The page has the newest.
    first, second = jobs.create(1), jobs.create(2)
    assert jobs.list(maxResults=1) == [jobs.first]
    assert [jobs.get(second), jobs.get(first)] == [jobs.second, jobs.first]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_list_never_contradicts_its_own_status_filter(with_status, bedrock_mock, times):
    first, second = with_status.first, with_status.second
    bedrock_mock.set_transition(with_status.clock, manual(times))
    for number in range(3):
        with_status.create(number)
    for _ in range(times - 1):
        assert with_status.list(first) == [first] * 3
    # By this look they move on, so they are no longer what was asked for.
    assert with_status.list(first) == []
    if times > 1 or second == with_status.last:
        assert with_status.list(second) == [second] * 3
    assert with_status.list("Failed") == []


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_client_can_poll_for_the_status_that_it_waits_for(with_status, bedrock_mock, times, size):
    bedrock_mock.set_transition(with_status.clock, manual(times))
    for number in range(2):
        with_status.create(number)
    for _ in range(times - 1):
        assert with_status.list(with_status.second, maxResults=size) == []
    done = [with_status.second] * 2
    assert with_status.list(with_status.second, maxResults=size) == done[:size]
    if times > 1 or with_status.second == with_status.last:
        assert with_status.list(with_status.second) == done


def test_a_client_can_poll_by_a_page_that_another_job_fills(with_status, bedrock_mock):
    with_status.create(1)
    bedrock_mock.set_transition(with_status.clock, manual(3))
    awaited, full = with_status.create(2), [with_status.last]
    for _ in range(2):
        assert with_status.list(with_status.last, maxResults=1, sortOrder="Ascending") == full
    assert with_status.get(awaited) == with_status.second


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize(
    ("job", "model"),
    [("model-import-job", "imported-model"), ("model-customization-job", "custom-model")],
)
def test_a_client_can_poll_for_the_model_that_it_waits_for(client, bedrock_mock, job, model, times):
    jobs, models = Looked(KINDS[job], client), KINDS[model]
    bedrock_mock.set_transition(jobs.clock, manual(times))
    jobs.create(1)
    (name,) = NAMES[job][1].values()
    for _ in range(times - 1):
        with refused("ResourceNotFoundException", 404):
            models.look(client, f"{name}-1")
    assert models.look(client, f"{name}-1")["modelName"] == f"{name}-1"
    jobs.create(2)
    for _ in range(times - 1):
        assert len(models.items(client)) == 1
    assert len(models.items(client)) == 2


def test_what_is_refused_or_asks_for_something_else_is_no_look(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, manual(2))
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(2))
    imports, evaluations = imports_of(client), evaluations_of(client)
    arn, evaluation = imports.create(), evaluations.create()
    for _ in range(3):
        client.list_tags_for_resource(resourceARN=arn)
        client.list_foundation_models()
        with refused("ValidationException", 400):
            imports.create()
        client.list_tags_for_resource(resourceARN=evaluation)
        assert evaluations.delete(evaluation)["evaluationJobs"] == []
        with refused("ValidationException", 400):
            evaluations.create()
    assert [imports.get(arn), imports.get(arn)] == ["InProgress", "Completed"]
    seen = [evaluations.get(evaluation), evaluations.get(evaluation)]
    assert seen == ["InProgress", "Completed"]


@pytest.mark.parametrize("look", ["get", "poll"])
def test_stopping_moves_on_look_by_look(stoppable, bedrock_mock, look):
    bedrock_mock.set_transition(stoppable.clock, manual(2))
    arn = stoppable.create()
    # Looks at one status do not count for the next.
    assert stoppable.get(arn) == stoppable.first
    stoppable.stop(arn)
    seen = [getattr(stoppable, look)(arn) for _ in range(3)]
    assert seen == ["Stopping", "Stopped", "Stopped"]


@pytest.mark.parametrize("last", [None, {}, {"status": "Deleting"}])
def test_deleting_moves_on_look_by_look(evaluations, bedrock_mock, last):
    arn = evaluations.create()
    assert evaluations.get(arn) == "Completed"
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(3))
    evaluations.delete(arn)
    assert [evaluations.get(arn), evaluations.poll(arn)] == ["Deleting", "Deleting"]
    assert evaluations.list("Completed") == []
    if last is not None:
        assert evaluations.list(**last) == []
    assert evaluations.is_gone(arn)
    assert evaluations.list() == []


def test_a_job_that_is_being_deleted_still_has_its_name_and_tags(client, bedrock_mock):
    evaluations = evaluations_of(client)
    arn = evaluations.create(tag_list=tags(a="b"))
    assert evaluations.get(arn) == "Completed"
    bedrock_mock.set_transition(EVALUATION_CLOCK, NEVER)
    evaluations.delete(arn)
    with refused("ValidationException", 400, "The provided job name is currently in use."):
        evaluations.create()
    assert client.list_tags_for_resource(resourceARN=arn)["tags"] == tags(a="b")
    bedrock_mock.set_transition(EVALUATION_CLOCK, IMMEDIATE)
    assert evaluations.create() != arn
    with refused("ResourceNotFoundException", 404):
        client.list_tags_for_resource(resourceARN=arn)


def test_a_change_of_the_progression_holds_for_jobs_that_are_there(jobs, bedrock_mock):
    bedrock_mock.set_transition(jobs.clock, NEVER)
    arn = jobs.create()
    assert jobs.get(arn) == jobs.first
    bedrock_mock.set_transition(jobs.clock, IMMEDIATE)
    assert jobs.get(arn) == jobs.last


def test_each_kind_has_its_own_clock(jobs, bedrock_mock):
    for kind in WITH_CLOCKS:
        kind.prepare(jobs.client)
    bedrock_mock.set_transition(jobs.clock, NEVER)
    assert jobs.get(jobs.create()) == jobs.first
    for number, kind in enumerate(WITH_CLOCKS):
        if kind != jobs.kind:
            other = Looked(kind, jobs.client)
            assert other.get(other.create(10 + number)) == other.last


# --- with time ----------------------------------------------------------------------------


@in_process
@pytest.mark.parametrize("look", ["get", "poll"])
def test_a_job_is_over_when_its_time_is_up_and_not_before(jobs, bedrock_mock, look):
    bedrock_mock.set_transition(jobs.clock, after(60))
    with freeze_time(START) as clock:
        arn = jobs.create()
        clock.tick(59)
        assert getattr(jobs, look)(arn) == getattr(jobs, look)(arn) == jobs.first
        clock.tick(1)
        assert getattr(jobs, look)(arn) == jobs.second


@in_process
def test_the_times_are_those_when_the_job_was_due_however_late_the_look(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, after(60))
    bedrock_mock.set_transition(EVALUATION_CLOCK, after(60))
    with freeze_time(START) as clock:
        imported, evaluated = imports_of(client).create(), evaluations_of(client).create()
        clock.tick(timedelta(days=1))
        job = client.get_model_import_job(jobIdentifier=imported)
        evaluation = client.get_evaluation_job(jobIdentifier=evaluated)
    due = START + timedelta(seconds=60)
    assert job["creationTime"] == milliseconds(START)
    assert job["endTime"] == job["lastModifiedTime"] == milliseconds(due)
    assert evaluation["creationTime"] == START
    assert evaluation["lastModifiedTime"] == due


@in_process
def test_the_model_of_an_unseen_job_is_there_in_time(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, after(60))
    with freeze_time(START) as clock:
        for number in range(3):
            imports_of(client).create(number)
        client.create_model_import_job(
            **import_job("tagged", "tagged", importedModelTags=tags(a="b"))
        )
        clock.tick(59)
        assert client.list_imported_models()["modelSummaries"] == []
        with refused("ResourceNotFoundException", 404):
            client.get_imported_model(modelIdentifier="model-0")
        clock.tick(1)
        tagging = boto3.client("resourcegroupstaggingapi", region_name=REGION)
        (tagged,) = tagging.get_resources()["ResourceTagMappingList"]
        assert ":imported-model/" in tagged["ResourceARN"]
        assert client.get_imported_model(modelIdentifier="model-0")["modelName"] == "model-0"
        client.delete_imported_model(modelIdentifier="model-1")
        names = [m["modelName"] for m in client.list_imported_models()["modelSummaries"]]
        assert names == ["tagged", "model-2", "model-0"]


@in_process
def test_a_model_name_is_taken_whether_the_job_is_running_or_over_unseen(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, after(60))
    with freeze_time(START) as clock:
        imports_of(client).create()
        for _ in range(2):
            with refused(
                "ValidationException", 400, "The provided model name is currently in use."
            ):
                client.create_model_import_job(**import_job("job-2", "model-1"))
            clock.tick(60)


@in_process
def test_the_model_name_of_a_job_that_has_failed_unseen_is_free(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, after(60))
    bedrock_mock.fail_next(IMPORT_CLOCK, "no")
    with freeze_time(START) as clock:
        imports_of(client).create()
        clock.tick(60)
        client.create_model_import_job(**import_job("job-2", "model-1"))
        clock.tick(60)
        assert client.get_imported_model(modelIdentifier="model-1")["jobName"] == "job-2"


@in_process
def test_stopping_takes_its_time(stoppable, bedrock_mock):
    bedrock_mock.set_transition(stoppable.clock, after(60))
    with freeze_time(START) as clock:
        arn = stoppable.create()
        clock.tick(59)
        stoppable.stop(arn)
        clock.tick(59)
        assert stoppable.get(arn) == "Stopping"
        clock.tick(1)
        assert stoppable.get(arn) == "Stopped"


@in_process
def test_a_customization_ends_when_it_was_due_however_late_somebody_looks(client, bedrock_mock):
    bedrock_mock.set_transition(CUSTOMIZATION_CLOCK, after(60))
    with freeze_time(START) as clock:
        arn = customizations_of(client).create()
        clock.tick(timedelta(days=1))
        model = client.get_custom_model(modelIdentifier="custom-1")
        job = client.get_model_customization_job(jobIdentifier=arn)
    assert job["creationTime"] == model["creationTime"] == milliseconds(START)
    assert job["endTime"] == job["lastModifiedTime"]
    assert job["endTime"] == milliseconds(START) + timedelta(seconds=60)


@in_process
def test_a_job_whose_time_is_up_cannot_be_stopped_but_be_deleted(evaluations, bedrock_mock):
    bedrock_mock.set_transition(EVALUATION_CLOCK, after(60))
    with freeze_time(START) as clock:
        arn = evaluations.create()
        clock.tick(60)
        with refused("ConflictException", 400):
            evaluations.stop(arn)
        assert evaluations.delete(arn)["errors"] == []
        clock.tick(59)
        assert evaluations.get(arn) == "Deleting"
        clock.tick(1)
        assert evaluations.is_gone(arn)


@in_process
def test_the_name_of_a_job_whose_deletion_is_due_is_free_without_a_look(evaluations, bedrock_mock):
    bedrock_mock.set_transition(EVALUATION_CLOCK, after(60))
    with freeze_time(START) as clock:
        arn = evaluations.create()
        clock.tick(60)
        evaluations.delete(arn)
        clock.tick(60)
        assert evaluations.create() != arn
        assert evaluations.list() == ["InProgress"]
