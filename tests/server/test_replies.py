"""What models answer on a server: the verbs as JSON, and streams that come as they are made."""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.eventstream import EventStreamBuffer

from bedrock_mock import Reply, tool_use
from support import in_process

pytestmark = in_process

NOVA = "amazon.nova-lite-v1:0"
KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
MESSAGES = [{"role": "user", "content": [{"text": "Hello"}]}]


def server_error(client):
    return client.exceptions.ValidationException


def content(client, **members):
    answer = client.converse(modelId=NOVA, messages=MESSAGES, **members)
    return answer["output"]["message"]["content"]


def test_replies_are_said_as_json(server):
    client = server.client("bedrock-runtime")
    server.reply("standing")
    server.reply(Reply(json={"a": 1}), system="json")
    server.reply_next("first", ["a", "b"], user="Hello")
    assert content(client) == [{"text": "first"}]
    assert content(client) == [{"text": "a"}, {"text": "b"}]
    assert content(client) == [{"text": "standing"}]
    assert content(client, system=[{"text": "json"}]) == [{"text": '{"a": 1}'}]
    server.reply(tool_use("f", x=1))
    assert content(client)[0]["toolUse"]["input"] == {"x": 1}
    server.reply_next("left")
    assert server.unused() == ["reply_next('left')"]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        (
            {"user": re.compile("x")},
            "reply: user is a pattern, which .*: give a text",
        ),
        (
            {"user": str.isupper},
            "reply: user is a function, which .*: give a text",
        ),
        (
            {"matching": {"a": [str.isupper]}},
            "reply: matching is a function, which a server cannot be sent: give a dict",
        ),
        ({"usr": "x"}, "unexpected keyword argument 'usr'"),
        ({"model": 5}, "reply: model must be str"),
    ],
)
def test_what_cannot_be_said_so_is_refused(server, when, message):
    with pytest.raises((ValueError, TypeError), match=message):
        server.reply("x", **when)


def test_a_content_that_is_none_is_refused(server):
    with pytest.raises(ValueError, match="is not a content block"):
        server.reply({"text": "a", "more": "b"})
    with pytest.raises(ValueError, match="unexpected keyword argument 'usr'"):
        server.reply_next("x", usr="y")
    with pytest.raises(ValueError, match=r"content is a function, .*: give a text, a block or a"):
        server.reply(lambda _: "x")


def test_a_reply_is_shown_as_it_was_written(server):
    server.reply(Reply("Hi", usage={"inputTokens": 9}, chunks=["H", "i"]), system="Be kind.")
    content(server.client("bedrock-runtime"), system=[{"text": "Be kind."}])
    shown = "Reply('Hi', usage={'inputTokens': 9}, chunks=['H', 'i'])"
    assert server.calls[0].rule == f"reply({shown}, system='Be kind.')"
    server.reply_next(Reply(raw=b"x"))
    assert server.unused() == ["reply_next(Reply(raw=b'x'))"]
    url = f"{server.endpoint_url}/moto-api/bedrock/reply"
    said = {"content": {"content": "a", "chunks": ["b"]}}
    message = requests.post(url, json=said, timeout=10).json()["message"]
    assert message.startswith("reply(Reply('a', chunks=['b'])): Reply: the chunks ['b'] are not")


def test_bytes_and_replies_are_sent_wherever_they_stand(server):
    client = server.client("bedrock-runtime")
    server.reply(Reply(images=[b"\x89PNG"]), model="*canvas*")
    body = json.dumps({"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}})
    answer = client.invoke_model(modelId="amazon.nova-canvas-v1:0", body=body)
    assert json.loads(answer["body"].read())["images"] == ["iVBORw=="]
    server.reply({"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}})
    assert content(client) == [{"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}]
    server.reply(Reply(raw=b"not JSON"), model="meta.*")
    answer = client.invoke_model(modelId="meta.llama3-70b-instruct-v1:0", body='{"prompt": "x"}')
    assert answer["body"].read() == b"not JSON"


@pytest.mark.parametrize("value", ["!", 5])
def test_what_stands_for_bytes_is_base64(server, value):
    url = f"{server.endpoint_url}/moto-api/bedrock/reply"
    answer = requests.post(url, json={"content": {"$bytes": value}}, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["message"] == f"$bytes must be base64, got {value!r}"


def test_streams_and_bodies_come_over_a_socket(server):
    client = server.client("bedrock-runtime")
    server.reply(Reply("Hello", chunks=["Hel", "lo"]))
    stream = client.converse_stream(modelId=NOVA, messages=MESSAGES)["stream"]
    texts = [e["contentBlockDelta"]["delta"]["text"] for e in stream if "contentBlockDelta" in e]
    assert texts == ["Hel", "lo"]
    answer = client.invoke_model(
        modelId="meta.llama3-70b-instruct-v1:0", body=json.dumps({"prompt": "Hello"})
    )
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-bedrock-output-token-count"] == "2"
    assert json.loads(answer["body"].read())["generation"] == "Hello"
    streamed, invoked = server.calls
    assert (streamed.operation, invoked.operation) == ("ConverseStream", "InvokeModel")
    assert invoked.request["body"] == '{"prompt": "Hello"}'
    with pytest.raises(server_error(client)):
        client.invoke_model(modelId=NOVA, body=b"\xff")
    assert server.calls[-1].request["body"] == "/w=="


def test_a_stream_that_is_not_read_to_its_end_does_no_harm(server):
    client = server.client("bedrock-runtime")
    server.reply("x" * 100_000)
    stream = client.converse_stream(modelId=NOVA, messages=MESSAGES)["stream"]
    assert next(iter(stream))["messageStart"] == {"role": "assistant"}
    stream.close()
    server.reply("Hi", user="Hello")
    assert content(client) == [{"text": "Hi"}]


def test_a_stream_that_the_client_closes_is_logged_with_what_was_sent(server):
    s3 = boto3.client("s3", "us-east-1", endpoint_url=server.endpoint_url, **KEYS)
    s3.create_bucket(Bucket="my-bucket")
    server.client().put_model_invocation_logging_configuration(
        loggingConfig={"s3Config": {"bucketName": "my-bucket"}}
    )
    # Longer than the test waits.
    pieces = ["piece"] * 20_000
    server.reply(Reply("".join(pieces), chunks=pieces, gap=0.005))
    client = server.client("bedrock-runtime")
    stream = client.converse_stream(modelId=NOVA, messages=MESSAGES)["stream"]
    assert next(iter(stream))["messageStart"] == {"role": "assistant"}
    stream.close()
    keys = []
    while not keys:
        # The server notices it when it has something to send.
        listed = s3.list_objects_v2(Bucket="my-bucket")["Contents"]
        keys = [each["Key"] for each in listed if each["Key"].endswith(".json.gz")]
    packed = s3.get_object(Bucket="my-bucket", Key=keys[0])["Body"].read()
    record = json.loads(gzip.decompress(packed))
    assert "errorCode" not in record
    (block,) = record["output"]["outputBodyJson"]["output"]["message"]["content"]
    assert set(block["text"].split("piece")) == {""}
    assert "outputTokenCount" not in record["output"]
    s3.close()


def test_clients_that_go_away_leave_the_server_healthy(server):
    pieces = ["piece"] * 2_000
    server.reply(Reply("".join(pieces), chunks=pieces, gap=0.005))
    address = urlsplit(server.endpoint_url)
    body = json.dumps({"messages": MESSAGES})
    request = (
        f"POST /model/{NOVA}/converse-stream HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    # More of them than the server has threads.
    for _ in range(80):
        with socket.create_connection((address.hostname, address.port), timeout=30) as client:
            client.sendall(request)
            assert client.recv(12) == b"HTTP/1.1 200"
            # Closed at once, without the farewell of TCP.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.reply("Hi", user="Hello")
    assert content(server.client("bedrock-runtime")) == [{"text": "Hi"}]


def test_an_error_in_a_stream_ends_it_over_a_socket(server):
    server.reply(Reply("Hello", chunks=["Hel", "lo"], error="throttlingException"))
    url = f"{server.endpoint_url}/model/{NOVA}/converse-stream"
    answer = requests.post(url, json.dumps({"messages": MESSAGES}), timeout=30)
    buffer = EventStreamBuffer()
    buffer.add_data(answer.content)
    *events, last = (event.headers for event in buffer)
    assert [each[":message-type"] for each in events] == ["event"] * 4
    assert last == {
        ":exception-type": "throttlingException",
        ":content-type": "application/json",
        ":message-type": "exception",
    }


def logged(text):
    """A record of an invocation log."""
    answer = {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn",
        "metrics": {"latencyMs": 1},
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
    }
    return {
        "operation": "Converse",
        "modelId": NOVA,
        "input": {"inputBodyJson": {"messages": MESSAGES}},
        "output": {"outputBodyJson": answer},
        "schemaType": "ModelInvocationLog",
    }


@pytest.fixture
def log(tmp_path):
    """A file of two records for one question."""
    file = tmp_path / "log.jsonl"
    file.write_text("".join(json.dumps(logged(text)) + "\n" for text in ("First.", "Second.")))
    return file


def test_a_log_is_read_here_and_replayed_there(server, log):
    client = server.client("bedrock-runtime")
    assert server.replay(log) == 2
    assert [content(client)[0]["text"] for _ in "abc"] == ["First.", "Second.", "Second."]
    assert server.calls[-1].rule == f"replay({str(log)!r})"
    server.reset()
    assert content(client) != [{"text": "First."}]


def test_a_log_can_be_sent_as_json(server):
    url = f"{server.endpoint_url}/moto-api/bedrock/replay"
    answer = requests.post(url, json={"records": [logged("Sent.")]}, timeout=10)
    assert answer.json() == {"result": 1}
    assert content(server.client("bedrock-runtime")) == [{"text": "Sent."}]
    answer = requests.post(url, json={"path": "here.json"}, timeout=10)
    assert answer.status_code == 400
    assert "send the records of the file: a server cannot read it" in answer.json()["message"]


def test_what_a_log_has_of_bytes_is_sent_too(server):
    record = logged("") | {"modelId": "meta.llama3-70b-instruct-v1:0", "operation": "InvokeModel"}
    record["input"] = {"inputBodyJson": {"prompt": "Hello"}}
    record["output"] = {"outputBodyJson": b"\xff"}
    server.replay(records=[record])
    answer = server.client("bedrock-runtime").invoke_model(
        modelId=record["modelId"], body=json.dumps({"prompt": "Hello"})
    )
    assert answer["body"].read() == b"\xff"
