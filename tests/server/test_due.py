"""On a server, too, what is due happens before any request is answered."""

from __future__ import annotations

from datetime import datetime, timezone

import boto3
import pytest
from freezegun import freeze_time

from bedrock_mock import BedrockServer
from support import EVALUATION_CLOCK, REGION, evaluation_job, in_process

pytestmark = in_process


@pytest.fixture
def server():
    """In this process, which has the state; others of it shall not have it."""
    started = BedrockServer.in_thread()
    yield started
    started.stop()


@pytest.mark.parametrize("service", ["s3", "bedrock"])
def test_what_is_due_happens_before_a_request_is_answered(server, bedrock_mock, service):
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="my-bucket")
    over_http = boto3.client(service, REGION, endpoint_url=server.endpoint_url)
    look = over_http.list_buckets if service == "s3" else over_http.list_imported_models
    after_a_minute = {"progression": "time", "seconds": 60}
    with freeze_time(datetime(2026, 1, 2, tzinfo=timezone.utc)) as clock:
        bedrock_mock.set_transition(EVALUATION_CLOCK, after_a_minute)
        bedrock_mock.client().create_evaluation_job(**evaluation_job())
        (job,) = bedrock_mock.backend().evaluation_jobs.store
        look()
        assert job.status == "InProgress"
        clock.tick(60)
        look()
        assert job.status == "Completed"
