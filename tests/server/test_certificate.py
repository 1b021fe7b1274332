"""HTTPS with a certificate that clients trust, and bearer tokens, which need it."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.request import urlopen

import boto3
import pytest
from botocore.exceptions import NoCredentialsError, SSLError

from bedrock_mock import BedrockServer
from bedrock_mock.server.certificate import made_certificate


@pytest.fixture(params=["in_thread", "in_process"])
def server(request):
    server = getattr(BedrockServer, request.param)(ssl=True)
    yield server
    server.stop()


def call(url, authority):
    context = ssl.create_default_context(cafile=authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with urlopen(f"{url}/moto-api/health", context=context) as answer:  # noqa: S310
        return answer.status


def test_clients_that_trust_its_authority_are_served(server):
    assert server.endpoint_url.startswith("https://127.0.0.1:")
    for host in ("127.0.0.1", "localhost"):
        assert call(server.endpoint_url.replace("127.0.0.1", host), server.ca_bundle) == 200


def test_its_own_client_and_verbs_trust_it(server):
    server.reply("Hi")
    runtime = server.client("bedrock-runtime", region_name="us-east-1")
    messages = [{"role": "user", "content": [{"text": "Hi"}]}]
    answer = runtime.converse(modelId="amazon.nova-lite-v1:0", messages=messages)
    assert answer["output"]["message"]["content"] == [{"text": "Hi"}]
    server.calls.of("Converse").once()


def test_a_client_with_a_bearer_token_needs_no_credentials(server, monkeypatch):
    session = boto3.Session(region_name="us-east-1")

    def models(verify):
        bedrock = session.client("bedrock", endpoint_url=server.endpoint_url, verify=verify)
        return bedrock.list_imported_models()["modelSummaries"]

    with pytest.raises(NoCredentialsError):
        models(server.ca_bundle)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-abc")
    assert models(server.ca_bundle) == []
    with pytest.raises(SSLError):
        models(None)


def test_the_files_go_when_the_server_does():
    server = BedrockServer.in_thread(ssl=True)
    assert Path(server.ca_bundle).exists()
    server.stop()
    assert not Path(server.ca_bundle).exists()


def test_a_server_over_http_has_no_authority():
    server = BedrockServer.in_thread()
    assert server.ca_bundle is None
    server.stop()


def test_a_host_may_be_added_by_name(tmp_path):
    made = made_certificate(tmp_path, "bedrock.example")
    assert made.key.stat().st_mode & 0o077 == 0
    context = ssl.create_default_context(cafile=made.authority)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(*made.pair)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="bedrock.example")
    server = served.wrap_bio(outgoing, incoming, server_side=True)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    client.do_handshake()
    assert ("DNS", "bedrock.example") in client.getpeercert()["subjectAltName"]
