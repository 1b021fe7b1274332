"""Access to models: availability, offers, agreements, and the form of use cases."""

from __future__ import annotations

import pytest

from bedrock_mock import mock_bedrock
from support import NOVA, REGION, body, in_process, manual, refused

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
LEGACY = "ai21.jamba-1-5-large-v1:0"
CLOCK = "bedrock::foundation_model_agreement"
NO_ACCESS = "You don't have access to the model with the specified model ID."


@pytest.fixture
def config(request):
    return {"bedrock": getattr(request, "param", {})}


without = pytest.mark.parametrize(
    "config", [{"no_access": ["anthropic.*", "amazon.*"]}], indirect=True
)


@pytest.fixture
def client(mocked):
    return mocked.client(region_name=REGION)


@pytest.fixture
def mocked(config):
    with mock_bedrock(config=config) as bedrock:
        yield bedrock


def availability(client, model=CLAUDE):
    return body(client.get_foundation_model_availability(modelId=model))


def status(client, model=CLAUDE):
    return availability(client, model)["agreementAvailability"]["status"]


def agree(client, model=CLAUDE):
    (offer,) = client.list_foundation_model_agreement_offers(modelId=model)["offers"]
    return client.create_foundation_model_agreement(modelId=model, offerToken=offer["offerToken"])


def ask(mocked, model):
    runtime = mocked.client("bedrock-runtime", region_name=REGION)
    message = {"role": "user", "content": [{"text": "Hello"}]}
    return runtime.converse(modelId=model, messages=[message])


@pytest.mark.parametrize("model", [CLAUDE, NOVA, "amazon.titan-text-lite-v1"])
def test_a_model_can_be_used_unless_a_test_says_otherwise(client, model):
    assert availability(client, model) == {
        # Real answers leave out the version.
        "modelId": model.partition(":")[0],
        "agreementAvailability": {"status": "AVAILABLE"},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
    }


def test_a_model_may_not_be_in_the_region(client):
    assert availability(client, "luma.ray-v2:0")["regionAvailability"] == "NOT_AVAILABLE"
    assert availability(client, "luma.ray-v2:0")["agreementAvailability"]["status"] == "AVAILABLE"


@in_process
@without
def test_without_access_models_lack_an_agreement_and_those_of_amazon_authorisation(client, mocked):
    assert status(client) == "NOT_AVAILABLE"
    assert availability(client)["authorizationStatus"] == "AUTHORIZED"
    assert status(client, NOVA) == "AVAILABLE"
    assert availability(client, NOVA)["authorizationStatus"] == "NOT_AUTHORIZED"
    assert status(client, "meta.llama3-8b-instruct-v1:0") == "AVAILABLE"
    for model in (f"us.{CLAUDE}", NOVA):
        with refused("AccessDeniedException", 403, NO_ACCESS):
            ask(mocked, model)


@in_process
@without
def test_an_agreement_gives_access(client, mocked):
    assert agree(client)["modelId"] == CLAUDE
    assert agree(client, HAIKU)["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert status(client) == "AVAILABLE"
    assert ask(mocked, f"us.{CLAUDE}")["stopReason"] == "end_turn"
    # Its variants are the same product.
    assert status(client, f"{HAIKU}:48k") == "AVAILABLE"
    with refused("AccessDeniedException", 403, NO_ACCESS):
        ask(mocked, NOVA)


def test_an_agreement_is_pending_until_its_clock_says_otherwise(client, mocked):
    mocked.set_transition(CLOCK, manual(2))
    agree(client)
    with refused("AccessDeniedException", 403, NO_ACCESS):
        ask(mocked, f"us.{CLAUDE}")
    assert [status(client) for _ in range(3)] == ["PENDING", "AVAILABLE", "AVAILABLE"]
    assert ask(mocked, f"us.{CLAUDE}")["stopReason"] == "end_turn"


def test_a_test_moves_an_agreement_on(client, mocked):
    mocked.set_transition(CLOCK, {"progression": "frozen"})
    agree(client)
    assert status(client) == "PENDING"
    assert mocked.advance(CLAUDE) == "AVAILABLE"
    assert status(client) == "AVAILABLE"


def test_an_agreement_fails_when_a_test_says_so_and_can_be_made_again(client, mocked):
    mocked.fail_next(CLOCK, "The payment was declined.")
    agree(client)
    assert availability(client)["agreementAvailability"] == {
        "status": "ERROR",
        "errorMessage": "The payment was declined.",
    }
    agree(client)
    assert availability(client)["agreementAvailability"] == {"status": "AVAILABLE"}


@in_process
def test_a_function_of_the_test_that_raises_leaves_things_as_they_were(client, mocked):
    def broken(_request):
        raise LookupError("a bug")

    mocked.set_transition(CLOCK, manual(5))
    mocked.fail_next(CLOCK, "It broke.", matching=broken)
    with pytest.raises(LookupError, match="a bug"):
        agree(client)
    assert status(client) == "AVAILABLE"
    agree(client)
    assert status(client) == "PENDING"


def test_there_is_one_agreement_on_a_model(client):
    agree(client)
    with refused("ConflictException", 400, "Agreement already exists."):
        agree(client)


def test_a_deleted_agreement_takes_access_away_until_there_is_another(client, mocked):
    agree(client, LEGACY)
    answer = client.delete_foundation_model_agreement(modelId=LEGACY)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert status(client, LEGACY) == "NOT_AVAILABLE"
    with refused("ResourceNotFoundException", 404):
        ask(mocked, LEGACY)
    agree(client, LEGACY)
    assert ask(mocked, LEGACY)["stopReason"] == "end_turn"


@pytest.mark.parametrize("before", [0, 1])
def test_without_an_agreement_there_is_nothing_to_cancel(client, before):
    for _ in range(before):
        agree(client)
        client.delete_foundation_model_agreement(modelId=CLAUDE)
    with refused("ValidationException", 400) as caught:
        client.delete_foundation_model_agreement(modelId=CLAUDE)
    assert "No agreement exists to cancel" in str(caught.value)


@pytest.mark.parametrize("kind", [{}, {"offerType": "ALL"}, {"offerType": "PUBLIC"}])
def test_an_offer_has_terms_and_a_token_for_its_model(client, kind):
    answer = body(client.list_foundation_model_agreement_offers(modelId=CLAUDE, **kind))
    assert answer["modelId"] == CLAUDE
    (offer,) = answer["offers"]
    terms = offer["termDetails"]
    assert {rate["dimension"] for rate in terms["usageBasedPricingTerm"]["rateCard"]} == {
        "InputTokenCount",
        "OutputTokenCount",
    }
    assert terms["legalTerm"]["url"].startswith("https://")
    assert terms["supportTerm"]["refundPolicyDescription"]
    with refused("ValidationException", 400) as caught:
        client.create_foundation_model_agreement(modelId=NOVA, offerToken=offer["offerToken"])
    assert "ListFoundationModelAgreementOffers" in str(caught.value)


def test_all_of_them_know_only_models(client):
    for model in ("amazon.titan-text-huge-v1", "us.amazon.nova-lite-v1:0"):
        message = f"Could not resolve the foundation model from the model ID {model}."
        for call in (
            lambda model=model: availability(client, model),
            lambda model=model: client.list_foundation_model_agreement_offers(modelId=model),
            lambda model=model: client.create_foundation_model_agreement(
                modelId=model, offerToken="x"
            ),
            lambda model=model: client.delete_foundation_model_agreement(modelId=model),
        ):
            with refused("ResourceNotFoundException", 404, message):
                call()
    with refused("ValidationException", 400):
        availability(client, f"arn:aws:bedrock:{REGION}::foundation-model/{NOVA}")


@in_process
@pytest.mark.parametrize(
    "config", [{"foundation_models": [{"modelId": "my.model-v1"}]}], indirect=True
)
def test_a_catalogue_of_the_users_own_says_which_models_there_are(client):
    assert status(client, "my.model-v1") == "AVAILABLE"
    with refused("ResourceNotFoundException", 404):
        availability(client, NOVA)


def test_agreements_belong_to_a_region(client, mocked):
    mocked.set_transition(CLOCK, manual(5))
    agree(client)
    assert status(mocked.client(region_name="us-west-2")) == "AVAILABLE"
    assert status(client) == "PENDING"


def test_the_form_comes_back_as_it_was_put(client):
    text = "You have not filled out the request form. Fill out the form before getting access."
    with refused("ResourceNotFoundException", 404, text):
        client.get_use_case_for_model_access()
    form = b'{"companyName": "Example"}'
    answer = client.put_use_case_for_model_access(formData=form)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert client.get_use_case_for_model_access()["formData"] == form
