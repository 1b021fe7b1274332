"""What moto's config lets through reaches the host, whichever library sends it."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest
from libraries import LIBRARIES

from bedrock_mock import Reply, mock_bedrock
from support import in_process

pytestmark = in_process

HOST = "bedrock-runtime.us-east-1.amazonaws.com"


@pytest.fixture
def url(server, monkeypatch):
    """The URL of a model on a host of Bedrock, whose name leads to a server on this machine."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.1" if name == HOST else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    port = urlsplit(server.endpoint_url).port
    return f"http://{HOST}:{port}/model/meta.llama3-70b-instruct-v1:0"


@pytest.mark.parametrize("call", LIBRARIES, ids=lambda each: each.__name__)
@pytest.mark.parametrize("operation", ["invoke", "invoke-with-response-stream"])
def test_it_reaches_the_host(call, operation, url, server):
    server.reply(Reply("From the server.", chunks=["From the ", "server."]))
    passed = {"passthrough": {"urls": [url], "services": []}}
    body = json.dumps({"prompt": "Hi"}).encode()
    headers = {"Content-Type": "application/json"}
    with mock_bedrock(config={"core": passed}) as bedrock:
        got = call("POST", f"{url}/{operation}", body, headers)
        assert got.status == 200
        assert len(bedrock.calls) == 0
    assert len(server.calls) == 1
    if operation == "invoke":
        assert json.loads(got.body)["generation"] == "From the server."
