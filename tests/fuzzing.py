"""Garbage on the wire: what a test of it sends, and what every answer to it must be."""

from __future__ import annotations

import http.client
import json
import os
from contextlib import closing, contextmanager
from urllib.parse import quote, urlsplit

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

#: tox's environment "fuzz" asks for many more.
EXAMPLES = int(os.environ.get("BEDROCK_MOCK_FUZZ_EXAMPLES", "60"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIA/20250101/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
#: The errors of every service, beside those of its model.
_ERRORS = {"SerializationException", "UnknownOperationException", "NotImplementedException"}


@contextmanager
def sending(server, model):
    """Sends requests as they are to a server; the answers must be those of a service."""
    errors = {shape.name for shape in model.error_shapes} | _ERRORS
    netloc = urlsplit(server.endpoint_url).netloc
    with closing(http.client.HTTPConnection(netloc, timeout=30)) as connection:

        def send(method, path, body=b"", headers=()):
            sent = {"Authorization": SIGNED, "Content-Type": "application/json", **dict(headers)}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 500 or answer.status == 501, (answer.status, content)
            if answer.headers["Content-Type"] == "application/vnd.amazon.eventstream":
                return answer.status, content
            assert answer.headers["Content-Type"] == "application/json"
            decoded = json.loads(content)
            if answer.status >= 400:
                assert answer.headers["x-amzn-ErrorType"].partition(":")[0] in errors
                assert isinstance(decoded["message"], str)
            return answer.status, decoded

        yield send


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


def paths_of(model):
    """The paths of a model's operations, with their labels to be filled in."""
    operations = (model.operation_model(name) for name in model.operation_names)
    return sorted({operation.http["requestUri"].split("?")[0] for operation in operations})


@st.composite
def paths(draw, known):
    """A path of an operation with anything for its labels, or nearly one."""
    path = draw(st.sampled_from(known))
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


@st.composite
def mutated(draw, request):
    """A copy of a request, with anything in one or two of its places."""
    request = json.loads(json.dumps(request))
    for _ in range(draw(st.integers(1, 2))):
        place = request
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = draw(st.sampled_from(list(keys)))
            if not isinstance(place[key], dict | list) or draw(st.booleans()):
                place[key] = draw(JSON)
                break
            place = place[key]
    return request
