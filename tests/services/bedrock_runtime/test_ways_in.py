"""The runtime beside the rest: its record, faults, permissions, and what it lacks."""

from __future__ import annotations

import json
import re

import boto3
import pytest
import requests
from moto import settings
from moto.core import set_initial_no_auth_action_count

from bedrock_mock import mock_bedrock
from support import REGION, in_process

pytestmark = in_process

NOVA = "amazon.nova-lite-v1:0"


#: A path that no operation has: its error is JSON, too.
RUNTIME_PATHS = [("bedrock-runtime", "none")]


def ask(client, text="Hello"):
    message = {"role": "user", "content": [{"text": text}]}
    answer = client.converse(modelId=NOVA, messages=[message])
    return answer["output"]["message"]["content"]


def test_the_models_of_the_service_have_moto_methods(bedrock):
    bedrock.reply("Hi")
    answer = bedrock.client("bedrock-runtime").converse(
        modelId=NOVA, messages=[{"role": "user", "content": [{"text": "Hello"}]}]
    )
    call = bedrock.calls.of("Converse").once(modelId=NOVA)
    assert call.service == "bedrock-runtime"
    assert call.response["output"] == answer["output"]


def test_the_wire_is_that_of_the_service(bedrock):
    bedrock.reply("Hi")
    url = f"https://bedrock-runtime.{REGION}.amazonaws.com/model/{NOVA}/converse"
    body = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    answer = requests.post(url, json.dumps(body), timeout=10)
    assert answer.text == (
        '{"metrics":{"latencyMs":110},"output":{"message":{"content":[{"text":"Hi"}],'
        '"role":"assistant"}},"stopReason":"end_turn",'
        '"usage":{"inputTokens":2,"outputTokens":1,"serverToolUsage":{},"totalTokens":3}}'
    )
    refused = requests.post(url.replace(NOVA, "none"), json.dumps(body), timeout=10)
    assert refused.headers["x-amzn-ErrorType"] == (
        "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/"
    )


SENTENCE = "It needs HTTP/2, and boto3 has no method for it: use Converse or ConverseStream."


def test_the_bidirectional_stream_is_refused_with_a_sentence(bedrock, server):
    path = f"/model/{NOVA}/invoke-with-bidirectional-stream"
    with pytest.raises(NotImplementedError, match=re.escape(SENTENCE)):
        requests.post(f"https://bedrock-runtime.{REGION}.amazonaws.com{path}", timeout=10)
    answer = requests.post(f"{server.endpoint_url}{path}", timeout=10)
    assert answer.status_code == 501
    assert SENTENCE in answer.json()["message"]


@pytest.mark.parametrize(("service", "path"), [("bedrock", "imported-models"), *RUNTIME_PATHS])
def test_answers_are_indented_where_motos_setting_asks_for_it(monkeypatch, bedrock, service, path):
    monkeypatch.setattr(settings, "PRETTIFY_RESPONSES", True)
    answer = requests.get(f"https://{service}.{REGION}.amazonaws.com/{path}", timeout=10)
    assert answer.text.startswith("{\n    ")


def test_plain_requests_get_a_stream_as_a_whole(bedrock):
    bedrock.reply("Hi")
    body = json.dumps({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]})
    url = f"https://bedrock-runtime.{REGION}.amazonaws.com/model/{NOVA}/converse-stream"
    answer = requests.post(url, body, timeout=10)
    assert answer.headers["Content-Type"] == "application/vnd.amazon.eventstream"
    assert answer.content.count(b"contentBlockDelta") == 1


def test_faults_come_before_replies_and_throttles_are_retried(bedrock):
    bedrock.reply("Hi")
    bedrock.throttle("Converse")
    client = bedrock.client("bedrock-runtime")
    assert ask(client) == [{"text": "Hi"}]
    assert [each.error is None for each in bedrock.calls.of("Converse")] == [False, True]


@set_initial_no_auth_action_count(3)
def test_converse_needs_the_permission_to_invoke_models():
    with mock_bedrock() as bedrock:
        bedrock.reply("Hi")
        iam = boto3.client("iam", REGION)
        iam.create_user(UserName="user")
        statement = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName="user", PolicyName="p", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName="user")["AccessKey"]
        client = boto3.client(
            "bedrock-runtime",
            REGION,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )
        assert ask(client) == [{"text": "Hi"}]
        with pytest.raises(client.exceptions.AccessDeniedException, match="InvokeModelWithResp"):
            client.converse_stream(
                modelId=NOVA, messages=[{"role": "user", "content": [{"text": "Hello"}]}]
            )
