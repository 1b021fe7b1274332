"""Every implemented operation against the service model: generated requests and their answers."""

from __future__ import annotations

import copy
import re
from contextlib import contextmanager

import kinds
import pytest
from conformity import FAULT, nonconforming, quick
from hypothesis import given
from hypothesis import strategies as st
from model_strategies import MODEL, Valid, broken, call
from moto.moto_api._internal import mock_random

from bedrock_mock import mock_bedrock
from bedrock_mock.services import clocks
from bedrock_mock.services.bedrock.evaluation.metrics import RATING_METHODS
from bedrock_mock.services.bedrock.service import BEDROCK
from support import (
    ACCOUNT,
    BASE_MODEL,
    EVERYWHERE,
    MODEL_SOURCE,
    ROLE,
    endpoint_config,
    in_process,
    manual,
    tags,
    targets,
)

pytestmark = [in_process, pytest.mark.long]

OPERATIONS = sorted(BEDROCK.backend("us-east-1", ACCOUNT).handlers)
#: The foundation model that an agreement is on, and one without.
AGREED, FREE = "anthropic.claude-3-haiku-20240307-v1:0", "ai21.jamba-1-5-large-v1:0"
#: Operations that ask for much beyond the model, so that few generated requests succeed.
PICKY = {
    "CreateEvaluationJob",
    "CreateGuardrail",
    "CreateModelCustomizationJob",
    "UpdateGuardrail",
}
#: How many generated requests an operation gets: of few of this one all references are known.
EXAMPLES = {**dict.fromkeys(PICKY, 40), "PutEnforcedGuardrailConfiguration": 150}
WITH_ENFORCED = "PutEnforcedGuardrailConfiguration" in OPERATIONS
REASONING_POLICY = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:automated-reasoning-policy/abc123def456"
ROUTED = targets("amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0")
OWN = {"name": "own", "datasetLocation": {"s3Uri": "s3://my-bucket/own.jsonl"}}
ARN_MEMBER = re.compile("(?!modelSource).*Arn")


#: One kind for each operation that makes something.
MADE = list({kind.create: kind for kind in reversed(kinds.ALL)}.values())[::-1]


#: The members by which an id, and no name, says what is meant.
IDS = {"guardrailId", "inferenceProfileId"}


def name_of(kind):
    return f"known-{kind.name.replace(' ', '-')}"


def ask(operation, **request):
    """The answer of an operation that must succeed."""
    response = call(operation, request)
    assert response.ok, response.text
    return response.json()


@contextmanager
def world(*, running=False, config=None):
    """A mock with one of everything in it, the same at each entry; gives the backend."""
    with mock_bedrock(config=config) as bedrock:
        mock_random.seed(0)
        needed = {kind.name: kind.needs(ask, ROLE) for kind in MADE}
        for clock in clocks() if running else ():
            bedrock.set_transition(clock, manual(100))
        for kind in MADE:
            tagged = {kind.tags: tags(a="b")} if kind.tags else {}
            request = kind.request(name_of(kind), **needed[kind.name], **tagged)
            assert call(kind.create, request).ok
        (guardrail,) = call("ListGuardrails", {}).json()["guardrails"]
        for _ in range(2):
            assert call("CreateGuardrailVersion", {"guardrailIdentifier": guardrail["id"]}).ok
        assert call("PutModelInvocationLoggingConfiguration", {"loggingConfig": {}}).ok
        if WITH_ENFORCED:
            enforced = {"guardrailIdentifier": guardrail["id"], "guardrailVersion": "2"}
            request = {"guardrailInferenceConfig": enforced}
            assert call("PutEnforcedGuardrailConfiguration", request).ok
        assert call("PutUseCaseForModelAccess", {"formData": "MDEyMzQ1Njc4OQ=="}).ok
        agreement = {"modelId": AGREED, "offerToken": offer_token(AGREED)}
        assert call("CreateFoundationModelAgreement", agreement).ok
        yield bedrock.backend(region_name="us-east-1", account_id=ACCOUNT)


def offer_token(model_id):
    offers = call("ListFoundationModelAgreementOffers", {"modelId": model_id}).json()["offers"]
    return offers[0]["offerToken"]


def state(backend):
    resources = [
        {name: repr(value) for name, value in vars(resource).items() if name != "_backend"}
        for _, resource in backend.resources()
    ]
    agreements = [(each.name, each.status) for each in backend.model_access.agreements()]
    form = call("GetUseCaseForModelAccess", {}).json()
    enforced = backend.enforced_guardrails.config
    singletons = [backend.invocation_logging.config, enforced and vars(enforced)]
    return resources, repr(singletons), agreements, form


@pytest.fixture(scope="module")
def valid():
    """Strategies of valid values, with identifiers of what there is in the world."""
    with world() as backend:
        arns = {kind: resource.arn for kind, resource in backend.resources()}
        config_id = backend.enforced_guardrails.config.config_id if WITH_ENFORCED else "none"
        tokens = [offer_token(AGREED), offer_token(FREE)]
    unknown = {kind: arn[:-1] + "0" for kind, arn in arns.items()}
    identifiers = {}
    for one in kinds.ALL:
        operation, member = one.get
        shape = MODEL.operation_model(operation).input_shape.members[member].name
        arn = arns[one.arn_type]
        names = [arn.rpartition("/")[2]] if one.by_name in IDS else [name_of(one)]
        known = [arn, arn, unknown[one.arn_type], *(names if one.by_name else []), "nobody"]
        identifiers[shape] = st.sampled_from(known if one.by_name else known[:-1])

    foundation_models = st.sampled_from(
        [BASE_MODEL, f"arn:aws:bedrock:us-east-1::foundation-model/{BASE_MODEL}"]
    )
    return Valid(
        {
            "RoleArn": st.from_regex(f"arn:aws:iam::{ACCOUNT}:role/.+", fullmatch=True),
            **identifiers,
            "ModelIdentifier": identifiers["ModelIdentifier"] | foundation_models,
            "GetFoundationModelIdentifier": foundation_models,
            # That of batch inference: a model that serves on demand, or a profile.
            "ModelId": st.sampled_from(
                [
                    "amazon.nova-lite-v1:0",
                    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
                    "us.amazon.nova-lite-v1:0",
                ]
            ),
            "BedrockModelId": st.sampled_from([AGREED, FREE]),
            "OfferToken": st.sampled_from(tokens),
            "InferenceProfileModelSourceArn": st.sampled_from(
                [
                    f"arn:aws:bedrock:us-east-1::foundation-model/{FREE}",
                    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/{EVERYWHERE}",
                    f"arn:aws:bedrock:::inference-profile/{EVERYWHERE}",
                    f"arn:aws:bedrock:::inference-profile/eu.{FREE}",
                ]
            ),
            # Not every id that the pattern allows makes an ARN that its pattern allows.
            "BaseModelIdentifier": foundation_models
            | st.sampled_from(["known-brought-custom-model", "nobody"]),
            # Not every name and location makes a data set that the job takes.
            "EvaluationDataset": st.builds(copy.deepcopy, st.just(OWN)),
            "EvaluationRatingMethod": st.sampled_from(RATING_METHODS),
            # The metrics of a human job must be those that it defines.
            "EvaluationMetricName": st.just("my-metric")
            | st.from_regex("[0-9a-zA-Z-_.]{1,63}", fullmatch=True),
            "ModelArn": st.sampled_from([arns["custom-model"], unknown["custom-model"]]),
            "CustomModelArn": st.sampled_from([arns["custom-model"], unknown["custom-model"]]),
            # Some of these take throughput, and custom models do under any name.
            "PromptRouterTargetModels": st.builds(copy.deepcopy, st.just(ROUTED)),
            "PromptRouterTargetModel": st.sampled_from(ROUTED),
            # SageMaker takes fewer names than the model lets through.
            "EndpointName": st.from_regex("[a-z][a-z0-9]{0,20}", fullmatch=True),
            "EndpointConfig": st.just(endpoint_config()),
            "ModelSourceIdentifier": st.just(MODEL_SOURCE),
            "GuardrailVersion": st.sampled_from(["DRAFT", "1", "9"]),
            "AccountEnforcedGuardrailConfigurationId": st.just(config_id),
            "GuardrailNumericalVersion": st.sampled_from(["1", "1", "9"]),
            # Profiles and policies are of the region; these have no operations yet.
            "GuardrailCrossRegionGuardrailProfileIdentifier": st.just("us.guardrail.v1:0"),
            "AutomatedReasoningPolicyArn": st.just(REASONING_POLICY),
            "GuardrailContextualGroundingFilterConfigThresholdDouble": st.floats(0, 0.99),
            # There is one managed list, and none may be named twice.
            "GuardrailManagedWordListsConfig": st.just([{"type": "PROFANITY"}]),
            "GuardrailContentFilterType": st.sampled_from(["HATE", "INSULTS", "VIOLENCE"]),
            # An older service model knows fewer kinds.
            "TaggableResourcesArn": st.sampled_from(
                [
                    arn
                    for arn in (*arns.values(), *unknown.values())
                    if re.fullmatch(
                        MODEL.shape_for("TaggableResourcesArn").metadata["pattern"], arn
                    )
                ]
            ),
        }
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_valid_request_is_answered_within_the_model(name, valid):
    operation = MODEL.operation_model(name)
    declared = {
        shape.name: shape.metadata["error"]["httpStatusCode"] for shape in operation.error_shapes
    }
    successes = []

    @quick(EXAMPLES.get(name, 20))
    @given(request=valid.of(operation.input_shape), running=st.booleans())
    def check(request, running):
        with world(running=running):
            response = call(name, request)
            body = response.json()
            if response.status_code == operation.http["responseCode"]:
                assert list(nonconforming(operation.output_shape, body)) == []
                successes.append(request)
                comes_back(name, request, body)
            else:
                code = response.headers["x-amzn-ErrorType"]
                assert declared.get(code) == response.status_code, response.text
                assert body.keys() == {"message"}
                assert not FAULT.search(body["message"]), f"{request} is valid"

    check()
    assert successes, "give valid() identifiers with which the operation can succeed"


def comes_back(name, request, body):
    """A Get of what has just been created returns the members of the request as sent."""
    get = name.replace("Create", "Get")
    if name == get or get not in OPERATIONS:
        return
    operation = MODEL.operation_model(get)
    (identifier,) = operation.input_shape.required_members
    (whole,) = body.values() if "marketplaceModelEndpoint" in body else (body,)
    (arn,) = (value for name, value in whole.items() if ARN_MEMBER.fullmatch(name))
    got = call(get, {identifier: arn}).json()
    assert list(nonconforming(operation.output_shape, got)) == []
    if whole is not body:
        assert got == body
        return
    common = got.keys() & request.keys()
    sent = {name: request[name] for name in common}
    if not sent.get("customerEncryptionKeyId", ":key/").rpartition("arn:")[2].count(":key/"):
        # An id or an alias comes back as the key's ARN.
        sent["customerEncryptionKeyId"] = got["customerEncryptionKeyId"]
    if name == "CreateModelInvocationJob":
        # A model comes back by its ARN, and a bucket with its owner.
        assert got["modelId"].endswith(sent.pop("modelId"))
        for config in ("inputDataConfig", "outputDataConfig"):
            ((kind_, location),) = sent[config].items()
            sent[config] = {kind_: {"s3BucketOwner": ACCOUNT, **location}}
    assert {name: got[name] for name in sent} == sent
    assert request.keys() & operation.output_shape.members.keys() == common


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_that_is_broken_in_one_place_is_refused_and_changes_nothing(name, valid):
    operation = MODEL.operation_model(name)
    faults = set()

    @quick(12 if name in PICKY else 6)
    @given(broken(operation.input_shape, valid), st.booleans())
    def check(requests, running):
        with world(running=running) as backend:
            before = state(backend)
            for request, path, fault, code in requests:
                faults.add(fault)
                response = call(name, request)
                assert response.status_code == 400, (path, fault, response.text)
                assert response.headers["x-amzn-ErrorType"] == code, (path, fault, response.text)
                if code == "ValidationException":
                    assert set(FAULT.findall(response.json()["message"])) == {path}, fault
            assert state(backend) == before

    check()
    # There is no way to break a request without members.
    assert faults or not operation.input_shape.members


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_let_through_without_the_checks_of_values_breaks_nothing(name, valid):
    operation = MODEL.operation_model(name)
    structural = {"missing", "null", "no member", "two members", "wrong type"}

    @quick(4)
    @given(broken(operation.input_shape, valid), st.booleans())
    def check(requests, running):
        with world(running=running, config={"bedrock": {"validate_requests": False}}):
            for request, path, fault, _code in requests:
                response = call(name, request)
                assert response.status_code < 500, (path, fault, response.text)
                assert not (fault in structural and response.ok), (path, fault)
            for listing in (each for each in OPERATIONS if each.startswith("List")):
                required = MODEL.operation_model(listing).input_shape.required_members
                assert required or call(listing, {}).ok

    check()
