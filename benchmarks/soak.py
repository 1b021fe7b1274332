"""A server under load for a while: no errors, memory that comes back, nothing left behind.

Mixed operations from several threads at the highest rate, then a reset, and again. Prints the
calls of each round, the errors among them, and the memory after the reset; at the end what is
left of the server when it has been stopped. The exit status is 1 where a promise is broken:

- no call fails but with an error that the service has for it;
- after each reset the server holds within 10 % of what it held after the first;
- it ends within seconds, and its port is free.

    python benchmarks/soak.py [--seconds 60] [--rounds 3] [--connections 32]
"""

from __future__ import annotations

import argparse
import random
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ROLE = "arn:aws:iam::123456789012:role/BedrockRole"
GROWTH = 1.10
#: So many calls end a round too, however fast the machine is.
MOST_CALLS = 200_000


def new_client(url: str, region: str) -> Any:
    return boto3.client(
        "bedrock",
        region,
        endpoint_url=url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),
    )


def step(client: Any, name: str, chance: random.Random, arns: list[str]) -> None:
    what = chance.random()
    if what < 0.3 or not arns:
        answer = client.create_evaluation_job(
            jobName=name,
            roleArn=ROLE,
            evaluationConfig={
                "automated": {
                    "datasetMetricConfigs": [
                        {
                            "taskType": "QuestionAndAnswer",
                            "dataset": {"name": "Builtin.BoolQ"},
                            "metricNames": ["Builtin.Accuracy"],
                        }
                    ]
                }
            },
            inferenceConfig={
                "models": [{"bedrockModel": {"modelIdentifier": "amazon.titan-text-lite-v1"}}]
            },
            outputDataConfig={"s3Uri": "s3://bucket/results/"},
        )
        arns.append(answer["jobArn"])
    elif what < 0.5:
        client.create_model_import_job(
            jobName=name,
            importedModelName=name,
            roleArn=ROLE,
            modelDataSource={"s3DataSource": {"s3Uri": "s3://bucket/model/"}},
        )
        client.delete_imported_model(modelIdentifier=name)
    elif what < 0.7:
        client.get_evaluation_job(jobIdentifier=chance.choice(arns))
    elif what < 0.8:
        arn = chance.choice(arns)
        client.tag_resource(resourceARN=arn, tags=[{"key": name, "value": "x"}])
    elif what < 0.9:
        client.list_evaluation_jobs(maxResults=20)
    elif what < 0.95:
        arns.remove(arn := chance.choice(arns))
        client.batch_delete_evaluation_job(jobIdentifiers=[arn])
    else:
        client.stop_evaluation_job(jobIdentifier=chance.choice(arns))


def worker(url: str, number: int, round_: int, until: float, most: int) -> Counter[str]:
    client = new_client(url, ("us-east-1", "eu-west-1")[number % 2])
    chance = random.Random(number)
    arns: list[str] = []
    seen: Counter[str] = Counter()
    while time.monotonic() < until and seen.total() < most:
        try:
            step(client, f"a{round_}-{number}-{seen.total()}", chance, arns)
            seen["answered"] += 1
        except ClientError as error:
            code = error.response["Error"]["Code"]
            # Stopping what has ended is one of the service's own answers.
            seen["refused" if code == "ConflictException" else f"FAILED: {error}"] += 1
        except BotoCoreError as error:
            # A connection that was reset, say.
            seen[f"FAILED: {type(error).__name__}"] += 1
    client.close()
    return seen


def status(process: subprocess.Popen[str], name: str) -> int:
    text = Path(f"/proc/{process.pid}/status").read_text("utf-8")
    return int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1])  # type: ignore[index]


def handles(process: subprocess.Popen[str]) -> int:
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()
    with server() as (process, url):
        broken = soaked(process, url, options)
        process.terminate()
        started = time.monotonic()
        process.communicate(timeout=30)
        print(f"ended in {time.monotonic() - started:.1f} s with status {process.returncode}")
    if process.returncode:
        broken.append(f"the server ended with status {process.returncode}")
    if is_answered(int(url.rpartition(":")[2])):
        broken.append("something still listens at its port")
    print("\n".join(["BROKEN", *broken]) if broken else "all promises held")
    return 1 if broken else 0


@contextmanager
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server and its URL; it does not outlive the block, however that ends."""
    command = [sys.executable, "-m", "bedrock_mock", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process, process.stdout.readline().split()[-1]  # type: ignore[union-attr]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def is_answered(port: int) -> bool:
    """Whether anything listens at a port. Connections in TIME_WAIT are none of the server's."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def soaked(process: subprocess.Popen[str], url: str, options: argparse.Namespace) -> list[str]:
    """Puts a server under load, round by round; the promises that it breaks."""
    broken: list[str] = []
    memory: list[float] = []
    print(
        f"{'round':>5} {'calls':>8} {'calls/s':>8} {'memory MB':>10} {'threads':>8} {'handles':>8}"
    )
    for round_ in range(options.rounds):
        until = time.monotonic() + options.seconds
        each = MOST_CALLS // options.connections
        with ThreadPoolExecutor(options.connections) as threads:
            found = threads.map(
                lambda number: worker(url, number, round_, until, each),  # noqa: B023
                range(options.connections),
            )
            seen = sum(found, Counter())
        broken += [f"{what} ({times} times)" for what, times in seen.items() if "FAILED" in what]
        requests.post(f"{url}/moto-api/reset", timeout=60).raise_for_status()
        memory.append(status(process, "VmRSS") / 1024)
        rate = seen.total() / options.seconds
        print(
            f"{round_ + 1:5} {seen.total():8} {rate:8.0f} {memory[-1]:10.1f} "
            f"{status(process, 'Threads'):8} {handles(process):8}",
            flush=True,
        )
    if memory[-1] > memory[0] * GROWTH:
        broken.append(f"memory grew from {memory[0]:.1f} to {memory[-1]:.1f} MB")
    return broken


if __name__ == "__main__":
    sys.exit(main())
