"""What calls to models cost: in this process beside canned answers, and by a server.

In this process: Converse of ours and InvokeModel of moto, which answers ``{}`` to it, and a
ConverseStream of 1,000 chunks that is read to its end. The floor of each is the same boto3 call
with the same bytes, given by a ``before-send`` handler; those of a stream come frame by frame,
as ours do. All are asked in turns. Prints medians in milliseconds of this thread's CPU time, so
that other programs count little, and each side's ratio to its floor. Then: how many calls and
streams a second ``bedrock-mock serve`` answers.

    python benchmarks/runtime.py [--calls 100] [--rounds 15] [--seconds 2]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import boto3
import requests
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse
from server_throughput import CONNECTIONS, Side, measure, report_head, report_side, server

from bedrock_mock import Reply, mock_bedrock

MODEL = "amazon.nova-lite-v1:0"
MESSAGES = [{"role": "user", "content": [{"text": "What is the capital of France?"}]}]
ANSWER = "The capital of France is Paris."
BODY = json.dumps({"messages": MESSAGES})
CHUNKS = [f"{number:04} " for number in range(1000)]
#: What the server streams.
PIECES = CHUNKS[:20]


class Frames:
    """The raw answer of botocore with a canned stream, in the pieces that it was made of."""

    def __init__(self, frames: list[bytes]) -> None:
        self._frames = frames

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """The frames, one by one."""
        yield from self._frames

    def close(self) -> None:
        """Has nothing to do."""


@dataclass
class Case:
    """One call, whose answer is mocked and canned.

    Attributes:
        name: what is printed.
        mock: the mock that answers.
        operation: the method of the client.
        request: its arguments.
        reply: what the model answers; ``None`` where the mock knows no replies.
        events: the member of the answer with events, or ``None``.
        share: how many of the calls that the user asks for a measurement has.
    """

    name: str
    mock: Callable[[], AbstractContextManager[Any]]
    operation: str
    request: dict[str, Any]
    reply: str | Reply | None = None
    events: str | None = None
    share: float = 1
    found: list[tuple[float, float]] = field(default_factory=list)

    def call(self, client: Any) -> None:
        """Calls once, and reads the events to their end."""
        answer = getattr(client, self.operation)(modelId=MODEL, **self.request)
        for _ in answer[self.events] if self.events else ():
            pass

    def seconds(self, client: Any, calls: int) -> float:
        """Seconds per call."""
        calls = max(1, int(calls * self.share))
        self.call(client)
        started = time.thread_time()
        for _ in range(calls):
            self.call(client)
        return (time.thread_time() - started) / calls

    def measure(self, calls: int) -> None:
        """Seconds per call of the mock, and of a canned copy of its answer."""
        with self.mock() as mock:
            if self.reply is not None:
                mock.reply(self.reply)
            client = new_client()
            answer = self.answer(client)
            mocked = self.seconds(client, calls)
        client = new_client()
        client.meta.events.register("before-send.bedrock-runtime", canned(answer))
        self.found.append((mocked, self.seconds(client, calls)))

    def answer(self, client: Any) -> dict[str, Any]:
        """Status, headers and body of an answer; the body of a stream is a list of frames."""
        kept: list[dict[str, Any]] = []

        def keep(response_dict: dict[str, Any], **_: Any) -> None:
            body = response_dict["body"]
            if hasattr(body, "stream"):
                body = list(body.stream())
            elif hasattr(body, "read"):
                body = body.read()
            kept.append({**response_dict, "body": body})

        client.meta.events.register("before-parse.bedrock-runtime", keep, unique_id="keep")
        getattr(client, self.operation)(modelId=MODEL, **self.request)
        client.meta.events.unregister("before-parse.bedrock-runtime", unique_id="keep")
        return kept[0]


def new_client() -> Any:
    return boto3.client(
        "bedrock-runtime", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def canned(answer: dict[str, Any]) -> Callable[..., AWSResponse]:
    """A handler that gives this answer to each request."""

    def respond(request: Any, **_: Any) -> AWSResponse:
        body = answer["body"]
        raw: Any = Frames(body) if isinstance(body, list) else MockRawResponse(body)
        return AWSResponse(request.url, answer["status_code"], answer["headers"], raw)

    return respond


CASES = [
    Case("Converse", mock_bedrock, "converse", {"messages": MESSAGES}, ANSWER),
    Case("InvokeModel", mock_bedrock, "invoke_model", {"body": BODY}, ANSWER),
    Case("InvokeModel of moto", mock_aws, "invoke_model", {"body": BODY}),
    Case(
        "ConverseStream, 1,000 chunks",
        mock_bedrock,
        "converse_stream",
        {"messages": MESSAGES},
        Reply("".join(CHUNKS), chunks=CHUNKS),
        events="stream",
        share=0.1,
    ),
]


def serve(rounds: int, seconds: float) -> None:
    """Asks a server for whole answers and for streams, in turns, and prints how fast they come."""
    with server("bedrock_mock", "serve") as port:
        said = {"content": {"content": "".join(PIECES), "chunks": PIECES}}
        requests.post(f"http://127.0.0.1:{port}/moto-api/bedrock/reply", json=said, timeout=10)
        body = json.dumps({"messages": MESSAGES})
        sides = [
            Side("Converse", port, f"/model/{MODEL}/converse", body),
            Side("ConverseStream", port, f"/model/{MODEL}/converse-stream", body),
        ]
        for round_number in range(-1, rounds):
            for connections in CONNECTIONS:
                for side in sides:
                    asyncio.run(measure(side, connections, seconds))
            if round_number < 0:
                # The first round warms up.
                for side in sides:
                    side.forget()
    report_head()
    for connections in CONNECTIONS:
        for side in sides:
            report_side(side, connections)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=2, help="of each of the server")
    options = parser.parse_args()
    for _ in range(options.rounds):
        for case in CASES:
            case.measure(options.calls)
    print(f"{'in this process':30}{'a call, ms':>12}{'its floor':>12}{'ratio':>8}")
    for case in CASES:
        mocked, floor = (statistics.median(each) * 1000 for each in zip(*case.found, strict=True))
        ratio = statistics.median(mocked / floor for mocked, floor in case.found)
        print(f"{case.name:30}{mocked:12.3f}{floor:12.3f}{ratio:8.2f}")
    print()
    serve(5, options.seconds)


if __name__ == "__main__":
    main()
