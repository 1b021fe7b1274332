"""How jobs move on: at once, look by look, or with time; stopping and deleting too."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import boto3
import pytest
from freezegun import freeze_time

from support import (
    CUSTOM_MODEL_CLOCK,
    CUSTOMIZATION_CLOCK,
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    REGION,
    custom_model,
    customization_job,
    evaluation_job,
    import_job,
    in_process,
    manual,
    milliseconds,
    refused,
    tags,
)

IMMEDIATE = {"progression": "immediate"}
NEVER = manual(1000)
START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
JOB_NOT_FOUND = "The provided evaluation job was not found."


def after(seconds):
    """A progression by time."""
    return {"progression": "time", "seconds": seconds}


class Imports:
    """Import jobs, looked at in three ways."""

    clock = IMPORT_CLOCK

    def __init__(self, client):
        self.client = client

    def create(self, number=1):
        return self.client.create_model_import_job(
            **import_job(f"job-{number}", f"model-{number}")
        )["jobArn"]

    def get(self, arn):
        return self.client.get_model_import_job(jobIdentifier=arn)["status"]

    def list(self, _arn=None, **filters):
        listed = self.client.list_model_import_jobs(**filters)["modelImportJobSummaries"]
        return [summary["status"] for summary in listed]

    def poll(self, arn):
        (status,) = self.list(arn)
        return status


class Evaluations(Imports):
    """The same for evaluation jobs."""

    clock = EVALUATION_CLOCK

    def create(self, number=1):
        request = evaluation_job(f"evaluation-{number}", jobTags=tags(a="b"))
        return self.client.create_evaluation_job(**request)["jobArn"]

    def get(self, arn):
        return self.client.get_evaluation_job(jobIdentifier=arn)["status"]

    def list(self, _arn=None, **filters):
        listed = self.client.list_evaluation_jobs(**filters)["jobSummaries"]
        return [summary["status"] for summary in listed]

    def stop(self, arn):
        return self.client.stop_evaluation_job(jobIdentifier=arn)

    def delete(self, arn):
        return self.client.batch_delete_evaluation_job(jobIdentifiers=[arn])

    def is_gone(self, arn):
        with refused("ResourceNotFoundException", 404, JOB_NOT_FOUND):
            self.get(arn)
        return True


class Customizations(Imports):
    """The same for customization jobs."""

    clock = CUSTOMIZATION_CLOCK

    def create(self, number=1):
        request = customization_job(f"customization-{number}", f"custom-{number}")
        return self.client.create_model_customization_job(**request)["jobArn"]

    def get(self, arn):
        return self.client.get_model_customization_job(jobIdentifier=arn)["status"]

    def list(self, _arn=None, **filters):
        answer = self.client.list_model_customization_jobs(**filters)
        return [summary["status"] for summary in answer["modelCustomizationJobSummaries"]]

    def stop(self, arn):
        return self.client.stop_model_customization_job(jobIdentifier=arn)


class CustomModels(Imports):
    """The same for custom models that are brought along."""

    clock = CUSTOM_MODEL_CLOCK

    def create(self, number=1):
        return self.client.create_custom_model(**custom_model(f"custom-{number}"))["modelArn"]

    def get(self, arn):
        return self.client.get_custom_model(modelIdentifier=arn)["modelStatus"]

    def list(self, _arn=None, **filters):
        listed = self.client.list_custom_models(**filters)["modelSummaries"]
        return [summary["modelStatus"] for summary in listed]


@pytest.fixture(params=[Imports, Evaluations, Customizations])
def jobs(request, client):
    """Each kind of job in turn."""
    return request.param(client)


@pytest.fixture(params=[Evaluations, Customizations])
def stoppable(request, client):
    """Each kind of job that can be stopped, in turn."""
    return request.param(client)


@pytest.fixture
def models(client):
    return CustomModels(client)


@pytest.fixture
def evaluations(client):
    return Evaluations(client)


# --- immediate --------------------------------------------------------------------------


@pytest.mark.parametrize("look", ["get", "poll"])
def test_at_once_is_the_default(jobs, look):
    arn = jobs.create()
    assert getattr(jobs, look)(arn) == "Completed"


def test_at_once_a_deleted_job_is_gone(evaluations):
    arn = evaluations.create()
    assert evaluations.delete(arn)["evaluationJobs"] == [
        {"jobIdentifier": arn, "jobStatus": "Deleting"}
    ]
    assert evaluations.list() == []
    assert evaluations.is_gone(arn)


def test_at_once_a_deleted_job_is_gone_whoever_asks_first(client, evaluations):
    arns = [evaluations.create(number) for number in range(3)]
    client.batch_delete_evaluation_job(jobIdentifiers=arns)
    with refused("ResourceNotFoundException", 404, JOB_NOT_FOUND):
        evaluations.stop(arns[0])
    assert evaluations.delete(arns[1])["errors"][0]["code"] == "404"
    with refused("ResourceNotFoundException", 404):
        client.list_tags_for_resource(resourceARN=arns[2])


def test_at_once_a_job_is_over_before_it_can_be_stopped(stoppable):
    arn = stoppable.create()
    with refused("ConflictException", 400):
        stoppable.stop(arn)
    assert stoppable.get(arn) == "Completed"


def test_at_once_the_model_of_a_job_that_nobody_looked_at_is_there(client):
    Imports(client).create()
    assert client.get_imported_model(modelIdentifier="model-1")["jobName"] == "job-1"
    Imports(client).create(2)
    assert len(client.list_imported_models()["modelSummaries"]) == 2
    Imports(client).create(3)
    assert client.delete_imported_model(modelIdentifier="model-3")


def test_at_once_the_custom_model_of_a_job_that_nobody_looked_at_is_there(client):
    Customizations(client).create()
    assert client.get_custom_model(modelIdentifier="custom-1")["jobName"] == "customization-1"
    Customizations(client).create(2)
    assert len(client.list_custom_models()["modelSummaries"]) == 2
    Customizations(client).create(3)
    assert client.delete_custom_model(modelIdentifier="custom-3")
    # It is also there for a job that starts from it.
    Customizations(client).create(4)
    request = customization_job("further", "further", baseModelIdentifier="custom-4")
    assert client.create_model_customization_job(**request)["jobArn"]


@pytest.mark.parametrize("look", ["get", "poll"])
def test_at_once_a_custom_model_that_is_brought_along_is_active(models, look):
    assert getattr(models, look)(models.create()) == "Active"


# --- look by look -------------------------------------------------------------------------


@pytest.mark.parametrize("look", ["get", "poll"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_the_nth_look_sees_the_next_status(jobs, bedrock_mock, look, times):
    bedrock_mock.set_transition(jobs.clock, manual(times))
    arn = jobs.create()
    seen = [getattr(jobs, look)(arn) for _ in range(times + 1)]
    assert seen == ["InProgress"] * (times - 1) + ["Completed"] * 2


def test_looks_by_get_and_by_list_count_alike_and_for_their_own_job_only(jobs, bedrock_mock):
    bedrock_mock.set_transition(jobs.clock, manual(3))
    first = jobs.create(1)
    assert [jobs.get(first), jobs.poll(first)] == ["InProgress", "InProgress"]
    second = jobs.create(2)
    assert [jobs.get(first), jobs.get(second)] == ["Completed", "InProgress"]


def test_only_what_is_on_the_page_has_been_looked_at(jobs, bedrock_mock):
    bedrock_mock.set_transition(jobs.clock, manual(2))
    first, second = jobs.create(1), jobs.create(2)
    assert jobs.list(maxResults=1, sortOrder="Ascending") == ["InProgress"]
    assert [jobs.get(first), jobs.get(second)] == ["Completed", "InProgress"]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_list_never_contradicts_its_own_status_filter(jobs, bedrock_mock, times):
    bedrock_mock.set_transition(jobs.clock, manual(times))
    for number in range(3):
        jobs.create(number)
    for _ in range(times - 1):
        assert jobs.list(statusEquals="Completed") == []
        assert jobs.list(statusEquals="InProgress") == ["InProgress"] * 3
    # By this look they move on, so they are no longer what was asked for.
    assert jobs.list(statusEquals="InProgress") == []
    assert jobs.list(statusEquals="Completed") == ["Completed"] * 3
    assert jobs.list(statusEquals="Failed") == []


def test_what_is_refused_or_asks_for_something_else_is_no_look(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, manual(2))
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(2))
    imports, evaluations = Imports(client), Evaluations(client)
    arn, evaluation = imports.create(), evaluations.create()
    for _ in range(3):
        assert client.list_imported_models()["modelSummaries"] == []
        client.list_tags_for_resource(resourceARN=arn)
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
    assert stoppable.get(arn) == "InProgress"
    stoppable.stop(arn)
    seen = [getattr(stoppable, look)(arn) for _ in range(3)]
    assert seen == ["Stopping", "Stopped", "Stopped"]


@pytest.mark.parametrize("look", ["get", "poll"])
def test_a_custom_model_becomes_active_look_by_look(models, bedrock_mock, look):
    bedrock_mock.set_transition(models.clock, manual(3))
    arn = models.create()
    assert [getattr(models, look)(arn) for _ in range(3)] == ["Creating", "Creating", "Active"]


def test_a_list_of_custom_models_never_contradicts_its_own_status_filter(models, bedrock_mock):
    bedrock_mock.set_transition(models.clock, manual(1))
    models.create()
    assert models.list(modelStatus="Active") == []
    # By this look it moves on, so it is no longer what was asked for.
    assert models.list(modelStatus="Creating") == []
    assert models.list(modelStatus="Active") == ["Active"]


@pytest.mark.parametrize("last", [None, {}, {"statusEquals": "Deleting"}])
def test_deleting_moves_on_look_by_look(evaluations, bedrock_mock, last):
    arn = evaluations.create()
    assert evaluations.get(arn) == "Completed"
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(3))
    evaluations.delete(arn)
    assert [evaluations.get(arn), evaluations.poll(arn)] == ["Deleting", "Deleting"]
    assert evaluations.list(statusEquals="Completed") == []
    if last is not None:
        assert evaluations.list(**last) == []
    assert evaluations.is_gone(arn)
    assert evaluations.list() == []


def test_a_job_that_is_being_deleted_still_has_its_name_and_tags(client, bedrock_mock):
    evaluations = Evaluations(client)
    arn = evaluations.create()
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
    assert jobs.get(arn) == "InProgress"
    bedrock_mock.set_transition(jobs.clock, IMMEDIATE)
    assert jobs.get(arn) == "Completed"


def test_each_kind_of_job_has_its_own_clock(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, NEVER)
    imports, evaluations = Imports(client), Evaluations(client)
    assert imports.get(imports.create()) == "InProgress"
    assert evaluations.get(evaluations.create()) == "Completed"


# --- with time ----------------------------------------------------------------------------


@in_process
@pytest.mark.parametrize("look", ["get", "poll"])
def test_a_job_is_over_when_its_time_is_up_and_not_before(jobs, bedrock_mock, look):
    bedrock_mock.set_transition(jobs.clock, after(60))
    with freeze_time(START) as clock:
        arn = jobs.create()
        clock.tick(59)
        assert getattr(jobs, look)(arn) == getattr(jobs, look)(arn) == "InProgress"
        clock.tick(1)
        assert getattr(jobs, look)(arn) == "Completed"


@in_process
def test_the_times_tell_when_the_job_was_due_however_late_somebody_looks(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, after(60))
    bedrock_mock.set_transition(EVALUATION_CLOCK, after(60))
    with freeze_time(START) as clock:
        imported, evaluated = Imports(client).create(), Evaluations(client).create()
        clock.tick(timedelta(days=1))
        job = client.get_model_import_job(jobIdentifier=imported)
        evaluation = client.get_evaluation_job(jobIdentifier=evaluated)
    due = START + timedelta(seconds=60)
    assert job["creationTime"] == milliseconds(START)
    assert job["endTime"] == job["lastModifiedTime"] == milliseconds(due)
    assert evaluation["creationTime"] == START
    assert evaluation["lastModifiedTime"] == due


@in_process
def test_the_model_of_a_job_that_nobody_looked_at_is_there_in_time(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, after(60))
    with freeze_time(START) as clock:
        for number in range(3):
            Imports(client).create(number)
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
        Imports(client).create()
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
        Imports(client).create()
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
        arn = Customizations(client).create()
        clock.tick(timedelta(days=1))
        model = client.get_custom_model(modelIdentifier="custom-1")
        job = client.get_model_customization_job(jobIdentifier=arn)
    assert job["creationTime"] == model["creationTime"] == milliseconds(START)
    assert job["endTime"] == job["lastModifiedTime"]
    assert job["endTime"] == milliseconds(START) + timedelta(seconds=60)


@in_process
def test_a_custom_model_takes_its_time_to_become_active(models, bedrock_mock):
    bedrock_mock.set_transition(models.clock, after(60))
    with freeze_time(START) as clock:
        arn = models.create()
        clock.tick(59)
        assert models.get(arn) == models.poll(arn) == "Creating"
        clock.tick(1)
        assert models.get(arn) == "Active"


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
def test_the_name_of_a_job_whose_deletion_is_due_is_free_though_nobody_looked(
    evaluations, bedrock_mock
):
    bedrock_mock.set_transition(EVALUATION_CLOCK, after(60))
    with freeze_time(START) as clock:
        arn = evaluations.create()
        clock.tick(60)
        evaluations.delete(arn)
        clock.tick(60)
        assert evaluations.create() != arn
        assert evaluations.list() == ["InProgress"]
