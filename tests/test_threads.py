"""Many threads at once: one winner per name, nothing lost or seen twice, and nothing hangs."""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from botocore.exceptions import ClientError

from bedrock_mock import mock_bedrock
from support import evaluation_job, import_job, in_process, tags, without_coverage

pytestmark = [in_process, pytest.mark.long]

THREADS = 16
NAMES = 12
NOVA = "amazon.nova-lite-v1:0"
STEPS = int(os.environ.get("BEDROCK_MOCK_STRESS_STEPS", "8"))
WATCHDOG_SECONDS = 100


@pytest.fixture(autouse=True)
def _watchdog():
    """Prints where each thread stands if they wait for one another."""
    faulthandler.dump_traceback_later(WATCHDOG_SECONDS, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(params=["in this process", "over HTTP"])
def bedrock(request):
    if request.param == "over HTTP":
        yield request.getfixturevalue("server")
    else:
        with mock_bedrock() as mock:
            yield mock


def at_once(work):
    """What all threads answer."""
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(work, range(THREADS)))


def code_of(call, **request):
    """``None``, or the code of the error."""
    try:
        call(**request)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        return error.response["Error"]["Code"]
    return None


def walk(client, operation, key, member):
    pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 5})
    return [each[member] for page in pages for each in page[key]]


def test_each_name_has_exactly_one_winner(bedrock):
    def work(number):
        with closing(bedrock.client("us-east-1")) as client:
            return [
                (
                    name,
                    code_of(
                        client.create_model_import_job, **import_job(f"job-{name}", f"model-{name}")
                    ),
                )
                for name in Random(number).sample(range(NAMES), NAMES)
            ]

    won = Counter(name for name, code in chain.from_iterable(at_once(work)) if code is None)
    assert won == dict.fromkeys(range(NAMES), 1)
    with closing(bedrock.client("us-east-1")) as client:
        names = walk(client, "list_model_import_jobs", "modelImportJobSummaries", "jobName")
        models = walk(client, "list_imported_models", "modelSummaries", "modelName")
    assert sorted(names) == sorted(f"job-{name}" for name in range(NAMES))
    assert sorted(models) == sorted(f"model-{name}" for name in range(NAMES))


def test_one_token_makes_one_job(bedrock):
    def work(number):
        with closing(bedrock.client("us-east-1")) as client:
            job = import_job(f"job-{number}", f"model-{number}", clientRequestToken="token")
            return client.create_model_import_job(**job)["jobArn"]

    assert len(set(at_once(work))) == 1


def test_jobs_come_stop_and_go_and_none_is_lost_or_seen_twice(bedrock):
    bedrock.set_transition("bedrock::evaluation_job", {"progression": "manual", "times": 2})

    def work(number):
        random = Random(number)
        mine, gone = [], set()
        with closing(bedrock.client("us-east-1")) as client:
            for step in range(STEPS):
                request = evaluation_job(f"job-{number}-{step}")
                mine.append(client.create_evaluation_job(**request)["jobArn"])
                arn = random.choice(mine)
                code_of(client.stop_evaluation_job, jobIdentifier=arn)
                code_of(client.get_evaluation_job, jobIdentifier=random.choice(mine))
                batch = random.sample(mine, min(3, len(mine)))
                answer = client.batch_delete_evaluation_job(jobIdentifiers=batch)
                gone |= {each["jobIdentifier"] for each in answer["evaluationJobs"]}
                code_of(client.tag_resource, resourceARN=arn, tags=tags(step=str(step)))
                if step % 4 == 1:
                    seen = walk(client, "list_evaluation_jobs", "jobSummaries", "jobArn")
                    assert len(seen) == len(set(seen))
                    # Mine that I have not deleted are all among them.
                    assert set(mine) - gone <= set(seen)
        return set(mine) - gone

    expected = set().union(*at_once(work))
    with closing(bedrock.client("us-east-1")) as client:
        # Deleted ones go at the second look.
        for _ in range(3):
            left = walk(client, "list_evaluation_jobs", "jobSummaries", "jobArn")
    assert set(left) == expected
    assert len(left) == len(expected)


def test_accounts_and_regions_do_not_see_one_another(bedrock):
    def work(number):
        account, region = f"{number % 4 + 1:012}", ("us-east-1", "eu-west-1")[number % 2]
        role = f"arn:aws:iam::{account}:role/r"
        with closing(bedrock.client(region, account)) as client:
            for step in range(5):
                job = import_job(f"job-{number}-{step}", f"model-{number}-{step}", roleArn=role)
                arn = client.create_model_import_job(**job)["jobArn"]
                assert f":{region}:{account}:" in arn
            names = walk(client, "list_model_import_jobs", "modelImportJobSummaries", "jobName")
        return {int(name.split("-")[1]) % 4 == number % 4 for name in names}

    assert set().union(*at_once(work)) == {True}


def ask(client, text):
    """What Nova answers to a text."""
    messages = [{"role": "user", "content": [{"text": text}]}]
    answer = client.converse(modelId=NOVA, messages=messages)
    return answer["output"]["message"]["content"][0]["text"]


def streamed(client, text):
    """The same in a stream."""
    messages = [{"role": "user", "content": [{"text": text}]}]
    stream = client.converse_stream(modelId=NOVA, messages=messages)["stream"]
    deltas = [
        event["contentBlockDelta"]["delta"] for event in stream if "contentBlockDelta" in event
    ]
    return "".join(delta["text"] for delta in deltas)


def test_what_is_said_once_is_answered_once(bedrock):
    contents = [f"answer {number}" for number in range(THREADS * STEPS)]
    bedrock.reply("a standing rule")
    bedrock.reply_next(*contents)

    def work(number):
        with closing(bedrock.client("bedrock-runtime", region_name="us-east-1")) as client:
            way = (ask, streamed)[number % 2]
            return [way(client, "Hello") for _ in range(STEPS)]

    answers = at_once(work)
    assert Counter(chain.from_iterable(answers)) == dict.fromkeys(contents, 1)
    # They are used in their order: each thread sees later and later ones.
    assert all(each == sorted(each, key=contents.index) for each in answers)
    assert bedrock.unused() == []


def test_streams_of_many_threads_do_not_mix(bedrock):
    for number in range(THREADS):
        bedrock.reply(f"{number} " * 200, user=f"<{number}>")

    def work(number):
        with closing(bedrock.client("bedrock-runtime", region_name="us-east-1")) as client:
            return {streamed(client, f"<{number}>") for _ in range(STEPS)}

    assert at_once(work) == [{f"{number} " * 200} for number in range(THREADS)]


def test_streams_that_are_left_early_do_no_harm(bedrock):
    bedrock.reply("x" * 20_000)
    messages = [{"role": "user", "content": [{"text": "Hello"}]}]

    def work(_number):
        with closing(bedrock.client("bedrock-runtime", region_name="us-east-1")) as client:
            for _ in range(STEPS):
                stream = client.converse_stream(modelId=NOVA, messages=messages)["stream"]
                assert next(iter(stream)) == {"messageStart": {"role": "assistant"}}
                stream.close()
            return ask(client, "Hello")

    assert set(at_once(work)) == {"x" * 20_000}


@pytest.mark.timeout(300)
def test_all_of_it_holds_in_pythons_development_mode_with_threads_that_take_turns_often(tmp_path):
    code = (
        "import sys; sys.setswitchinterval(1e-6); import pytest; "
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    # Tracing every line while threads take turns so often would take minutes.
    options = ["-q", "-n", "0", "-m", "", "-k", "process and not python", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code, *options, __file__],
        cwd=Path(__file__).parents[1],
        env={**without_coverage(), "PYTEST_ADDOPTS": "", "BEDROCK_MOCK_STRESS_STEPS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "7 passed" in done.stdout
