"""Requests as they come over the wire: each is answered with JSON, and below 500."""

from __future__ import annotations

import base64
import gzip
import json
import time
from urllib.parse import quote, urlencode

import pytest
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_strategies import JSON, MODEL, changed, send

from bedrock_mock import mock_bedrock
from bedrock_mock.protocol.errors import SerializationException
from bedrock_mock.services.bedrock.service import BEDROCK
from support import data_set, evaluation_job, import_job, in_process

IMPORTS, EVALUATIONS = "/model-import-jobs", "/evaluation-jobs"


@pytest.fixture(autouse=True)
def _mocked(bedrock_mock):
    """Bedrock is mocked in all tests here."""


def check_error(response, code, status=400, message=""):
    """The response is the service's error of this code, whose message contains this text."""
    assert response.status_code == status
    assert response.headers["x-amzn-ErrorType"] == code
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert body.keys() == {"message"}
    assert message in body["message"]


def generating_job():
    """A valid request with floats, integers, maps, blobs and documents in it."""
    source = {
        "sourceType": "BYTE_CONTENT",
        "byteContent": {
            "identifier": "file.txt",
            "contentType": "text/plain",
            "data": base64.b64encode(b"\0\xff").decode(),
        },
    }
    config = {
        "type": "EXTERNAL_SOURCES",
        "externalSourcesConfiguration": {
            "modelArn": "amazon.nova-pro-v1:0",
            "sources": [source],
            "generationConfiguration": {
                "kbInferenceConfig": {"textInferenceConfig": {"temperature": 0.5, "maxTokens": 9}},
                "additionalModelRequestFields": {"seed": 1},
            },
        },
    }
    return rag_job(retrieveAndGenerateConfig=config)


def rag_job(**knowledge_base):
    job = evaluation_job(inferenceConfig={"ragConfigs": [{"knowledgeBaseConfig": knowledge_base}]})
    metric = "ContextRelevance" if "retrieveConfig" in knowledge_base else "Correctness"
    job["evaluationConfig"]["automated"]["datasetMetricConfigs"] = [data_set(f"Builtin.{metric}")]
    job["evaluationConfig"]["automated"]["evaluatorModelConfig"] = {
        "bedrockEvaluatorModels": [{"modelIdentifier": "amazon.nova-pro-v1:0"}]
    }
    return job


def filtered_job(value):
    """A valid request with a document in it, which may be any JSON."""
    search = {"filter": {"equals": {"key": "year", "value": value}}}
    config = {"vectorSearchConfiguration": search}
    return rag_job(
        retrieveConfig={"knowledgeBaseId": "KB1", "knowledgeBaseRetrievalConfiguration": config}
    )


def rated_job(value):
    """A valid request with a number in it that has no bounds."""
    definition = {
        "name": "wit",
        "instructions": "Judge.",
        "ratingScale": [{"definition": "yes", "value": {"floatValue": value}}],
    }
    job = evaluation_job()
    job["evaluationConfig"]["automated"]["customMetricConfig"] = {
        "customMetrics": [{"customMetricDefinition": definition}],
        "evaluatorModelConfig": {"bedrockEvaluatorModels": [{"modelIdentifier": "a.nova"}]},
    }
    return job


def returned(job):
    """What GetEvaluationJob returns for a job that is created with this request."""
    created = send("POST", EVALUATIONS, job)
    assert created.status_code == 202, created.text
    return send("GET", f"{EVALUATIONS}/{created.json()['jobArn']}").json()


# --- bodies --------------------------------------------------------------------------

UNREADABLE = {
    "no JSON": b"jobName=job-1",
    "cut off": b'{"jobName": "job-1"',
    "two objects": b"{}{}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "another encoding": json.dumps(import_job()).encode("utf-16"),
    "a bad byte": b'{"jobName": "\xff"}',
    "an overlong sequence": b'{"jobName": "\xc0\xaf"}',
    "a control character": b'{"jobName": "\0"}',
    "NaN": b'{"unknown": NaN}',
    "Infinity": b'{"unknown": -Infinity}',
    "a number that is too large": b'{"unknown": [1e999]}',
    "a number that is too long": b'{"unknown": ' + b"9" * 10_000 + b"}",
    "half a character": b'{"unknown": "\\ud800"}',
    "half a character in a key": b'{"unknown": {"\\udfff": 1}}',
    "deep lists": b'{"unknown": ' + b"[" * 101 + b"]" * 101 + b"}",
    "deep objects": b'{"a":' * 101 + b"1" + b"}" * 101,
    "deeper than any parser goes": b'{"unknown": ' + b"[" * 200_000,
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused(body):
    check_error(send("POST", IMPORTS, body), "SerializationException")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"jobName"', b"1", b"true"])
def test_a_body_that_is_no_object_is_refused(body):
    check_error(send("POST", IMPORTS, body), "SerializationException", message="JSON object")


@pytest.mark.parametrize("body", [b"", b" \n", b"{}"])
def test_an_empty_body_is_an_empty_object(body):
    check_error(
        send("POST", IMPORTS, body), "ValidationException", message="4 validation errors detected"
    )


def test_an_unexpected_body_is_ignored():
    assert send("GET", IMPORTS, b"\xff").json() == {"modelImportJobSummaries": []}


WRONG_TYPES = {
    "jobName": [5, 1.5, True, [], {}],
    "jobTags": [{}, "key", 1],
    "inferenceConfig": [[], "models", 1, False],
    "inferenceConfig.ragConfigs.0": [[], "x"],
    "evaluationConfig.automated.datasetMetricConfigs.0.metricNames.0": [1, {}],
}
GENERATED = "inferenceConfig.ragConfigs.0.knowledgeBaseConfig.retrieveAndGenerateConfig"
EXTERNAL = f"{GENERATED}.externalSourcesConfiguration"
NUMBERS = f"{EXTERNAL}.generationConfiguration.kbInferenceConfig.textInferenceConfig"
WRONG_TYPES |= {
    f"{NUMBERS}.maxTokens": ["1", 1.5, True, [], {}],
    f"{NUMBERS}.temperature": ["0.5", "nan", True, [], {}],
    f"{EXTERNAL}.generationConfiguration.additionalModelRequestFields": [[], "{}", 1],
    f"{EXTERNAL}.sources.0.byteContent.data": [1, [], {}, "no Base64!", "YQ", "\u00e9"],
}


def steps(path):
    return [int(step) if step.isdigit() else step for step in path.split(".")]


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in WRONG_TYPES.items() for value in values]
)
def test_a_member_of_another_json_type_is_refused(path, value):
    response = send("POST", EVALUATIONS, changed(generating_job(), steps(path), value))
    named = next(step for step in reversed(path.split(".")) if not step.isdigit())
    check_error(response, "SerializationException", message=f"(in '{named}')")
    assert send("GET", EVALUATIONS).json() == {"jobSummaries": []}


def test_the_request_that_these_change_is_valid_and_comes_back_as_sent():
    job = generating_job()
    assert returned(job)["inferenceConfig"] == job["inferenceConfig"]


@pytest.mark.parametrize("value", [1, "true", None, []])
def test_a_boolean_is_true_or_false(value):
    # No operation takes one yet.
    decode = BEDROCK.protocol.decoders.of(MODEL.shape_for("InstructSupported"))
    assert [decode(each) for each in (True, False)] == [True, False]
    with pytest.raises(SerializationException):
        decode(value)


@pytest.mark.parametrize("value", ["2024-02-30T00:00:00Z", "now", "", True, [], {}, 1e300])
def test_a_timestamp_in_a_body_is_a_moment(value):
    decode = BEDROCK.protocol.decoders.of(MODEL.shape_for("Timestamp"))
    for moment in ("2024-02-29T01:00:00+01:00", "2024-02-29", 1709164800, 1709164800.0):
        assert decode(moment).isoformat() == "2024-02-29T00:00:00"
    with pytest.raises(SerializationException):
        decode(value)


def test_a_null_in_a_map_of_documents_comes_back_as_sent():
    job = generating_job()
    (rag,) = job["inferenceConfig"]["ragConfigs"]
    config = rag["knowledgeBaseConfig"]["retrieveAndGenerateConfig"]["externalSourcesConfiguration"]
    fields = {"top_k": None, "seed": 1}
    config["generationConfiguration"]["additionalModelRequestFields"] = fields
    assert returned(job)["inferenceConfig"] == job["inferenceConfig"]


@pytest.mark.parametrize(
    "value",
    [
        "text \u00e9 \U0001f600 \0",
        "NaN",
        0,
        -0.0,
        1.5,
        1e300,
        2**80,
        False,
        [],
        {},
        [None, [True], {"a": {"b": None}}],
    ],
)
def test_a_document_comes_back_as_sent(value):
    job = filtered_job(value)
    assert json.dumps(returned(job)["inferenceConfig"]) == json.dumps(job["inferenceConfig"])


@pytest.mark.parametrize("value", [0, -1.5, 1e-300, 2**60, "NaN", "Infinity", "-Infinity"])
def test_a_float_comes_back_as_sent(value):
    job = rated_job(value)
    assert returned(job)["evaluationConfig"] == job["evaluationConfig"]


def test_an_integer_beyond_all_floats_is_no_float():
    check_error(send("POST", EVALUATIONS, rated_job(10**400)), "SerializationException")


def test_a_whole_number_may_be_written_as_a_float():
    job = changed(generating_job(), steps(f"{NUMBERS}.maxTokens"), 7.0)
    assert b"7.0" in json.dumps(job).encode()
    assert returned(job)["inferenceConfig"] == job["inferenceConfig"]


def test_a_document_of_the_allowed_depth_comes_back():
    value = 1
    for _ in range(80):
        value = [value]
    job = filtered_job(value)
    assert returned(job)["inferenceConfig"] == job["inferenceConfig"]


def test_unknown_members_are_ignored_and_not_sent_back():
    job = evaluation_job(unknown=1)
    job["outputDataConfig"]["unknown"] = {}
    job["evaluationConfig"]["automated"]["datasetMetricConfigs"][0]["unknown"] = [1]
    assert "unknown" not in json.dumps(returned(job))


def test_of_a_member_that_comes_twice_the_last_counts():
    body = json.dumps(import_job()).encode().replace(b"{", b'{"jobName": 5, ', 1)
    assert send("POST", IMPORTS, body).status_code == 201


def test_a_packed_body_is_unpacked():
    body = gzip.compress(json.dumps(import_job()).encode())
    response = send("POST", IMPORTS, body, **{"Content-Encoding": "gzip"})
    assert response.status_code == 201


PACKED = gzip.compress(json.dumps(import_job()).encode())


@pytest.mark.parametrize(
    "body",
    [PACKED[:-9], PACKED[:12], PACKED[:3], PACKED + b"rest", PACKED[:20] + b"\0\xff" + PACKED[22:]],
    ids=["cut off", "only a header", "half a header", "more behind", "broken within"],
)
def test_a_packed_body_that_is_broken_is_refused(body):
    response = send("POST", IMPORTS, body, **{"Content-Encoding": "gzip"})
    check_error(response, "SerializationException")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_the_content_type_does_not_matter(content_type):
    response = send("POST", IMPORTS, import_job(), **{"Content-Type": content_type})
    assert response.status_code == 201


# --- paths and queries ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nothing-of-this-name"),
        ("GET", "/model-import-job"),
        ("GET", "/Model-Import-Jobs"),
        ("POST", "/evaluation-job//stop"),
        ("POST", "/evaluation-jobs/x/stop"),
        ("POST", "/tagresource"),
        ("GET", "/tagResource"),
        ("PUT", IMPORTS),
        ("PATCH", IMPORTS),
        ("DELETE", IMPORTS),
        ("DELETE", f"{IMPORTS}/job-1"),
        ("POST", "/imported-models/model-1"),
        ("GET", "/evaluation-job/x/stop"),
    ],
)
def test_a_path_or_verb_of_no_operation_is_unknown(method, path):
    check_error(send(method, path), "UnknownOperationException", 404, f"{method} {path}")


@pytest.fixture
def arns():
    """The ARNs of a job, its model and an evaluation job."""
    return {
        IMPORTS: send("POST", IMPORTS, import_job()).json()["jobArn"],
        "/imported-models": send("GET", f"{IMPORTS}/job-1").json()["importedModelArn"],
        EVALUATIONS: send("POST", EVALUATIONS, evaluation_job()).json()["jobArn"],
    }


@pytest.mark.parametrize("resource", [IMPORTS, "/imported-models", EVALUATIONS])
@pytest.mark.parametrize("end", ["", "/", "?", "/?unknown=1"])
def test_an_arn_in_the_path_may_be_encoded_or_not(arns, resource, end):
    arn = arns[resource]
    encoded = [
        arn,
        *(quote(arn, safe=safe) for safe in ("", ":", "/")),
        quote(arn, safe="").lower(),
    ]
    for label in encoded:
        response = send("GET", f"{resource}/{label}{end}")
        assert response.status_code == 200, label
        assert arn in response.json().values()


def test_an_arn_may_stand_within_a_path(arns):
    for arn in (arns[EVALUATIONS], quote(arns[EVALUATIONS], safe="")):
        # The job has ended, so it is found and cannot be stopped.
        check_error(send("POST", f"/evaluation-job/{arn}/stop"), "ConflictException")


def test_a_list_may_have_a_slash_at_the_end(arns):
    for path in arns:
        (summaries,) = send("GET", f"{path}/").json().values()
        assert len(summaries) == 1


@pytest.mark.parametrize("label", ["%FF", "%00", "a%0Ab", "%F0%9F%98%80", "%", "%zz", "..%2F", "+"])
def test_any_label_is_answered(label):
    check_error(send("GET", f"{IMPORTS}/{label}"), "ValidationException", message="jobIdentifier")


@pytest.mark.parametrize(
    "query",
    [
        "maxResults=abc",
        "maxResults=",
        "maxResults=1.0",
        "maxResults=1_0",
        "maxResults=%20%31",
        "maxResults=%D9%A3",
        f"maxResults={'9' * 5000}",
        "maxResults=%FF",
        "creationTimeAfter=garbage",
        "creationTimeAfter=",
        "creationTimeAfter=2024",
        "creationTimeAfter=1700000000",
        "creationTimeAfter=2024-13-01T00:00:00Z",
        "creationTimeAfter=2024-02-30T00:00:00Z",
        "creationTimeAfter=2024-02-29T24:00:01Z",
        "creationTimeAfter=2024-02-29T00:00:00%2B99:99",
        "creationTimeBefore=0000-01-01T00:00:00Z",
        "creationTimeBefore=0001-01-01T00:00:00%2B10:00",
        "creationTimeBefore=9999-12-31T23:59:59-10:00",
        "creationTimeBefore=Thu,%2029%20Feb%202024%2000:00:00%20GMT",
    ],
)
def test_a_query_that_cannot_be_read_is_refused(query):
    for path in (IMPORTS, EVALUATIONS, "/imported-models"):
        check_error(send("GET", f"{path}?{query}"), "SerializationException")


@pytest.mark.parametrize(
    "query", ["nextToken=%FF", "nextToken=AAAA", "nextToken=%F0%9F%98%80", "nextToken=%2B%2F%3D"]
)
def test_an_unknown_page_token_is_refused(query):
    check_error(send("GET", f"{IMPORTS}?{query}"), "ValidationException", message="nextToken")


@pytest.mark.parametrize("query", ["unknown=1", "&&", "=", "%FF=%FF", "MaxResults=abc"])
def test_the_rest_of_a_query_is_ignored(query):
    assert send("GET", f"{IMPORTS}?{query}").json() == {"modelImportJobSummaries": []}


@in_process
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_times_do_not_depend_on_the_zone_of_the_machine(monkeypatch, zone):
    context = monkeypatch.context()
    context.__enter__().setenv("TZ", zone)
    time.tzset()
    try:
        with freeze_time("2024-02-29 12:00:00"):
            assert send("POST", IMPORTS, import_job()).ok
        for moment, before in [
            ("2024-02-29T12:00:00.001Z", True),
            ("2024-02-29T12:00:00Z", False),
            ("2024-02-29T12:00:00", False),
            ("2024-02-29T12:00:01", True),
            ("2024-02-29T14:00:01%2B02:00", True),
            ("2024-02-29T13:59:59%2B0200", False),
            ("2024-03-01", True),
            ("2024-02-29", False),
        ]:
            found = send("GET", f"{IMPORTS}?creationTimeBefore={moment}").json()
            assert len(found["modelImportJobSummaries"]) == before, moment
        job = send("GET", f"{IMPORTS}/job-1").json()
        assert job["creationTime"] == "2024-02-29T12:00:00.000Z"
    finally:
        context.__exit__(None, None, None)
        time.tzset()


# --- anything ------------------------------------------------------------------------

quick = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
STRUCTURES = [
    shape for name in MODEL.shape_names if (shape := MODEL.shape_for(name)).type_name == "structure"
]
MEMBERS = sorted({name for shape in STRUCTURES for name in shape.members})
ANYTHING = st.recursive(
    JSON | st.sampled_from(["a", "", "s3://bucket", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=5)
    ),
)


@quick
@given(
    st.sampled_from([IMPORTS, EVALUATIONS, "/tagResource", f"{EVALUATIONS}/batch-delete"]),
    st.binary() | ANYTHING.map(lambda value: json.dumps(value).encode()),
)
def test_any_body_is_answered_with_json_below_500(path, body):
    with mock_bedrock():
        response = send("POST", path, body)
    assert response.status_code < 500
    assert isinstance(response.json(), dict)


@quick
@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.sampled_from(["", IMPORTS, EVALUATIONS, "/imported-models", "/evaluation-job"]),
    st.text(st.characters(codec="utf-8")),
    st.dictionaries(
        st.sampled_from(["maxResults", "nextToken", "nameContains", "creationTimeAfter", "sortBy"]),
        st.text(),
    ),
)
def test_any_path_and_query_are_answered_with_json(method, start, label, query):
    with mock_bedrock():
        response = send(method, f"{start}/{quote(label, safe='')}?{urlencode(query)}")
    assert response.status_code < 500
    assert isinstance(response.json(), dict)
