"""Cloud Custodian, which runs its own policies on the resources of Bedrock."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import boto3
import pytest
from botocore.exceptions import ClientError

from support import (
    REGION,
    batch_job,
    custom_model,
    customization_job,
    deployment,
    evaluation_job,
    guardrail,
    inference_profile,
    tags,
)

pytest.importorskip("c7n", reason="c7n is not installed: the tox environment custodian has it")

from c7n.config import Config
from c7n.loader import PolicyLoader


@pytest.fixture
def policy(control, tmp_path):
    """Runs a policy: the resources that match it, as Custodian reports them."""

    def policy(resource, *filters, actions=(), **members):
        data = {
            "name": "a-policy",
            "resource": f"aws.bedrock-{resource}",
            "filters": list(filters),
            "actions": list(actions),
            **members,
        }
        config = Config.empty(region=REGION, account_id="123456789012", output_dir=str(tmp_path))
        (loaded,) = PolicyLoader(config).load_data({"policies": [data]}, "memory://")
        loaded.validate()
        return loaded.run()

    return policy


def tags_of(control, arn):
    return {
        each["key"]: each["value"]
        for each in control.list_tags_for_resource(resourceARN=arn)["tags"]
    }


def names(resources, member):
    return sorted(each[member] for each in resources)


class TestGuardrails:
    def test_those_without_a_policy_get_one(self, control, policy):
        control.create_guardrail(**guardrail("words"))
        filters = {
            "filtersConfig": [{"type": "HATE", "inputStrength": "HIGH", "outputStrength": "LOW"}]
        }
        content = guardrail("content", contentPolicyConfig=filters, description="As it was.")
        del content["wordPolicyConfig"]
        made = control.create_guardrail(**content)["guardrailId"]

        words = {
            "wordsConfig": [{"text": "HATE", "inputAction": "BLOCK", "outputEnabled": False}],
            "managedWordListsConfig": [{"type": "PROFANITY", "inputAction": "NONE"}],
        }
        update = {"type": "update", "wordPolicyConfig": words}
        absent = {"type": "value", "key": "wordPolicy", "value": "absent"}
        assert names(policy("guardrail", absent, actions=[update]), "name") == ["content"]

        found = control.get_guardrail(guardrailIdentifier=made)
        assert found["wordPolicy"] == {
            "words": [{"text": "HATE", "inputAction": "BLOCK", "outputEnabled": False}],
            "managedWordLists": [{"type": "PROFANITY", "inputAction": "NONE"}],
        }
        # What an update does not name is gone.
        assert "contentPolicy" not in found
        assert "description" not in found
        assert policy("guardrail", absent) == []

    def test_they_are_found_by_their_tags_and_tagged(self, control, policy):
        arn = control.create_guardrail(**guardrail(tags=tags(team="red")))["guardrailArn"]
        control.create_guardrail(**guardrail("guardrail-2"))
        tag = {"type": "tag", "tags": {"owner": "me"}}
        assert len(policy("guardrail", {"tag:team": "red"}, actions=[tag])) == 1
        assert tags_of(control, arn) == {"team": "red", "owner": "me"}
        untag = {"type": "remove-tag", "tags": ["team"]}
        assert len(policy("guardrail", {"tag:owner": "present"}, actions=[untag])) == 1
        assert tags_of(control, arn) == {"owner": "me"}


class TestBatchJobs:
    ACTIVE = {  # noqa: RUF012 - a filter
        "type": "value",
        "key": "status",
        "op": "in",
        "value": ["Submitted", "Validating", "Scheduled", "InProgress"],
    }

    def test_those_without_an_owner_are_stopped(self, bedrock, control, policy):
        bedrock.freeze()
        owned = control.create_model_invocation_job(**batch_job("owned", tags=tags(Owner="me")))
        other = control.create_model_invocation_job(**batch_job("other"))
        stop = policy(
            "model-invocation-job", {"tag:Owner": "absent"}, self.ACTIVE, actions=["stop"]
        )
        assert names(stop, "jobName") == ["other"]

        def status(job):
            found = control.get_model_invocation_job(jobIdentifier=job["jobArn"])
            return found["status"]

        assert (status(owned), status(other)) == ("Submitted", "Stopping")
        assert names(policy("model-invocation-job", self.ACTIVE), "jobName") == ["owned"]

    def test_they_are_marked_and_found_when_it_is_time(self, bedrock, control, policy):
        bedrock.freeze()
        arn = control.create_model_invocation_job(**batch_job())["jobArn"]
        mark = {"type": "mark-for-op", "op": "stop", "days": 1}
        policy("model-invocation-job", {"tag:maid_status": "absent"}, actions=[mark])
        day = dt.datetime.now(tz=dt.timezone.utc) + dt.timedelta(days=1)
        marked = tags_of(control, arn)["maid_status"]
        assert marked.startswith("Resource does not meet policy: stop@")
        assert marked.endswith((f"{day:%Y/%m/%d}", f"{day - dt.timedelta(days=1):%Y/%m/%d}"))
        due = {"type": "marked-for-op", "op": "stop", "skew": 2}
        assert len(policy("model-invocation-job", due, actions=["stop"])) == 1
        assert control.get_model_invocation_job(jobIdentifier=arn)["status"] == "Stopping"

    def test_one_that_is_over_cannot_be_stopped(self, control, policy):
        arn = control.create_model_invocation_job(**batch_job())["jobArn"]
        control.get_model_invocation_job(jobIdentifier=arn)
        with pytest.raises(ClientError, match="State was: Completed"):
            policy("model-invocation-job", actions=["stop"])


class TestInferenceProfiles:
    def test_only_application_profiles_are_found_tagged_and_deleted(self, control, policy):
        arn = control.create_inference_profile(**inference_profile())["inferenceProfileArn"]
        tag = {"type": "tag", "key": "cost", "value": "research"}
        (found,) = policy("inference-profile", actions=[tag])
        assert (found["inferenceProfileArn"], found["Tags"]) == (arn, [])
        (found,) = policy("inference-profile", {"tag:cost": "research"}, actions=["delete"])
        assert policy("inference-profile") == []

    def test_one_in_use_is_left(self, bedrock, control, policy, caplog):
        bedrock.freeze()
        arn = control.create_inference_profile(**inference_profile())["inferenceProfileArn"]
        model = {"bedrockModel": {"modelIdentifier": arn}}
        control.create_evaluation_job(**evaluation_job(inferenceConfig={"models": [model]}))
        policy("inference-profile", actions=["delete"])
        assert "Unable to delete inference profile" in caplog.text
        assert "(ConflictException)" in caplog.text
        assert len(policy("inference-profile")) == 1


class TestCustomModels:
    @pytest.fixture
    def model(self, control):
        return control.create_custom_model(**custom_model(modelTags=tags(team="red")))["modelArn"]

    def test_those_without_a_deployment_are_deleted(self, control, policy, model):
        control.create_custom_model_deployment(**deployment(modelArn=model))
        other = control.create_custom_model(**custom_model("custom-2"))["modelArn"]
        unused = {"type": "deployments", "status": "Active", "value": "absent"}
        used = {"type": "deployments", "value": "present"}
        control.get_custom_model(modelIdentifier=other)
        (found,) = policy("custom-model", used)
        assert (found["modelArn"], found["Tags"]) == (model, [{"Key": "team", "Value": "red"}])
        assert names(policy("custom-model", unused, actions=["delete"]), "modelArn") == [other]
        assert names(policy("custom-model"), "modelArn") == [model]

    def test_they_are_tagged_and_untagged(self, control, policy, model):
        tag = {"type": "tag", "key": "owner", "value": "me"}
        policy("custom-model", actions=[tag, {"type": "remove-tag", "tags": ["team"]}])
        assert tags_of(control, model) == {"owner": "me"}


def test_customization_jobs_in_progress_are_stopped(bedrock, control, policy):
    done = control.create_model_customization_job(**customization_job("done", "model-1"))
    control.get_model_customization_job(jobIdentifier=done["jobArn"])
    bedrock.freeze()
    running = control.create_model_customization_job(**customization_job("running", "model-2"))
    assert names(policy("customization-job", actions=["stop"]), "jobName") == ["running"]
    found = control.get_model_customization_job(jobIdentifier=running["jobArn"])
    assert found["status"] == "Stopping"


def test_evaluation_jobs_tell_how_long_their_results_are_kept(control, policy):
    s3 = boto3.client("s3", REGION)
    s3.create_bucket(Bucket="my-bucket")
    rule = {
        "ID": "a",
        "Status": "Enabled",
        "Filter": {"Prefix": "results/"},
        "Expiration": {"Days": 60},
    }
    s3.put_bucket_lifecycle_configuration(
        Bucket="my-bucket", LifecycleConfiguration={"Rules": [rule]}
    )
    control.create_evaluation_job(**evaluation_job(jobTags=tags(team="red")))
    retention = {"type": "output-retention", "op": "greater-than", "value": 30}
    (found,) = policy("evaluation-job", retention, {"tag:team": "red"})
    assert found["jobName"] == "evaluation-1"
    assert policy("evaluation-job", {**retention, "value": 90}) == []


def test_foundation_models_are_listed_with_the_filters_of_the_service(policy):
    lite = {"type": "value", "key": "modelLifecycle.status", "value": "ACTIVE"}
    query = [{"byProvider": "Amazon"}, {"byInferenceType": "ON_DEMAND"}]
    found = policy("foundation-model", lite, query=query)
    assert found
    assert {each["providerName"] for each in found} == {"Amazon"}
    assert all("ON_DEMAND" in each["inferenceTypesSupported"] for each in found)


def test_the_program_runs_the_policies_of_a_file(bedrock_server_env, monkeypatch, tmp_path):
    # It asks STS for the account, and the Resource Groups Tagging API for tags.
    monkeypatch.setenv("AWS_ENDPOINT_URL", bedrock_server_env.endpoint_url)
    client = bedrock_server_env.client("bedrock")
    client.create_guardrail(**guardrail(tags=tags(team="red")))
    red = {"name": "red", "resource": "aws.bedrock-guardrail", "filters": [{"tag:team": "red"}]}
    file = tmp_path / "policies.json"
    file.write_text(json.dumps({"policies": [red]}), encoding="utf-8")
    command = ["run", "--output-dir", str(tmp_path), "--cache-period", "0", "--region", REGION]
    subprocess.run(
        [sys.executable, "-m", "c7n.cli", *command, str(file)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    report = json.loads((tmp_path / "red" / "resources.json").read_text(encoding="utf-8"))
    assert names(report, "name") == ["guardrail-1"]
