"""boto3 with an API key of Bedrock: in the process, and over HTTPS, which newer versions demand."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import NoCredentialsError


@pytest.fixture
def https_server(bedrock_server_factory):
    """A server over HTTPS, in a process of its own."""
    return bedrock_server_factory(own_process=True, ssl=True)


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
