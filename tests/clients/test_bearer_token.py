"""boto3 with an API key of Bedrock: in the process, and over HTTPS, which newer versions demand."""

from __future__ import annotations

import base64

import boto3
import pytest
import requests
from botocore.exceptions import NoCredentialsError


@pytest.mark.once
def test_over_https_a_bearer_token_takes_the_place_of_credentials(https_server, monkeypatch):
    def models():
        session = boto3.Session(region_name="us-east-1")
        options = {"endpoint_url": https_server.endpoint_url, "verify": https_server.ca_bundle}
        return session.client("bedrock", **options).list_imported_models()["modelSummaries"]

    with pytest.raises(NoCredentialsError):
        models()
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "an-api-key")
    assert models() == []


def test_in_the_process_it_is_a_caller_of_the_default_account(bedrock_mock, monkeypatch):
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "an-api-key")
    sent = []
    bedrock = boto3.Session(region_name="eu-west-1").client("bedrock")
    bedrock.meta.events.register_first(
        "before-send.bedrock", lambda request, **_: sent.append(request.headers["Authorization"])
    )
    bedrock.list_imported_models()
    assert [str(each, "utf-8") if isinstance(each, bytes) else each for each in sent] == [
        "Bearer an-api-key"
    ]
    call = bedrock_mock.calls.of("ListImportedModels").once()
    assert (call.account_id, call.region_name) == ("123456789012", "eu-west-1")


def packed(text):
    return base64.b64encode(text.encode()).decode().rstrip("=")


def caller(bedrock_mock, token):
    """The account that a call with this token comes from."""
    url = "https://bedrock.us-east-1.amazonaws.com/imported-models"
    requests.get(url, headers={"Authorization": f"Bearer {token}"})
    return bedrock_mock.calls[-1].account_id


def test_a_key_for_a_long_time_names_its_account(bedrock_mock):
    token = "ABSK" + packed("BedrockAPIKey-ab12-at-111122223333:c2VjcmV0")
    assert caller(bedrock_mock, token) == "111122223333"


def test_a_key_for_a_short_time_is_of_the_account_that_made_it(bedrock_mock):
    role = {"RoleArn": "arn:aws:iam::111122223333:role/other", "RoleSessionName": "session"}
    key = boto3.client("sts", "us-east-1").assume_role(**role)["Credentials"]["AccessKeyId"]
    scope = f"{key}%2F20260101%2Fus-east-1%2Fbedrock%2Faws4_request"
    url = f"bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential={scope}&Version=1"
    assert caller(bedrock_mock, f"bedrock-api-key-{packed(url)}") == "111122223333"


@pytest.mark.parametrize("token", ["any", "ABSKx", "ABSK!", f"ABSK{packed('other')}"])
def test_any_other_token_is_of_the_default_account(token, bedrock_mock):
    assert caller(bedrock_mock, token) == "123456789012"
