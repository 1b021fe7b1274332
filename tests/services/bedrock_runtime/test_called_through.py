"""Models that are called through throughput, deployments, routers and marketplace endpoints."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import boto3
import pytest
from botocore.config import Config
from freezegun import freeze_time

from bedrock_mock import Reply, tool_use
from support import (
    ACCOUNT,
    DEPLOYMENT_CLOCK,
    ENDPOINT_CLOCK,
    HUB_MODEL,
    MODEL_SOURCE,
    NEVER,
    OTHER,
    PROVISIONED_MODEL,
    REGION,
    THROUGHPUT_CLOCK,
    copy_job,
    custom_model,
    customization_job,
    deployment,
    endpoint_config,
    import_job,
    in_process,
    marketplace_endpoint,
    prompt_router,
    refused,
    role_of,
    targets,
    throughput,
)

pytestmark = in_process

INVALID = "The provided model identifier is invalid."
NOT_READY = "Model is not ready for inference. Wait and try your request again."
NOVA_BODY = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
LITE, PRO = "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0"
DEFAULT = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:default-prompt-router"


@pytest.fixture
def control(bedrock):
    return bedrock.client("bedrock", region_name=REGION)


@pytest.fixture
def impatient(bedrock):
    """A client of the runtime that does not try again."""
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("bedrock-runtime", region_name=REGION, config=config)


def custom(control, name="custom-1", base=None):
    """The ARN of a custom model."""
    if base is None:
        return control.create_custom_model(**custom_model(name))["modelArn"]
    request = customization_job(f"{name}-job", name, baseModelIdentifier=base)
    control.create_model_customization_job(**request)
    return control.get_custom_model(modelIdentifier=name)["modelArn"]


def deployed(control, model_arn, name="deployment-1"):
    request = deployment(name, modelArn=model_arn)
    return control.create_custom_model_deployment(**request)["customModelDeploymentArn"]


def provisioned(control, model_id="amazon.nova-lite-v1:0:300k"):
    request = throughput(modelId=model_id)
    return control.create_provisioned_model_throughput(**request)["provisionedModelArn"]


def hosted(control):
    answer = control.create_marketplace_model_endpoint(**marketplace_endpoint())
    return answer["marketplaceModelEndpoint"]["endpointArn"]


def said(runtime, model_id, text="Hello", **members):
    """What a model answers to a text through Converse."""
    messages = [{"role": "user", "content": [{"text": text}]}]
    answer = runtime.converse(modelId=model_id, messages=messages, **members)
    return answer["output"]["message"]["content"][0]["text"]


def invoked(runtime, model_id, **body):
    """The body that InvokeModel answers."""
    return json.loads(runtime.invoke_model(modelId=model_id, body=json.dumps(body))["body"].read())


# --- throughput -------------------------------------------------------------------------


def test_throughput_of_a_foundation_model_answers_in_its_family(control, runtime, reply):
    reply("Hi.")
    arn = provisioned(control)
    assert invoked(runtime, arn, **NOVA_BODY)["output"]["message"]["content"] == [{"text": "Hi."}]
    assert said(runtime, arn) == "Hi."


def test_throughput_of_an_embedding_model_does_not_converse(control, runtime):
    arn = provisioned(control, "cohere.embed-english-v3:0:512")
    body = invoked(runtime, arn, texts=["a"], input_type="search_query")
    assert len(body["embeddings"][0]) == 1024
    with refused("ValidationException", 400):
        said(runtime, arn)


def test_throughput_of_an_imported_model_answers_in_its_form(control, runtime, reply):
    reply("Hi.", model="model-1")
    control.create_model_import_job(**import_job())
    arn = provisioned(control, "model-1")
    assert invoked(runtime, arn, prompt="Hello")["generation"] == "Hi."


@pytest.mark.parametrize(
    "glob",
    [
        "throughput-1",
        "arn:*:provisioned-model/*",
        "amazon.nova-lite-v1:0",
        "amazon.nova-lite-v1:0:300k",
        "amazon.*",
    ],
)
def test_rules_name_throughput_or_its_model(control, runtime, reply, glob):
    reply("By the rule.", model=glob)
    assert said(runtime, provisioned(control)) == "By the rule."


def test_throughput_that_is_updated_answers_with_the_old_model(control, runtime, bedrock, reply):
    reply("One.", model="custom-1")
    reply("Two.", model="custom-2")
    one = custom(control)
    custom(control, "custom-2")
    arn = provisioned(control, one)
    bedrock.set_transition(THROUGHPUT_CLOCK, NEVER)
    control.update_provisioned_model_throughput(provisionedModelId=arn, desiredModelId="custom-2")
    assert said(runtime, arn) == "One."
    bedrock.complete(arn)
    assert said(runtime, arn) == "Two."


# --- deployments ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "glob",
    [
        "deployment-1",
        "arn:*:custom-model-deployment/*",
        "custom-1",
        "arn:*:custom-model/imported/*",
        "amazon.nova-lite*",
    ],
)
def test_rules_name_a_deployment_its_model_or_the_base(control, runtime, reply, glob):
    reply("By the rule.", model=glob)
    assert said(runtime, deployed(control, custom(control))) == "By the rule."


def test_a_deployed_model_answers_in_the_family_of_its_base(control, runtime, reply):
    reply("Hi.")
    arn = deployed(control, custom(control, base="meta.llama3-3-70b-instruct-v1:0"))
    assert invoked(runtime, arn, prompt="Hello")["generation"] == "Hi."
    nova = deployed(control, custom(control, "nova", base="amazon.nova-micro-v1:0:128k"), "nova")
    assert invoked(runtime, nova, **NOVA_BODY)["stopReason"] == "end_turn"


def test_a_call_says_what_it_named_and_what_that_leads_to(control, runtime, reply):
    seen = []
    reply(lambda call: seen.append((call.model_id, call.model)) or "Hi.")
    arn = deployed(control, custom(control, base="amazon.nova-micro-v1:0:128k"))
    said(runtime, arn)
    assert seen == [(arn, "amazon.nova-micro-v1:0")]


def test_a_copy_in_another_region_answers_there(bedrock, control, reply):
    reply("From the west.", model="copy-1")
    west = bedrock.client("bedrock", region_name="us-west-2")
    west.create_model_copy_job(**copy_job(sourceModelArn=custom(control)))
    arn = deployed(west, west.get_custom_model(modelIdentifier="copy-1")["modelArn"])
    assert said(bedrock.client("bedrock-runtime", region_name="us-west-2"), arn) == "From the west."
    with refused("ValidationException", 400, INVALID):
        said(bedrock.client("bedrock-runtime", region_name=REGION), arn)


def test_a_custom_model_is_not_called_by_its_own_arn_or_name(control, runtime):
    for identifier in (custom(control), "custom-1"):
        with refused("ValidationException", 400):
            said(runtime, identifier)


# --- what is not there, or not yet ------------------------------------------------------


def test_what_is_deleted_is_invalid_at_once(control, runtime):
    model = custom(control)
    throughput_arn, deployment_arn = provisioned(control), deployed(control, model)
    router_arn = control.create_prompt_router(**prompt_router())["promptRouterArn"]
    endpoint_arn = hosted(control)
    arns = (throughput_arn, deployment_arn, router_arn, endpoint_arn)
    for arn in arns:
        said(runtime, arn)
    control.delete_provisioned_model_throughput(provisionedModelId=throughput_arn)
    control.delete_custom_model_deployment(customModelDeploymentIdentifier=deployment_arn)
    control.delete_prompt_router(promptRouterArn=router_arn)
    control.delete_marketplace_model_endpoint(endpointArn=endpoint_arn)
    for arn in arns:
        with refused("ValidationException", 400, INVALID):
            said(runtime, arn)


def test_what_is_being_created_is_not_ready(control, impatient, bedrock):
    model = custom(control)
    for clock in (THROUGHPUT_CLOCK, DEPLOYMENT_CLOCK, ENDPOINT_CLOCK):
        bedrock.set_transition(clock, NEVER)
    for arn in (provisioned(control), deployed(control, model), hosted(control)):
        with refused("ModelNotReadyException", 429, NOT_READY):
            said(impatient, arn)
        bedrock.complete(arn)
        said(impatient, arn)


def test_what_has_failed_is_invalid(control, runtime, bedrock):
    model = custom(control)
    for clock in (THROUGHPUT_CLOCK, DEPLOYMENT_CLOCK, ENDPOINT_CLOCK):
        bedrock.fail_next(clock, "No capacity.")
    for arn in (provisioned(control), deployed(control, model), hosted(control)):
        with refused("ValidationException", 400, INVALID):
            said(runtime, arn)


def test_what_is_of_another_account_or_region_is_invalid(bedrock, runtime):
    theirs = bedrock.client("bedrock", region_name=REGION, account_id=OTHER)
    model = theirs.create_custom_model(**custom_model(roleArn=role_of(OTHER)))["modelArn"]
    there = bedrock.client("bedrock", region_name="us-west-2")
    for arn in (deployed(theirs, model), provisioned(there, PROVISIONED_MODEL), hosted(there)):
        with refused("ValidationException", 400, INVALID):
            said(runtime, arn)


def test_by_the_clock_of_time_it_is_ready_in_time(control, runtime, bedrock):
    with freeze_time(datetime(2026, 1, 2, tzinfo=timezone.utc)) as clock:
        bedrock.set_transition(THROUGHPUT_CLOCK, {"progression": "time", "seconds": 60})
        arn = provisioned(control)
        clock.tick(60)
        said(runtime, arn)


# --- routers ----------------------------------------------------------------------------


@pytest.fixture
def picked(bedrock):
    """The model that a router picks, as a rule's function sees it."""
    runtime = bedrock.client("bedrock-runtime", region_name=REGION)

    def picked(arn):
        seen = []
        bedrock.reply(lambda call: seen.append(call.model) or "Hi.")
        said(runtime, arn)
        return seen[0]

    return picked


@pytest.fixture
def router(control):
    """Makes a router between Nova Lite and Nova Pro, which is the fallback."""

    def router(**members):
        return control.create_prompt_router(**prompt_router(**members))["promptRouterArn"]

    return router


def test_the_fallback_answers_unless_a_rule_names_another(router, runtime, reply, picked):
    assert picked(router()) == PRO


@pytest.mark.parametrize(
    ("glob", "model"),
    [
        (LITE, LITE),
        (f"arn:aws:bedrock:{REGION}::foundation-model/{LITE}", LITE),
        (PRO, PRO),
        ("amazon.nova-*", PRO),
        ("*", PRO),
        ("router-1", PRO),
        ("anthropic.*", PRO),
    ],
)
def test_a_rule_that_names_a_model_has_the_router_pick_it(router, runtime, reply, glob, model):
    reply("By the rule.", model=glob)
    seen = []
    reply(lambda call: seen.append(call.model) or "By no rule.")
    arn = router()
    said(runtime, arn)
    seen.clear()
    reply(lambda call: seen.append(call.model) or "Newest.", model="router-1", user="Hello")
    assert said(runtime, arn) == "Newest."
    assert seen == [model]


def test_a_rule_that_is_used_up_names_nothing_more(router, runtime, reply):
    reply("Once.", model=LITE, is_once=True)
    reply("By the fallback.", model=PRO)
    arn = router()
    assert [said(runtime, arn), said(runtime, arn)] == ["By the fallback.", "By the fallback."]


def test_a_router_may_have_one_model_and_another_as_fallback(router, runtime, reply):
    reply("By Lite.", model=LITE)
    assert said(runtime, router(models=targets(LITE))) == "By Lite."


def test_a_router_answers_in_the_family_of_its_models(router, runtime, reply):
    reply("Hi.")
    body = invoked(runtime, router(), **NOVA_BODY)
    assert body["output"]["message"]["content"] == [{"text": "Hi."}]


@pytest.mark.parametrize("name", ["anthropic.claude:1", "amazon.nova:1"])
def test_a_default_router_answers(runtime, reply, name):
    reply("Hi.")
    assert said(runtime, f"{DEFAULT}/{name}") == "Hi."


def traced(runtime, model_id):
    """The model that Converse says that a router has picked."""
    answer = runtime.converse(modelId=model_id, messages=NOVA_BODY["messages"])
    return answer["trace"]["promptRouter"]["invokedModelId"]


def test_converse_says_what_a_router_has_picked(router, runtime, reply):
    arn = router()
    assert traced(runtime, arn) == targets(PRO)[0]["modelArn"]
    reply("Hi.", model=LITE)
    assert traced(runtime, arn) == targets(LITE)[0]["modelArn"]


def test_of_an_application_inference_profile_it_says_the_model(control, router, runtime, reply):
    profile = control.create_inference_profile(
        inferenceProfileName="team", modelSource={"copyFrom": targets(LITE)[0]["modelArn"]}
    )["inferenceProfileArn"]
    reply("By the profile.", model=profile)
    arn = router(models=[{"modelArn": profile}])
    assert said(runtime, arn) == "By the profile."
    assert traced(runtime, arn) == targets(LITE)[0]["modelArn"]


def test_an_unknown_router_is_invalid(runtime):
    with refused("ValidationException", 400, INVALID):
        said(runtime, f"{DEFAULT}/no.such:1")


@pytest.mark.parametrize("config", [{"no_access": [PRO]}], indirect=True)
def test_without_access_to_its_fallback_a_router_is_refused(router, runtime):
    with refused("AccessDeniedException", 403):
        said(runtime, router())


@pytest.mark.parametrize("config", [{"no_access": [LITE]}], indirect=True)
def test_a_model_without_access_is_not_picked(router, runtime, reply):
    reply("By Lite.", model=LITE)
    reply("By Pro.", model=PRO)
    assert said(runtime, router()) == "By Pro."


# --- marketplace endpoints --------------------------------------------------------------

HEAD = {
    "id": "",
    "created": int,
    "model": "/opt/ml/model",
    "system_fingerprint": str,
}
USAGE = {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}


def typed(answer):
    """An answer with the types of what differs from call to call."""
    return {
        **answer,
        "created": type(answer["created"]),
        "system_fingerprint": type(answer["system_fingerprint"]),
    }


def test_a_prompt_is_completed(control, runtime, reply):
    reply("Hi.")
    assert typed(invoked(runtime, hosted(control), prompt="Hello", max_tokens=9)) == {
        **HEAD,
        "object": "text_completion",
        "choices": [{"index": 0, "text": "Hi.", "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
    }


def test_messages_are_a_chat(control, runtime, reply):
    reply("Hi.", user="Hello", system="Be brief.")
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
    ]
    answer = typed(invoked(runtime, hosted(control), messages=messages))
    usage = answer.pop("usage")
    assert usage["completion_tokens"] == 1
    assert answer == {
        **HEAD,
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi."},
                "finish_reason": "stop",
            }
        ],
    }


def test_a_chat_calls_tools(control, runtime, reply):
    reply(tool_use("get_weather", city="Paris"))
    function = {"name": "get_weather", "parameters": {"type": "object"}}
    answer = invoked(
        runtime,
        hosted(control),
        messages=[{"role": "user", "content": "Hello"}],
        tools=[{"type": "function", "function": function}],
    )
    (choice,) = answer["choices"]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "get_weather"


@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        ({"prompt": "Hello"}, lambda choice: choice["text"]),
        (
            {"messages": [{"role": "user", "content": "Hello"}]},
            lambda choice: choice["delta"].get("content", ""),
        ),
    ],
)
def test_both_forms_stream(control, runtime, reply, body, pieces):
    reply(Reply("Hello", chunks=["Hel", "lo"]))
    answer = runtime.invoke_model_with_response_stream(
        modelId=hosted(control), body=json.dumps(body)
    )
    chunks = [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]
    assert "".join(pieces(chunk["choices"][0]) for chunk in chunks) == "Hello"
    assert all(chunk["model"] == "/opt/ml/model" for chunk in chunks)
    ends = [chunk["choices"][0]["finish_reason"] for chunk in chunks]
    assert ends == [None] * (len(chunks) - 1) + ["stop"]


def test_a_body_of_neither_form_is_refused(control, runtime):
    with refused("ValidationException", 400):
        invoked(runtime, hosted(control), inputs="Hello")


@pytest.mark.parametrize("glob", ["endpoint-1", "arn:aws:sagemaker:*", HUB_MODEL, MODEL_SOURCE])
def test_rules_name_an_endpoint_or_its_model(control, runtime, reply, glob):
    reply("By the rule.", model=glob)
    assert said(runtime, hosted(control)) == "By the rule."


def test_an_endpoint_that_is_updated_answers(control, runtime, bedrock):
    arn = hosted(control)
    bedrock.set_transition(ENDPOINT_CLOCK, NEVER)
    control.update_marketplace_model_endpoint(endpointArn=arn, endpointConfig=endpoint_config())
    said(runtime, arn)


def test_an_endpoint_that_was_deleted_in_sagemaker_is_invalid(control, runtime):
    arn = hosted(control)
    boto3.client("sagemaker", region_name=REGION).delete_endpoint(EndpointName="endpoint-1")
    with refused("ValidationException", 400, INVALID):
        said(runtime, arn)


def test_an_endpoint_that_is_only_in_sagemaker_is_invalid(control, runtime):
    arn = hosted(control)
    control.deregister_marketplace_model_endpoint(endpointArn=arn)
    with refused("ValidationException", 400, INVALID):
        said(runtime, arn)
