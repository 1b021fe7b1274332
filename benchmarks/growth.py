"""How costs grow with the number of jobs: lists, walks over all pages, creations, memory.

All through boto3, in this process. Prints medians, and ratios that would be 1 for a call, and
2 for a walk over twice as many, if nothing grew but the work itself.

    python benchmarks/growth.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from bedrock_mock import mock_bedrock

ROLE = "arn:aws:iam::123456789012:role/BedrockRole"
SMALL, LARGE = 10_000, 20_000
FEW = 100


def create(client: Any, numbers: range) -> None:
    for number in numbers:
        client.create_model_import_job(
            jobName=f"job-{number}",
            importedModelName=f"model-{number}",
            roleArn=ROLE,
            modelDataSource={"s3DataSource": {"s3Uri": "s3://bucket/model/"}},
        )


def walk(client: Any) -> int:
    pages = client.get_paginator("list_model_import_jobs").paginate(
        PaginationConfig={"PageSize": 1000}
    )
    return sum(len(page["modelImportJobSummaries"]) for page in pages)


def seconds(work: Callable[..., Any], *arguments: Any, **options: Any) -> float:
    started = time.perf_counter()
    work(*arguments, **options)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {name: [] for name in ("list", "small", "large", "few", "many")}
    for _ in range(rounds):
        with mock_bedrock() as bedrock:
            client = bedrock.client()
            create(client, range(FEW))
            found["few"].append(seconds(create, client, range(FEW, 2 * FEW)) / FEW)
            create(client, range(2 * FEW, SMALL))
            found["list"].append(seconds(client.list_model_import_jobs, maxResults=1000))
            found["small"].append(seconds(walk, client))
            create(client, range(SMALL, LARGE))
            found["large"].append(seconds(walk, client))
            found["many"].append(seconds(create, client, range(LARGE, LARGE + FEW)) / FEW)
    median = {name: statistics.median(times) * 1000 for name, times in found.items()}
    print(f"a list of 1,000 summaries              {median['list']:9.1f} ms")
    print(f"a walk over {SMALL:,} jobs               {median['small']:9.1f} ms")
    print(f"a walk over {LARGE:,} jobs               {median['large']:9.1f} ms")
    print(f"  ratio                                {median['large'] / median['small']:9.2f}")
    print(f"a creation at {FEW} jobs                 {median['few']:9.3f} ms")
    print(f"a creation at {LARGE:,} jobs             {median['many']:9.3f} ms")
    print(f"  ratio                                {median['many'] / median['few']:9.2f}")
    print(f"memory of a job and its model          {bytes_per_job():9.0f} bytes")


def bytes_per_job() -> float:
    """What is held for a job, its model, and the record of the call, at 1,000 to 3,000 jobs."""
    with mock_bedrock() as bedrock:
        client = bedrock.client()
        create(client, range(1_000))
        tracemalloc.start()
        create(client, range(1_000, 3_000))
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return held / 2_000


if __name__ == "__main__":
    main()
