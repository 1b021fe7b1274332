"""Bodies of InvokeModel: what the schema of a family asks for, and further families."""

from __future__ import annotations

import base64
import json

import boto3
import pytest

from bedrock_mock import Reply
from support import REGION, import_job, in_process, refused

pytestmark = in_process

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
LLAMA = "meta.llama3-70b-instruct-v1:0"
TITAN = "amazon.titan-text-express-v1"


def invoke(client, model, body):
    answer = client.invoke_model(modelId=model, body=json.dumps(body))
    return json.loads(answer["body"].read())


def claude(**members):
    asked = [{"role": "user", "content": "Hello"}]
    version = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 10}
    return {**version, "messages": asked, **members}


@pytest.mark.parametrize(
    ("model", "body", "faults"),
    [
        (LLAMA, {"prompt": 5}, "#/prompt: expected type: String, found: Integer"),
        (
            LLAMA,
            {"prompt": "", "temperature": None},
            "#/temperature: expected type: Number, found: Null",
        ),
        (LLAMA, {"prompt": "", "temperature": 2}, "#/temperature: 2 is not less or equal to 1"),
        (LLAMA, {"prompt": "", "max_gen_len": 0}, "#/max_gen_len: 0 is not greater or equal to 1"),
        (
            LLAMA,
            {"prompt": "", "max_gen_len": 1.5},
            "#/max_gen_len: expected type: Integer, found: Double",
        ),
        (LLAMA, {"prompt": True}, "#/prompt: expected type: String, found: Boolean"),
        (
            TITAN,
            {"inputText": "x", "textGenerationConfig": {"topP": [], "x": {}}},
            (
                "#/textGenerationConfig: extraneous key [x] is not permitted"
                "#/textGenerationConfig/topP: expected type: Number, found: JSONArray"
            ),
        ),
        (
            "amazon.titan-embed-text-v2:0",
            {"inputText": ""},
            "#/inputText: expected minLength: 1, actual: 0",
        ),
        (
            "amazon.titan-embed-text-v2:0",
            {"inputText": "x", "dimensions": 300},
            "#/dimensions: 300 is not a valid enum value",
        ),
        (
            "cohere.rerank-v3-5:0",
            {"query": "x", "documents": ["y"]},
            "#: required key [api_version] not found",
        ),
        (
            "cohere.embed-english-v3",
            {"texts": [], "input_type": "classification"},
            "#/texts: expected minimum item count: 1, found: 0",
        ),
        (
            "amazon.nova-lite-v1:0",
            {"messages": {}},
            "#/messages: expected type: JSONArray, found: JSONObject",
        ),
        (
            "amazon.titan-embed-text-v2:0",
            {"inputText": "x", "embeddingTypes": ["float", []], "dimensions": 10**9},
            (
                "#/dimensions: 1000000000 is not a valid enum value"
                "#/embeddingTypes/1: expected type: String, found: JSONArray"
            ),
        ),
        (
            "cohere.rerank-v3-5:0",
            {"query": "x", "documents": ["y"], "api_version": 2, "top_n": []},
            "#/top_n: expected type: Integer, found: JSONArray",
        ),
        (
            "amazon.titan-image-generator-v2:0",
            {"taskType": "TEXT_IMAGE", "imageGenerationConfig": {"numberOfImages": None}},
            "#/imageGenerationConfig/numberOfImages: expected type: Integer, found: Null",
        ),
    ],
)
def test_each_fault_is_named_by_its_path(runtime, model, body, faults):
    message = f"Malformed input request: {faults}, please reformat your input and try again."
    with refused("ValidationException", 400, message):
        invoke(runtime, model, body)


# --- JSON by a schema ---------------------------------------------------------------------------

SCHEMA = {"type": "object", "properties": {"n": {"const": 7}}, "required": ["n"]}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}, {"n": 7}),
        ({"output_format": {"type": "json_schema", "schema": SCHEMA}}, {"n": 7}),
    ],
)
def test_claude_answers_by_a_schema(runtime, members, expected):
    (block,) = invoke(runtime, HAIKU, claude(**members))["content"]
    assert json.loads(block["text"]) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"type": "json_schema", "json_schema": {"schema": SCHEMA}}, {"n": 7}),
        ({"type": "json_object"}, {}),
    ],
)
def test_the_chat_form_answers_by_a_schema(runtime, wanted, expected):
    body = {"messages": [{"role": "user", "content": "Hi"}], "response_format": wanted}
    (choice,) = invoke(runtime, "openai.gpt-oss-20b-1:0", body)["choices"]
    assert json.loads(choice["message"]["content"]) == expected


# --- usage of Claude ----------------------------------------------------------------------------


def test_opus_4_8_says_more_of_its_usage(runtime, reply):
    reply(Reply("Hi", usage={"cacheReadInputTokens": 9}))
    model = "us.anthropic.claude-opus-4-8"
    answer = runtime.invoke_model(modelId=model, body=json.dumps(claude()))
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-bedrock-cache-read-input-token-count"] == "9"
    assert "x-amzn-bedrock-cache-write-input-token-count" not in headers
    found = json.loads(answer["body"].read())
    assert found["stop_details"] is None
    assert found["usage"] == {
        "input_tokens": 2,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 9,
        "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
        "output_tokens": 1,
        "service_tier": "standard",
        "output_tokens_details": {"thinking_tokens": 0},
    }


@pytest.mark.parametrize(
    ("model", "body", "has_counts"),
    [
        (
            "amazon.nova-lite-v1:0",
            {"messages": [{"role": "user", "content": [{"text": "x"}]}]},
            True,
        ),
        ("us.anthropic.claude-3-5-haiku-20241022-v1:0", claude(), True),
        (HAIKU, claude(), False),
    ],
)
def test_headers_count_the_cache_where_the_model_has_one(runtime, model, body, has_counts):
    answer = runtime.invoke_model(modelId=model, body=json.dumps(body))
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    for name in ("read", "write"):
        assert (f"x-amzn-bedrock-cache-{name}-input-token-count" in headers) == has_counts


# --- further families ---------------------------------------------------------------------------


def test_pegasus_answers_about_a_video(runtime, reply):
    reply(Reply("A cat.", chunks=["A ", "cat."]), user="What")
    model = "us.twelvelabs.pegasus-1-2-v1:0"
    source = {"s3Location": {"uri": "s3://bucket/video.mp4"}}
    body = {"inputPrompt": "What is it?", "mediaSource": source}
    assert invoke(runtime, model, body) == {"message": "A cat.", "finishReason": "stop"}
    stream = runtime.invoke_model_with_response_stream(modelId=model, body=json.dumps(body))
    found = [json.loads(each["chunk"]["bytes"]) for each in stream["body"]]
    assert [each["message"] for each in found] == ["A ", "cat."]
    assert [each["finishReason"] for each in found] == [None, "stop"]


def test_pegasus_answers_by_a_schema(runtime):
    body = {
        "inputPrompt": "What is it?",
        "mediaSource": {"base64String": ""},
        "responseFormat": {"jsonSchema": SCHEMA},
    }
    found = invoke(runtime, "us.twelvelabs.pegasus-1-2-v1:0", body)
    assert json.loads(found["message"]) == {"n": 7}


def test_stable_diffusion_xl_makes_artifacts(runtime, reply):
    reply(Reply(images=[b"a", b"b"]), user="cat")
    body = {"text_prompts": [{"text": "a cat"}], "seed": 5, "samples": 2}
    found = invoke(runtime, "stability.stable-diffusion-xl-v1", body)
    assert found["result"] == "success"
    assert [each["base64"] for each in found["artifacts"]] == [
        base64.b64encode(image).decode() for image in (b"a", b"b")
    ]
    assert {each["seed"] for each in found["artifacts"]} == {5}


@pytest.mark.parametrize(
    ("model", "region"), [("amazon.nova-reel-v1:1", "us-east-1"), ("luma.ray-v2:0", "us-west-2")]
)
def test_a_model_that_makes_videos_answers_asynchronous_calls_only(bedrock, model, region):
    runtime = bedrock.client("bedrock-runtime", region_name=region)
    message = (
        "This action doesn't support the model that you provided. Call StartAsyncInvoke and try "
        "again."
    )
    with refused("ValidationException", 400, message):
        invoke(runtime, model, {"prompt": "a cat"})


def test_titans_vectors_have_the_types_that_are_asked_for(runtime, reply):
    reply(Reply(embedding=[0.6, -0.8]))
    body = {"inputText": "cat", "embeddingTypes": ["binary"]}
    found = invoke(runtime, "amazon.titan-embed-text-v2:0", body)
    assert found["embeddingsByType"] == {"binary": [1, 0]}
    assert "embedding" not in found


def test_coheres_vectors_have_the_types_that_are_asked_for(runtime, reply):
    reply(Reply(embedding=[0.6, -0.8]))
    types = ["float", "int8", "uint8", "binary", "ubinary"]
    body = {"texts": ["cat"], "input_type": "search_query", "embedding_types": types}
    found = invoke(runtime, "cohere.embed-english-v3", body)
    assert found["response_type"] == "embeddings_by_type"
    assert found["embeddings"] == {
        "float": [[0.6, -0.8]],
        "int8": [[76, -102]],
        "uint8": [[204, 26]],
        "binary": [[0]],
        "ubinary": [[128]],
    }


@pytest.mark.parametrize(
    ("model", "body"),
    [
        ("cohere.embed-english-v3", {"images": ["data:image/png;base64,aGk="]}),
        ("us.cohere.embed-v4:0", {"inputs": [{"content": [{"type": "text", "text": "cat"}]}]}),
    ],
)
def test_cohere_embeds_what_is_not_text(runtime, model, body):
    found = invoke(runtime, model, {"input_type": "image", **body})
    vectors = found["embeddings"]["float"] if "v4" in model else found["embeddings"]
    assert len(vectors) == 1
    assert "texts" not in found


def test_command_makes_several_generations(runtime, reply):
    reply("A cat.")
    body = {"prompt": "Draw", "num_generations": 2}
    model = "cohere.command-text-v14"
    found = invoke(runtime, model, body)
    assert [each["text"] for each in found["generations"]] == ["A cat.", "A cat."]
    for number, places in ((2, [0, 0, 1, 1, None]), (1, [None, None, None])):
        asked = json.dumps({**body, "num_generations": number, "stream": True})
        stream = runtime.invoke_model_with_response_stream(modelId=model, body=asked)
        chunks = [json.loads(each["chunk"]["bytes"]) for each in stream["body"]]
        assert [each.get("index") for each in chunks] == places


@pytest.mark.parametrize(
    ("architecture", "members", "form"),
    [
        ("llama", {}, "generation"),
        ("qwen2", {}, "choices"),
        ("qwen2", {"max_gen_len": 5}, "generation"),
        ("llama", {"max_tokens": 5}, "choices"),
    ],
)
def test_an_architecture_says_the_form_where_the_request_does_not(
    bedrock, runtime, architecture, members, form
):
    bucket = boto3.client("s3", region_name=REGION)
    bucket.create_bucket(Bucket="models")
    config = json.dumps({"model_type": architecture})
    bucket.put_object(Bucket="models", Key="model/config.json", Body=config)
    client = bedrock.client("bedrock", region_name=REGION)
    source = {"s3DataSource": {"s3Uri": "s3://models/model/"}}
    client.create_model_import_job(**import_job(modelDataSource=source))
    (model,) = client.list_imported_models()["modelSummaries"]
    assert form in invoke(runtime, model["modelArn"], {"prompt": "Hi", **members})
