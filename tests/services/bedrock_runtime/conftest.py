"""The runtime as a service, which is not among those that are mocked yet."""

from __future__ import annotations

import pytest

from bedrock_mock import mock_bedrock
from bedrock_mock.scripting.replies import When, said_of
from bedrock_mock.scripting.scripts import SCRIPTS
from bedrock_mock.scripting.where import Where
from bedrock_mock.services import SERVICES
from bedrock_mock.services.bedrock_runtime.service import BEDROCK_RUNTIME
from support import REGION


@pytest.fixture(autouse=True)
def _runtime():
    SERVICES.append(BEDROCK_RUNTIME)
    yield
    SERVICES.remove(BEDROCK_RUNTIME)


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
def reply(bedrock):
    """Says what models answer; ``is_once`` for the next calls only."""

    def reply(*contents, is_once=False, region_name=None, account_id=None, **when):
        text = f"reply({', '.join(map(said_of, contents))})"
        where = Where(region_name, account_id)
        SCRIPTS.replies.add(text, where, When(**when), *contents, is_once=is_once)

    return reply
