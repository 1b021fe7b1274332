"""Mocks of moto and ours, which begin and end in any order: all is as it was before."""

from __future__ import annotations

import copy
import itertools
import os

import boto3
import pytest
from moto import mock_aws
from moto.core.config import default_user_config
from moto.core.models import MockAWS, botocore_stubber

from bedrock_mock import mock_bedrock
from bedrock_mock.moto_bridge.nesting import NESTING
from support import in_process

pytestmark = in_process

FAKE = "FOOBARKEY"
KINDS = {
    "moto": lambda: mock_aws(config={"batch": {"use_docker": False}}),
    "ours": lambda: mock_bedrock(config={"bedrock": {"quotas": True}}),
}
BEGINNINGS = [
    kinds
    for number in (2, 3)
    for kinds in itertools.product(KINDS, repeat=number)
    if "ours" in kinds
]


@pytest.fixture(params=["the developer's", "none"])
def before(request, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        if request.param == "none":
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, "mine")
    return everything()


def everything():
    return {
        "environment": {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"},
        "config": copy.deepcopy(default_user_config),
        "session": boto3.DEFAULT_SESSION,
        "count": MockAWS._nested_count,
        "stubber": botocore_stubber.enabled,
    }


@pytest.mark.parametrize("kinds", BEGINNINGS, ids="-".join)
def test_they_may_end_in_any_order(before, kinds):
    for order in itertools.permutations(range(len(kinds))):
        mocks = [KINDS[kind]() for kind in kinds]
        for mock in mocks:
            mock.start()
        sts = boto3.client("sts", "us-east-1")
        sts.get_caller_identity()
        for left, place in reversed(list(enumerate(reversed(order)))):
            mocks[place].stop()
            ours_are_active = any(kinds[each] == "ours" for each in order[len(kinds) - left :])
            if ours_are_active:
                assert os.environ["AWS_ACCESS_KEY_ID"] == FAKE
                sts.get_caller_identity()
        assert everything() == before


def test_what_a_test_sets_meanwhile_is_there_again_after_an_inner_mock(monkeypatch):
    with mock_bedrock(), monkeypatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", "chosen")
        for inner in (mock_aws, mock_bedrock):
            with inner():
                assert os.environ["AWS_ACCESS_KEY_ID"] == FAKE
            assert os.environ["AWS_ACCESS_KEY_ID"] == "chosen"


def test_to_settle_where_no_mock_is_active_changes_nothing(before):
    NESTING.settle()
    assert everything() == before


def test_moto_has_its_own_methods_again_when_all_have_ended():
    start, stop = MockAWS.start, MockAWS.stop
    first, second = mock_bedrock(), mock_aws()
    first.start()
    second.start()
    first.stop()
    second.stop()
    assert (MockAWS.start, MockAWS.stop) == (start, stop)
