"""A mock with its client of the runtime, and the verb that says what models answer."""

from __future__ import annotations

import boto3
import pytest

from bedrock_mock import mock_bedrock
from support import REGION


@pytest.fixture
def config(request):
    """Bedrock's part of the config."""
    return getattr(request, "param", {})


@pytest.fixture
def bedrock(config):
    with mock_bedrock(config={"bedrock": config}) as bedrock:
        yield bedrock


@pytest.fixture
def runtime(bedrock):
    return bedrock.client("bedrock-runtime", region_name=REGION)


@pytest.fixture
def s3(bedrock):
    """A client of moto's S3 with ``my-bucket``."""
    s3 = boto3.client("s3", REGION)
    s3.create_bucket(Bucket="my-bucket")
    return s3


@pytest.fixture
def reply(bedrock):
    """Says what models answer; ``is_once`` for the next calls only."""

    def reply(*contents, is_once=False, **when):
        if is_once:
            bedrock.reply_next(*contents, **when)
        else:
            for content in contents:
                bedrock.reply(content, **when)

    return reply
