"""Garbage on the wire: every answer is one of the model or a JSON error, and nothing breaks."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from fuzzing import JSON, RAW, VERBS, fuzzed, mutated, paths, paths_of, sending
from hypothesis import given
from hypothesis import strategies as st

from bedrock_mock.services.bedrock.service import BEDROCK
from support import evaluation_job, import_job, in_process

pytestmark = [in_process, pytest.mark.long]

MODEL = BEDROCK.protocol.model
PATHS = paths_of(MODEL)


@pytest.fixture
def send(server):
    with sending(server, MODEL) as send:
        yield send


@fuzzed
@given(
    VERBS.filter(lambda verb: verb != "HEAD"),
    paths(PATHS),
    RAW | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_any_request_gets_an_answer(send, method, path, body):
    send(method, path, body)


CREATIONS = {"/model-import-jobs": import_job(), "/evaluation-jobs": evaluation_job()}


@st.composite
def creations(draw):
    """A Create request with anything in one or two of its places, and its path."""
    path, request = draw(st.sampled_from(list(CREATIONS.items())))
    return path, draw(mutated(request))


@fuzzed
@given(creations())
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
