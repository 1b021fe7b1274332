"""docs/nginx.conf before two servers: Debian's nginx sends each account and region to one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from contextlib import ExitStack, closing, contextmanager
from itertools import product
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config

from bedrock_mock.server import BedrockServer
from support import import_job, in_process, role_of

CONFIGURATION = Path(__file__).parents[2] / "docs" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
ACCOUNTS = ("123456789012", "111122223333")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-south-1")
SCOPE = "key-{n}/2030010{n}/us-east-1/bedrock/aws4_request"
# nginx writes nowhere else, and runs as the user of the tests.
SURROUNDINGS = """\
{user}
pid nginx.pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include bedrock-mock.conf;
}}
"""

pytestmark = [
    in_process,
    pytest.mark.long,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]


@pytest.fixture(scope="module")
def both(bedrock_server_factory):
    return [bedrock_server_factory(own_process=True) for _ in range(2)]


@pytest.fixture
def servers(both):
    """Two servers without state."""
    for server in both:
        server.reset()
    return both


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def running_nginx(folder, *ports):
    """nginx with the documented configuration, but for the ports: where it answers."""
    port = free_port()
    text = CONFIGURATION.read_text("utf-8")
    for documented, real in zip((5000, 5001, 5002), (port, *ports), strict=True):
        assert text.count(f"127.0.0.1:{documented}") == 1
        text = text.replace(f"127.0.0.1:{documented}", f"127.0.0.1:{real}")
    (folder / "bedrock-mock.conf").write_text(text, "utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(SURROUNDINGS.format(user=user), "utf-8")
    in_front = "daemon off; error_log stderr notice;"
    command = [NGINX, "-p", folder, "-c", "nginx.conf", "-g", in_front]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = said = process.stderr.readline()
            while "start worker process " not in line:
                assert line, f"nginx did not start: {said}"
                line = process.stderr.readline()
                said += line
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture(scope="module")
def url(both, tmp_path_factory):
    ports = [server.endpoint_url.rpartition(":")[2] for server in both]
    with running_nginx(tmp_path_factory.mktemp("nginx"), *ports) as url:
        yield url


@pytest.fixture
def client(url):
    """Makes clients that go through nginx, and closes them."""
    behind = BedrockServer(url, lambda: None)
    with ExitStack() as stack:
        yield lambda *scope: stack.enter_context(closing(behind.client(*scope)))


def job_names(server):
    with urlopen(f"{server.endpoint_url}/moto-api/data.json") as answer:  # noqa: S310
        jobs = json.load(answer)["bedrock"]["ModelImportJob"]
    return [job["job_name"] for job in jobs]


def call(url, body=None, **headers):
    try:
        answer = urlopen(Request(url, data=body, headers=headers), timeout=30)  # noqa: S310
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.read()


def test_an_account_and_region_always_reach_the_same_server(servers, client):
    arns = {}
    for scope in product(REGIONS, ACCOUNTS):
        job = import_job("-".join(scope), roleArn=role_of(scope[1]))
        arns[scope] = client(*scope).create_model_import_job(**job)["jobArn"]
    for scope, arn in arns.items():
        again = client(*scope)
        # The ARN is percent-encoded in the path, and must arrive like that.
        assert again.get_model_import_job(jobIdentifier=arn)["status"] == "Completed"
        (listed,) = again.list_model_import_jobs()["modelImportJobSummaries"]
        assert listed["jobArn"] == arn
    split = [job_names(server) for server in servers]
    assert sorted(split[0] + split[1]) == sorted(map("-".join, arns))
    assert all(split), "one server has got everything"


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"User-Agent": "program {n}"}),
        ("", {"Authorization": "Bearer key-{n}"}),
        ("", {"Authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE}, Signature={{n}}"}),
        (f"?X-Amz-Credential={quote(SCOPE, safe='{}')}&X-Amz-Signature={{n}}", {}),
        ("", {"Authorization": "Bearer key-{n}", "x-moto-account-id": "123456789012"}),
    ],
    ids=["unsigned", "bearer token", "signed", "presigned", "with its account named"],
)
def test_nothing_else_in_a_request_changes_its_server(servers, url, client, query, headers):
    client("us-east-1").create_model_import_job(**import_job())
    for n in range(1, 9):
        sent = {name: value.format(n=n) for name, value in headers.items()}
        assert call(f"{url}/model-import-jobs/job-1{query.format(n=n)}", **sent)[0] == 200


def test_a_presigned_url_goes_to_its_region(servers, url):
    found = {}
    for region in REGIONS[1:]:
        options = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "endpoint_url": url}
        config = Config(signature_version="s3v4")
        with closing(boto3.client("s3", region, config=config, **options)) as s3:
            place = {"LocationConstraint": region}
            s3.create_bucket(Bucket=f"in-{region}", CreateBucketConfiguration=place)
            key = {"Bucket": f"in-{region}", "Key": "key"}
            s3.put_object(**key, Body=region.encode())
            found[region] = call(s3.generate_presigned_url("get_object", key))
    assert found == {region: (200, region.encode()) for region in REGIONS[1:]}


def test_the_key_of_an_assumed_role_has_its_account_in_the_region_that_gave_it(servers, url):
    for region in REGIONS:
        options = {"region_name": region, "endpoint_url": url}
        first = boto3.Session("any", "any")
        with closing(first.client("sts", **options)) as sts:
            role = {"RoleArn": role_of(ACCOUNTS[1]), "RoleSessionName": region}
            given = sts.assume_role(**role)["Credentials"]
        keys = [given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]]
        with closing(boto3.Session(*keys).client("bedrock", **options)) as bedrock:
            job = import_job(roleArn=role_of(ACCOUNTS[1]))
            assert ACCOUNTS[1] in bedrock.create_model_import_job(**job)["jobArn"]


def test_a_large_body_arrives(url):
    job = import_job(clientRequestToken="x" * 3_000_000)
    status, answer = call(f"{url}/model-import-jobs", json.dumps(job).encode())
    assert status == 400
    assert b"'clientRequestToken' failed to satisfy constraint" in answer


def test_motos_api_is_asked_at_each_server(servers, url, client):
    for region in REGIONS:
        client(region).create_model_import_job(**import_job())
    status, answer = call(f"{url}/moto-api/reset", b"")
    assert status == 501
    assert "ask them one by one" in json.loads(answer)["message"]
    assert all(job_names(server) for server in servers)
    for server in servers:
        server.reset()
    for region in REGIONS:
        assert client(region).list_model_import_jobs()["modelImportJobSummaries"] == []


def test_no_server_stands_in_for_one_that_is_down(servers, tmp_path):
    port = servers[0].endpoint_url.rpartition(":")[2]
    with running_nginx(tmp_path, port, free_port()) as url:
        accounts = [{"x-moto-account-id": f"{number:012}"} for number in range(8)]
        # Twice, for nginx could remember a failure.
        statuses = [
            [call(f"{url}/model-import-jobs", **account)[0] for account in accounts]
            for _ in range(2)
        ]
    assert statuses[0] == statuses[1]
    assert set(statuses[0]) == {200, 502}
