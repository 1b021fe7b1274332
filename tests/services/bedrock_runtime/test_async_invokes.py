"""Asynchronous invocations: which models take them, how they go on, and what they write."""

from __future__ import annotations

import json
import struct
from datetime import datetime, timedelta, timezone

import boto3
import pytest
import requests
from freezegun import freeze_time
from permissions import authorised, user, with_key

from bedrock_mock import Reply, mock_bedrock
from support import ACCOUNT, MOTO_API, OTHER, REGION, body, in_process, many_tags, refused, tags

CLOCK = "bedrock-runtime::async_invoke"
REEL, RAY = "amazon.nova-reel-v1:1", "luma.ray-v2:0"
MARENGO = "twelvelabs.marengo-embed-2-7-v1:0"
NOVA_EMBED = "amazon.nova-2-multimodal-embeddings-v1:0"
OUTPUT = {"s3OutputDataConfig": {"s3Uri": "s3://my-bucket/videos"}}
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
VIDEO = {
    "taskType": "TEXT_VIDEO",
    "textToVideoParams": {"text": "A cat."},
    "videoGenerationConfig": {"durationSeconds": 6, "fps": 24, "dimension": "1280x720"},
}
NOT_ASYNCHRONOUS = (
    "This action doesn't support the model that you provided. Call InvokeModel or Converse and "
    "try again."
)
MALFORMED = "Malformed input request: {}, please reformat your input and try again."


@pytest.fixture
def west(bedrock):
    """A client for a region that has Luma Ray."""
    return bedrock.client("bedrock-runtime", region_name="us-west-2")


def start(runtime, model=REEL, model_input=None, **members):
    request = {"modelInput": model_input or VIDEO, "outputDataConfig": OUTPUT, **members}
    return runtime.start_async_invoke(modelId=model, **request)["invocationArn"]


def get(runtime, arn):
    return body(runtime.get_async_invoke(invocationArn=arn))


def listed(runtime, **filters):
    found = runtime.list_async_invokes(**filters)["asyncInvokeSummaries"]
    return [each["invocationArn"] for each in found]


def files(s3, arn):
    """The files of an invocation, by their names."""
    folder = f"videos/{arn.rpartition('/')[2]}/"
    found = s3.list_objects_v2(Bucket="my-bucket", Prefix=folder).get("Contents", ())
    return {
        each["Key"].removeprefix(folder): s3.get_object(Bucket="my-bucket", Key=each["Key"])[
            "Body"
        ].read()
        for each in found
    }


def boxes(content):
    """The boxes of an MP4 file: kind and content."""
    while content:
        size, kind = struct.unpack_from("!I4s", content)
        yield kind, content[8:size]
        content = content[size:]


def duration(video):
    """How many seconds an MP4 file lasts, as its header says."""
    found = dict(boxes(video))
    assert list(found) == [b"ftyp", b"moov", b"mdat"]
    scale, length = struct.unpack_from("!II", dict(boxes(found[b"moov"]))[b"mvhd"], 12)
    return length / scale


# --- the operations -------------------------------------------------------------------------


def test_an_invocation_has_the_members_of_its_request(runtime):
    arn = start(runtime, clientRequestToken="token-1")
    prefix = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:async-invoke/"
    assert arn.startswith(prefix)
    assert len(arn) == len(prefix) + 12
    got = get(runtime, arn)
    moments = {got.pop(name) for name in ("submitTime", "lastModifiedTime", "endTime")}
    assert all(moment.tzinfo for moment in moments)
    assert got == {
        "invocationArn": arn,
        "modelArn": f"arn:aws:bedrock:{REGION}::foundation-model/{REEL}",
        "clientRequestToken": "token-1",
        "status": "Completed",
        "outputDataConfig": OUTPUT,
    }
    (summary,) = runtime.list_async_invokes()["asyncInvokeSummaries"]
    assert summary == get(runtime, arn)


def test_its_clock_moves_it_on_look_by_look(bedrock, runtime, s3):
    bedrock.set_transition(CLOCK, {"progression": "manual", "times": 2})
    arn = start(runtime)
    begun = get(runtime, arn)
    assert begun["status"] == "InProgress"
    assert "endTime" not in begun
    assert files(s3, arn) == {}
    assert get(runtime, arn)["status"] == "Completed"
    assert "output.mp4" in files(s3, arn)
    other = start(runtime)
    statuses = [runtime.list_async_invokes()["asyncInvokeSummaries"][0]["status"] for _ in "ab"]
    assert statuses == ["InProgress", "Completed"]
    assert files(s3, other)


@in_process
def test_its_clock_moves_it_on_with_time(bedrock, runtime, s3):
    bedrock.set_transition(CLOCK, {"progression": "time", "seconds": 90})
    with freeze_time(START) as clock:
        arn = start(runtime)
        clock.tick(90)
        assert "output.mp4" in files(s3, arn)
        clock.tick(10)
        got = get(runtime, arn)
    assert got["submitTime"] == START
    assert got["endTime"] == got["lastModifiedTime"] == START + timedelta(seconds=90)


def test_a_test_moves_it_on_by_hand(bedrock, runtime):
    bedrock.freeze(CLOCK)
    arn = start(runtime)
    assert get(runtime, arn)["status"] == "InProgress"
    assert bedrock.complete(arn) == "Completed"
    assert get(runtime, arn)["status"] == "Completed"


def test_it_fails_when_a_test_says_so(bedrock, runtime, west, s3):
    bedrock.fail_next(CLOCK, "The video was blocked.", matching={"modelId": REEL})
    luma = start(west, RAY, {"prompt": "A cat."})
    arn = start(runtime)
    got = get(runtime, arn)
    assert (got["status"], got["failureMessage"]) == ("Failed", "The video was blocked.")
    assert "endTime" in got
    status = json.loads(files(s3, arn)["video-generation-status.json"])
    assert status["fullVideo"] == {"status": "FAILURE", "failureMessage": "The video was blocked."}
    assert files(s3, arn).keys() == {"video-generation-status.json"}
    assert get(west, luma)["status"] == "Completed"
    bedrock.fail_next(CLOCK, "Blocked.")
    assert files(s3, start(west, RAY, {"prompt": "A cat."})) == {}


def test_they_are_listed_newest_first_and_page_by_page(runtime):
    assert listed(runtime) == []
    arns = [start(runtime) for _ in range(3)]
    assert listed(runtime) == arns[::-1]
    assert listed(runtime, sortBy="SubmissionTime", sortOrder="Ascending") == arns
    pages = runtime.get_paginator("list_async_invokes").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["asyncInvokeSummaries"]) for page in pages] == [2, 1]


@in_process
def test_lists_are_filtered_by_status_and_time(bedrock, runtime):
    with freeze_time(START) as clock:
        first = start(runtime)
        clock.tick(60)
        bedrock.freeze(CLOCK)
        second = start(runtime)
        assert listed(runtime, statusEquals="Completed") == [first]
        assert listed(runtime, statusEquals="InProgress") == [second]
        assert listed(runtime, statusEquals="Failed") == []
        between = START + timedelta(seconds=30)
        assert listed(runtime, submitTimeAfter=between) == [second]
        assert listed(runtime, submitTimeBefore=between) == [first]


def test_a_repeated_token_starts_nothing(bedrock, runtime):
    token = {"clientRequestToken": "token-1"}
    bedrock.reply_next(Reply(raw=b"first"))
    first = start(runtime, **token)
    assert start(runtime, **token) == first
    assert listed(runtime) == [first]
    message = "The provided clientRequestToken was used with another request."
    with refused("ConflictException", 400, message):
        start(runtime, RAY, {"prompt": "A cat."}, **token)
    assert start(runtime) != first


def test_an_unknown_arn_is_a_validation_error(runtime):
    # GetAsyncInvoke declares no ResourceNotFoundException.
    with refused("ValidationException", 400, "The provided async invoke was not found."):
        get(runtime, f"arn:aws:bedrock:{REGION}:{ACCOUNT}:async-invoke/{'0' * 12}")


def test_each_account_and_region_has_its_own(bedrock, runtime):
    arn = start(runtime)
    others = [
        bedrock.client("bedrock-runtime", region_name="us-west-2"),
        bedrock.client("bedrock-runtime", region_name=REGION, account_id=OTHER),
    ]
    for other in others:
        assert listed(other) == []
        with refused("ValidationException", 400):
            get(other, arn)


# --- tags -----------------------------------------------------------------------------------


def test_its_tags_are_those_of_the_control_plane(bedrock, runtime):
    control = bedrock.client(region_name=REGION)
    arn, other = start(runtime, tags=tags(a="1")), start(runtime)

    def tags_of(arn):
        return control.list_tags_for_resource(resourceARN=arn)["tags"]

    assert tags_of(arn) == tags(a="1")
    control.tag_resource(resourceARN=arn, tags=tags(b="2"))
    control.untag_resource(resourceARN=arn, tagKeys=["a"])
    assert tags_of(arn) == tags(b="2")
    assert tags_of(other) == []
    with refused("ResourceNotFoundException", 404):
        tags_of(f"{arn[:-12]}{'0' * 12}")
    with refused("ValidationException", 400):
        start(runtime, tags=many_tags(51))


def test_the_tagging_api_knows_it(bedrock, runtime):
    arn = start(runtime, tags=tags(a="1"))
    tagging = boto3.client("resourcegroupstaggingapi", region_name=REGION)

    def found(**filters):
        return [
            each["ResourceARN"]
            for each in tagging.get_resources(**filters)["ResourceTagMappingList"]
        ]

    assert found() == found(ResourceTypeFilters=["bedrock:async-invoke"]) == [arn]
    assert tagging.tag_resources(ResourceARNList=[arn], Tags={"b": "2"})["FailedResourcesMap"] == {}
    assert tagging.get_tag_keys()["TagKeys"] == ["a", "b"]
    assert tagging.untag_resources(ResourceARNList=[arn], TagKeys=["a"])["FailedResourcesMap"] == {}
    assert tagging.get_tag_keys()["TagKeys"] == ["b"]


@in_process
def test_policies_are_for_the_action_and_the_arn(bedrock, runtime):
    arn, other = start(runtime), start(runtime)

    reader = with_key(user("reader", "GetAsyncInvoke", resource=arn), service="bedrock-runtime")
    assert arn in authorised(get, reader, arn).values()
    with refused("AccessDeniedException", 403):
        authorised(get, reader, other)
    with refused("AccessDeniedException", 403) as caught:
        authorised(start, reader)
    message = caught.value.response["Error"]["Message"]
    assert message.endswith("is not authorized to perform: bedrock:InvokeModel")


@in_process
def test_it_is_on_the_dashboard(runtime):
    arn = start(runtime, tags=tags(a="b"))
    shown = requests.get(f"{MOTO_API}/data.json", timeout=5).json()["bedrock-runtime"]
    (row,) = shown["AsyncInvoke"]
    assert row["invocation_arn"] == arn
    assert row["tags"] == {"a": "b"}


# --- which models, and what they are asked --------------------------------------------------


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("no.such-model", "The provided model identifier is invalid."),
        (
            "amazon.nova-lite-v1:0",
            NOT_ASYNCHRONOUS,
        ),
    ],
)
def test_other_models_are_refused(runtime, model, message):
    with refused("ValidationException", 400, message):
        start(runtime, model)
    assert listed(runtime) == []


@pytest.mark.parametrize(
    ("model", "model_input", "fault"),
    [
        (REEL, {}, "#: required key [taskType] not found"),
        (REEL, {"taskType": "TEXT_VIDEO"}, "#: required key [textToVideoParams] not found"),
        (REEL, {"taskType": "DRAW"}, "#/taskType: DRAW is not a valid enum value"),
        (
            REEL,
            {**VIDEO, "textToVideoParams": {}},
            "#/textToVideoParams: required key [text] not found",
        ),
        (
            REEL,
            {**VIDEO, "videoGenerationConfig": {"durationSeconds": 180}},
            "#/videoGenerationConfig/durationSeconds: 180 is not less or equal to 120",
        ),
        (
            RAY,
            {"text": "A cat."},
            "#: required key [prompt] not found#: extraneous key [text] is not permitted",
        ),
        (MARENGO, {}, "#: required key [inputType] not found"),
        (
            NOVA_EMBED,
            {"taskType": "SINGLE_EMBEDDING", "segmentedEmbeddingParams": {}},
            "#/taskType: SINGLE_EMBEDDING is not a valid enum value",
        ),
    ],
)
def test_an_input_that_breaks_the_schema_is_refused(runtime, west, model, model_input, fault):
    request = {"modelId": model, "modelInput": model_input, "outputDataConfig": OUTPUT}
    client = west if model == RAY else runtime
    with refused("ValidationException", 400, MALFORMED.format(fault)):
        client.start_async_invoke(**request)
    assert listed(client) == []


@pytest.mark.parametrize(
    "model_input",
    [
        [],
        {"taskType": "MULTI_SHOT_MANUAL", "multiShotManualParams": {"shots": [5]}},
    ],
)
def test_an_input_of_other_types_is_refused(runtime, model_input):
    request = {"modelId": REEL, "modelInput": model_input, "outputDataConfig": OUTPUT}
    message = "Malformed input request, please reformat your input and try again."
    with refused("ValidationException", 400, message):
        runtime.start_async_invoke(**request)


def test_the_record_has_what_it_was_asked(bedrock, runtime):
    bedrock.reply(Reply(raw=b"cat"), user="cat")
    start(runtime)
    shots = [{"text": "A cat."}, {"text": "A dog."}]
    start(
        runtime,
        model_input={"taskType": "MULTI_SHOT_MANUAL", "multiShotManualParams": {"shots": shots}},
    )
    calls = bedrock.calls.of("StartAsyncInvoke")
    calls.once(user="dog", model="amazon.*")
    assert [call.user for call in calls] == ["A cat.", "A cat.\nA dog."]
    assert "raw=b'cat'" in calls[0].rule


def test_faults_strike_it(bedrock, runtime):
    bedrock.raise_next("StartAsyncInvoke", "ServiceQuotaExceededException", "Too many.")
    with refused("ServiceQuotaExceededException", 400, "Too many."):
        start(runtime)
    bedrock.reply_next(Reply(error="validationException"))
    with pytest.raises(runtime.exceptions.ValidationException):
        start(runtime)
    assert listed(runtime) == []


def test_a_bucket_must_be_there_where_references_are_strict():
    with mock_bedrock(config={"bedrock": {"references": "strict"}}) as bedrock:
        runtime = bedrock.client("bedrock-runtime", region_name=REGION)
        with refused("ValidationException", 400) as caught:
            start(runtime)
        message = caught.value.response["Error"]["Message"]
        assert "'outputDataConfig.s3OutputDataConfig.s3Uri' is invalid" in message
        boto3.client("s3", REGION).create_bucket(Bucket="my-bucket")
        assert get(runtime, start(runtime))["status"] == "Completed"


def test_without_its_bucket_it_completes_and_writes_nothing(runtime):
    assert get(runtime, start(runtime))["status"] == "Completed"


# --- what is written ------------------------------------------------------------------------


def test_nova_reel_writes_one_video(runtime, s3):
    arn = start(runtime)
    found = files(s3, arn)
    assert sorted(found) == ["manifest.json", "output.mp4", "video-generation-status.json"]
    assert duration(found["output.mp4"]) == 6
    folder = f"s3://my-bucket/videos/{arn.rpartition('/')[2]}"
    assert json.loads(found["video-generation-status.json"]) == {
        "schemaVersion": "1.0",
        "shots": [],
        "fullVideo": {"status": "SUCCESS", "location": f"{folder}/output.mp4"},
    }
    assert json.loads(found["manifest.json"]) == {
        "files": ["output.mp4", "video-generation-status.json"]
    }


@pytest.mark.parametrize(
    "model_input",
    [
        {
            "taskType": "MULTI_SHOT_AUTOMATED",
            "multiShotAutomatedParams": {"text": "A cat."},
            "videoGenerationConfig": {"durationSeconds": 12},
        },
        {
            "taskType": "MULTI_SHOT_MANUAL",
            "multiShotManualParams": {"shots": [{"text": "A cat."}, {"text": "A dog."}]},
        },
    ],
)
def test_nova_reel_writes_each_shot(runtime, s3, model_input):
    found = files(s3, start(runtime, model_input=model_input))
    assert {"shot_0001.mp4", "shot_0002.mp4"} <= found.keys()
    assert len(found) == 5
    assert duration(found["output.mp4"]) == 12
    assert duration(found["shot_0002.mp4"]) == 6
    shots = json.loads(found["video-generation-status.json"])["shots"]
    assert [shot["location"].rpartition("/")[2] for shot in shots] == [
        "shot_0001.mp4",
        "shot_0002.mp4",
    ]


def test_luma_ray_writes_a_video(west, s3):
    found = files(s3, start(west, RAY, {"prompt": "A cat.", "duration": "9s"}))
    assert list(found) == ["output.mp4"]
    assert duration(found["output.mp4"]) == 9


def test_the_bytes_of_a_reply_are_the_video(bedrock, runtime, west, s3):
    bedrock.reply(Reply(raw=b"a video"), model="luma.*")
    bedrock.reply("A text is passed over.", model="amazon.*")
    assert files(s3, start(west, RAY, {"prompt": "A cat."})) == {"output.mp4": b"a video"}
    assert duration(files(s3, start(runtime))["output.mp4"]) == 6
    bedrock.reply_next(Reply(raw={"a": 1}))
    with refused(
        "ValidationException",
        400,
        f"The reply for {REEL} is not a video: give Reply(raw=...) bytes.",
    ):
        start(runtime)


def test_marengo_embeds_what_a_video_shows_and_sounds(bedrock, runtime, s3):
    source = {"s3Location": {"uri": "s3://my-bucket/cat.mp4"}}
    asked = {"inputType": "video", "mediaSource": source}
    data = json.loads(files(s3, start(runtime, MARENGO, asked))["output.json"])["data"]
    assert [each["embeddingOption"] for each in data] == ["visual-text", "visual-image", "audio"]
    assert {len(each["embedding"]) for each in data} == {1024}
    assert data[0]["embedding"] != data[1]["embedding"]
    assert (data[0]["startSec"], data[0]["endSec"]) == (0.0, 6.0)
    asked = {"inputType": "text", "inputText": "cat"}
    bedrock.reply(Reply(embedding=[0.6, 0.8]), user="cat")
    found = files(s3, start(runtime, MARENGO, asked))
    assert json.loads(found["output.json"]) == {"data": [{"embedding": [0.6, 0.8]}]}
    bedrock.reply(Reply(raw={"data": []}), model="twelvelabs.*", user="cat")
    found = files(s3, start(runtime, MARENGO, asked))
    assert json.loads(found["output.json"]) == {"data": []}


@pytest.mark.parametrize(
    ("kind", "content", "name", "segments"),
    [
        (
            "text",
            {"value": "abcdefg", "segmentationConfig": {"maxLengthChars": 4}},
            "embedding-text.jsonl",
            [
                {"segmentIndex": 0, "segmentStartCharPosition": 0, "segmentEndCharPosition": 3},
                {"segmentIndex": 1, "segmentStartCharPosition": 4, "segmentEndCharPosition": 6},
            ],
        ),
        ("image", {"format": "png"}, "embedding-image.json", [{"segmentIndex": 0}]),
        (
            "video",
            {"source": {"s3Location": {"uri": "s3://my-bucket/cat.mp4"}}},
            "embedding-video.jsonl",
            [{"segmentIndex": 0, "segmentStartSeconds": 0.0, "segmentEndSeconds": 5.0}],
        ),
    ],
)
def test_nova_embeds_by_segments(runtime, s3, kind, content, name, segments):
    asked = {
        "taskType": "SEGMENTED_EMBEDDING",
        "segmentedEmbeddingParams": {"embeddingDimension": 256, kind: content},
    }
    arn = start(runtime, NOVA_EMBED, asked)
    found = files(s3, arn)
    assert sorted(found) == sorted([name, "manifest.json", "segmented-embedding-result.json"])
    lines = [json.loads(line) for line in found[name].splitlines()]
    assert [line["segmentMetadata"] for line in lines] == segments
    assert {(len(line["embedding"]), line["status"]) for line in lines} == {(256, "SUCCESS")}
    result = json.loads(found["segmented-embedding-result.json"])
    folder = f"s3://my-bucket/videos/{arn.rpartition('/')[2]}"
    assert result == {
        "sourceFileUri": "s3://my-bucket/cat.mp4" if kind == "video" else "",
        "embeddingDimension": 256,
        "embeddingResults": [
            {
                "embeddingType": kind.upper(),
                "status": "SUCCESS",
                "outputFileUri": f"{folder}/{name}",
            }
        ],
    }


def test_the_raw_reply_is_the_file_of_vectors(bedrock, runtime, s3):
    bedrock.reply(Reply(raw=b'{"embedding": [1]}\n'))
    asked = {
        "taskType": "SEGMENTED_EMBEDDING",
        "segmentedEmbeddingParams": {"text": {"value": "a"}},
    }
    found = files(s3, start(runtime, NOVA_EMBED, asked))
    assert found["embedding-text.jsonl"] == b'{"embedding": [1]}\n'
