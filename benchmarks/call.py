"""What a call costs: under ``mock_bedrock``, under moto's ``mock_aws``, and at least.

GetModelImportJob of ours and GetModelCustomizationJob of moto, which moto has. The floor of
each is the same boto3 call with the same answer, given by a ``before-send`` handler. All
four are asked in turns. Prints medians in milliseconds of this thread's CPU time, so that other
programs count little, and each side's ratio to its floor.

    python benchmarks/call.py [--calls 200] [--rounds 15]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse

from bedrock_mock import mock_bedrock

ROLE = "arn:aws:iam::123456789012:role/BedrockRole"
IMPORT = {
    "jobName": "job",
    "importedModelName": "model",
    "roleArn": ROLE,
    "modelDataSource": {"s3DataSource": {"s3Uri": "s3://bucket/model/"}},
}
CUSTOMIZATION = {
    "jobName": "job",
    "customModelName": "model",
    "roleArn": ROLE,
    "baseModelIdentifier": "amazon.titan-text-lite-v1",
    "trainingDataConfig": {"s3Uri": "s3://bucket/training.jsonl"},
    "outputDataConfig": {"s3Uri": "s3://bucket/output/"},
    "hyperParameters": {},
}
SIDES = {
    "bedrock_mock": (mock_bedrock, "create_model_import_job", IMPORT, "get_model_import_job"),
    "moto": (
        mock_aws,
        "create_model_customization_job",
        CUSTOMIZATION,
        "get_model_customization_job",
    ),
}


def new_client() -> Any:
    return boto3.client(
        "bedrock", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def seconds_per_call(call: Callable[..., Any], calls: int) -> float:
    call(jobIdentifier="job")
    started = time.thread_time()
    for _ in range(calls):
        call(jobIdentifier="job")
    return (time.thread_time() - started) / calls


def measure(side: str, calls: int) -> tuple[float, float]:
    """Seconds per call of a mock, and of a canned copy of its answer."""
    mock, create, request, get = SIDES[side]
    answers: list[dict[str, Any]] = []
    with mock():
        client = new_client()
        getattr(client, create)(**request)
        keep = lambda response_dict, **_: answers.append(response_dict)  # noqa: E731
        client.meta.events.register("before-parse.bedrock", keep, unique_id="keep")
        getattr(client, get)(jobIdentifier="job")
        client.meta.events.unregister("before-parse.bedrock", unique_id="keep")
        mocked = seconds_per_call(getattr(client, get), calls)
    (answer,) = answers
    client = new_client()

    def respond(request: Any, **_: Any) -> AWSResponse:
        raw: Any = MockRawResponse(answer["body"])
        return AWSResponse(request.url, answer["status_code"], answer["headers"], raw)

    client.meta.events.register("before-send.bedrock", respond)
    return mocked, seconds_per_call(getattr(client, get), calls)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = {side: [] for side in SIDES}
    for _ in range(options.rounds):
        for side, rounds in found.items():
            rounds.append(measure(side, options.calls))
    print(f"{'':14} {'a call, ms':>10} {'its floor':>10} {'ratio':>6}")
    for side, rounds in found.items():
        mocked, floor = (statistics.median(each) * 1000 for each in zip(*rounds, strict=True))
        ratio = statistics.median(mocked / floor for mocked, floor in rounds)
        print(f"{side:14} {mocked:10.3f} {floor:10.3f} {ratio:6.2f}")


if __name__ == "__main__":
    main()
