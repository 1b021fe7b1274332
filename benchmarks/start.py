"""What it costs to begin: to enter the mock, import it, call first, and collect with the plugin.

Each is compared with what a user of moto and pytest pays anyway, in turns. Prints medians in
milliseconds and the median of the ratios of neighbours. All modules are compiled before, as
pip compiles them.

    python benchmarks/start.py [--rounds 15]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from moto import mock_aws

from bedrock_mock import install, mock_bedrock, uninstall

TIMES = 100
#: One mock and one call in a new process.
FIRST = """
import boto3
from {module} import {mock}
with {mock}():
    client = boto3.client(
        "bedrock", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    client.list_custom_models()
"""


def milliseconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def entered(mock: Callable[[], Any]) -> Callable[[], None]:
    def work() -> None:
        for _ in range(TIMES):
            with mock():
                pass

    return work


def installed() -> None:
    """Plain ``mock_aws``, with this package's Bedrock in moto's place."""
    install()
    entered(mock_aws)()
    uninstall()


def run(*arguments: str, compiled: str, folder: str | None = None) -> Callable[[], Any]:
    """A process of Python's; what it compiles goes to a folder, also of modules in a checkout."""
    command = [sys.executable, *arguments]
    env = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    return lambda: subprocess.run(
        command, check=True, cwd=folder, env=env, stdout=subprocess.DEVNULL
    )


def compare(question: str, ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> None:
    ours()
    theirs()
    # The first of two has the colder caches: they change places.
    found = []
    for number in range(rounds):
        sides = [ours, theirs] if number % 2 else [theirs, ours]
        times = {side: milliseconds(side) for side in sides}
        found.append((times[ours], times[theirs]))
    left, right = (statistics.median(side) for side in zip(*found, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in found)
    print(f"{question:58} {left:9.1f} {right:9.1f} {ratio:6.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    print(f"{'':58} {'ours, ms':>9} {'theirs':>9} {'ratio':>6}")
    compare(
        f"{TIMES} times with mock_bedrock() / mock_aws()",
        entered(mock_bedrock),
        entered(mock_aws),
        rounds,
    )
    compare(
        f"{TIMES} times with mock_aws() after install() / before",
        installed,
        entered(mock_aws),
        rounds,
    )
    with tempfile.TemporaryDirectory() as folder:
        new = partial(run, compiled=f"{folder}/compiled")
        compare(
            "from bedrock_mock import mock_bedrock / moto, mock_aws",
            new("-c", "from bedrock_mock import mock_bedrock"),
            new("-c", "from moto import mock_aws"),
            rounds,
        )
        compare(
            "a process with one mock and one call / the same of moto",
            new("-c", FIRST.format(module="bedrock_mock", mock="mock_bedrock")),
            new("-c", FIRST.format(module="moto", mock="mock_aws")),
            rounds,
        )
        Path(folder, "test_some.py").write_text("def test_some():\n    pass\n", "utf-8")
        collect = ("-m", "pytest", "-q", "--collect-only")
        compare(
            "pytest --collect-only with / without the plugin",
            new(*collect, folder=folder),
            new(*collect, "-p", "no:bedrock_mock", folder=folder),
            rounds,
        )


if __name__ == "__main__":
    main()
