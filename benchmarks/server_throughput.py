"""How many requests a second: stock ``moto_server`` against ``bedrock-mock serve``.

Both run at the same time, each in a process of its own, and are asked in turns by the same
load generator: GetModelCustomizationJob of the one, which moto has, and GetModelImportJob
of the other. Prints requests per second, latencies, and the ratio of the medians.

    python benchmarks/server_throughput.py [--seconds 2] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import boto3

ROLE = "arn:aws:iam::123456789012:role/BedrockRole"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIA/20250101/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
CONNECTIONS = (1, 16)


@dataclass
class Side:
    """One server and what has been measured of it."""

    name: str
    port: int
    path: str
    #: What is posted; nothing where the path is to be got.
    body: str = ""
    rates: dict[int, list[float]] = field(default_factory=dict)
    latencies: dict[int, list[float]] = field(default_factory=dict)

    @property
    def request(self) -> bytes:
        """The request that is sent to it."""
        return (
            f"{'POST' if self.body else 'GET'} {self.path} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self.port}\r\nAuthorization: {SIGNED}\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n{self.body}"
        ).encode()

    def forget(self) -> None:
        """Forgets what has been measured."""
        self.rates.clear()
        self.latencies.clear()


@contextmanager
def server(*command: str) -> Iterator[int]:
    """Runs a server on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def client(port: int):  # noqa: ANN201 - a boto3 client
    return boto3.client(
        "bedrock",
        "us-east-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def stock_side(port: int) -> Side:
    client(port).create_model_customization_job(
        jobName="job",
        customModelName="model",
        roleArn=ROLE,
        baseModelIdentifier="amazon.titan-text-lite-v1",
        trainingDataConfig={"s3Uri": "s3://bucket/train.jsonl"},
        outputDataConfig={"s3Uri": "s3://bucket/out/"},
        hyperParameters={},
    )
    return Side("moto_server", port, "/model-customization-jobs/job")


def our_side(port: int) -> Side:
    client(port).create_model_import_job(
        jobName="job",
        importedModelName="model",
        roleArn=ROLE,
        modelDataSource={"s3DataSource": {"s3Uri": "s3://bucket/model/"}},
    )
    return Side("bedrock-mock serve", port, "/model-import-jobs/job")


async def ask(side: Side, until: float, latencies: list[float]) -> None:
    """Sends one request after the other over one connection, opened again when it is closed."""
    request, writer = side.request, None
    while time.perf_counter() < until:
        started = time.perf_counter()
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", side.port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        status, _, headers = head.lower().partition(b"\r\n")
        if b" 200 " not in status:
            msg = f"{side.name} answered {status!r}"
            raise RuntimeError(msg)
        await skip_body(reader, headers)
        latencies.append(time.perf_counter() - started)
        if status.startswith(b"http/1.0") or b"connection: close" in headers:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def skip_body(reader: asyncio.StreamReader, headers: bytes) -> None:
    """Reads a body to its end: as long as its header says, or in chunks."""
    if b"transfer-encoding: chunked" not in headers:
        length = headers.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        return
    size = None
    while size != 0:
        size = int(await reader.readuntil(b"\r\n"), 16)
        await reader.readexactly(size + 2)


async def measure(side: Side, connections: int, seconds: float) -> None:
    latencies: list[float] = []
    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(ask(side, until, latencies) for _ in range(connections)))
    side.rates.setdefault(connections, []).append(len(latencies) / (time.perf_counter() - started))
    side.latencies.setdefault(connections, []).extend(latencies)


def report_head() -> None:
    print(f"{'server':<20}{'connections':>12}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}")


def report_side(side: Side, connections: int) -> None:
    cuts = statistics.quantiles(side.latencies[connections], n=100)
    print(
        f"{side.name:<20}{connections:>12}"
        f"{statistics.median(side.rates[connections]):>12.0f}"
        f"{cuts[49] * 1000:>9.2f}{cuts[98] * 1000:>9.2f}"
    )


def report(stock: Side, ours: Side) -> None:
    report_head()
    for connections in CONNECTIONS:
        for side in (stock, ours):
            report_side(side, connections)
        ratio = statistics.median(
            mine / theirs
            for mine, theirs in zip(ours.rates[connections], stock.rates[connections], strict=True)
        )
        print(f"{'ratio':<20}{connections:>12}{ratio:>12.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with server("moto.server") as theirs, server("bedrock_mock", "serve") as mine:
        stock, ours = stock_side(theirs), our_side(mine)
        for round_number in range(-1, options.rounds):
            for connections in CONNECTIONS:
                for side in (stock, ours):
                    asyncio.run(measure(side, connections, options.seconds))
            if round_number < 0:
                # The first round warms up.
                stock.forget()
                ours.forget()
        report(stock, ours)


if __name__ == "__main__":
    main()
