"""pytest's xunit-style functions and its fixtures under the decorator."""

from __future__ import annotations

import pytest

from bedrock_mock import mock_bedrock
from support import in_process

pytestmark = in_process

ORDER = r"put @mock_bedrock below @pytest\.fixture"
XUNIT = """
import boto3
from bedrock_mock import current, mock_bedrock

def is_mocked():
    try:
        return bool(current())
    except RuntimeError:
        return False

seen = []

@mock_bedrock
def setup_module(module):
    seen.append((module.__name__, is_mocked()))

@mock_bedrock
def setup_function():
    seen.append(("function", is_mocked()))

@mock_bedrock
def teardown_module(module):
    assert is_mocked()

def test_the_module_was_set_up():
    assert seen == [(__name__, True), ("function", True)]

@mock_bedrock
class TestClass:
    def setup_class(cls):
        cls.in_setup = is_mocked()

    def teardown_class(cls):
        assert not is_mocked()

    def test_the_class_was_set_up_before_the_mock(self):
        assert self.in_setup is False
        assert is_mocked()

class TestDecoratedClassMethods:
    @classmethod
    @mock_bedrock
    def setup_class(cls):
        cls.in_setup = is_mocked()

    @mock_bedrock
    def teardown_class(cls):
        assert is_mocked()

    def test_the_class_was_set_up_in_a_mock(self):
        assert self.in_setup is True
        assert not is_mocked()

class TestDecoratedMethods:
    @mock_bedrock
    def setup_method(self):
        self.in_setup = is_mocked()

    @mock_bedrock
    def teardown_method(self, method):
        assert method.__name__ == "test_each_method_has_its_own_mock"

    def test_each_method_has_its_own_mock(self):
        assert self.in_setup is True
"""


def test_xunit_style_functions_get_what_pytest_gives_them(pytester):
    pytester.makepyfile(XUNIT)
    pytester.runpytest("-q", "-p", "no:randomly").assert_outcomes(passed=4)


def test_a_fixture_is_refused_with_the_order_of_the_decorators():
    @pytest.fixture
    def fixture():
        pass

    with pytest.raises(TypeError, match=ORDER):
        mock_bedrock(fixture)


def test_a_fixture_of_an_older_pytest_is_refused_too():
    def fixture():
        pass

    fixture._pytestfixturefunction = object()
    with pytest.raises(TypeError, match=ORDER):
        mock_bedrock(fixture)
