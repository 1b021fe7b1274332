"""What many tests need: requests that are valid, and the errors that are expected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError
from moto import settings

from bedrock_mock.services.bedrock.service import BEDROCK
from bedrock_mock.services.bedrock_runtime.service import BEDROCK_RUNTIME

ACCOUNT = "123456789012"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/BedrockRole"
IMPORT_CLOCK = "bedrock::model_import_job"
EVALUATION_CLOCK = "bedrock::evaluation_job"
CUSTOMIZATION_CLOCK = "bedrock::model_customization_job"
BATCH_CLOCK = "bedrock::model_invocation_job"
THROUGHPUT_CLOCK = "bedrock::provisioned_model_throughput"
DEPLOYMENT_CLOCK = "bedrock::custom_model_deployment"
COPY_CLOCK = "bedrock::model_copy_job"
ENDPOINT_CLOCK = "bedrock::marketplace_model_endpoint"
CUSTOM_MODEL_CLOCK = "bedrock::custom_model"
#: An account beside the one that calls come from.
OTHER = "111122223333"
BASE_MODEL = "amazon.titan-text-lite-v1:0:4k"

NOVA = "amazon.nova-lite-v1:0"
#: A profile of the service that all regions have.
EVERYWHERE = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
BASE_ARN = f"arn:aws:bedrock:{REGION}::foundation-model/{BASE_MODEL}"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY}"
VPC = {"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]}

#: Texts of the service.
JOB_NAME_TAKEN = "The provided job name is currently in use."
MODEL_NAME_TAKEN = "The provided model name is currently in use."
FOREIGN_ROLE = "Cross-account pass role is not allowed."

#: For tests that reach into the process that holds the state.
in_process = pytest.mark.skipif(
    settings.TEST_SERVER_MODE, reason="needs the state in this process, not in a server"
)


def endpoint_of(service):
    """Where requests to a service of AWS, or to ``motoapi``, go: the mock or the suite's server."""
    if settings.TEST_SERVER_MODE:
        return settings.test_server_mode_endpoint()
    where = "" if service == "motoapi" else f".{REGION}"
    return f"https://{service}{where}.amazonaws.com"


MOTO_API = f"{endpoint_of('motoapi')}/moto-api"


def missing_list():
    """A List operation of the service that the mock lacks and that needs no member."""
    model = BEDROCK.protocol.model
    implemented = BEDROCK.backend(REGION, ACCOUNT).handlers
    for name in model.operation_names:
        operation = model.operation_model(name)
        needed = operation.input_shape.required_members
        if name.startswith("List") and not needed and name not in implemented:
            return operation
    pytest.skip("needs a newer botocore: this one has only operations that are implemented")


def needs(is_there):
    """Skips the test where the installed service model is too old for it."""
    if not is_there:
        pytest.skip("needs a newer botocore")


def known(shape, names):
    """Those of some members that the runtime's installed model has, in their order."""
    members = BEDROCK_RUNTIME.protocol.model.shape_for(shape).members
    return [name for name in names if name in members]


#: What each assessment of a guardrail has. The oldest botocore that is allowed lacks the details.
ALWAYS_ASSESSED = known("GuardrailAssessment", ["invocationMetrics", "appliedGuardrailDetails"])


def without_coverage():
    """The environment of a subprocess that shall not be slowed down by being measured."""
    return {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}


def run(code):
    """Runs Python code in a process of its own, with warnings as errors; gives what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def manual(times):
    """The transition by which the n-th look sees the next status."""
    return {"progression": "manual", "times": times}


#: The transition by which a job stays as it is, however often it is looked at.
NEVER = manual(1000)


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


def customization_job(job_name="customization-1", model_name="custom-1", **members):
    """A valid CreateModelCustomizationJob request: fine-tuning."""
    return {
        "jobName": job_name,
        "customModelName": model_name,
        "roleArn": ROLE,
        "baseModelIdentifier": BASE_MODEL,
        "trainingDataConfig": {"s3Uri": "s3://my-bucket/training.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://my-bucket/results/"},
        **members,
    }


def custom_model(name="custom-1", **members):
    """A valid CreateCustomModel request."""
    return {
        "modelName": name,
        "modelSourceConfig": {"s3DataSource": {"s3Uri": "s3://my-bucket/model/"}},
        "roleArn": ROLE,
        **members,
    }


def batch_job(job_name="batch-1", **members):
    """A valid CreateModelInvocationJob request."""
    return {
        "jobName": job_name,
        "roleArn": ROLE,
        "modelId": "anthropic.claude-3-haiku-20240307-v1:0",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://my-bucket/input/"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://my-bucket/output/"}},
        **members,
    }


#: A model that Provisioned Throughput can be bought for in many regions.
PROVISIONED_MODEL = "anthropic.claude-3-haiku-20240307-v1:0:48k"
HUB_MODEL = "huggingface-llm-zephyr-7b-beta"
MODEL_SOURCE = (
    f"arn:aws:sagemaker:{REGION}:aws:hub-content/SageMakerPublicHub/Model/{HUB_MODEL}/1.0.0"
)


def throughput(name="throughput-1", **members):
    """A valid CreateProvisionedModelThroughput request."""
    return {
        "provisionedModelName": name,
        "modelUnits": 1,
        "modelId": PROVISIONED_MODEL,
        **members,
    }


def deployment(name="deployment-1", **members):
    """A CreateCustomModelDeployment request, which takes a ``modelArn`` to be valid."""
    return {"modelDeploymentName": name, **members}


def copy_job(name="copy-1", **members):
    """A CreateModelCopyJob request, which takes a ``sourceModelArn`` to be valid."""
    return {"targetModelName": name, **members}


def targets(*model_ids, region=REGION):
    """Foundation models as targets of a prompt router."""
    prefix = f"arn:aws:bedrock:{region}::foundation-model/"
    return [{"modelArn": f"{prefix}{model_id}"} for model_id in model_ids]


def prompt_router(name="router-1", **members):
    """A valid CreatePromptRouter request."""
    models = targets("amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0")
    return {
        "promptRouterName": name,
        "models": models,
        "fallbackModel": models[1],
        "routingCriteria": {"responseQualityDifference": 25},
        **members,
    }


def endpoint_config(role=ROLE, **members):
    """The endpointConfig of a marketplace endpoint."""
    config = {"initialInstanceCount": 1, "instanceType": "ml.g5.2xlarge", "executionRole": role}
    return {"sageMaker": {**config, **members}}


def marketplace_endpoint(name="endpoint-1", **members):
    """A valid CreateMarketplaceModelEndpoint request."""
    return {
        "endpointName": name,
        "modelSourceIdentifier": MODEL_SOURCE,
        "endpointConfig": endpoint_config(),
        **members,
    }


#: The messages of a guardrail that blocks a question or an answer.
NOT_IN, NOT_OUT = "Not this question.", "Not this answer."


def guardrail(name="guardrail-1", **members):
    """A valid CreateGuardrail request."""
    return {
        "name": name,
        "wordPolicyConfig": {"wordsConfig": [{"text": "secret"}]},
        "blockedInputMessaging": NOT_IN,
        "blockedOutputsMessaging": NOT_OUT,
        **members,
    }


def inference_profile(name="profile-1", **members):
    """A valid CreateInferenceProfile request."""
    return {
        "inferenceProfileName": name,
        "modelSource": {"copyFrom": f"arn:aws:bedrock:::inference-profile/{EVERYWHERE}"},
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


def many_tags(number):
    """A TagList of this length."""
    return tags(**{f"key-{n}": f"value-{n}" for n in range(number)})


def role_of(account, partition="aws"):
    """The ARN of a role that this account can pass."""
    return f"arn:{partition}:iam::{account}:role/BedrockRole"


def body(answer):
    """An answer's members, without what boto3 adds."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def milliseconds(moment):
    """The moment as imports and customizations write it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def wire_answers(client):
    """The JSON of each answer that the client gets from now on: a list that grows."""
    answers = []

    def keep(response_dict, **_):
        answers.append(json.loads(response_dict["body"]))

    client.meta.events.register("before-parse.bedrock", keep)
    return answers


def send_paths_as_they_are(client):
    """Makes the client leave ARNs in paths unencoded, as some SDKs do."""

    def decode(request, **_):
        request.url = unquote(request.url)

    client.meta.events.register("before-sign.bedrock", decode)
