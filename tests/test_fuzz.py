"""Garbage on the wire: every answer is one of the model or a JSON error, and nothing breaks."""

from __future__ import annotations

import http.client
import json
import os
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedrock_mock.services.bedrock.service import BEDROCK
from support import evaluation_job, import_job, in_process

pytestmark = [in_process, pytest.mark.long]

#: tox's environment "fuzz" asks for many more.
EXAMPLES = int(os.environ.get("BEDROCK_MOCK_FUZZ_EXAMPLES", "60"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MODEL = BEDROCK.protocol.model
OPERATIONS = [MODEL.operation_model(name) for name in MODEL.operation_names]
PATHS = sorted({operation.http["requestUri"].split("?")[0] for operation in OPERATIONS})
ERRORS = {shape.name for shape in MODEL.error_shapes} | {
    "SerializationException",
    "UnknownOperationException",
    "NotImplementedException",
}
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIA/20250101/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


@pytest.fixture
def send(server):
    connection = http.client.HTTPConnection(urlsplit(server.endpoint_url).netloc, timeout=30)

    def send(method, path, body=b"", headers=()):
        sent = {"Authorization": SIGNED, "Content-Type": "application/json", **dict(headers)}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < 500 or answer.status == 501, (answer.status, content)
        assert answer.headers["Content-Type"] == "application/json"
        decoded = json.loads(content)
        if answer.status >= 400:
            assert answer.headers["x-amzn-ErrorType"] in ERRORS
            assert isinstance(decoded["message"], str)
        return answer.status, decoded

    yield send
    connection.close()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LABELS = st.one_of(
    TEXT.map(lambda text: quote(text, safe="")),
    st.text("%/:.aZ09-_~+*'()", max_size=40),
    st.just("arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Amodel-import-job/x"),
)
VERBS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "BREW"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**30, 10**60),
    st.floats(),
    TEXT,
    st.just("x" * 5_000),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
RAW = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"[" * 100_000,
            b'{"jobName":' * 50_000,
            b'{"jobName": "\\ud800"}',
            b'{"jobName": "a", "jobName": "b"}',
            b'{"maxResults": NaN, "jobName": Infinity}',
            b'{"jobName": 1e999}',
            b'{"jobName": ' + b"9" * 10_000 + b"}",
            b"\xef\xbb\xbf{}",
            b"null",
            b'"',
            b"{}{}",
        ]
    ),
)


@st.composite
def paths(draw):
    path = draw(st.sampled_from(PATHS))
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + draw(LABELS) + rest.partition("}")[2]
    if draw(st.booleans()):
        cut = draw(st.integers(0, len(path)))
        path = path[:cut] + draw(LABELS) + path[cut:]
    query = draw(
        st.dictionaries(st.sampled_from(["maxResults", "nextToken", "sortBy", "x"]), LABELS)
    )
    joined = "&".join(f"{name}={value}" for name, value in query.items())
    path = "/" + path.lstrip("/")
    # moto's API and what it serves beside it are not ours.
    return f"{path}?{joined}" if joined else path


@fuzzed
@given(
    VERBS.filter(lambda verb: verb != "HEAD"),
    paths(),
    RAW | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_any_request_gets_an_answer(send, method, path, body):
    send(method, path, body)


@st.composite
def mutated(draw):
    """A valid request, with anything in one or two of its places."""
    create, path = draw(
        st.sampled_from(
            [(import_job(), "/model-import-jobs"), (evaluation_job(), "/evaluation-jobs")]
        )
    )
    request = json.loads(json.dumps(create))
    for _ in range(draw(st.integers(1, 2))):
        place = request
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = draw(st.sampled_from(list(keys)))
            if not isinstance(place[key], dict | list) or draw(st.booleans()):
                place[key] = draw(JSON)
                break
            place = place[key]
    return path, request


@fuzzed
@given(mutated())
def test_a_broken_create_is_refused_or_makes_one_job(send, server, case):
    path, request = case
    server.reset()
    status, answer = send("POST", path, json.dumps(request).encode())
    listing = {"/model-import-jobs": "modelImportJobSummaries", "/evaluation-jobs": "jobSummaries"}
    _, listed = send("GET", path)
    arns = [each["jobArn"] for each in listed[listing[path]]]
    assert arns == ([answer["jobArn"]] if status < 300 else [])


@fuzzed
@given(data=st.data())
def test_a_forged_token_is_refused(send, server, data):
    server.reset()
    for number in range(3):
        job = import_job(f"job-{number}", f"model-{number}")
        send("POST", "/model-import-jobs", json.dumps(job).encode())
    status, page = send("GET", "/model-import-jobs?maxResults=1")
    token = page["nextToken"]
    assert (status, len(page["modelImportJobSummaries"])) == (200, 1)
    place = data.draw(st.integers(0, len(token) - 1))
    forged = token[:place] + data.draw(st.sampled_from("aZ9-_=.")) + token[place + 1 :]
    status, answer = send(
        "GET", f"/model-import-jobs?maxResults=1&nextToken={quote(forged, safe='')}"
    )
    if forged != token and status == 200:
        # Another place in the same list at most.
        assert len(answer["modelImportJobSummaries"]) <= 1
    else:
        assert status == (200 if forged == token else 400)
