"""The files with its losses that a completed customization has written to S3."""

from __future__ import annotations

import csv
from io import StringIO
from math import exp, isclose

import pytest

from support import (
    CUSTOMIZATION_CLOCK,
    customization_job,
    in_process,
)

pytestmark = [in_process, pytest.mark.usefixtures("s3")]

TRAINING = "training_artifacts/step_wise_training_metrics.csv"
VALIDATION = "validation_artifacts/post_fine_tuning_validation/validation_metrics.csv"
VALIDATORS = {"validators": [{"s3Uri": "s3://my-bucket/v.jsonl"}] * 2}


@pytest.fixture
def create(client):
    def create(uri="s3://my-bucket/results/", **members):
        request = customization_job(outputDataConfig={"s3Uri": uri}, **members)
        return client.create_model_customization_job(**request)["jobArn"]

    return create


@pytest.fixture
def outcome(client, s3):
    """The job, and the rows of each file in its folder."""

    def outcome(arn):
        job = client.get_model_customization_job(jobIdentifier=arn)
        folder = f"model-customization-job-{arn.rpartition('/')[2]}/"
        found = {}
        for each in s3.list_objects_v2(Bucket="my-bucket").get("Contents", ()):
            text = s3.get_object(Bucket="my-bucket", Key=each["Key"])["Body"].read().decode()
            before, _, name = each["Key"].partition(folder)
            found[before, name] = list(csv.DictReader(StringIO(text)))
        return job, found

    return outcome


@pytest.fixture
def files(create, outcome):
    """Runs a job and gives its outcome."""
    return lambda *args, **members: outcome(create(*args, **members))


def column(rows, name):
    return [float(row[name]) for row in rows]


def test_losses_fall_from_step_to_step_and_agree_with_the_metrics(files):
    job, found = files(hyperParameters={"epochCount": "3"}, validationDataConfig=VALIDATORS)
    assert found.keys() == {("results/", TRAINING), ("results/", VALIDATION)}
    for name, loss, metrics in (
        (TRAINING, "training_loss", [job["trainingMetrics"]["trainingLoss"]]),
        (VALIDATION, "validation_loss", [e["validationLoss"] for e in job["validationMetrics"]]),
    ):
        rows = found["results/", name]
        assert list(rows[0]) == ["step_number", "epoch_number", loss, "perplexity"]
        losses = column(rows, loss)
        assert losses == sorted(set(losses), reverse=True)
        assert {losses[-1]} == set(metrics)
        assert column(rows, "step_number") == list(range(len(rows)))
        epochs = column(rows, "epoch_number")
        assert epochs == sorted(epochs)
        assert set(epochs) == {1, 2, 3}
        for perplexity, value in zip(column(rows, "perplexity"), losses, strict=True):
            assert isclose(perplexity, exp(value), abs_tol=1e-5)
    assert len(job["validationMetrics"]) == 2


@pytest.mark.parametrize(
    ("uri", "folder"),
    [("s3://my-bucket/a/b", "a/b/"), ("s3://my-bucket", ""), ("s3://my-bucket/", "")],
)
def test_the_folder_is_that_of_the_request(files, uri, folder):
    _, found = files(uri)
    assert found.keys() == {(folder, TRAINING)}


@pytest.mark.parametrize("count", ["0", "many", "101", "-1"])
def test_a_number_of_epochs_that_is_none_is_one(files, count):
    _, found = files(hyperParameters={"epochCount": count})
    assert set(column(found["results/", TRAINING], "epoch_number")) == {1}


def test_a_model_has_the_metrics_of_its_job(files, client):
    job, _ = files(validationDataConfig=VALIDATORS)
    model = client.get_custom_model(modelIdentifier=job["outputModelArn"])
    for name in ("trainingMetrics", "validationMetrics"):
        assert model[name] == job[name]


@pytest.mark.parametrize("is_early", [True, False])
def test_a_test_can_script_the_losses(create, outcome, bedrock_mock, is_early):
    losses = [3.5, 2, 800.0]
    members = {"hyperParameters": {"epochCount": "2"}, "validationDataConfig": VALIDATORS}
    if is_early:
        bedrock_mock.customization_results("customization-1", losses, validation_loss=[1.5])
        arn = create(**members)
    else:
        bedrock_mock.freeze()
        arn = create(**members)
        bedrock_mock.customization_results(arn, losses, validation_loss=[1.5])
        bedrock_mock.complete(arn)
    job, found = outcome(arn)
    assert job["trainingMetrics"] == {"trainingLoss": 800.0}
    assert job["validationMetrics"] == [{"validationLoss": 1.5}] * 2
    rows = found["results/", TRAINING]
    assert column(rows, "training_loss") == losses
    assert column(rows, "epoch_number") == [1, 1, 2]
    (row,) = found["results/", VALIDATION]
    assert row["validation_loss"] == "1.5"


def test_losses_of_the_validation_that_nothing_says_follow_those_of_the_training(
    files, bedrock_mock
):
    bedrock_mock.customization_results("customization-1", [4, 3, 2, 1])
    members = {"hyperParameters": {"epochCount": "2"}, "validationDataConfig": VALIDATORS}
    _, found = files(**members)
    assert column(found["results/", VALIDATION], "validation_loss") == [3.1, 1.1]


@pytest.mark.parametrize("losses", [[], [-1], [True], [float("nan")], "12", [1, "2"]])
@pytest.mark.parametrize("name", ["training_loss", "validation_loss"])
def test_what_is_no_loss_is_refused(bedrock_mock, name, losses):
    said = {"training_loss": [1], name: losses}
    with pytest.raises(ValueError, match=f"customization_results: {name} is a list of at least"):
        bedrock_mock.customization_results("customization-1", **said)
    assert bedrock_mock.unused() == []


@pytest.mark.parametrize("end", ["Failed", "Stopped"])
def test_a_job_that_does_not_complete_writes_nothing(client, bedrock_mock, s3, end):
    bedrock_mock.freeze()
    client.create_model_customization_job(**customization_job())
    if end == "Failed":
        bedrock_mock.fail_next(CUSTOMIZATION_CLOCK, "no", job="customization-1")
    else:
        client.stop_model_customization_job(jobIdentifier="customization-1")
    assert bedrock_mock.complete("customization-1") == end
    assert s3.list_objects_v2(Bucket="my-bucket")["KeyCount"] == 0
