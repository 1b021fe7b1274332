"""Which model a call means: profiles by id and ARN, and models by region."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore import xform_name

from bedrock_mock import mock_bedrock
from support import (
    ACCOUNT,
    EVERYWHERE,
    NOVA,
    OTHER,
    REGION,
    evaluation_job,
    in_process,
    inference_profile,
    refused,
)

INVALID = "The provided model identifier is invalid."
CLAUDE = EVERYWHERE.partition(".")[2]
ENDED = "anthropic.claude-3-5-sonnet-20241022-v2:0"


def said(runtime, model):
    message = {"role": "user", "content": [{"text": "Hello"}]}
    answer = runtime.converse(modelId=model, messages=[message])
    return answer["output"]["message"]["content"][0]["text"]


def profile_arn(profile, region=REGION, account=ACCOUNT):
    return f"arn:aws:bedrock:{region}:{account}:inference-profile/{profile}"


GLOBAL = profile_arn(EVERYWHERE)


@pytest.fixture
def profile(bedrock):
    """Makes an application profile of a source; gives its ARN."""
    client = bedrock.client(region_name=REGION)

    def make(source=GLOBAL, name="my profile"):
        request = inference_profile(name, modelSource={"copyFrom": source})
        return client.create_inference_profile(**request)["inferenceProfileArn"]

    return make


@pytest.mark.parametrize(
    ("region", "model"),
    [
        ("us-east-1", f"us.{NOVA}"),
        ("us-east-1", EVERYWHERE),
        ("ca-central-1", f"us.{CLAUDE}"),
        ("eu-west-1", f"eu.{NOVA}"),
        ("ap-northeast-1", f"jp.{CLAUDE}"),
        ("eu-south-1", f"eu.{NOVA}"),
        ("af-south-1", EVERYWHERE),
        ("me-south-1", f"us.{NOVA}"),
        ("us-gov-west-1", f"us-gov.{CLAUDE}"),
        # The model is named by the profile only.
        ("us-east-1", "us.meta.llama3-2-90b-instruct-v1:0"),
    ],
)
def test_a_system_profile_answers_where_it_is_listed(bedrock, region, model):
    partition = "aws-us-gov" if "gov" in region else "aws"
    bedrock.reply("Hi", model=model.partition(".")[2])
    runtime = bedrock.client("bedrock-runtime", region_name=region)
    arn = profile_arn(model, region).replace("arn:aws:", f"arn:{partition}:")
    assert said(runtime, model) == said(runtime, arn) == "Hi"


@pytest.mark.parametrize(
    ("region", "model"),
    [
        ("eu-west-1", f"us.{NOVA}"),
        ("us-east-1", f"eu.{NOVA}"),
        ("us-east-1", f"us-gov.{CLAUDE}"),
        ("us-east-1", f"xx.{ENDED}"),
        ("us-east-1", f"eu.{ENDED}"),
        ("us-east-1", profile_arn(f"us.{NOVA}", "us-west-2")),
        ("us-east-1", profile_arn(f"us.{NOVA}", account=OTHER)),
        ("us-east-1", "luma.ray-v2:0"),
        ("us-east-1", f"arn:aws:bedrock:us-west-2::foundation-model/{NOVA}"),
        (
            "us-east-1",
            f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/abcdefghijkl",
        ),
        ("us-east-1", f"arn:aws:bedrock:us-east-1:{ACCOUNT}:prompt/ABCDEFGHIJ"),
    ],
)
def test_what_the_region_lacks_is_no_model(bedrock, region, model):
    runtime = bedrock.client("bedrock-runtime", region_name=region)
    with refused("ValidationException", 400, INVALID):
        said(runtime, model)


@pytest.mark.parametrize("model", [ENDED, f"us.{ENDED}", profile_arn(f"us.{ENDED}")])
def test_a_model_that_has_ended_still_answers(runtime, reply, model):
    reply("Hi", model=ENDED)
    assert said(runtime, model) == "Hi"


def test_a_model_may_be_served_on_demand_in_one_region_only(bedrock):
    assert said(bedrock.client("bedrock-runtime", region_name=REGION), NOVA)
    mumbai = bedrock.client("bedrock-runtime", region_name="ap-south-1")
    with refused("ValidationException", 400) as caught:
        said(mumbai, NOVA)
    assert f"Invocation of model ID {NOVA} with on-demand throughput" in str(caught.value)
    assert said(mumbai, f"apac.{NOVA}")


@pytest.mark.parametrize(
    "source", [profile_arn(EVERYWHERE), f"arn:aws:bedrock:{REGION}::foundation-model/{CLAUDE}"]
)
def test_an_application_profile_answers_as_its_model_does(bedrock, runtime, reply, profile, source):
    arn = profile(source)
    reply("Hi", model=CLAUDE)
    assert said(runtime, arn) == "Hi"
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    answer = runtime.invoke_model(modelId=arn, body=json.dumps(body))
    assert json.loads(answer["body"].read())["content"] == [{"type": "text", "text": "Hi"}]
    bedrock.client(region_name=REGION).delete_inference_profile(inferenceProfileIdentifier=arn)
    with refused("ValidationException", 400, INVALID):
        said(runtime, arn)


@pytest.mark.parametrize(
    "glob", ["my profile", "arn:*:application-inference-profile/*", "anthropic.*"]
)
def test_rules_know_a_profile_by_its_names_and_by_its_model(runtime, reply, profile, glob):
    other = profile(profile_arn(f"us.{NOVA}"), "other one")
    reply("no match")
    reply("match", model=glob)
    assert said(runtime, profile()) == "match"
    assert said(runtime, other) == ("match" if glob.startswith("arn:") else "no match")


@pytest.mark.parametrize("glob", [f"us.{NOVA}", "US Nova Lite", "arn:*:inference-profile/*", NOVA])
def test_rules_know_a_system_profile_by_its_names_and_by_its_model(runtime, reply, glob):
    reply("match", model=glob)
    assert said(runtime, f"us.{NOVA}") == "match"
    assert said(runtime, profile_arn(f"us.{NOVA}")) == "match"


@in_process
def test_an_evaluation_job_asks_the_model_behind_a_profile(bedrock, reply, profile):
    boto3.client("s3", REGION).create_bucket(Bucket="my-bucket")
    asked = []
    reply(lambda call: asked.append(call.model_id) or "Hi", model="anthropic.*")
    arn = profile()
    models = [{"bedrockModel": {"modelIdentifier": arn}}]
    job = evaluation_job(inferenceConfig={"models": models})
    bedrock.client(region_name=REGION).create_evaluation_job(**job)
    assert set(asked) == {arn}


@in_process
@pytest.mark.parametrize("config", [{"no_access": ["us.*"]}], indirect=True)
def test_a_test_may_have_no_access_through_a_profile(runtime):
    with refused("AccessDeniedException", 403):
        said(runtime, f"us.{NOVA}")
    assert said(runtime, NOVA)


@in_process
def test_a_model_of_the_users_own_is_called_by_profiles_too():
    models = [{"modelId": "my.model-v1", "inferenceTypesSupported": ["INFERENCE_PROFILE"]}]
    own = [
        {
            "inferenceProfileId": "mine.model-v1",
            "models": [{"modelArn": "arn:aws:bedrock:::foundation-model/my.model-v1"}],
        }
    ]
    with mock_bedrock(config={"bedrock": {"foundation_models": models}}) as bedrock:
        runtime = bedrock.client("bedrock-runtime", region_name=REGION)
        assert said(runtime, "us.my.model-v1")
        assert said(runtime, "global.my.model-v1")
        assert said(runtime, f"us.{ENDED}")
        with refused("ValidationException", 400, INVALID):
            said(runtime, "eu.my.model-v1")
    config = {"foundation_models": models, "inference_profiles": own}
    with mock_bedrock(config={"bedrock": config}) as bedrock:
        runtime = bedrock.client("bedrock-runtime", region_name=REGION)
        assert said(runtime, "mine.model-v1")
        with refused("ValidationException", 400, INVALID):
            said(runtime, "us.my.model-v1")


@in_process
def test_the_catalogue_is_made_once_and_not_at_each_call(bedrock, runtime):
    said(runtime, f"us.{NOVA}")
    control = bedrock.backend(region_name=REGION)
    listed, store = control.foundation_models.listed(), control.inference_profiles.system.store
    said(runtime, f"us.{NOVA}")
    assert control.foundation_models.listed() is listed
    assert control.inference_profiles.system.store is store


@pytest.mark.parametrize("name", ["Converse", "InvokeModel", "InvokeModelWithResponseStream"])
def test_a_call_belongs_to_the_project_of_the_account(runtime, reply, name):
    shape = runtime.meta.service_model.operation_model(name).input_shape
    if "projectIdentifier" not in shape.members:
        pytest.skip("the installed botocore knows no projects")
    reply("Hi")
    body = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    members = body if name == "Converse" else {"body": json.dumps(body)}
    call = getattr(runtime, xform_name(name))
    for project in ("default", f"arn:aws:bedrock:{REGION}:{ACCOUNT}:project/default"):
        answer = call(modelId=NOVA, projectIdentifier=project, **members)
        # A body that is not read would keep its connection.
        assert name == "Converse" or list(answer["body"])
    with refused("ValidationException", 400, "The provided project was not found."):
        call(modelId=NOVA, projectIdentifier="proj_1", **members)
