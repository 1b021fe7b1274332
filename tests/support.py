"""What many tests need: requests that are valid, and the errors that are expected."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError
from moto import settings

ACCOUNT = "123456789012"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/BedrockRole"
IMPORT_CLOCK = "bedrock::model_import_job"
EVALUATION_CLOCK = "bedrock::evaluation_job"

#: For tests that reach into the process that holds the state.
in_process = pytest.mark.skipif(
    settings.TEST_SERVER_MODE, reason="needs the state in this process, not in a server"
)


def manual(times):
    """The transition by which the n-th look sees the next status."""
    return {"progression": "manual", "times": times}


def import_job(job_name="job-1", model_name="model-1", **members):
    """A valid CreateModelImportJob request."""
    return {
        "jobName": job_name,
        "importedModelName": model_name,
        "roleArn": ROLE,
        "modelDataSource": {"s3DataSource": {"s3Uri": "s3://my-bucket/model/"}},
        **members,
    }


def data_set(*metrics, task_type="QuestionAndAnswer", name="Builtin.BoolQ", **members):
    """One entry of datasetMetricConfigs."""
    return {
        "taskType": task_type,
        "dataset": {"name": name, **members},
        "metricNames": list(metrics or ["Builtin.Accuracy"]),
    }


def evaluation_job(job_name="evaluation-1", **members):
    """A valid CreateEvaluationJob request: automated, with programmatic metrics."""
    return {
        "jobName": job_name,
        "roleArn": ROLE,
        "evaluationConfig": {"automated": {"datasetMetricConfigs": [data_set()]}},
        "inferenceConfig": {
            "models": [{"bedrockModel": {"modelIdentifier": "amazon.titan-text-lite-v1"}}]
        },
        "outputDataConfig": {"s3Uri": "s3://my-bucket/results/"},
        **members,
    }


@contextmanager
def refused(code, status, message=None):
    """Expects the service's error: its code, HTTP status and, if given, its exact message."""
    with pytest.raises(ClientError) as caught:
        yield caught
    response = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    if message is not None:
        assert response["Error"]["Message"] == message


def tags(**pairs):
    """A TagList."""
    return [{"key": key, "value": value} for key, value in pairs.items()]
