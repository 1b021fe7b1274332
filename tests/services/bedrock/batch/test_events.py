"""Events of batch inference jobs, as moto's EventBridge delivers them."""

from __future__ import annotations

import json

import boto3
import pytest
from batches import HAIKU, record, settings

from support import ACCOUNT, BATCH_CLOCK, REGION

pytestmark = settings()

DETAIL_TYPE = "Batch Inference Job State Change"


class Rule:
    """A rule that delivers Bedrock's events to a queue."""

    def __init__(self, pattern):
        sqs = boto3.client("sqs", REGION)
        self._url = sqs.create_queue(QueueName="queue")["QueueUrl"]
        self._sqs = sqs
        self.events = boto3.client("events", REGION)
        self.events.put_rule(Name="rule", EventPattern=json.dumps(pattern))
        self.target(f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue")

    def target(self, arn):
        self.events.put_targets(Rule="rule", Targets=[{"Id": "target", "Arn": arn}])

    def received(self):
        """The events that are in the queue, which is empty afterwards."""
        found = []
        while messages := self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, VisibilityTimeout=100
        ).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
        return found


@pytest.fixture
def rule(bedrock_mock):
    return Rule({"source": ["aws.bedrock"], "detail-type": [DETAIL_TYPE]})


def test_each_change_of_the_status_is_an_event(batch, rule):
    arn = batch.create(record(1))
    events = rule.received()
    statuses = [event["detail"]["status"] for event in events]
    assert sorted(statuses) == sorted(["Validating", "Scheduled", "InProgress", "Completed"])
    (last,) = (event for event in events if event["detail"]["status"] == "Completed")
    assert last["source"] == "aws.bedrock"
    assert last["detail-type"] == DETAIL_TYPE
    assert last["region"] == REGION
    assert last["resources"] == [arn]
    submitted = last["detail"].pop("creationTime")
    assert submitted.endswith("Z")
    assert last["detail"] == {
        "version": "0.0",
        "accountId": ACCOUNT,
        "batchJobName": "batch-1",
        "batchJobArn": arn,
        "batchModelId": f"arn:aws:bedrock:{REGION}::foundation-model/{HAIKU}",
        "status": "Completed",
        "failureMessage": "",
    }


def test_the_event_of_a_failure_says_why(batch, bedrock_mock, rule):
    bedrock_mock.fail_next(BATCH_CLOCK, "It broke.")
    batch.create(record(1))
    messages = {
        each["detail"]["status"]: each["detail"]["failureMessage"] for each in rule.received()
    }
    assert messages == {"Validating": "", "Failed": "It broke."}


def test_the_events_of_a_stop(batch, client, bedrock_mock, rule):
    bedrock_mock.freeze()
    arn = batch.create(record(1))
    assert rule.received() == []
    client.stop_model_invocation_job(jobIdentifier=arn)
    bedrock_mock.advance(arn)
    assert {each["detail"]["status"] for each in rule.received()} == {"Stopping", "Stopped"}


def test_a_rule_chooses_by_the_detail(batch, bedrock_mock):
    rule = Rule({"source": ["aws.bedrock"], "detail": {"status": ["Completed", "Failed"]}})
    batch.create(record(1))
    assert [event["detail"]["status"] for event in rule.received()] == ["Completed"]


def test_a_target_that_moto_lacks_or_that_is_gone_does_not_disturb_the_job(batch, rule):
    for arn in (
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:missing",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:missing",
    ):
        rule.target(arn)
        assert batch.status(batch.create(record(1))) == "Completed"
