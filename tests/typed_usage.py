"""How a typed code base uses the package; this file must pass mypy --strict."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

import bedrock_mock as package
from bedrock_mock import (
    BedrockMock,
    Reply,
    current,
    install,
    mock_bedrock,
    reasoning,
    tool_use,
    uninstall,
)

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

    from bedrock_mock.server import BedrockServer


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
    client = bedrock_mock.client("eu-west-1")
    client = bedrock_mock.client("bedrock", region_name="eu-west-1")
    runtime: BedrockRuntimeClient = bedrock_mock.client("bedrock-runtime", "eu-west-1")
    runtime.close()
    status: str = client.get_model_import_job(jobIdentifier="job")["status"]
    region: str = bedrock_mock.backend("us-east-1").region_name
    bedrock_mock.set_transition("bedrock::model_import_job", {"progression": "immediate"})
    assert [numbers, status, region, package.__version__]


def is_large(request: Mapping[str, Any]) -> bool:
    return bool(request["importedModelName"] == "large")


def scores(record: Mapping[str, Any]) -> dict[str, float]:
    return {"Builtin.Accuracy": len(record["prompt"]) / 100}


def script(bedrock: BedrockMock | BedrockServer) -> None:
    clock = "bedrock::model_import_job"
    bedrock.fail_next(clock, "no")
    bedrock.fail_next(clock, "no", job="job", region_name="eu-west-1", account_id="111122223333")
    bedrock.fail_next(clock, "no", matching={"importedModelName": "model"})
    bedrock.fail_next(clock, "no", matching=is_large)
    bedrock.fail_next(clock, "no", matching=lambda request: request.get("vpcConfig"))
    bedrock.evaluation_results("job", {"Builtin.Accuracy": 0.8})
    bedrock.customization_results("job", [2.1, 1.4], validation_loss=(1.5,))
    judged = {"Builtin.Helpfulness": {"score": 1, "explanation": "It helps."}}
    bedrock.evaluation_results("job", judged, region_name="eu-west-1", account_id="111122223333")
    bedrock.evaluation_results("job", scores)
    bedrock.reply("Paris.", user="France", model="anthropic.*")
    bedrock.reply([reasoning("Hm."), tool_use("f", city="Paris")], user=re.compile("^Weather"))
    bedrock.reply(lambda call: call.user.upper(), matching=lambda call: call.model == "model")
    bedrock.reply(Reply("cut", stop_reason="max_tokens", usage={"inputTokens": 9}), after="f")
    bedrock.reply_next("first", Reply(json={"a": 1}), region_name="eu-west-1")
    bedrock.freeze()
    bedrock.freeze(clock)
    statuses: list[str] = [bedrock.advance("job"), bedrock.complete("job", region_name="eu-west-1")]
    moved: dict[str, str] = bedrock.advance_all(account_id="111122223333")
    bedrock.throttle("GetModelImportJob", 2)
    bedrock.throttle("GetModelImportJob", times=None, region_name="eu-west-1")
    bedrock.raise_next("GetModelImportJob", "AccessDeniedException", "no", times=None, after=1)
    call = bedrock.calls.of("CreateModelImportJob", region_name="eu-west-1").once(jobName="job")
    request: Mapping[str, Any] = call.request
    answer: Mapping[str, Any] | None = call.response
    code: str | None = call.error["Code"] if call.error else None
    moments = [f"{each.time:%H:%M}" for each in bedrock.calls[1:].times(2, jobName="job")]
    bedrock.calls.never(jobName="other")
    unused: list[str] = bedrock.unused()
    assert [statuses, moved, request, answer, code, moments, unused, len(bedrock.calls)]


@mock_bedrock(config={"bedrock": {"references": "strict", "quotas": {"imported_models": 10}}})
def decorated() -> None:
    script(current())


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
