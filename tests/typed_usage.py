"""How a typed code base uses the package; this file must pass mypy --strict."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

import bedrock_mock as package
from bedrock_mock import BedrockMock, install, mock_bedrock, uninstall

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient


@mock_bedrock
def function(name: str) -> int:
    return len(name)


@mock_bedrock()
def function_with_parentheses(name: str) -> int:
    return len(name)


@mock_bedrock(config={"bedrock": {"validate_requests": False}})
async def coroutine(name: str) -> int:
    return len(name)


@mock_bedrock
def generator() -> Iterator[int]:
    yield 1


@mock_bedrock
async def asynchronous_generator() -> AsyncIterator[int]:
    yield 1


@mock_bedrock
class Class:
    def method(self) -> int:
        return 1


async def use(bedrock_mock: BedrockMock) -> None:
    length: int = function("name") + function_with_parentheses("name") + await coroutine("name")
    numbers: list[int] = [*generator(), Class().method(), length]
    numbers += [number async for number in asynchronous_generator()]
    client: BedrockClient = bedrock_mock.client(region_name="eu-west-1", account_id="111122223333")
    status: str = client.get_model_import_job(jobIdentifier="job")["status"]
    region: str = bedrock_mock.backend("us-east-1").region_name
    bedrock_mock.set_transition("bedrock::model_import_job", {"progression": "immediate"})
    assert [numbers, status, region, package.__version__]


@pytest.fixture
def bedrock() -> Iterator[BedrockClient]:
    with mock_bedrock() as mock:
        yield mock.client()


def start_and_stop() -> None:
    mock = mock_bedrock()
    handle: BedrockMock = mock.start()
    assert isinstance(handle, BedrockMock)
    mock.stop()
    install()
    uninstall()
