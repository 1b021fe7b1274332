"""What the tests of batch inference share: a bucket, records, and the files of a job."""

from __future__ import annotations

import json

import boto3
import pytest
from kinds import shape_of

from bedrock_mock.services.bedrock.service import BEDROCK
from support import REGION, batch_job, body, needs

BUCKET = "my-bucket"
COUNTS = ("total", "processed", "success", "error")
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"


def message(text="Hello"):
    """The body of InvokeModel for a model of Anthropic's."""
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": text}],
    }


def turn(text="Hello", **members):
    """The request of Converse."""
    return {"messages": [{"role": "user", "content": [{"text": text}]}], **members}


def record(number, model_input=None):
    """A record of an input file."""
    return {"recordId": f"r{number}", "modelInput": model_input or message(f"question {number}")}


def settings(**members):
    """A mark with settings of Bedrock, under which small files are enough."""
    return pytest.mark.bedrock_mock(config={"bedrock": {"minimum_batch_records": 1, **members}})


def need_counts():
    """Skips the test where the installed service model lacks the counts of records."""
    answer = BEDROCK.protocol.model.operation_model("GetModelInvocationJob").output_shape
    needs("totalRecordCount" in answer.members)


class Batch:
    """Batch inference with one bucket."""

    def __init__(self, client):
        self.client = client
        self.s3 = boto3.client("s3", REGION)
        self.s3.create_bucket(Bucket=BUCKET)

    def put(self, *records, key="input/records.jsonl"):
        """Makes an input file of records, or of lines as they are."""
        lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in records]
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"\n".join(lines))

    def create(self, *records, key="input/records.jsonl", **members):
        """The ARN of a job for these records."""
        if records:
            self.put(*records, key=key)
        request = batch_job(**{"modelId": HAIKU, **members})
        needs(request.keys() <= shape_of("CreateModelInvocationJob").members.keys())
        return self.client.create_model_invocation_job(**request)["jobArn"]

    def get(self, arn):
        return body(self.client.get_model_invocation_job(jobIdentifier=arn))

    def status(self, arn):
        return self.get(arn)["status"]

    def failure(self, arn):
        """Why a job has failed."""
        job = self.get(arn)
        assert job["status"] == "Failed"
        return job["message"]

    def counts(self, arn):
        """The counts of a job: all, processed, with an answer, with an error."""
        need_counts()
        job = self.get(arn)
        return tuple(
            job[f"{name}RecordCount"] for name in ("total", "processed", "success", "error")
        )

    def files(self, prefix="output/"):
        """The keys of the objects with a prefix."""
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return [each["Key"] for each in found]

    def read(self, arn, name):
        """A file of a job, as bytes; ``None`` if it is not there."""
        key = f"output/{arn.rpartition('/')[2]}/{name}"
        if key not in self.files():
            return None
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def lines(self, arn, name="records.jsonl.out"):
        """The records of an output file."""
        return [json.loads(line) for line in self.read(arn, name).split(b"\n")]

    def outputs(self, arn, name="records.jsonl.out"):
        """The records of an output file by their ids."""
        found = {line["recordId"]: line for line in self.lines(arn, name)}
        assert len(found) == len(self.lines(arn, name))
        return found

    def manifest(self, arn):
        return json.loads(self.read(arn, "manifest.json.out"))

    def error(self, model_input, **members):
        """The error of the one record of a job."""
        arn = self.create(record(1, model_input), **members)
        assert self.status(arn) == "Completed"
        assert self.counts(arn) == (1, 1, 0, 1)
        (line,) = self.lines(arn)
        return line["error"]
