"""SageMaker's SDK and Nova Forge, which bring trained models to Bedrock and deploy them."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import boto3
import pytest

from bedrock_mock import Reply
from support import (
    CUSTOM_MODEL_CLOCK,
    DEPLOYMENT_CLOCK,
    IMPORT_CLOCK,
    REGION,
    THROUGHPUT_CLOCK,
    manual,
)

ARTIFACTS = "s3://my-bucket/checkpoint/"


def library(name, package):
    reason = f"{package} is not installed: the tox environment sagemaker has it"
    return pytest.importorskip(name, reason=reason)


@pytest.fixture
def client(control, monkeypatch, tmp_path):
    """A client of Bedrock; telemetry is off."""
    config = tmp_path / "config.yaml"
    modules = {"TelemetryOptOut": True}
    content = {"SchemaVersion": "1.0", "SageMaker": {"PythonSDK": {"Modules": modules}}}
    config.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setenv("SAGEMAKER_USER_CONFIG_OVERRIDE", str(config))
    monkeypatch.setenv("TELEMETRY_OPT_OUT", "true")
    return control


@pytest.fixture
def sleeps():
    """How often a program has slept; it looks again at once."""
    return []


@pytest.fixture
def clock(sleeps):
    """A module ``time`` that takes no time to sleep."""
    return SimpleNamespace(time=time.time, sleep=sleeps.append)


class TestSageMaker:
    @pytest.fixture
    def role(self, client):
        """A role that Bedrock may assume: the SDK looks at its policy."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        request = {"RoleName": "BedrockRole", "AssumeRolePolicyDocument": policy}
        return boto3.client("iam", REGION).create_role(**request)["Role"]["Arn"]

    @pytest.fixture
    def builder(self, client, clock, monkeypatch, tmp_path):
        module = library("sagemaker.serve.bedrock_model_builder", "sagemaker-serve")
        monkeypatch.setattr(module, "time", clock)
        monkeypatch.setattr(module, "_BEDROCK_API_LOG_DIR", str(tmp_path / "logs"))
        boto3.client("s3", REGION).create_bucket(Bucket="my-bucket")
        return module.BedrockModelBuilder(ARTIFACTS)

    def test_a_model_is_imported_and_gets_throughput(self, bedrock, client, builder, role, sleeps):
        for name in (IMPORT_CLOCK, THROUGHPUT_CLOCK):
            bedrock.set_transition(name, manual(3))
        job = builder.deploy(job_name="job", imported_model_name="model", role_arn=role)
        assert (job["status"], len(sleeps)) == ("Completed", 2)
        # It passes the name of the model, not the ARN.
        made = builder.create_provisioned_throughput(provisioned_model_name="throughput")
        arn = made["provisionedModelArn"]
        found = client.get_provisioned_model_throughput(provisionedModelId=arn)
        assert (found["status"], found["modelArn"]) == ("InService", job["importedModelArn"])
        assert len(sleeps) == 4

    def test_an_imported_model_is_found_by_its_tag(self, client, builder, role):
        options = {"imported_model_name": "model", "role_arn": role, "reuse_resources": True}
        job = builder.deploy(job_name="job-1", **options)
        again = builder.deploy(job_name="job-2", **options)
        assert again["modelArn"] == job["importedModelArn"]
        assert len(client.list_model_import_jobs()["modelImportJobSummaries"]) == 1

    def test_an_import_in_progress_is_found_by_its_tag(
        self, bedrock, client, builder, role, sleeps
    ):
        bedrock.set_transition(IMPORT_CLOCK, manual(5))
        tag = {"key": "sagemaker.amazonaws.com/model-source", "value": ARTIFACTS}
        running = client.create_model_import_job(
            jobName="job-1",
            importedModelName="model",
            roleArn=role,
            modelDataSource={"s3DataSource": {"s3Uri": ARTIFACTS}},
            jobTags=[tag],
        )
        options = {"imported_model_name": "other", "role_arn": role}
        found = builder.deploy(job_name="job-2", reuse_resources=True, **options)
        assert (found["jobArn"], found["status"]) == (running["jobArn"], "Completed")
        assert sleeps

    def test_a_failed_import_says_why(self, bedrock, builder, role):
        bedrock.fail_next(IMPORT_CLOCK, "No weights.")
        with pytest.raises(RuntimeError, match="Reason: No weights"):
            builder.deploy(job_name="job", imported_model_name="model", role_arn=role)

    def test_a_custom_model_is_deployed_and_used_again(
        self, bedrock, client, builder, role, sleeps
    ):
        for name in (CUSTOM_MODEL_CLOCK, DEPLOYMENT_CLOCK):
            bedrock.set_transition(name, manual(3))
        options = {"custom_model_name": "model", "role_arn": role}
        made = builder.deploy(**options)
        assert len(sleeps) == 4
        found = client.get_custom_model_deployment(
            customModelDeploymentIdentifier="model-deployment"
        )
        assert (found["status"], found["modelArn"]) == ("Active", made["modelArn"])
        again = builder.deploy(reuse_resources=True, **options)
        for name in ("modelArn", "customModelDeploymentArn"):
            assert again[name] == made[name]
        assert len(client.list_custom_models()["modelSummaries"]) == 1

    def test_a_model_without_a_deployment_gets_one(self, client, builder, role):
        options = {"custom_model_name": "model", "role_arn": role}
        made = builder.deploy(**options)
        arn = made["customModelDeploymentArn"]
        client.delete_custom_model_deployment(customModelDeploymentIdentifier=arn)
        again = builder.deploy(reuse_resources=True, **options)
        assert again["modelArn"] == made["modelArn"]
        assert again["customModelDeploymentArn"] != arn

    def test_a_failed_deployment_is_seen(self, bedrock, builder, role):
        bedrock.fail_next(DEPLOYMENT_CLOCK, "No capacity.")
        with pytest.raises(RuntimeError, match="failed"):
            builder.deploy(custom_model_name="model", role_arn=role)


class TestNovaForge:
    @pytest.fixture(autouse=True)
    def _nova_forge(self, client, clock, monkeypatch):
        self.module = library("amzn_nova_forge", "amzn-nova-forge")
        self.util = library("amzn_nova_forge.util.bedrock", "amzn-nova-forge")
        monkeypatch.setattr(self.util, "time", clock)

    @pytest.fixture
    def platform(self):
        from amzn_nova_forge.core.enums import DeployPlatform

        return DeployPlatform

    @pytest.fixture
    def deployer(self):
        from amzn_nova_forge.core.enums import DeploymentMode, Model
        from amzn_nova_forge.core.types import ForgeConfig, ValidationConfig
        from amzn_nova_forge.deployer.forge_deployer import ForgeDeployer

        def deployer(mode="FAIL_IF_EXISTS"):
            # moto cannot simulate the policies of a principal.
            config = ForgeConfig(validation_config=ValidationConfig(iam=False))
            mode = DeploymentMode[mode]
            return ForgeDeployer(REGION, Model.NOVA_LITE, deployment_mode=mode, config=config)

        return deployer

    def test_a_checkpoint_is_deployed_and_invoked(self, bedrock, deployer, sleeps):
        from amzn_nova_forge.inference.forge_inference import ForgeInference

        for name in (CUSTOM_MODEL_CLOCK, DEPLOYMENT_CLOCK):
            bedrock.set_transition(name, manual(3))
        result = deployer().deploy(ARTIFACTS, endpoint_name="endpoint")
        assert len(sleeps) == 2
        assert [result.status for _ in range(3)] == ["Creating", "Creating", "Active"]
        bedrock.reply(Reply("Paris."), user="capital")
        question = {"role": "user", "content": [{"text": "What is the capital of France?"}]}
        answer = ForgeInference(REGION).invoke(result.endpoint.uri, {"messages": [question]})
        body = json.loads(answer.get()["inference_results"]["response"])
        assert body["output"]["message"]["content"] == [{"text": "Paris."}]

    def test_a_checkpoint_is_published_once(self, client, deployer):
        one, two = deployer(), deployer()
        first = one.deploy(ARTIFACTS, endpoint_name="endpoint-1")
        second = two.deploy(ARTIFACTS, endpoint_name="endpoint-2")
        # It finds the model by its tag, with the Resource Groups Tagging API.
        assert first.model_publish.model_arn == second.model_publish.model_arn
        assert len(client.list_custom_model_deployments()["modelDeploymentSummaries"]) == 2

    def test_a_name_in_use_is_refused_before_a_model_is_made(self, client, deployer, platform):
        deployer().deploy(ARTIFACTS, endpoint_name="endpoint")
        with pytest.raises(RuntimeError, match="already exists"):
            deployer().deploy("s3://my-bucket/other/", endpoint_name="endpoint")
        assert len(client.list_custom_models()["modelSummaries"]) == 1

    def test_throughput_is_given_another_model(self, client, deployer, platform):
        where = {"endpoint_name": "throughput", "deploy_platform": platform.BEDROCK_PT}
        first = deployer().deploy(ARTIFACTS, **where)
        second = deployer("UPDATE_IF_EXISTS").deploy("s3://my-bucket/other/", **where)
        assert second.endpoint.uri == first.endpoint.uri
        found = client.get_provisioned_model_throughput(provisionedModelId="throughput")
        assert found["modelArn"] == second.model_publish.model_arn

    @pytest.mark.parametrize("name", ["BEDROCK_OD", "BEDROCK_PT"])
    def test_an_endpoint_is_deleted(self, client, deployer, platform, name):
        where = platform[name]
        made = deployer().deploy(ARTIFACTS, endpoint_name="endpoint", deploy_platform=where)
        arn = made.endpoint.uri
        assert self.util.check_existing_deployment("endpoint", where, REGION) == arn
        self.util.delete_existing_deployment(arn, where, "endpoint", REGION)
        assert self.util.check_existing_deployment("endpoint", where, REGION) is None

    def test_a_term_keeps_throughput_from_being_deleted(self, client, deployer, platform):
        model = deployer().create_custom_model(ARTIFACTS).model_arn
        arn = client.create_provisioned_model_throughput(
            provisionedModelName="throughput",
            modelId=model,
            modelUnits=1,
            commitmentDuration="OneMonth",
        )["provisionedModelArn"]
        with pytest.raises(Exception, match="still within commitment term"):
            self.util.delete_existing_deployment(arn, platform.BEDROCK_PT, "throughput", REGION)

    def test_a_failed_model_is_not_deployed(self, bedrock, deployer):
        bedrock.fail_next(CUSTOM_MODEL_CLOCK, "No weights.")
        with pytest.raises(RuntimeError, match="creation failed"):
            deployer().deploy(ARTIFACTS, endpoint_name="endpoint")
