"""The operations on models against their service model: generated requests and their answers."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager

import families
import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.parsers import create_parser
from conformity import FAULT, nonconforming, quick
from hypothesis import given
from hypothesis import strategies as st
from model_strategies import CHARACTERS, RUNTIME, Valid, broken
from moto.core.botocore_stubber import MockRawResponse
from moto.moto_api._internal import mock_random

from bedrock_mock import Reply, mock_bedrock, reasoning, tool_use
from bedrock_mock.services.bedrock_runtime.service import BEDROCK_RUNTIME
from support import ACCOUNT, guardrail, import_job, in_process

pytestmark = [in_process, pytest.mark.long, pytest.mark.timeout(400)]

OPERATIONS = sorted(BEDROCK_RUNTIME.backend("us-east-1", ACCOUNT).handlers)
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
CONVERSING = [
    "amazon.nova-lite-v1:0",
    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
    CLAUDE,
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "amazon.titan-text-express-v1",
    "mistral.mistral-large-2402-v1:0",
]
NOT_CONVERSING = [
    "amazon.titan-embed-text-v2:0",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "unknown",
]
OF_GUARDRAILS = ("ApplyGuardrail", "InvokeGuardrailChecks")
TEXTS = st.text(CHARACTERS, min_size=1, max_size=30)
#: The headers of an answer that is JSON with all members in it, and those of the connection.
HEADERS = {"connection", "content-length", "content-type", "date", "x-amzn-requestid"}
VIDEO = {
    "modelId": "amazon.nova-reel-v1:1",
    "modelInput": {"taskType": "TEXT_VIDEO", "textToVideoParams": {"text": "A cat."}},
    "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://my-bucket/videos"}},
}


@contextmanager
def world():
    """A mock with an imported model, a guardrail and a video, the same at each entry."""
    with mock_bedrock() as bedrock:
        mock_random.seed(0)
        client = bedrock.client(region_name="us-east-1")
        client.create_model_import_job(**import_job())
        client.create_guardrail(**guardrail())
        runtime = bedrock.client("bedrock-runtime", region_name="us-east-1")
        runtime.start_async_invoke(**VIDEO, clientRequestToken="known")
        yield bedrock


@pytest.fixture(scope="module")
def imported():
    """The ARN of that model."""
    with world() as bedrock:
        client = bedrock.client(region_name="us-east-1")
        return client.list_imported_models()["modelSummaries"][0]["modelArn"]


@pytest.fixture(scope="module")
def guarded():
    """The id of that guardrail."""
    with world() as bedrock:
        client = bedrock.client(region_name="us-east-1")
        return client.list_guardrails()["guardrails"][0]["id"]


@pytest.fixture(scope="module")
def video():
    """The ARN of that video."""
    with world() as bedrock:
        client = bedrock.client("bedrock-runtime", region_name="us-east-1")
        return client.list_async_invokes()["asyncInvokeSummaries"][0]["invocationArn"]


@pytest.fixture(scope="module")
def valid(imported, guarded, video):
    """Strategies of valid values, with identifiers of models that are there."""
    models = st.sampled_from([*CONVERSING, imported])
    headers = st.sampled_from(["application/json", "*/*"])
    return Valid(
        {
            "ConversationalModelId": models,
            # Tokens are counted for few models, by their bare ids.
            "FoundationModelVersionIdentifier": st.sampled_from([CLAUDE, CLAUDE, *CONVERSING]),
            "InvokeModelIdentifier": models,
            "AsyncInvokeIdentifier": st.sampled_from([VIDEO["modelId"], "unknown"]),
            "ModelInputPayload": st.just(VIDEO["modelInput"]),
            "InvocationArn": st.sampled_from([video, video, f"{video[:-1]}0"]),
            "GuardrailIdentifier": st.sampled_from([*[guarded] * 7, "0"]),
            "ProjectIdentifier": st.sampled_from(["default", "default", "default", "proj_1"]),
            "GuardrailVersion": st.sampled_from([*["DRAFT"] * 7, "9"]),
            # What headers hold is ASCII.
            "MimeType": headers,
            "RequestMetadataJson": st.just('{"team": "search"}'),
            "Body": st.just(base64.b64encode(b'{"prompt": "Hello"}').decode()),
        }
    )


# --- requests --------------------------------------------------------------------------


def shape(name):
    return RUNTIME.model.shape_for(name)


@st.composite
def conversations(draw, valid):
    """Members of Converse that keep the rules of conversations of most models."""
    attachments = st.one_of(
        st.fixed_dictionaries({name: valid.of(shape(block))})
        for name, block in {
            "image": "ImageBlock",
            "document": "DocumentBlock",
            "guardContent": "GuardrailConverseContentBlock",
        }.items()
    )
    texts = st.fixed_dictionaries({"text": TEXTS.filter(str.strip)})
    results, messages = [], []
    for number in range(draw(st.integers(1, 3))):
        asked = results or [draw(texts), *draw(st.lists(attachments, max_size=1))]
        messages.append({"role": "user", "content": asked})
        uses = draw(st.lists(valid.of(shape("ToolUseBlock")), max_size=2))
        for place, use in enumerate(uses):
            use["toolUseId"] = f"tooluse_{number}_{place}"
        blocks = [{"toolUse": use} for use in uses] or [draw(texts)]
        messages.append({"role": "assistant", "content": blocks})
        results = [
            {"toolResult": {**draw(valid.of(shape("ToolResultBlock"))), "toolUseId": each}}
            for each in (use["toolUseId"] for use in uses)
        ]
    members = {"messages": [*messages, {"role": "user", "content": results or [draw(texts)]}]}
    if any("toolUse" in block for message in messages for block in message["content"]):
        members["toolConfig"] = offered(draw(valid.of(shape("ToolConfiguration"))))
    return members


def offered(config):
    """A ToolConfiguration whose tools have different names, one of which may be chosen."""
    tools = {}
    for tool in config["tools"]:
        (named,) = tool.values()
        tools.setdefault(named.get("name"), tool)
    config["tools"] = list(tools.values())
    names = [name for name in tools if name is not None]
    if "tool" in config.get("toolChoice", {}):
        del config["toolChoice"]
        if names:
            config["toolChoice"] = {"tool": {"name": names[0]}}
    return config


@st.composite
def invocations(draw, imported):
    """A model, and a body that its family takes."""
    family = draw(st.sampled_from(families.ALL))
    body = json.dumps({**family.body(draw(TEXTS)), **(family.tools or {})})
    model = imported if family.model == families.IMPORTED else family.model
    return {"modelId": model, "body": base64.b64encode(body.encode()).decode()}


@st.composite
def requests_of(draw, valid, name, imported):
    """A valid request, which the rules of conversations and families allow in most cases."""
    whole = draw(valid.of(RUNTIME.model.operation_model(name).input_shape))
    # The first values come more often than others: most requests shall be answered.
    is_whole = draw(st.sampled_from([False, False, False, True]))
    if name in OF_GUARDRAILS or "Async" in name or is_whole:
        return whole
    # A conversation brings its own tools along.
    whole.pop("toolConfig", None)
    if name.startswith("Invoke"):
        return {**whole, **draw(invocations(imported))}
    members = draw(conversations(valid))
    if name == "CountTokens":
        # Few models count.
        return {**whole, "modelId": CLAUDE, "input": {"converse": members}}
    if "toolConfig" in members:
        # The first four of them take tools.
        whole["modelId"] = draw(st.sampled_from(CONVERSING[:4]))
    return {**whole, **members}


def replies():
    """What a test may have models answer."""
    parts = st.one_of(
        TEXTS,
        st.builds(tool_use, st.just("f"), city=TEXTS),
        st.builds(reasoning, TEXTS),
        st.builds(reasoning, TEXTS, signature=TEXTS),
        st.just({"reasoningContent": {"redactedContent": b"\x00\xff"}}),
    )
    return st.builds(
        Reply,
        st.lists(parts, min_size=1, max_size=3),
        stop_reason=st.none() | st.sampled_from(shape("StopReason").enum),
        usage=st.none() | st.fixed_dictionaries({"inputTokens": st.integers(0, 10**6)}),
        latency_ms=st.none() | st.integers(0, 10**6),
    )


# --- answers ---------------------------------------------------------------------------


def check_answer(operation, response):
    """An answer with status 200 has what the model says, and only that."""
    payload = operation.output_shape.serialization.get("payload")
    if payload is None:
        assert list(nonconforming(operation.output_shape, response.json())) == []
        assert {name.lower() for name in response.headers} <= HEADERS
        return
    if operation.has_event_stream_output:
        check_events(operation, response)
        return
    assert isinstance(response.json(), dict)
    numbers = [
        value
        for name, value in response.headers.items()
        if name.lower().endswith(("-count", "-invocation-latency"))
    ]
    assert numbers
    assert all(number.isdigit() for number in numbers)


def check_events(operation, response):
    """Every event has its shape, and botocore reads all of them."""
    stream = operation.get_event_stream_output()
    buffer = EventStreamBuffer()
    buffer.add_data(response.content)
    sent = list(buffer)
    for event in sent:
        members = json.loads(event.payload)
        assert list(members) == sorted(members)
        padding = members.pop("p")
        assert padding.isalnum()
        assert list(nonconforming(stream.members[event.headers[":event-type"]], members)) == []
    parsed = create_parser("rest-json").parse(
        {
            "status_code": response.status_code,
            "headers": response.headers,
            "body": MockRawResponse(response.content),
            "context": {"operation_name": operation.name},
        },
        operation.output_shape,
    )
    read = list(parsed[operation.output_shape.serialization["payload"]])
    assert [next(iter(event)) for event in read] == [each.headers[":event-type"] for each in sent]
    if operation.name == "ConverseStream":
        names = [next(iter(event)) for event in read]
        assert (names[0], names[-2:]) == ("messageStart", ["messageStop", "metadata"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_valid_request_is_answered_within_the_model(name, valid, imported):
    operation = RUNTIME.model.operation_model(name)
    declared = {
        each.name: each.metadata["error"]["httpStatusCode"] for each in operation.error_shapes
    }
    successes = []

    @quick(60)
    @given(
        requests_of(valid, name, imported),
        replies(),
        st.none() | st.sampled_from([*NOT_CONVERSING, imported]),
    )
    def check(request, reply, model):
        if model and "modelId" in request and len(successes) % 5 == 4:
            request["modelId"] = model
        with world() as bedrock:
            bedrock.reply(reply)
            response = RUNTIME.call(name, request)
            if response.status_code == operation.http["responseCode"]:
                check_answer(operation, response)
                successes.append(request)
                return
            code = response.headers["x-amzn-ErrorType"].partition(":")[0]
            assert declared.get(code) == response.status_code, response.text
            assert response.json().keys() == {"message"}
            assert not FAULT.search(response.json()["message"]), f"{request} is valid"

    check()
    assert len(successes) > 10, "give valid() identifiers with which the operation can succeed"


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_that_is_broken_in_one_place_is_refused_and_uses_no_reply(name, valid):
    operation = RUNTIME.model.operation_model(name)
    faults = set()

    @quick(8)
    @given(broken(operation.input_shape, valid))
    def check(requests):
        with world() as bedrock:
            bedrock.reply_next("for a valid request")
            for request, path, fault, code in requests:
                faults.add(fault)
                response = RUNTIME.call(name, request)
                assert response.status_code == 400, (path, fault, response.text)
                found = response.headers["x-amzn-ErrorType"].partition(":")[0]
                assert found == code, (path, fault, response.text)
                if code == "ValidationException":
                    assert set(FAULT.findall(response.json()["message"])) == {path}, fault
            assert bedrock.unused() == ["reply_next('for a valid request')"]

    check()
    assert faults


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_let_through_without_the_checks_of_values_breaks_nothing(name, valid):
    operation = RUNTIME.model.operation_model(name)
    structural = {"missing", "null", "no member", "two members", "wrong type"}

    @quick(6)
    @given(broken(operation.input_shape, valid))
    def check(requests):
        with mock_bedrock(config={"bedrock": {"validate_requests": False}}):
            for request, path, fault, _code in requests:
                response = RUNTIME.call(name, request)
                assert response.status_code < 500, (path, fault, response.text)
                assert not (fault in structural and response.ok), (path, fault)

    check()
