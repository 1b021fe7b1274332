"""Model invocation logging: what is delivered to S3 and CloudWatch Logs, and when."""

from __future__ import annotations

import gc
import gzip
import json
import logging
import re
from base64 import b64encode
from contextlib import closing

import boto3
import pytest
from botocore.exceptions import ClientError, EventStreamError
from moto import settings
from moto.s3.models import S3Backend

from bedrock_mock import Reply, reasoning, tool_use
from support import ACCOUNT, REGION, ROLE, in_process, known, needs

CLAUDE = "us.anthropic.claude-3-7-sonnet-20250219-v1:0"
NOVA = "amazon.nova-lite-v1:0"
LLAMA = "meta.llama3-70b-instruct-v1:0"
TITAN_EMBED = "amazon.titan-embed-text-v2:0"
MESSAGES = [{"role": "user", "content": [{"text": "Hello"}]}]
GROUP = "/bedrock/invocations"
FOLDER = f"AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/{REGION}"
RECORD_KEY = re.compile(
    rf"logs/{FOLDER}/(\d{{4}})/(\d\d)/(\d\d)/(\d\d)/\1\2\3T\4\d{{7}}Z_[0-9a-f]{{16}}\.json\.gz"
)
DATA_KEY = re.compile(rf"logs/{FOLDER}/\d{{4}}/\d\d/\d\d/\d\d/data/[0-9a-f-]{{36}}_input\.json\.gz")
CHECK = "logs/amazon-bedrock-logs-permission-check"
S3_CONFIG = {"bucketName": "my-bucket", "keyPrefix": "/logs/"}
LARGE = "x" * 110_000
PNG = b"\x89PNG"
IMAGE = {"image": {"format": "png", "source": {"bytes": PNG}}}


@pytest.fixture
def configure(bedrock):
    control = bedrock.client(region_name=REGION)

    def configure(**config):
        control.put_model_invocation_logging_configuration(loggingConfig=config)

    configure.client = control
    return configure


@pytest.fixture
def logged(s3, configure):
    """What is logged to S3 from now on: a function that gives the records."""
    configure(s3Config=S3_CONFIG)
    return lambda: records(s3)


def keys(s3):
    listed = s3.list_objects_v2(Bucket="my-bucket").get("Contents", ())
    return [each["Key"] for each in listed]


def read(s3, key):
    return gzip.decompress(s3.get_object(Bucket="my-bucket", Key=key)["Body"].read())


def records(s3):
    found = [key for key in keys(s3) if RECORD_KEY.fullmatch(key)]
    return [json.loads(line) for key in sorted(found) for line in read(s3, key).splitlines()]


def invoke(runtime, model, body, **members):
    answer = runtime.invoke_model(modelId=model, body=json.dumps(body), **members)
    return answer["body"].read()


def consumed(answer):
    with closing(answer.get("stream", answer.get("body"))) as events:
        return list(events)


# --- the record -----------------------------------------------------------------------------


def test_a_call_of_converse_has_the_recorded_members_in_their_order(runtime, reply, logged):
    reply(Reply("Hi.", latency_ms=500, usage={"inputTokens": 10, "outputTokens": 3}))
    answer = runtime.converse(
        modelId=CLAUDE, messages=MESSAGES, system=[], inferenceConfig={"maxTokens": 8192}
    )
    (record,) = logged()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record.pop("timestamp"))
    message = {"role": "assistant", "content": [{"text": "Hi."}]}
    usage = {
        "inputTokens": 10,
        "cacheReadInputTokens": 0,
        "cacheWriteInputTokens": 0,
        "outputTokens": 3,
        "totalTokens": 13,
    }
    expected = {
        "accountId": ACCOUNT,
        "identity": {"arn": f"arn:aws:sts::{ACCOUNT}:user/moto"},
        "region": REGION,
        "requestId": answer["ResponseMetadata"]["RequestId"],
        "operation": "Converse",
        "modelId": CLAUDE,
        "input": {
            "inputContentType": "application/json",
            "inputBodyJson": {
                "messages": MESSAGES,
                "system": [],
                "inferenceConfig": {"maxTokens": 8192},
            },
            "inputTokenCount": 10,
            "cacheReadInputTokenCount": 0,
            "cacheWriteInputTokenCount": 0,
        },
        "output": {
            "outputContentType": "application/json",
            "outputBodyJson": {
                "output": {"message": message},
                "stopReason": "end_turn",
                "metrics": {"latencyMs": 500},
                "usage": usage,
            },
            "outputTokenCount": 3,
        },
        "inferenceRegion": REGION,
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
    }
    assert json.dumps(record) == json.dumps(expected)


def test_a_call_of_invoke_model_has_its_body_and_its_answer(runtime, reply, logged):
    reply("Hi.")
    answer = invoke(runtime, LLAMA, {"prompt": "Hello", "top_p": 1})
    (record,) = logged()
    assert "inferenceRegion" not in record
    assert record["operation"] == "InvokeModel"
    assert record["input"] == {
        "inputContentType": "application/json",
        "inputBodyJson": {"prompt": "Hello", "top_p": 1},
        "inputTokenCount": 2,
    }
    assert record["output"] == {
        "outputContentType": "application/json",
        "outputBodyJson": json.loads(answer),
        "outputTokenCount": 1,
    }


def test_a_stream_of_invoke_model_is_the_list_of_its_chunks(runtime, reply, logged):
    reply("Hello, you.")
    body = json.dumps({"prompt": "Hello"})
    answer = runtime.invoke_model_with_response_stream(modelId=LLAMA, body=body)
    chunks = [json.loads(event["chunk"]["bytes"]) for event in consumed(answer)]
    (record,) = logged()
    assert record["operation"] == "InvokeModelWithResponseStream"
    assert record["output"]["outputBodyJson"] == chunks
    assert "amazon-bedrock-invocationMetrics" in chunks[-1]
    assert record["input"]["inputTokenCount"] == 2
    assert record["output"]["outputTokenCount"] == 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Hello, you.", [{"text": "Hello, you."}]),
        ([""], [{"text": ""}]),
        (
            [
                reasoning("Hm.", "sig"),
                "A",
                {"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": 1}}},
            ],
            [
                {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "sig"}}},
                {"text": "A"},
                {"toolUse": {"toolUseId": "t", "name": "f", "type": "tool_use", "input": {"a": 1}}},
            ],
        ),
        (
            [{"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}],
            [{"toolUse": {"toolUseId": "t", "name": "f", "type": "tool_use", "input": {}}}],
        ),
        (
            [{"reasoningContent": {"redactedContent": b"abc"}}, IMAGE],
            [
                {"reasoningContent": {"redactedContent": b64encode(b"abc").decode()}},
                {"image": {"format": "png", "source": {"bytes": b64encode(PNG).decode()}}},
            ],
        ),
        (
            [{"toolResult": {"toolUseId": "t", "content": [{"json": {"a": 1}}]}}],
            [{"toolResult": {"toolUseId": "t", "content": [{"json": {"a": 1}}]}}],
        ),
        (
            [
                {
                    "citationsContent": {
                        "citations": [{"title": "A"}],
                        "content": [{"text": "B C"}],
                    }
                }
            ],
            [
                {
                    "citationsContent": {
                        "citations": [{"title": "A"}],
                        "content": [{"text": "B C"}],
                    }
                }
            ],
        ),
    ],
)
def test_a_stream_of_converse_is_one_answer(runtime, reply, logged, content, expected):
    # An older SDK cannot read every kind of block.
    kinds = {name for block in expected for name in block} & {"image", "toolResult"}
    needs(kinds == {*known("ContentBlockStart", kinds)})
    reply(content)
    model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    consumed(runtime.converse_stream(modelId=model, messages=MESSAGES))
    (record,) = logged()
    body = record["output"]["outputBodyJson"]
    assert list(body) == ["output", "stopReason", "metrics", "usage"]
    assert body["output"]["message"] == {"role": "assistant", "content": expected}
    assert record["output"]["outputTokenCount"] == body["usage"]["outputTokens"]


def test_the_empty_beginning_of_a_stream_is_no_content(runtime, reply, logged):
    reply("Hi.")
    consumed(runtime.converse_stream(modelId="openai.gpt-oss-20b-1:0", messages=MESSAGES))
    (record,) = logged()
    assert record["output"]["outputBodyJson"]["output"]["message"]["content"] == [{"text": "Hi."}]


def test_request_metadata_is_there_where_it_is_given(runtime, logged):
    runtime.converse(modelId=NOVA, messages=MESSAGES, requestMetadata={"team": "a"})
    runtime.converse(modelId=NOVA, messages=MESSAGES)
    first, second = logged()
    assert first["requestMetadata"] == {"team": "a"}
    assert "requestMetadata" not in second


def test_request_metadata_of_invoke_model_is_json_in_a_header(runtime, logged):
    if (
        "requestMetadata"
        not in runtime.meta.service_model.operation_model("InvokeModel").input_shape.members
    ):
        pytest.skip("this botocore does not know it")
    invoke(runtime, LLAMA, {"prompt": "Hello"}, requestMetadata='{"team": "a"}')
    assert logged()[0]["requestMetadata"] == {"team": "a"}


def test_the_identity_is_that_of_the_caller(bedrock, logged):
    sts = boto3.client("sts", REGION)
    credentials = sts.assume_role(RoleArn=ROLE, RoleSessionName="me")["Credentials"]
    client = boto3.client(
        "bedrock-runtime",
        REGION,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    client.converse(modelId=NOVA, messages=MESSAGES)
    (record,) = logged()
    assert record["identity"] == {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/BedrockRole/me"}


@pytest.mark.parametrize(
    ("model", "is_profile"),
    [
        (NOVA, False),
        (f"arn:aws:bedrock:{REGION}::foundation-model/{NOVA}", False),
        (f"us.{NOVA}", True),
        (f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/us.{NOVA}", True),
    ],
)
def test_the_model_is_named_as_the_caller_does_it(runtime, logged, model, is_profile):
    runtime.converse(modelId=model, messages=MESSAGES)
    (record,) = logged()
    assert record["modelId"] == model
    assert ("inferenceRegion" in record) == is_profile


# --- calls that fail ------------------------------------------------------------------------


def test_a_failed_call_has_its_code_and_no_tokens(bedrock, runtime, logged):
    bedrock.raise_next("Converse", "AccessDeniedException")
    with pytest.raises(ClientError):
        runtime.converse(modelId=NOVA, messages=MESSAGES)
    with pytest.raises(ClientError):
        runtime.invoke_model(modelId=NOVA, body=b"no JSON")
    scripted, refused = logged()
    assert scripted["errorCode"] == "AccessDeniedException"
    assert "output" not in scripted
    assert scripted["input"] == {
        "inputContentType": "application/json",
        "inputBodyJson": {"messages": MESSAGES},
    }
    assert refused["errorCode"] == "ValidationException"


def test_a_failed_call_whose_body_cannot_be_written_again_is_logged(runtime, logged):
    with pytest.raises(ClientError):
        runtime.invoke_model(modelId=LLAMA, body=b'{"prompt": "\\ud800"}')
    (record,) = logged()
    assert record["errorCode"] == "ValidationException"
    assert "inputBodyJson" not in record["input"]


def test_each_throttled_attempt_is_a_failed_call(bedrock, runtime, logged):
    bedrock.throttle("Converse")
    runtime.converse(modelId=NOVA, messages=MESSAGES)
    assert [record.get("errorCode") for record in logged()] == ["ThrottlingException", None]


def test_a_stream_that_breaks_has_what_it_had_sent(runtime, reply, logged):
    reply(Reply("Hello", chunks=["Hel", "lo"], error="modelStreamErrorException"))
    with pytest.raises(EventStreamError):
        consumed(runtime.converse_stream(modelId=NOVA, messages=MESSAGES))
    body = json.dumps({"prompt": "Hello"})
    with pytest.raises(EventStreamError):
        consumed(runtime.invoke_model_with_response_stream(modelId=LLAMA, body=body))
    converse, invoked = logged()
    for record in converse, invoked:
        assert record["errorCode"] == "ModelStreamErrorException"
        assert "inputTokenCount" not in record["input"]
        assert "outputTokenCount" not in record["output"]
    message = {"role": "assistant", "content": [{"text": "Hello"}]}
    assert converse["output"]["outputBodyJson"] == {"output": {"message": message}}
    assert [each["generation"] for each in invoked["output"]["outputBodyJson"]] == ["Hel", "lo"]


@in_process
def test_a_stream_that_the_client_closes_has_what_it_had_sent(runtime, reply, logged):
    reply(tool_use("f", text="A long text, of which the client reads the beginning."))
    model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    stream = runtime.converse_stream(modelId=model, messages=MESSAGES)["stream"]
    events = iter(stream)
    for _ in range(4):
        next(events)
    stream.close()
    runtime.converse_stream(modelId=NOVA, messages=MESSAGES)["stream"].close()
    begun, unread = logged()
    (block,) = begun["output"]["outputBodyJson"]["output"]["message"]["content"]
    assert block["toolUse"]["input"].startswith('{"text"')
    assert "errorCode" not in begun
    assert "outputBodyJson" not in unread["output"]


def test_a_stream_whose_last_event_is_read_has_ended(runtime, logged):
    stream = runtime.converse_stream(modelId=NOVA, messages=MESSAGES)["stream"]
    with closing(stream):
        for event in stream:
            if "metadata" in event:
                break
        (record,) = logged()
    assert record["output"]["outputTokenCount"] > 0


@in_process
def test_a_stream_is_not_logged_before_it_is_read(runtime, logged):
    body = json.dumps({"prompt": "Hello"})
    answer = runtime.invoke_model_with_response_stream(modelId=LLAMA, body=body)
    assert logged() == []
    consumed(answer)
    assert len(logged()) == 1


@in_process
def test_a_stream_that_is_dropped_leaves_no_record(runtime, logged):
    events = iter(runtime.converse_stream(modelId=NOVA, messages=MESSAGES)["stream"])
    next(events)
    del events
    gc.collect()
    assert logged() == []


@in_process
def test_a_stream_that_ends_after_its_configuration_leaves_no_record(runtime, logged, configure):
    answer = runtime.converse_stream(modelId=NOVA, messages=MESSAGES)
    configure.client.delete_model_invocation_logging_configuration()
    consumed(answer)
    assert logged() == []


def test_what_the_mock_lacks_is_not_logged(runtime, logged):
    # A server answers it with the status 501.
    with pytest.raises(ClientError if settings.TEST_SERVER_MODE else NotImplementedError):
        # Its family is not known.
        invoke(runtime, "amazon.nova-sonic-v1:0", {})
    assert logged() == []


def test_tokens_that_are_counted_are_not_logged(runtime, logged):
    needs(hasattr(runtime, "count_tokens"))
    runtime.count_tokens(
        modelId="anthropic.claude-3-haiku-20240307-v1:0", input={"converse": {"messages": MESSAGES}}
    )
    assert logged() == []


# --- what is delivered, and where -----------------------------------------------------------


def test_large_bodies_and_bodies_that_are_not_json_stand_apart(runtime, reply, s3, logged):
    reply(LARGE, user="long")
    reply(Reply(raw=b"\xff\xfe"))
    runtime.converse(
        modelId=NOVA, messages=[{"role": "user", "content": [{"text": f"long{LARGE}"}]}]
    )
    assert invoke(runtime, LLAMA, {"prompt": "Hello"}) == b"\xff\xfe"
    body = json.dumps({"prompt": "Hello"})
    consumed(runtime.invoke_model_with_response_stream(modelId=LLAMA, body=body))
    large, binary, stream = logged()
    path = large["input"]["inputBodyS3Path"]
    key = path.removeprefix("s3://my-bucket/")
    assert DATA_KEY.fullmatch(key)
    assert json.loads(read(s3, key))["messages"][0]["content"][0]["text"] == f"long{LARGE}"
    assert large["output"]["outputBodyS3Path"] == path.replace("_input", "_output")
    for record in large, binary, stream:
        assert "outputBodyJson" not in record["output"]
        assert "outputTokenCount" in record["output"] or record is stream
    for record in binary, stream:
        key = record["output"]["outputBodyS3Path"].removeprefix("s3://my-bucket/")
        assert read(s3, key) == b"\xff\xfe"
    assert large["input"].keys() == {"inputContentType", "inputBodyS3Path", "inputTokenCount"}


@pytest.mark.parametrize(
    ("kind", "model", "body", "delivered"),
    [
        ("text", LLAMA, {"prompt": "Hi"}, False),
        ("image", LLAMA, {"prompt": "Hi"}, True),
        ("embedding", TITAN_EMBED, {"inputText": "Hi"}, False),
        ("text", TITAN_EMBED, {"inputText": "Hi"}, True),
        (
            "image",
            "amazon.nova-canvas-v1:0",
            {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}},
            False,
        ),
    ],
)
def test_bodies_are_left_out_where_their_kind_is_off(
    runtime, s3, configure, kind, model, body, delivered
):
    configure(s3Config=S3_CONFIG, **{f"{kind}DataDeliveryEnabled": False})
    invoke(runtime, model, body)
    (record,) = records(s3)
    assert ("inputBodyJson" in record["input"]) == delivered
    assert ("outputBodyJson" in record["output"]) == delivered
    assert "inputTokenCount" in record["input"] or "canvas" in model


def test_images_within_a_conversation_are_images(runtime, s3, configure, reply):
    reply("A dot.")
    configure(s3Config=S3_CONFIG, imageDataDeliveryEnabled=False)
    content = [{"text": "What is it?"}, IMAGE]
    runtime.converse(modelId=NOVA, messages=[{"role": "user", "content": content}])
    (record,) = records(s3)
    assert "inputBodyJson" not in record["input"]
    assert "outputBodyJson" in record["output"]


def test_cloud_watch_has_one_event_a_call(runtime, reply, s3, configure):
    logs = boto3.client("logs", REGION)
    logs.create_log_group(logGroupName=GROUP)
    cloud_watch = {"logGroupName": GROUP, "roleArn": ROLE}
    configure(cloudWatchConfig=cloud_watch)
    reply("Hi.")

    def events():
        found = logs.get_log_events(
            logGroupName=GROUP, logStreamName="aws/bedrock/modelinvocations", startFromHead=True
        )
        return [json.loads(event["message"]) for event in found["events"]]

    runtime.converse(modelId=NOVA, messages=MESSAGES)
    runtime.converse(modelId=NOVA, messages=MESSAGES)
    assert [event["input"]["inputBodyJson"] for event in events()] == [{"messages": MESSAGES}] * 2
    large = [{"role": "user", "content": [{"text": LARGE}]}]
    runtime.converse(modelId=NOVA, messages=large)
    assert events()[2]["input"] == {
        "inputContentType": "application/json",
        "inputTokenCount": len(LARGE) // 4,
    }
    configure(cloudWatchConfig={**cloud_watch, "largeDataDeliveryS3Config": S3_CONFIG})
    runtime.converse(modelId=NOVA, messages=large)
    path = events()[3]["input"]["inputBodyS3Path"]
    assert json.loads(read(s3, path.removeprefix("s3://my-bucket/"))) == {"messages": large}
    assert records(s3) == []


def test_the_same_record_goes_to_both(runtime, s3, configure):
    logs = boto3.client("logs", REGION)
    logs.create_log_group(logGroupName=GROUP)
    configure(s3Config=S3_CONFIG, cloudWatchConfig={"logGroupName": GROUP, "roleArn": ROLE})
    runtime.converse(modelId=NOVA, messages=MESSAGES)
    (event,) = logs.filter_log_events(logGroupName=GROUP)["events"]
    assert event["logStreamName"] == "aws/bedrock/modelinvocations"
    assert [json.loads(event["message"])] == records(s3)


@pytest.mark.parametrize("prefix", [None, "", "logs", "/logs//"])
def test_putting_a_configuration_leaves_an_empty_object_that_stays(s3, configure, prefix):
    named = {} if prefix is None else {"keyPrefix": prefix}
    configure(s3Config={"bucketName": "my-bucket", **named})
    configure.client.delete_model_invocation_logging_configuration()
    name = "amazon-bedrock-logs-permission-check"
    assert keys(s3) == [f"logs/{name}" if prefix else name]
    (listed,) = s3.list_objects_v2(Bucket="my-bucket")["Contents"]
    assert listed["Size"] == 0


def test_the_place_of_large_bodies_is_checked_too(s3, configure):
    configure(
        cloudWatchConfig={
            "logGroupName": GROUP,
            "roleArn": ROLE,
            "largeDataDeliveryS3Config": S3_CONFIG,
        }
    )
    assert keys(s3) == [CHECK]


def test_a_destination_that_is_not_there_does_no_harm(runtime, reply, configure):
    reply("Hi.")
    configure(
        s3Config={"bucketName": "no-such-bucket"},
        cloudWatchConfig={
            "logGroupName": GROUP,
            "roleArn": ROLE,
            "largeDataDeliveryS3Config": {"bucketName": "no-such-bucket"},
        },
    )
    answer = runtime.converse(modelId=NOVA, messages=MESSAGES)
    assert answer["output"]["message"]["content"] == [{"text": "Hi."}]


@in_process
def test_a_delivery_that_fails_does_no_harm(runtime, reply, logged, monkeypatch, caplog):
    reply("Hi.")

    def broken(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr(S3Backend, "put_object", broken)
    with caplog.at_level(logging.ERROR):
        answer = runtime.converse(modelId=NOVA, messages=MESSAGES)
    assert answer["output"]["message"]["content"] == [{"text": "Hi."}]
    assert "could not deliver an invocation log" in caplog.text


def test_each_region_and_account_logs_by_itself(bedrock, s3, logged):
    for where in (
        {"region_name": "us-west-2"},
        {"region_name": REGION, "account_id": "111122223333"},
    ):
        bedrock.client("bedrock-runtime", **where).converse(modelId=NOVA, messages=MESSAGES)
    assert logged() == []


@in_process
def test_files_are_in_the_order_of_their_calls(runtime, reply, s3, logged):
    freezegun = pytest.importorskip("freezegun")
    with freezegun.freeze_time("2030-01-02 03:04:05.678"):
        for number in range(3):
            reply(str(number))
            runtime.converse(modelId=NOVA, messages=MESSAGES)
    texts = [
        each["output"]["outputBodyJson"]["output"]["message"]["content"][0]["text"]
        for each in logged()
    ]
    assert texts == ["0", "1", "2"]
    names = [key for key in keys(s3) if key.endswith(".gz")]
    assert all("/2030/01/02/03/20300102T030405678Z_" in name for name in names)
