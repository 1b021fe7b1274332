"""What a batch inference job costs: time and memory by the number of its records.

Each size is a job in a process of its own, through boto3. The input is put together from the same
records, so the peak of the memory shows what grows with their number. Prints seconds of the
processor, records a second and peaks of memory, and ratios that would be 1 if each record cost the
same, and no memory.

    python benchmarks/batch.py [--records 100000]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import boto3
from moto.s3.models import s3_backends

from bedrock_mock import mock_bedrock

ROLE = "arn:aws:iam::123456789012:role/BedrockRole"
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
BUCKET = "bucket"


def line(number: int) -> str:
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": f"Question {number}: {'why? ' * 50}"}],
    }
    return json.dumps({"recordId": f"r{number}", "modelInput": body}) + "\n"


def put(records: int) -> None:
    """Makes the input without ever holding all of it."""
    key = s3_backends["123456789012"]["aws"].put_object(BUCKET, "input/records.jsonl", b"")
    for number in range(records):
        key._value_buffer.write(line(number).encode())  # noqa: SLF001 - ``value`` is all of it


def peak() -> int:
    """The peak of this process's memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run(records: int) -> None:
    """Runs one job, and prints its seconds and the peaks of memory before and after it."""
    with mock_bedrock() as bedrock:
        boto3.client("s3", "us-east-1").create_bucket(Bucket=BUCKET)
        client = bedrock.client(region_name="us-east-1")
        bedrock.reply("Because.", user="Question")
        put(records)
        before = peak()
        started = time.process_time()
        arn = client.create_model_invocation_job(
            jobName="job",
            roleArn=ROLE,
            modelId=MODEL,
            inputDataConfig={"s3InputDataConfig": {"s3Uri": f"s3://{BUCKET}/input/"}},
            outputDataConfig={"s3OutputDataConfig": {"s3Uri": f"s3://{BUCKET}/output/"}},
        )["jobArn"]
        seconds = time.process_time() - started
        job = client.get_model_invocation_job(jobIdentifier=arn)
        if job["successRecordCount"] != records:
            msg = f"{job['status']}: {job}"
            raise RuntimeError(msg)
        print(json.dumps([seconds, before, peak()]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--one", action="store_true", help="only this size, in this process")
    options = parser.parse_args()
    if options.one:
        run(options.records)
        return
    print(f"{'records':>9} {'seconds':>9} {'records/s':>10} {'peak, MB':>9} {'of the job':>11}")
    found = []
    for records in (options.records // 4, options.records // 2, options.records):
        command = [sys.executable, __file__, "--one", "--records", str(records)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        seconds, before, after = json.loads(printed)
        found.append((seconds / records, after))
        rate = records / seconds
        print(f"{records:9} {seconds:9.1f} {rate:10.0f} {after:9} {after - before:11}")
    (cost, memory), *_, (last_cost, last_memory) = found
    print(f"  ratio of the cost of a record, largest to smallest {last_cost / cost:8.2f}")
    print(f"  ratio of the peaks, largest to smallest            {last_memory / memory:8.2f}")


if __name__ == "__main__":
    main()
