"""Event streams, payloads and queries of a model: what a client of botocore would read."""

from __future__ import annotations

import json
import re

import pytest
from botocore.eventstream import EventStreamBuffer

from bedrock_mock.moto_bridge.stubber import LazyRaw
from bedrock_mock.protocol.encoding import header_text
from bedrock_mock.protocol.events import frame, unframed
from bedrock_mock.protocol.service import Service
from bedrock_mock.protocol.texts import query_decoder

RUNTIME, CONTROL = Service("bedrock-runtime"), Service("bedrock")


def read(frames):
    buffer = EventStreamBuffer()
    buffer.add_data(b"".join(frames))
    return [(event.headers, event.payload) for event in buffer]


def test_a_frame_has_its_headers_in_the_order_of_the_service():
    ((headers, payload),) = read([frame({":event-type": "messageStart"}, "event", {"p": "ä"})])
    assert list(headers) == [":event-type", ":content-type", ":message-type"]
    assert headers[":event-type"] == "messageStart"
    assert payload == '{"p":"ä"}'.encode()


def test_the_chunks_of_a_model_are_base64_in_json():
    answers = RUNTIME.operation("InvokeModelWithResponseStream").answers
    answer = answers.encode({"body": iter([("chunk", {"bytes": b"{}"})])})
    assert answer.headers == {"Content-Type": "application/vnd.amazon.eventstream"}
    ((_, payload),) = read(answer.body)
    assert re.fullmatch(rb'{"bytes":"e30=","p":"(abc?d?e?f?[a-zA-Z0-9]*)"}', payload)


def test_a_frame_is_that_of_the_service_byte_for_byte():
    # Recorded by a public project: an event that ends a block, with its padding.
    padded = {"contentBlockIndex": 0, "p": "abcdefghijkl"}
    sent = frame({":event-type": "contentBlockStop"}, "event", padded)
    assert sent.hex() == (
        "0000009000000056362c0cb80b3a6576656e742d7479706507"
        "0010636f6e74656e74426c6f636b53746f700d3a636f6e7465"
        "6e742d747970650700106170706c69636174696f6e2f6a736f"
        "6e0d3a6d6573736167652d747970650700056576656e747b22"
        "636f6e74656e74426c6f636b496e646578223a302c2270223a"
        "226162636465666768696a6b6c227dc2d9a65e"
    )


def test_events_are_padded_with_the_beginning_of_an_alphabet():
    answers = RUNTIME.operation("ConverseStream").answers
    events = [("contentBlockDelta", {"delta": {"text": text}}) for text in "abcdefghijklmnop"]
    frames = read(answers.encode({"stream": iter(events)}).body)
    pads = [json.loads(payload)["p"] for _, payload in frames]
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    assert all(alphabet.startswith(pad) and 2 <= len(pad) <= 61 for pad in pads)
    assert len(set(pads)) > 5


def test_members_of_a_request_stand_in_headers_and_the_blob_is_the_body():
    operation = RUNTIME.operation("InvokeModel")
    headers = {"Content-Type": "text/plain", "X-Amzn-Bedrock-Trace": "ENABLED", "Host": "x"}
    request = operation.decode({"modelId": "m"}, "", b"\x00\xff", headers)
    assert request == {
        "modelId": "m",
        "body": b"\x00\xff",
        "contentType": "text/plain",
        "trace": "ENABLED",
    }
    assert operation.decode({"modelId": "m"}, "", b"") == {"modelId": "m"}


def has(name):
    return name in CONTROL.model.operation_names


@pytest.mark.skipif(
    not has("StartAutomatedReasoningPolicyBuildWorkflow"), reason="needs a newer service model"
)
def test_a_structure_is_the_whole_body_both_ways():
    start = CONTROL.operation("StartAutomatedReasoningPolicyBuildWorkflow")
    labels = {"policyArn": "arn", "buildWorkflowType": "IMPORT_POLICY"}
    body = b'{"policyDefinition": {"version": "1.0"}}'
    request = start.decode(labels, "", body, {"x-amz-client-token": "t"})
    assert request["sourceContent"] == {"policyDefinition": {"version": "1.0"}}
    assert request["clientRequestToken"] == "t"
    assert "sourceContent" not in start.decode(labels, "", b" ")
    export = CONTROL.operation("ExportAutomatedReasoningPolicyVersion").answers
    answer = export.encode({"policyDefinition": {"version": "1.0"}})
    assert (answer.body, answer.members) == (
        b'{"version": "1.0"}',
        {"policyDefinition": {"version": "1.0"}},
    )
    assert answer.headers == {"Content-Type": "application/json"}


def test_a_list_in_a_query_has_all_its_values():
    shape = CONTROL.model.shape_for("ModelModalityList")
    assert query_decoder(shape)(["TEXT", "IMAGE"]) == ["TEXT", "IMAGE"]


def test_a_header_has_booleans_as_json_has_them():
    assert [header_text(value) for value in (True, 7, "text")] == ["true", "7", "text"]


def test_a_lazy_body_is_read_in_pieces_and_closed():
    made = []

    def chunks():
        for chunk in (b"abc", b"de", b"f"):
            made.append(chunk)
            yield chunk

    raw = LazyRaw(chunks())
    assert (raw.read(2), made) == (b"ab", [b"abc"])
    assert list(raw.stream()) == [b"c", b"de", b"f"]
    assert raw.read() == b""
    raw = LazyRaw(chunks())
    assert raw.read() == b"abcdef"
    raw = LazyRaw(chunks())
    raw.close()
    assert raw.read(1) == b""
    LazyRaw(iter([b"x"])).close()


def test_a_frame_is_read_back():
    headers = {":event-type": "chunk", ":content-type": "application/json"}
    framed = frame({":event-type": "chunk"}, "event", {"a": "ü"})
    assert unframed(framed) == ({**headers, ":message-type": "event"}, {"a": "ü"})
