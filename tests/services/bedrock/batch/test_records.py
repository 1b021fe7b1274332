"""What a batch inference job reads, what its model answers, and what it writes."""

from __future__ import annotations

import json

import boto3
import pytest
from batches import BUCKET, HAIKU, Batch, message, record, settings, turn

from bedrock_mock import Reply, mock_bedrock
from support import BATCH_CLOCK, batch_job, guardrail, in_process, needs

pytestmark = settings()

NOVA = "amazon.nova-lite-v1:0"
CONVERSE = {"modelInvocationType": "Converse"}


def source(uri, **members):
    return {"inputDataConfig": {"s3InputDataConfig": {"s3Uri": uri, **members}}}


# --- input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uri", ["s3://my-bucket/input/records.jsonl", "s3://my-bucket/input/", "s3://my-bucket/input"]
)
def test_input_is_a_file_or_a_folder(batch, uri):
    arn = batch.create(record(1), record(2), **source(uri))
    assert batch.outputs(arn).keys() == {"r1", "r2"}


def test_a_record_may_be_longer_than_a_text(batch):
    arn = batch.create(record(1, message("x" * 1_200_000)), record(2))
    assert batch.outputs(arn).keys() == {"r1", "r2"}


@pytest.mark.parametrize("invocation_type", ["InvokeModel", "Converse"])
def test_the_enforced_guardrail_is_not_applied_to_records(
    batch, client, bedrock_mock, invocation_type
):
    needs(hasattr(client, "put_enforced_guardrail_configuration"))
    bedrock_mock.reply("Fine.")
    identifier = client.create_guardrail(**guardrail())["guardrailId"]
    version = client.create_guardrail_version(guardrailIdentifier=identifier)["version"]
    client.put_enforced_guardrail_configuration(
        guardrailInferenceConfig={"guardrailIdentifier": identifier, "guardrailVersion": version}
    )
    asked = message("A secret") if invocation_type == "InvokeModel" else turn("A secret")
    arn = batch.create(record(1, asked), modelInvocationType=invocation_type)
    (line,) = batch.lines(arn)
    assert "Fine." in json.dumps(line["modelOutput"])
    assert batch.counts(arn) == (1, 1, 1, 0)


def test_a_bucket_is_a_folder_too(batch):
    arn = batch.create(record(1), key="all.jsonl", **source("s3://my-bucket"))
    assert batch.outputs(arn, "all.jsonl.out").keys() == {"r1"}


def test_each_file_of_a_folder_has_an_output_and_all_share_a_manifest(batch):
    batch.put(record(1), record(2), key="input/a.jsonl")
    batch.put(record(3), key="input/b.jsonl")
    batch.put(key="input/empty.jsonl")
    # What is beside them is for the records, or of others.
    for key in ("input/", "input/cat.png", "input/deeper/c.jsonl", "input-2/d.jsonl"):
        batch.put(record(9), key=key)
    arn = batch.create()
    job_id = arn.rpartition("/")[2]
    names = ("a.jsonl.out", "b.jsonl.out", "manifest.json.out")
    assert batch.files() == [f"output/{job_id}/{name}" for name in names]
    assert batch.outputs(arn, "a.jsonl.out").keys() == {"r1", "r2"}
    assert batch.outputs(arn, "b.jsonl.out").keys() == {"r3"}
    assert batch.counts(arn) == (3, 3, 3, 0)


def test_a_file_of_another_account_is_found_by_its_owner(batch):
    other = "111122223333"
    theirs = boto3.client("sts", "us-east-1").assume_role(
        RoleArn=f"arn:aws:iam::{other}:role/other", RoleSessionName="session"
    )["Credentials"]
    with_key = {
        "aws_access_key_id": theirs["AccessKeyId"],
        "aws_secret_access_key": theirs["SecretAccessKey"],
        "aws_session_token": theirs["SessionToken"],
    }
    s3 = boto3.client("s3", "us-east-1", **with_key)
    s3.create_bucket(Bucket="theirs")
    s3.put_object(Bucket="theirs", Key="a.jsonl", Body=json.dumps(record(1)))
    arn = batch.create(**source("s3://theirs/a.jsonl", s3BucketOwner=other))
    assert batch.outputs(arn, "a.jsonl.out").keys() == {"r1"}


@pytest.mark.bedrock_mock
def test_a_job_has_at_least_100_records(batch):
    arn = batch.create(record(1))
    assert batch.failure(arn) == (
        "Batch job contains less records (1) than the required minimum of: 100"
    )
    assert batch.counts(arn) == (0, 0, 0, 0)
    assert batch.files() == []
    arn = batch.create(*map(record, range(100)))
    assert batch.counts(arn) == (100, 100, 100, 0)


def test_a_file_that_fails_is_noticed_at_the_end_of_the_validation(batch, bedrock_mock):
    bedrock_mock.freeze()
    arn = batch.create(b"{")
    assert bedrock_mock.advance(arn) == "Validating"
    assert bedrock_mock.advance(arn) == "Failed"


@pytest.mark.parametrize(
    ("line", "misfit"),
    [
        (b"{", "line 2 is not a JSON object with modelInput"),
        (b'"text"', "line 2 is not a JSON object with modelInput"),
        (b"[]", "line 2 is not a JSON object with modelInput"),
        (b"\xff", "line 2 is not a JSON object with modelInput"),
        (b'{"recordId": "r"}', "line 2 is not a JSON object with modelInput"),
        (b'{"modelInput": "text"}', "line 2: modelInput is not a JSON object"),
        (b'{"modelInput": {"temperature": NaN}}', "line 2 is not a JSON object with modelInput"),
        (b'{"modelInput": {"temperature": 1e999}}', "line 2 is not a JSON object with modelInput"),
        (b'{"modelInput": {"text": "\\ud800"}}', "line 2 is not a JSON object with modelInput"),
        (b'{"modelInput": {"a": "\xed\xa0\x80"}}', "line 2 is not a JSON object with modelInput"),
        ('{"modelInput": {}}'.encode("utf-16"), "line 2 is not a JSON object with modelInput"),
        (b'{"recordId": 5, "modelInput": {}}', "line 2: recordId is not a string"),
    ],
)
def test_a_broken_line_fails_the_job(batch, line, misfit):
    arn = batch.create(record(1), line, record(3))
    uri = "s3://my-bucket/input/records.jsonl"
    assert batch.failure(arn) == f"The input file {uri} is malformed: {misfit}."
    assert batch.files() == []


def test_a_file_must_be_there_and_have_the_right_name(batch):
    batch.put(record(1), key="input/records.json")
    arn = batch.create(**source("s3://my-bucket/input/records.json"))
    uri = "s3://my-bucket/input/records.json"
    assert batch.failure(arn) == f"The input file {uri} is not a .jsonl file."
    for missing in ("s3://my-bucket/input/", "s3://my-bucket/other.jsonl", "s3://my-bucket"):
        arn = batch.create(**source(missing))
        assert batch.failure(arn) == (
            f"The input was not found: there is no .jsonl file at {missing}."
        )


def test_blank_lines_are_no_records_and_only_a_newline_ends_a_line(batch):
    text = "one\u2028two\u0085three"
    line = json.dumps(record(1, message(text)), ensure_ascii=False).encode()
    arn = batch.create(b"", line + b"\r", b"  ", record(2), b"")
    assert batch.counts(arn) == (2, 2, 2, 0)
    assert batch.outputs(arn)["r1"]["modelInput"] == message(text)
    assert text.encode() in batch.read(arn, "records.jsonl.out")


def test_a_byte_order_mark_is_skipped(batch):
    arn = batch.create(b"\xef\xbb\xbf" + json.dumps(record(1)).encode(), record(2))
    assert batch.counts(arn) == (2, 2, 2, 0)


@pytest.mark.parametrize(
    ("quotas", "failure"),
    [
        (
            {"records_of_a_batch_file": 2},
            "Batch file contains more records (3) than the maximum of: 2",
        ),
        (
            {"records_of_a_batch_job": 3},
            "Batch job contains more records (4) than the maximum of: 3",
        ),
        ({"bytes_of_a_batch_file": 100}, "Batch file contains more bytes (...) than"),
        ({"bytes_of_a_batch_job": 500}, "Batch job contains more bytes (...) than"),
    ],
)
def test_where_quotas_hold_files_have_a_size(quotas, failure):
    config = {"bedrock": {"minimum_batch_records": 1, "quotas": quotas}}
    with mock_bedrock(config=config) as bedrock:
        batch = Batch(bedrock.client(region_name="us-east-1"))
        batch.put(*map(record, range(3)), key="input/a.jsonl")
        batch.put(record(3), key="input/b.jsonl")
        start, _, end = failure.partition("...")
        message = batch.failure(batch.create())
        assert message.startswith(start)
        assert end in message


@settings(
    minimum_batch_records=1,
    quotas={"bytes_of_a_batch_job": 100, "bytes_of_a_batch_job_of_nova": 1000},
)
def test_a_job_of_nova_may_read_more(batch):
    nova = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    records = [record(number, nova) for number in range(3)]
    for model in ("amazon.nova-lite-v1:0", "us.amazon.nova-pro-v1:0"):
        assert batch.status(batch.create(*records, modelId=model)) == "Completed"
    failure = batch.failure(batch.create(*records, modelId="amazon.nova-micro-v1:0"))
    assert failure.startswith("Batch job contains more bytes (")
    failure = batch.failure(batch.create(*(records * 10), modelId="amazon.nova-lite-v1:0"))
    assert failure.endswith("than the maximum of: 1000")


def test_without_a_bucket_a_job_completes_over_nothing(client):
    arn = client.create_model_invocation_job(**batch_job())["jobArn"]
    job = client.get_model_invocation_job(jobIdentifier=arn)
    assert (job["status"], job.get("totalRecordCount", 0)) == ("Completed", 0)


def test_without_a_bucket_for_the_output_records_are_processed_all_the_same(batch):
    target = {"s3OutputDataConfig": {"s3Uri": "s3://missing/output/"}}
    arn = batch.create(record(1), outputDataConfig=target)
    assert batch.counts(arn) == (1, 1, 1, 0)


@settings(references="strict")
@pytest.mark.parametrize(
    ("members", "failure"),
    [
        (source("s3://missing/input/"), "The input bucket was not found: S3 has no bucket"),
        (
            {"outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://missing/"}}},
            "The output bucket was not found: S3 has no bucket 'missing'.",
        ),
    ],
)
def test_where_references_are_strict_a_job_without_its_buckets_fails(batch, members, failure):
    iam = boto3.client("iam", "us-east-1")
    iam.create_role(RoleName="BedrockRole", AssumeRolePolicyDocument="{}")
    arn = batch.create(record(1), **members)
    assert batch.failure(arn).startswith(failure)


# --- answers ------------------------------------------------------------------------------


def test_a_record_of_invoke_model_is_answered_in_the_form_of_the_family(batch, bedrock_mock):
    bedrock_mock.reply("Paris.", user="France", operation="InvokeModel")
    arn = batch.create(record(1, message("The capital of France?")))
    (line,) = batch.lines(arn)
    assert list(line) == ["modelInput", "modelOutput", "recordId"]
    assert line["modelInput"] == message("The capital of France?")
    output = line["modelOutput"]
    assert output["content"] == [{"type": "text", "text": "Paris."}]
    assert output["stop_reason"] == "end_turn"
    assert output["usage"]["output_tokens"] == 2


def test_a_record_of_converse_is_answered_in_its_form_with_the_whole_union(batch, bedrock_mock):
    bedrock_mock.reply("Paris.", user="France", operation="Converse")
    arn = batch.create(record(1, turn("The capital of France?")), modelId=NOVA, **CONVERSE)
    (line,) = batch.lines(arn)
    output = line["modelOutput"]
    assert output["stopReason"] == "end_turn"
    assert output["metrics"]["latencyMs"] > 0
    assert output["output"]["message"]["role"] == "assistant"
    (block,) = output["output"]["message"]["content"]
    assert block.pop("text") == "Paris."
    assert {"image", "toolUse", "reasoningContent"} <= block.keys()
    assert set(block.values()) == {None}
    assert output["usage"]["outputTokens"] == 2
    assert output["usage"]["cacheReadInputTokens"] is None


def test_replies_for_one_call_answer_records_in_their_order(batch, bedrock_mock):
    bedrock_mock.reply_next("first", "second")
    bedrock_mock.reply("other")
    arn = batch.create(*map(record, range(3)))
    texts = [batch.outputs(arn)[f"r{n}"]["modelOutput"]["content"][0]["text"] for n in range(3)]
    assert texts == ["first", "second", "other"]


@in_process
def test_a_function_sees_the_record(batch, bedrock_mock):
    seen = []

    def answer(call):
        seen.append((call.operation, call.model_id, call.user))
        return call.user.upper()

    bedrock_mock.reply(answer)
    arn = batch.create(record(1, message("hello")), modelId=HAIKU)
    assert seen == [("InvokeModel", HAIKU, "hello")]
    assert batch.lines(arn)[0]["modelOutput"]["content"][0]["text"] == "HELLO"


@pytest.mark.parametrize("raw", [{"any": "thing"}, b'{"any": "thing"}'])
def test_a_raw_reply_is_the_output_as_it_is(batch, bedrock_mock, raw):
    bedrock_mock.reply(Reply(raw=raw))
    assert batch.lines(batch.create(record(1)))[0]["modelOutput"] == {"any": "thing"}


def test_an_embedding_is_an_output_too(batch):
    body = {"inputText": "cat"}
    arn = batch.create(record(1, body), modelId="amazon.titan-embed-text-v2:0")
    assert len(batch.lines(arn)[0]["modelOutput"]["embedding"]) == 1024
    manifest = batch.manifest(arn)
    assert manifest["inputTokenCount"] > 0
    assert manifest["outputTokenCount"] == 0


def test_records_are_not_in_the_record_of_calls(batch, bedrock_mock):
    batch.create(record(1))
    assert [call.operation for call in bedrock_mock.calls] == ["CreateModelInvocationJob"]
    assert bedrock_mock.calls[0].asked is None


# --- errors -------------------------------------------------------------------------------


def test_a_refused_record_is_an_error_line_and_the_job_completes(batch):
    arn = batch.create(record(1), record(2, {"max_tokens": 9}), record(3))
    assert batch.status(arn) == "Completed"
    assert batch.counts(arn) == (3, 3, 2, 1)
    line = batch.outputs(arn)["r2"]
    assert list(line) == ["recordId", "modelInput", "error"]
    assert line["modelInput"] == {"max_tokens": 9}
    assert line["error"]["errorCode"] == 400
    assert "anthropic_version" in line["error"]["errorMessage"]


def test_members_that_a_family_does_not_know_are_refused(batch):
    model = "us.anthropic.claude-sonnet-4-6"
    error = batch.error({**message(), "model": HAIKU, "stream": False}, modelId=model)
    assert error == {"errorCode": 400, "errorMessage": "model: Extra inputs are not permitted"}


def test_records_of_the_other_form_are_refused(batch):
    assert batch.error(turn())["errorCode"] == 400
    assert batch.error(message(), **CONVERSE)["errorCode"] == 400


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("throttlingException", 429),
        ("validationException", 400),
        ("modelStreamErrorException", 424),
    ],
)
@pytest.mark.parametrize("members", [{}, CONVERSE])
def test_a_reply_that_is_an_error_is_an_error_line(batch, bedrock_mock, name, status, members):
    bedrock_mock.reply(Reply(error=name))
    error = batch.error(turn() if members else message(), **members)
    assert error["errorCode"] == status


@settings(unmatched="error")
def test_a_record_that_no_rule_is_for_is_an_error_line(batch):
    assert "No rule of the test is for this call" in batch.error(message())["errorMessage"]


@pytest.mark.parametrize("name", ["modelId", "serviceTier", "requestMetadata"])
def test_a_record_of_converse_has_no_members_of_the_job(batch, name):
    error = batch.error(turn(**{name: "x"}), **CONVERSE)
    assert error == {"errorCode": 400, "errorMessage": f"{name}: Extra inputs are not permitted"}


@pytest.mark.parametrize(
    ("more", "feature"),
    [
        ({"toolConfig": {"tools": []}}, "tool use"),
        ({"guardrailConfig": {}}, "guardrails"),
        ({"outputConfig": {}}, "structured output"),
    ],
)
def test_what_batch_inference_does_not_support_is_refused(batch, more, feature):
    error = batch.error(turn(**more), **CONVERSE)
    assert error["errorMessage"].endswith(f"batch inference does not support {feature}.")


def test_tools_and_cache_points_are_refused_in_both_forms(batch):
    assert "tool use" in batch.error({**message(), "tools": []})["errorMessage"]
    cached = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
    body = message()
    body["messages"][0]["content"] = [cached]
    assert "prompt caching" in batch.error(body)["errorMessage"]
    body = turn()
    body["messages"][0]["content"].append({"cachePoint": {"type": "default"}})
    assert "prompt caching" in batch.error(body, **CONVERSE)["errorMessage"]


def test_a_text_about_cache_points_is_a_text(batch):
    arn = batch.create(record(1, message('{"cachePoint": {}}')))
    assert batch.counts(arn) == (1, 1, 1, 0)


@pytest.mark.bedrock_mock(
    config={"bedrock": {"minimum_batch_records": 1, "validate_requests": False}}
)
def test_without_the_checks_of_values_a_record_of_converse_has_any_values(batch):
    request = turn(inferenceConfig={"temperature": 7})
    arn = batch.create(record(1, request), modelId=NOVA, **CONVERSE)
    assert batch.status(arn) == "Completed"


def test_a_value_that_the_model_does_not_allow_is_refused(batch):
    error = batch.error(turn(inferenceConfig={"temperature": 7}), modelId=NOVA, **CONVERSE)
    assert "inferenceConfig.temperature" in error["errorMessage"]


# --- functions that raise -----------------------------------------------------------------


def fails(call):
    msg = "no idea"
    raise LookupError(msg)


@in_process
def test_a_function_that_raises_has_create_raise_and_make_nothing(batch, client, bedrock_mock):
    bedrock_mock.reply(fails)
    with pytest.raises(LookupError, match="no idea") as caught:
        batch.create(record(1), record(2))
    assert "raised by a function in a reply, for the job 'batch-1'" in caught.value.__notes__
    assert client.list_model_invocation_jobs()["invocationJobSummaries"] == []


@in_process
def test_a_function_that_raises_is_seen_once_and_the_job_goes_on(batch, bedrock_mock):
    bedrock_mock.reply(fails, user="question 1")
    bedrock_mock.freeze()
    arn = batch.create(*map(record, range(4)))
    for _ in range(3):
        bedrock_mock.advance(arn)
    with pytest.raises(LookupError, match="no idea"):
        bedrock_mock.complete(arn)
    assert bedrock_mock.complete(arn) == "Completed"
    assert batch.counts(arn) == (4, 4, 3, 1)
    error = batch.outputs(arn)["r1"]["error"]
    assert error["errorCode"] == 500
    assert "LookupError" in error["errorMessage"]


@in_process
def test_a_function_may_ask_for_the_job_itself(batch, client, bedrock_mock):
    seen = []

    def answer(call):
        (job,) = client.list_model_invocation_jobs()["invocationJobSummaries"]
        seen.append(job["status"])
        return "fine"

    bedrock_mock.reply(answer)
    arn = batch.create(*map(record, range(2)))
    assert seen == ["InProgress"] * 2
    assert batch.counts(arn) == (2, 2, 2, 0)


# --- output -------------------------------------------------------------------------------


def test_lines_are_out_of_order_and_complete(batch):
    arn = batch.create(*map(record, range(40)))
    ids = [line["recordId"] for line in batch.lines(arn)]
    wanted = [f"r{number}" for number in range(40)]
    assert ids != wanted
    assert sorted(ids) == sorted(wanted)
    assert not batch.read(arn, "records.jsonl.out").endswith(b"\n")


def test_a_record_without_an_id_gets_one(batch):
    arn = batch.create({"modelInput": message("a")}, {"recordId": "", "modelInput": message("b")})
    ids = {line["modelInput"]["messages"][0]["content"]: line for line in batch.lines(arn)}
    assert ids["b"]["recordId"] == ""
    made = ids["a"]["recordId"]
    assert len(made) == 11
    assert made.isalnum()
    assert made.isupper()


def test_the_manifest_counts_records_and_tokens(batch, bedrock_mock):
    usage = {"inputTokens": 7, "outputTokens": 5}
    bedrock_mock.reply(Reply("fine", usage=usage))
    arn = batch.create(record(1), record(2), record(3, {"prompt": "?"}))
    assert batch.manifest(arn) == {
        "totalRecordCount": 3,
        "processedRecordCount": 3,
        "successRecordCount": 2,
        "errorRecordCount": 1,
        "inputTokenCount": 14,
        "outputTokenCount": 10,
    }
    assert b"\n" not in batch.read(arn, "manifest.json.out")


@pytest.mark.parametrize("members", [{}, CONVERSE])
def test_the_manifest_counts_cached_tokens_if_there_are_any(batch, bedrock_mock, members):
    usage = {"cacheReadInputTokens": 3, "cacheWriteInputTokens": 4}
    bedrock_mock.reply(Reply("fine", usage=usage))
    model = "us.anthropic.claude-sonnet-4-6"
    arn = batch.create(record(1, turn() if members else message()), modelId=model, **members)
    manifest = batch.manifest(arn)
    assert manifest["cacheReadInputTokenCount"] == 3
    assert manifest["cacheWriteInputTokenCount"] == 4


@pytest.mark.parametrize(
    ("uri", "prefix"), [("s3://my-bucket", ""), ("s3://my-bucket/a/b/", "a/b/")]
)
def test_output_is_in_a_folder_of_the_job(batch, uri, prefix):
    arn = batch.create(record(1), outputDataConfig={"s3OutputDataConfig": {"s3Uri": uri}})
    job_id = arn.rpartition("/")[2]
    assert batch.files(f"{prefix}{job_id}/") == [
        f"{prefix}{job_id}/manifest.json.out",
        f"{prefix}{job_id}/records.jsonl.out",
    ]


def test_output_of_several_megabytes_is_whole(batch, bedrock_mock):
    text = "a" * 50_000
    bedrock_mock.reply(text)
    arn = batch.create(*(record(number, message(text)) for number in range(50)))
    lines = batch.lines(arn)
    assert len(lines) == 50
    assert {line["modelOutput"]["content"][0]["text"] for line in lines} == {text}
    key = f"output/{arn.rpartition('/')[2]}/records.jsonl.out"
    head = batch.s3.head_object(Bucket=BUCKET, Key=key)
    assert head["ContentLength"] == len(batch.read(arn, "records.jsonl.out"))


def test_the_output_is_announced_by_s3(batch):
    sqs = boto3.client("sqs", "us-east-1")
    url = sqs.create_queue(QueueName="queue")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    batch.s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": arn["QueueArn"], "Events": ["s3:ObjectCreated:*"]}]
        },
    )
    batch.create(record(1))
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    records = [json.loads(each["Body"]).get("Records") for each in received]
    objects = [each[0]["s3"]["object"] for each in records if each]
    (output,) = (each for each in objects if each["key"].endswith("records.jsonl.out"))
    assert output["size"] > 0


def test_a_reset_drops_a_job_with_its_files(batch, bedrock_mock):
    bedrock_mock.set_transition(BATCH_CLOCK, {"progression": "frozen"})
    arn = batch.create(*(record(number, message("a" * 50_000)) for number in range(50)))
    for _ in range(3):
        bedrock_mock.advance(arn)
    assert batch.counts(arn)[1] == 25
