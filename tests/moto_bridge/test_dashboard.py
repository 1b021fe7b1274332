"""What moto's dashboard is given to show of our resources, and that it keeps none of them."""

from __future__ import annotations

import gc
import json
import weakref

import pytest
import requests
from botocore import xform_name
from freezegun import freeze_time
from kinds import ALL

from support import (
    ACCOUNT,
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    MOTO_API,
    REGION,
    evaluation_job,
    import_job,
    in_process,
    manual,
    tags,
    wire_answers,
)

pytestmark = in_process


def shown():
    return requests.get(f"{MOTO_API}/data.json", timeout=5).json()["bedrock"]


def names(kind, member):
    return [row[member] for row in shown().get(kind, [])]


@pytest.fixture
def evaluation_arn(client):
    return client.create_evaluation_job(**evaluation_job())["jobArn"]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_row_has_the_members_that_get_answers_with_and_the_tags(client, kind):
    arn = kind.make(client, tags(a="b"))
    answers = wire_answers(client)
    kind.look(client, arn)
    answer = kind.unwrapped(answers[0])
    members = {xform_name(name): value for name, value in answer.items()}
    (row,) = shown()[kind.get[0].removeprefix("Get")]
    where = {"region": REGION, "account": ACCOUNT}
    assert row == {**members, "tags": {"a": "b"} if kind.tags else {}, **where}


def test_names_and_statuses_come_first_then_where_it_is(client):
    client.create_model_import_job(**import_job())
    (row,) = shown()["ModelImportJob"]
    first = ["imported_model_name", "job_name", "status", "region", "account"]
    assert [*row][:5] == first
    assert [*row][5:] == sorted(row.keys() - set(first))
    (row,) = shown()["ImportedModel"]
    assert [*row][:4] == ["job_name", "model_name", "region", "account"]


def test_empty_kinds_take_no_space(client):
    assert shown() == {}
    client.create_evaluation_job(**evaluation_job())
    assert [*shown()] == ["EvaluationJob"]


def test_all_accounts_and_regions_are_shown(bedrock_mock):
    for account in ("123456789012", "111122223333"):
        for region in ("us-east-1", "eu-west-1"):
            job = import_job(f"{account}-{region}", roleArn=f"arn:aws:iam::{account}:role/r")
            bedrock_mock.client(region, account).create_model_import_job(**job)
    assert len(set(names("ModelImportJob", "job_name"))) == 4


def test_a_model_is_shown_as_soon_as_it_is_there(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, {"progression": "time", "seconds": 60})
    with freeze_time("2030-01-01") as clock:
        client.create_model_import_job(**import_job())
        assert (names("ModelImportJob", "status"), [*shown()]) == (
            ["InProgress"],
            ["ModelImportJob"],
        )
        clock.tick(60)
        assert names("ImportedModel", "model_name") == ["model-1"]
        assert names("ModelImportJob", "status") == ["Completed"]


def test_the_dashboard_is_no_look_at_a_job(client, bedrock_mock):
    bedrock_mock.set_transition(IMPORT_CLOCK, manual(2))
    client.create_model_import_job(**import_job())
    assert [names("ModelImportJob", "status") for _ in range(3)] == [["InProgress"]] * 3


def test_a_deleted_job_is_shown_until_it_is_gone(client, bedrock_mock, evaluation_arn):
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(1))
    client.batch_delete_evaluation_job(jobIdentifiers=[evaluation_arn])
    assert names("EvaluationJob", "status") == ["Deleting"]
    client.list_evaluation_jobs()
    assert "EvaluationJob" not in shown()


def test_a_deleted_job_that_is_gone_at_once_is_not_shown(client, evaluation_arn):
    client.batch_delete_evaluation_job(jobIdentifiers=[evaluation_arn])
    assert "EvaluationJob" not in shown()


def delete(client, evaluation_arn):
    client.delete_imported_model(modelIdentifier="model-1")
    client.batch_delete_evaluation_job(jobIdentifiers=[evaluation_arn])
    client.list_evaluation_jobs()


def reset(client, evaluation_arn):
    requests.post(f"{MOTO_API}/reset", timeout=5)


@pytest.mark.parametrize("forget", [delete, reset])
def test_what_was_shown_is_not_kept_alive(client, bedrock_mock, evaluation_arn, forget):
    client.create_model_import_job(**import_job())
    assert json.dumps(shown()).count('"Completed"') == 2
    backend = bedrock_mock.backend("us-east-1")
    kept = [weakref.ref(each) for each in backend.imported_models.store]
    kept += [weakref.ref(each) for each in backend.evaluation_jobs.store]
    forget(client, evaluation_arn)
    gc.collect()
    assert [each() for each in kept] == [None, None]
