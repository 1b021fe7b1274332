"""aiobotocore and aioboto3: many requests at once, against a real port and in the process."""

from __future__ import annotations

import asyncio
import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bedrock_mock import Reply, mock_bedrock
from support import EVALUATION_CLOCK, IMPORT_CLOCK, evaluation_job, import_job, manual, tags

REASON = "is not installed: the tox environment aio has it"


def aiobotocore():
    library = pytest.importorskip("aiobotocore.session", reason=f"aiobotocore {REASON}")
    return library.get_session().create_client


def aioboto3():
    library = pytest.importorskip("aioboto3", reason=f"aioboto3 {REASON}")
    return library.Session().client


@pytest.fixture(params=[aiobotocore, aioboto3])
def connect(request, bedrock_server_env):
    """Makes a client of the library, whose calls may all be on their way at the same time."""
    make = request.param()
    return lambda: make("bedrock", config=Config(max_pool_connections=50))


MESSAGES = [{"role": "user", "content": [{"text": "Hi"}]}]
MODEL = "meta.llama3-70b-instruct-v1:0"
BODY = json.dumps({"prompt": "Hi"})


@pytest.mark.parametrize("make", [aiobotocore, aioboto3])
def test_streams_of_models_are_read_as_they_come(make, bedrock):
    create = make()
    bedrock.reply(Reply("Hello", chunks=["Hel", "lo"]))
    messages = MESSAGES

    async def main():
        async with create("bedrock-runtime") as runtime:
            answer = await runtime.converse_stream(
                modelId="amazon.nova-lite-v1:0", messages=messages
            )
            converse = [event async for event in answer["stream"]]
            body = json.dumps({"prompt": "Hi"})
            model = "meta.llama3-70b-instruct-v1:0"
            answer = await runtime.invoke_model_with_response_stream(modelId=model, body=body)
            invoke = [json.loads(event["chunk"]["bytes"]) async for event in answer["body"]]
            answer = await runtime.invoke_model(modelId=model, body=body)
            return converse, invoke, json.loads(await answer["body"].read())

    converse, invoke, whole = asyncio.run(main())
    deltas = [
        each["contentBlockDelta"]["delta"] for each in converse if "contentBlockDelta" in each
    ]
    assert deltas == [{"text": "Hel"}, {"text": "lo"}]
    assert [chunk["generation"] for chunk in invoke] == ["Hel", "lo"]
    assert whole["generation"] == "Hello"


def in_one_event_loop(story):
    """A test made of a coroutine that takes a client and the server."""

    def test(connect, bedrock_server):
        async def main():
            async with connect() as bedrock:
                await story(bedrock, bedrock_server)

        asyncio.run(main())

    return test


@in_one_event_loop
async def test_a_model_is_imported_tagged_and_deleted(bedrock, server):
    server.set_transition(IMPORT_CLOCK, manual(2))
    request = import_job(jobTags=tags(a="1"), importedModelTags=tags(c="3"))
    arn = (await bedrock.create_model_import_job(**request))["jobArn"]
    looks = [await bedrock.get_model_import_job(jobIdentifier="job-1") for _ in range(2)]
    assert [look["status"] for look in looks] == ["InProgress", "Completed"]
    assert looks[1]["endTime"] >= looks[1]["creationTime"] == looks[0]["creationTime"]
    model = await bedrock.get_imported_model(modelIdentifier="model-1")
    assert model["modelArn"] == looks[1]["importedModelArn"]

    await bedrock.tag_resource(resourceARN=arn, tags=tags(b="2"))
    await bedrock.untag_resource(resourceARN=arn, tagKeys=["a"])
    answers = await asyncio.gather(
        bedrock.list_tags_for_resource(resourceARN=arn),
        bedrock.list_tags_for_resource(resourceARN=model["modelArn"]),
    )
    assert [answer["tags"] for answer in answers] == [tags(b="2"), tags(c="3")]

    await bedrock.delete_imported_model(modelIdentifier="model-1")
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException) as caught:
        await bedrock.get_imported_model(modelIdentifier="model-1")
    message = "The provided imported model was not found."
    assert caught.value.response["Error"]["Message"] == message
    assert (await bedrock.list_imported_models())["modelSummaries"] == []


@in_one_event_loop
async def test_evaluation_jobs_are_stopped_completed_and_deleted(bedrock, server):
    server.set_transition(EVALUATION_CLOCK, manual(2))
    created = [
        await bedrock.create_evaluation_job(**evaluation_job(name)) for name in ("a", "b", "c")
    ]
    stopped, completed, running = (answer["jobArn"] for answer in created)
    await bedrock.stop_evaluation_job(jobIdentifier=stopped)

    async def looks(arn):
        answers = [await bedrock.get_evaluation_job(jobIdentifier=arn) for _ in range(2)]
        return [answer["status"] for answer in answers]

    assert await asyncio.gather(looks(stopped), looks(completed)) == [
        ["Stopping", "Stopped"],
        ["InProgress", "Completed"],
    ]
    with pytest.raises(bedrock.exceptions.ConflictException):
        await bedrock.stop_evaluation_job(jobIdentifier=completed)
    answer = await bedrock.batch_delete_evaluation_job(jobIdentifiers=[stopped, completed, running])
    deleted = [(item["jobIdentifier"], item["jobStatus"]) for item in answer["evaluationJobs"]]
    assert deleted == [(stopped, "Deleting"), (completed, "Deleting")]
    assert [(item["jobIdentifier"], item["code"]) for item in answer["errors"]] == [
        (running, "400")
    ]


@in_one_event_loop
async def test_fifty_jobs_are_started_at_once_and_listed_in_pages(bedrock, server):
    names = [f"{n:02}" for n in range(50)]
    created = await asyncio.gather(
        *(bedrock.create_model_import_job(**import_job(f"job-{n}", f"model-{n}")) for n in names)
    )
    arns = {answer["jobArn"] for answer in created}
    assert len(arns) == 50
    # Not one connection was refused or cut off.
    assert {answer["ResponseMetadata"]["RetryAttempts"] for answer in created} == {0}
    jobs = await asyncio.gather(*(bedrock.get_model_import_job(jobIdentifier=a) for a in arns))
    assert {(job["jobArn"], job["status"]) for job in jobs} == {(arn, "Completed") for arn in arns}

    pages = bedrock.get_paginator("list_model_import_jobs").paginate(
        PaginationConfig={"PageSize": 7}
    )
    sizes, listed = [], []
    async for page in pages:
        sizes.append(len(page["modelImportJobSummaries"]))
        listed += [job["jobArn"] for job in page["modelImportJobSummaries"]]
    assert sizes == [7] * 7 + [1]
    assert sorted(listed) == sorted(arns)
    models = await bedrock.get_paginator("list_imported_models").paginate().build_full_result()
    assert {model["modelName"] for model in models["modelSummaries"]} == {
        f"model-{n}" for n in names
    }


@in_one_event_loop
async def test_of_requests_for_one_name_exactly_one_wins(bedrock, server):
    answers = await asyncio.gather(
        *(bedrock.create_evaluation_job(**evaluation_job("the-name")) for _ in range(20)),
        return_exceptions=True,
    )
    refusals = [answer for answer in answers if isinstance(answer, ClientError)]
    assert len(refusals) == 19
    assert {refusal.response["Error"]["Message"] for refusal in refusals} == {
        "The provided job name is currently in use."
    }
    jobs = (await bedrock.list_evaluation_jobs())["jobSummaries"]
    assert [job["jobName"] for job in jobs] == ["the-name"]


# --- in the process ---------------------------------------------------------------------


def in_the_process(story):
    """A test made of a coroutine that takes a client of the runtime and the mock."""

    @pytest.mark.parametrize("make", [aiobotocore, aioboto3])
    def test(make, bedrock_mock):
        create = make()

        async def main():
            async with create("bedrock-runtime", region_name="us-east-1") as runtime:
                await story(runtime, bedrock_mock)

        asyncio.run(main())

    return test


@in_the_process
async def test_an_error_has_its_class(runtime, bedrock):
    bedrock.raise_next("Converse", "ValidationException", "No.")
    with pytest.raises(runtime.exceptions.ValidationException, match="No"):
        await runtime.converse(modelId=MODEL, messages=MESSAGES)


@in_the_process
async def test_calls_wait_for_their_replies_at_the_same_time(runtime, bedrock):
    bedrock.reply(Reply("Hi", delay=0.05))
    calls = [runtime.converse(modelId=MODEL, messages=MESSAGES) for _ in range(20)]
    answers = await asyncio.wait_for(asyncio.gather(*calls), 10)
    texts = {answer["output"]["message"]["content"][0]["text"] for answer in answers}
    assert (len(answers), texts) == (20, {"Hi"})


@in_the_process
async def test_a_body_is_read_in_parts(runtime, bedrock):
    bedrock.reply("Hi")
    answer = await runtime.invoke_model(modelId=MODEL, body=BODY)
    assert answer["body"].readable()
    parts = [part async for part in answer["body"].iter_chunks(10)]
    assert json.loads(b"".join(parts))["generation"] == "Hi"
    assert not answer["body"].readable()


@in_the_process
async def test_a_stream_that_is_closed_is_made_no_further(runtime, bedrock):
    bedrock.reply(Reply("Hello", chunks=["Hel", "lo"], gap=60))
    answer = await runtime.converse_stream(modelId=MODEL, messages=MESSAGES)
    async for event in answer["stream"]:
        if "contentBlockDelta" in event:
            break
    answer["stream"].close()


@in_the_process
async def test_an_operation_that_is_missing_says_so(runtime, bedrock):
    handlers = bedrock.backend().sibling("bedrock-runtime").handlers
    converse = handlers.pop("Converse")
    try:
        with pytest.raises(NotImplementedError, match="Converse is not implemented"):
            await runtime.converse(modelId=MODEL, messages=MESSAGES)
    finally:
        handlers["Converse"] = converse


def test_services_of_moto_are_answered_too(bedrock_mock):
    create = aiobotocore()
    boto3.client("s3", "us-east-1").create_bucket(Bucket="my-bucket")
    boto3.client("s3", "us-east-1").put_object(Bucket="my-bucket", Key="key", Body=b"data")

    async def main():
        async with create("s3", region_name="us-east-1") as s3:
            answer = await s3.get_object(Bucket="my-bucket", Key="key")
            return await answer["Body"].read()

    assert asyncio.run(main()) == b"data"


def test_what_is_passed_through_leaves():
    create = aiobotocore()
    passed = {"passthrough": {"urls": ["https://bedrock-runtime"], "services": []}}

    async def main():
        async with create("bedrock-runtime", region_name="us-east-1") as runtime:
            await runtime.converse(modelId=MODEL, messages=MESSAGES)

    with (
        mock_bedrock(config={"core": passed}),
        pytest.raises(pytest.fail.Exception, match="tried to reach bedrock-runtime"),
    ):
        asyncio.run(main())


def test_a_client_that_was_made_before_the_mock_is_answered_too(monkeypatch):
    create = aiobotocore()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")

    async def main():
        async with create("bedrock-runtime", region_name="us-east-1") as runtime:
            with mock_bedrock() as bedrock:
                bedrock.reply("Hi")
                return await runtime.converse(modelId=MODEL, messages=MESSAGES)

    message = asyncio.run(main())["output"]["message"]
    assert message["content"] == [{"text": "Hi"}]
