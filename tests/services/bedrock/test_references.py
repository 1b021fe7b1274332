"""What requests refer to in moto's S3, IAM, KMS and EC2, and when it has to be there."""

from __future__ import annotations

import json
import subprocess
import sys

import boto3
import pytest
from kinds import snapshot

from support import (
    ACCOUNT,
    REGION,
    custom_model,
    customization_job,
    data_set,
    evaluation_job,
    import_job,
    in_process,
    refused,
)

STRICT = pytest.mark.bedrock_mock(config={"bedrock": {"references": "strict"}})
FILES = ("config.json", "tokenizer_config.json", "tokenizer.json", "model-1.safetensors")


pytestmark = [in_process, pytest.mark.once]


@pytest.fixture
def model_files(s3):
    """Puts the files of a model where import jobs look for it."""

    def put(model_type="llama", without=(), **members):
        config = json.dumps({"model_type": model_type, **members})
        for name in FILES:
            if name not in without:
                body = config if name == "config.json" else "{}"
                s3.put_object(Bucket="my-bucket", Key=f"model/{name}", Body=body)

    return put


def imported(client, **members):
    client.create_model_import_job(**import_job(**members))
    return client.get_model_import_job(jobIdentifier="job-1")


# --- the model's files -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("model_type", "instruct"),
    [
        ("mistral", True),
        ("llama", True),
        ("qwen2_5_vl", False),
        ("qwen3", False),
        ("gpt_oss", False),
    ],
)
@pytest.mark.parametrize("uri", ["s3://my-bucket/model/", "s3://my-bucket/model"])
def test_config_json_says_what_the_model_is(client, model_files, model_type, instruct, uri):
    model_files(model_type)
    imported(client, modelDataSource={"s3DataSource": {"s3Uri": uri}})
    model = client.get_imported_model(modelIdentifier="model-1")
    assert (model["modelArchitecture"], model["instructSupported"]) == (model_type, instruct)
    (summary,) = client.list_imported_models()["modelSummaries"]
    assert summary["modelArchitecture"] == model_type


@pytest.mark.parametrize(
    ("model_type", "hidden_size", "layers", "units", "version"),
    [
        ("llama", 4096, 32, 2, "v1.0"),
        ("llama", 8192, 80, 8, "v1.0"),
        ("qwen3", 2560, 36, 1, "v1.0"),
        ("gpt_oss", 2880, 24, 2, "v2.0"),
        ("llama", [], None, 2, "v1.0"),
    ],
)
def test_the_units_of_a_copy_follow_family_and_size(
    client, model_files, model_type, hidden_size, layers, units, version
):
    model_files(model_type, hidden_size=hidden_size, num_hidden_layers=layers)
    source = {"s3DataSource": {"s3Uri": "s3://my-bucket/model/"}}
    imported(client, modelDataSource=source)
    assert client.get_imported_model(modelIdentifier="model-1")["customModelUnits"] == {
        "customModelUnitsPerModelCopy": units,
        "customModelUnitsVersion": version,
    }


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (b'{"model_type": "gemma"}', "The model architecture 'gemma' is not supported."),
        (b'{"architectures": []}', "config.json is not a JSON object with a model_type"),
        (b"[]", "config.json is not a JSON object with a model_type"),
        (b'{"model_type": 1}', "The model architecture '1' is not supported."),
        (b"[" * 100_000, "config.json is not a JSON object with a model_type"),
        (b" " * (1024 * 1024 + 1), "config.json is larger than 1 MiB"),
        (b"\xff", "config.json is not a JSON object with a model_type"),
    ],
)
def test_a_model_that_cannot_be_imported_fails_its_job(client, s3, config, message):
    s3.put_object(Bucket="my-bucket", Key="model/config.json", Body=config)
    job = imported(client)
    assert job["status"] == "Failed"
    assert message in job["failureMessage"]
    assert client.list_imported_models()["modelSummaries"] == []


def test_without_files_a_model_has_the_documented_defaults(client, s3):
    assert imported(client)["status"] == "Completed"
    model = client.get_imported_model(modelIdentifier="model-1")
    assert (model["modelArchitecture"], model["instructSupported"]) == ("llama", True)


def test_deleting_the_files_later_changes_nothing(client, bedrock_mock, s3, model_files):
    bedrock_mock.freeze()
    model_files("mistral")
    imported(client)
    s3.delete_object(Bucket="my-bucket", Key="model/config.json")
    bedrock_mock.complete("job-1")
    assert client.get_imported_model(modelIdentifier="model-1")["modelArchitecture"] == "mistral"


# --- keys ------------------------------------------------------------------------------


@pytest.fixture
def key(bedrock_mock):
    kms = boto3.client("kms", REGION)
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key["KeyId"])
    return key


@pytest.mark.parametrize(
    "form",
    ["{KeyId}", "{Arn}", "alias/mine", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/mine"],
)
def test_ids_and_aliases_are_those_of_motos_kms(client, key, form):
    job = imported(client, importedModelKmsKeyId=form.format(**key))
    assert job["importedModelKmsKeyArn"] == key["Arn"]


@STRICT
@pytest.mark.parametrize("key_id", ["alias/other", "0a1b2c3d-1234-1234-1234-0a1b2c3d4e5f"])
def test_a_key_that_is_not_there_is_refused_where_references_are_strict(
    client, complete, key, key_id
):
    before = snapshot(client)
    with refused("ValidationException", 400) as caught:
        client.create_model_import_job(**import_job(importedModelKmsKeyId=key_id))
    assert f"KMS has no key '{key_id}'" in str(caught.value)
    assert snapshot(client) == before


# --- strict ----------------------------------------------------------------------------


@pytest.fixture
def complete(client, model_files):
    """All that the requests of support.py refer to is there."""
    model_files()
    boto3.client("iam", REGION).create_role(RoleName="BedrockRole", AssumeRolePolicyDocument="{}")


@STRICT
def test_what_is_all_there_is_accepted(client, complete, key):
    ec2 = boto3.client("ec2", REGION)
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    vpc = {"subnetIds": [subnet], "securityGroupIds": [group]}
    job = imported(client, vpcConfig=vpc, importedModelKmsKeyId=key["KeyId"])
    assert job["status"] == "Completed"
    client.create_evaluation_job(**evaluation_job(customerEncryptionKeyId=key["Arn"]))
    for name in ("training.jsonl", "validation.jsonl"):
        boto3.client("s3", REGION).put_object(Bucket="my-bucket", Key=name, Body=b"{}")
    validators = {"validators": [{"s3Uri": "s3://my-bucket/validation.jsonl"}]}
    client.create_model_customization_job(**customization_job(validationDataConfig=validators))
    client.create_custom_model(**custom_model("custom-2"))
    boto3.client("logs", REGION).create_log_group(logGroupName="my-group")
    client.put_model_invocation_logging_configuration(loggingConfig=logging())


def logging(bucket="my-bucket", large="my-bucket"):
    """A configuration with all destinations."""
    logs = {
        "logGroupName": "my-group",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/BedrockRole",
        "largeDataDeliveryS3Config": {"bucketName": large},
    }
    return {"cloudWatchConfig": logs, "s3Config": {"bucketName": bucket}}


def logs_of(bucket):
    source = {"s3Uri": f"s3://{bucket}/logs/"}
    return {"trainingDataConfig": {"invocationLogsConfig": {"invocationLogSource": source}}}


@STRICT
@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "create_model_import_job",
            import_job(roleArn=f"arn:aws:iam::{ACCOUNT}:role/Other"),
            "The provided role ARN is invalid: IAM has no role",
        ),
        (
            "create_model_import_job",
            import_job(modelDataSource={"s3DataSource": {"s3Uri": "s3://other/model/"}}),
            "modelDataSource.s3DataSource.s3Uri' is invalid: S3 has no bucket 'other'",
        ),
        (
            "create_model_import_job",
            import_job(
                vpcConfig={"subnetIds": ["subnet-0a1b2c3d"], "securityGroupIds": ["sg-0a1b2c3d"]}
            ),
            "'subnet-0a1b2c3d' of 'vpcConfig.subnetIds' is invalid: EC2 has no such subnet",
        ),
        (
            "create_evaluation_job",
            evaluation_job(outputDataConfig={"s3Uri": "s3://other/results/"}),
            "'outputDataConfig.s3Uri' is invalid: S3 has no bucket 'other'",
        ),
        (
            "create_evaluation_job",
            evaluation_job(
                evaluationConfig={
                    "automated": {
                        "datasetMetricConfigs": [
                            data_set(name="Mine", datasetLocation={"s3Uri": "s3://other/a.jsonl"})
                        ]
                    }
                }
            ),
            "'datasetLocation.s3Uri' is invalid: S3 has no bucket 'other'",
        ),
        (
            "create_evaluation_job",
            evaluation_job(customerEncryptionKeyId="alias/other"),
            "KMS has no key",
        ),
        (
            "create_model_customization_job",
            customization_job(),
            "training.jsonl' of 'trainingDataConfig.s3Uri' is invalid: S3 has no such object",
        ),
        (
            "create_model_customization_job",
            customization_job(**logs_of("other")),
            "invocationLogsConfig.invocationLogSource.s3Uri' is invalid: S3 has no bucket 'other'",
        ),
        (
            "create_model_customization_job",
            customization_job(
                **logs_of("my-bucket"),
                validationDataConfig={"validators": [{"s3Uri": "s3://my-bucket/v.jsonl"}]},
            ),
            "'validationDataConfig.validators.s3Uri' is invalid: S3 has no such object",
        ),
        (
            "create_custom_model",
            custom_model(modelSourceConfig={"s3DataSource": {"s3Uri": "s3://other/model/"}}),
            "'modelSourceConfig.s3DataSource.s3Uri' is invalid: S3 has no bucket 'other'",
        ),
        (
            "put_model_invocation_logging_configuration",
            {"loggingConfig": logging()},
            "'my-group' of 'cloudWatchConfig.logGroupName' is invalid: CloudWatch Logs has no",
        ),
        (
            "put_model_invocation_logging_configuration",
            {"loggingConfig": {"s3Config": {"bucketName": "other"}}},
            "'s3Config.bucketName' is invalid: S3 has no bucket 'other'",
        ),
    ],
)
def test_what_is_not_there_is_refused_and_changes_nothing(
    client, complete, operation, request_, message
):
    before = snapshot(client)
    with refused("ValidationException", 400) as caught:
        getattr(client, operation)(**request_)
    assert message in str(caught.value)
    assert snapshot(client) == before


@STRICT
def test_a_security_group_that_is_not_there_is_refused(client, complete):
    subnet = boto3.client("ec2", REGION).describe_subnets()["Subnets"][0]["SubnetId"]
    vpc = {"subnetIds": [subnet], "securityGroupIds": ["sg-0a1b2c3d"]}
    with refused("ValidationException", 400) as caught:
        client.create_model_import_job(**import_job(vpcConfig=vpc))
    assert "EC2 has no such security group" in str(caught.value)


@STRICT
@pytest.mark.parametrize("missing", FILES)
def test_a_file_that_is_not_there_fails_the_job(client, s3, complete, missing):
    s3.delete_object(Bucket="my-bucket", Key=f"model/{missing}")
    job = imported(client)
    said = "*.safetensors" if missing.endswith(".safetensors") else missing
    assert job["status"] == "Failed"
    assert job["failureMessage"] == (
        f"The model's files at s3://my-bucket/model/ are not complete: {said} not found."
    )


def test_services_that_no_test_uses_are_not_loaded():
    code = f"""
import sys
from bedrock_mock import mock_bedrock
with mock_bedrock() as bedrock:
    client = bedrock.client()
    client.create_model_import_job(**{import_job(importedModelKmsKeyId="alias/mine")!r})
    print(client.get_model_import_job(jobIdentifier="job-1")["importedModelKmsKeyArn"])
with mock_bedrock(config={{"bedrock": {{"references": "strict"}}}}) as bedrock:
    client = bedrock.client()
    try:
        client.create_model_import_job(**{import_job(importedModelKmsKeyId="alias/mine")!r})
    except client.exceptions.ValidationException as error:
        print(error)
print([name for name in ("kms", "ec2") if f"moto.{{name}}.models" in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    key, refusal, loaded = done.stdout.splitlines()
    assert key.startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    assert "IAM has no role" in refusal
    assert loaded == "[]"
