"""boto3 with an API key of Bedrock, over HTTPS: newer versions send it over nothing else."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import NoCredentialsError


@pytest.fixture
def client(https_url):
    """Makes a client that has no credentials of its own."""

    def client():
        return boto3.Session(region_name="us-east-1").client(
            "bedrock", endpoint_url=https_url, verify=False
        )

    return client


@pytest.mark.once
# The certificate is made for the occasion.
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_bearer_token_takes_the_place_of_credentials(client, monkeypatch):
    with pytest.raises(NoCredentialsError):
        client().list_imported_models()
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "an-api-key")
    assert client().list_imported_models()["modelSummaries"] == []
