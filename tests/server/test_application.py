"""Plain HTTP against the server: it answers every request with JSON, and never with a 5xx."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
from urllib.parse import quote, urlsplit

import boto3
import pytest
import requests
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from support import ROLE, import_job, in_process

pytestmark = [in_process, pytest.mark.once]

SCOPE = "20250101/eu-west-1/bedrock/aws4_request"
SIGNED = f"AWS4-HMAC-SHA256 Credential=AKIA/{SCOPE}, SignedHeaders=host, Signature=0"
OK = {"status": "ok"}
AUTHORIZATIONS = {
    "unsigned": {},
    "signed": {"Authorization": SIGNED},
    "bearer": {"Authorization": "Bearer bedrock-api-key-of-somebody"},
    "by host": {"Host": "bedrock.eu-west-1.amazonaws.com"},
    "cut off": {"Authorization": f"AWS4-HMAC-SHA256 Credential=a/{SCOPE}"},
    "no scope": {"Authorization": "AWS4-HMAC-SHA256"},
    "basic": {"Authorization": "Basic dXNlcjpwYXNz"},
    "empty": {"Authorization": ""},
}


@pytest.fixture
def send(server):
    """Sends a request byte for byte and gives the status, the headers and the decoded JSON."""

    def send(method, path, body=None, headers=()):
        connection = http.client.HTTPConnection(urlsplit(server.endpoint_url).netloc)
        headers = dict(headers)
        connection.putrequest(method, path, skip_host="Host" in headers)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.headers["Content-Type"] == "application/json", content
        assert answer.status < 500, content
        return answer.status, answer.headers, json.loads(content) if content else None

    return send


@pytest.mark.parametrize("headers", AUTHORIZATIONS.values(), ids=AUTHORIZATIONS)
def test_a_request_is_answered_however_it_is_signed(send, headers):
    body = json.dumps(import_job()).encode()
    status, _, created = send("POST", "/model-import-jobs", body, headers)
    assert status == 201
    assert send("GET", "/model-import-jobs/job-1", None, headers)[2]["jobArn"] == created["jobArn"]


@pytest.mark.parametrize(
    "encode", [str, quote, lambda arn: quote(arn, safe="")], ids=["plain", "but slashes", "all"]
)
@pytest.mark.parametrize("end", ["", "/", "//", "?"])
def test_arns_in_paths_may_be_encoded_or_not_and_end_in_slashes(send, encode, end):
    arn = send("POST", "/model-import-jobs", json.dumps(import_job()).encode())[2]["jobArn"]
    assert send("GET", f"/model-import-jobs/{encode(arn)}{end}")[2]["jobArn"] == arn


@pytest.mark.parametrize(
    "path", ["/", "//", "/nothing", "/nothing/at/all", "/model-import-jobs/a/", "/%"]
)
@pytest.mark.parametrize("method", ["PUT", "BREW"])
def test_a_path_or_verb_of_no_operation_is_unknown(send, method, path):
    status, headers, _ = send(method, path, b"", AUTHORIZATIONS["signed"])
    assert (status, headers["x-amzn-ErrorType"]) == (404, "UnknownOperationException")


def test_head_has_what_get_has_without_the_body(send):
    for path in ("/imported-models", "/model-import-jobs/none", "/moto-api/health"):
        status, headers, content = send("HEAD", path)
        expected, wanted, body = send("GET", path)
        assert (status, content) == (expected, None)
        assert headers["Content-Length"] == wanted["Content-Length"]
        assert headers["x-amzn-ErrorType"] == wanted["x-amzn-ErrorType"]
        assert body is not None
    assert send("HEAD", "/nothing", None, AUTHORIZATIONS["signed"])[0] == 404


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{}", "the body lacks the member 'model_name'"),
        (b'{"model_name": "bedrock::evaluation_job"}', "the body lacks the member 'transition'"),
        (b"[]", "the body must be a JSON object"),
        (b"no JSON", "the body must be a JSON object"),
    ],
)
def test_what_is_wrong_with_a_body_for_motos_api_is_named(send, body, message):
    path = "/moto-api/state-manager/set-transition"
    status, _, content = send("POST", path, body)
    assert status == 400
    assert content["message"].startswith(f"POST {path}: {message}")


def test_a_body_for_a_verb_that_is_no_json_is_shown(send):
    status, _, content = send("POST", "/moto-api/bedrock/freeze", b"job=" + b"x" * 1000)
    assert status == 400
    assert content["message"].startswith("the body must be a JSON object, not b'job=xxx")
    assert len(content["message"]) < 200


def test_a_wrong_verb_on_a_path_of_ours_is_unknown_without_a_signature_too(send):
    assert send("PUT", "/model-import-jobs", b"")[0] == 404


@pytest.mark.parametrize(
    "body",
    [b"not JSON", b"[]", b"\xff\xfe", b"{", b'{"jobName": 1}', b"NaN", b"a=b&c=d", b"<xml/>"],
    ids=repr,
)
@pytest.mark.parametrize(
    "content_type", [None, "application/json", "application/x-www-form-urlencoded", "nonsense/"]
)
def test_a_body_that_cannot_be_read_is_a_serialization_error(send, body, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}
    status, answered, _ = send("POST", "/model-import-jobs", body, headers)
    assert (status, answered["x-amzn-ErrorType"]) == (400, "SerializationException")


def test_a_body_of_ten_megabytes_is_answered(send):
    body = json.dumps(import_job(padding="x" * 10_000_000)).encode()
    assert send("POST", "/model-import-jobs", body)[0] == 201


def test_a_body_may_be_compressed(send):
    headers = {"Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps(import_job()).encode())
    assert send("POST", "/model-import-jobs", body, headers)[0] == 201
    assert send("POST", "/model-import-jobs", body[:20], headers)[0] == 400


def test_boto3_with_a_bearer_token_is_answered_in_the_process(bedrock_mock, monkeypatch):
    # boto3 refuses to send the token over plain HTTP, so not to the server above.
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-of-somebody")
    client = bedrock_mock.client(region_name="eu-west-1")
    sent = []
    client.meta.events.register_first(
        "before-send", lambda request, **_: sent.append(request.headers["Authorization"])
    )
    assert client.create_model_import_job(**import_job())["jobArn"].split(":")[3] == "eu-west-1"
    assert sent == [b"Bearer bedrock-api-key-of-somebody"]


@pytest.mark.parametrize("headers", [AUTHORIZATIONS["signed"], AUTHORIZATIONS["bearer"]])
def test_the_other_services_that_sign_as_bedrock_are_motos(server, headers):
    connection = http.client.HTTPConnection(urlsplit(server.endpoint_url).netloc)
    connection.request("POST", "/knowledgebases/", b"{}", headers)
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["knowledgeBaseSummaries"]) == (200, [])
    connection.close()


@pytest.mark.parametrize("authorization", AUTHORIZATIONS.values(), ids=AUTHORIZATIONS)
def test_motos_own_paths_are_motos_however_a_request_is_signed(server, authorization):
    server.client("eu-west-1").create_model_import_job(**import_job())
    url = f"{server.endpoint_url}/moto-api"
    shown = requests.get(f"{url}/data.json", headers=authorization, timeout=20).json()
    assert [*shown["bedrock"]] == ["ImportedModel", "ModelImportJob"]
    assert requests.post(f"{url}/reset", headers=authorization, timeout=20).json() == OK
    assert server.client("eu-west-1").list_model_import_jobs()["modelImportJobSummaries"] == []


HALVES = ["AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/b", "AWS", "Bearer", "Negotiate"]


@pytest.mark.parametrize("path", ["/nothing", "/imported-models", "/nothing/at/all"])
@pytest.mark.parametrize("authorization", [None, *HALVES, SIGNED.replace("bedrock", "nosuch")])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "BREW"])
def test_unknown_requests_are_answered_with_json(send, method, path, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    status, answered, body = send(method, path, b"{}", headers)
    assert status == 200 or ("x-amzn-ErrorType" in answered and body["message"])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
@pytest.mark.parametrize("path", ["/flows/A/", "/agents/A/agentAliases/B/sessions/C/text"])
def test_what_moto_has_not_implemented_for_a_bearer_is_said_so(server, scheme, path):
    headers = {"Authorization": f"{scheme} key"}
    connection = http.client.HTTPConnection(urlsplit(server.endpoint_url).netloc)
    connection.request("POST", path, b"{}", headers)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) in {
        (501, "application/json"),
        # Newer versions of moto have it.
        (200, "application/json"),
        (404, "application/json"),
    }
    assert isinstance(json.load(answer), dict)
    connection.close()


def test_a_presigned_request_is_for_the_region_that_it_names(server, send):
    created = server.client("eu-west-1").create_model_import_job(**import_job())
    credentials = Credentials("AKIA", "secret")
    request = AWSRequest("GET", f"{server.endpoint_url}/model-import-jobs/job-1")
    SigV4QueryAuth(credentials, "bedrock", "eu-west-1").add_auth(request)
    path = request.url.removeprefix(server.endpoint_url)
    assert send("GET", path)[2]["jobArn"] == created["jobArn"]


def test_a_bucket_may_be_called_like_a_path_of_ours(server):
    options = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    s3 = boto3.client(
        "s3", endpoint_url=server.endpoint_url, config=Config(signature_version="s3v4"), **options
    )
    s3.create_bucket(Bucket="imported-models")
    s3.put_object(Bucket="imported-models", Key="a", Body=b"mine")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "imported-models", "Key": "a"})
    assert requests.get(url, timeout=10).content == b"mine"
    old = boto3.client(
        "s3", endpoint_url=server.endpoint_url, config=Config(signature_version="s3"), **options
    )
    url = old.generate_presigned_url("get_object", Params={"Bucket": "imported-models", "Key": "a"})
    assert requests.get(url, timeout=10).content == b"mine"


def test_an_error_of_another_service_stays_as_it_is(server):
    options = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    s3 = boto3.client("s3", endpoint_url=server.endpoint_url, **options)
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket="nobody")


def test_a_path_of_ours_that_is_signed_for_another_service_is_unknown_there(send):
    signed = {"Authorization": SIGNED.replace("/bedrock/", "/bedrock-runtime/")}
    status, headers, _ = send("POST", "/model-import-jobs", b"{}", signed)
    code, _, namespace = headers["x-amzn-ErrorType"].partition(":")
    assert (status, code) == (404, "UnknownOperationException")
    assert "bedrock" in namespace


def test_a_page_of_another_origin_may_send_requests(server):
    headers = {
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-amz-date",
    }
    answer = requests.options(
        f"{server.endpoint_url}/model-import-jobs", headers=headers, timeout=9
    )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,x-amz-date"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_a_body_that_unpacks_to_more_than_any_request_has_is_refused(send):
    body = gzip.compress(b" " * (65 * 1024 * 1024))
    status, _, answer = send("POST", "/model-import-jobs", body, {"Content-Encoding": "GZIP"})
    assert (status, answer["message"][-17:]) == (400, "when it is unpacked"[-17:])


def test_a_request_need_not_name_a_host(server):
    # As health checks of HTTP/1.0 do not.
    address = urlsplit(server.endpoint_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"GET /imported-models HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.split(b" ")[1] == b"200"
    assert answer.endswith(b'{"modelSummaries": []}')


def test_browsers_of_other_origins_may_read_the_answers(send):
    assert send("GET", "/imported-models")[1]["Access-Control-Allow-Origin"] == "*"


def test_the_role_of_another_account_is_refused_by_the_account_header(send):
    body = json.dumps(import_job(roleArn=ROLE)).encode()
    headers = {"x-moto-account-id": "111122223333"}
    assert send("POST", "/model-import-jobs", body, headers)[0] == 403
