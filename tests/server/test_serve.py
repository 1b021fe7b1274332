"""``bedrock-mock serve`` over a real port, and the command line around it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
import requests
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer
from werkzeug.serving import make_ssl_devcert
from werkzeug.test import Client as WsgiClient

import bedrock_mock
from bedrock_mock import BedrockServer
from bedrock_mock.__main__ import main
from bedrock_mock.server.listening import url_of
from support import (
    IMPORT_CLOCK,
    import_job,
    in_process,
    manual,
    missing_list,
    run,
    without_coverage,
)

pytestmark = in_process

TESTS = Path(__file__).parents[1]
#: The modules of tests/resources that go through boto3 only.
OF_ALL_KINDS = ("kinds", "lifecycle", "listing", "tagging")


@pytest.fixture
def endpoint(server):
    """The URL of a server in a process of its own."""
    return server.endpoint_url


@pytest.fixture
def call(endpoint):
    """Makes a plain HTTP request and gives status, headers and decoded JSON."""

    def call(method, path, body=None, **headers):
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        request = Request(endpoint + path, data=data, method=method, headers=headers)  # noqa: S310
        try:
            answer = urlopen(request, timeout=30)  # noqa: S310
        except HTTPError as error:
            answer = error
        with answer:
            content = answer.read()
            is_json = answer.headers["Content-Type"] == "application/json"
            return answer.status, answer.headers, json.loads(content) if is_json else content

    return call


@pytest.fixture
def remote(endpoint, call):
    """A boto3 client of the server."""
    client = boto3.client(
        "bedrock",
        region_name="eu-west-1",
        endpoint_url=endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIA/20250101/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


def test_the_server_answers_like_the_service(remote):
    created = remote.create_model_import_job(**import_job())
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert created["jobArn"].startswith("arn:aws:bedrock:eu-west-1:123456789012:model-import-job/")
    assert remote.get_model_import_job(jobIdentifier=created["jobArn"])["status"] == "Completed"
    with pytest.raises(remote.exceptions.ResourceNotFoundException):
        remote.get_imported_model(modelIdentifier="other")


def test_an_operation_that_is_not_implemented_answers_501_with_json(call, remote):
    missing = missing_list()
    path = missing.http["requestUri"]
    status, headers, body = call("GET", path, Authorization=SIGNED)
    assert (status, headers["Content-Type"]) == (501, "application/json")
    assert headers["x-amzn-ErrorType"] == "NotImplementedException"
    assert body["message"].startswith(f"The operation {missing.name} is not implemented")
    with pytest.raises(ClientError, match=f"{missing.name} is not implemented"):
        getattr(remote, xform_name(missing.name))()


@pytest.mark.once
def test_a_bug_of_ours_is_a_json_answer_in_a_server(monkeypatch, caplog):
    bedrock_mock.install()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        client = boto3.client(
            "bedrock",
            "us-east-1",
            endpoint_url=f"http://{host}:{port}",
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=Config(retries={"total_max_attempts": 1}),
        )
        assert client.list_imported_models()["modelSummaries"] == []
        from bedrock_mock.moto_bridge.backends import backends_of
        from bedrock_mock.services.bedrock.service import BEDROCK

        handlers = backends_of(BEDROCK)["123456789012"]["us-east-1"].handlers
        monkeypatch.setitem(handlers, "GetImportedModel", lambda request: 1 / 0)
        with pytest.raises(client.exceptions.InternalServerException, match="has a bug"):
            client.get_imported_model(modelIdentifier="m")
        assert "failed to answer GET" in caplog.text
    finally:
        server.stop()
        bedrock_mock.uninstall()


def test_motos_api_is_there(call, remote):
    call("POST", "/moto-api/seed?a=42")
    first = remote.create_model_import_job(**import_job())["jobArn"]
    jobs = json.loads(call("GET", "/moto-api/data.json")[2])["bedrock"]["ModelImportJob"]
    assert [job["job_arn"] for job in jobs] == [first]
    call("POST", "/moto-api/reset")
    assert remote.list_model_import_jobs()["modelImportJobSummaries"] == []
    call("POST", "/moto-api/seed?a=42")
    assert remote.create_model_import_job(**import_job())["jobArn"] == first


def test_the_state_manager_is_there(call, remote):
    try:
        body = {"model_name": IMPORT_CLOCK, "transition": manual(2)}
        call("POST", "/moto-api/state-manager/set-transition", body)
        remote.create_model_import_job(**import_job())
        looks = [remote.get_model_import_job(jobIdentifier="job-1")["status"] for _ in range(2)]
        assert looks == ["InProgress", "Completed"]
    finally:
        call("POST", "/moto-api/state-manager/unset-transition", {"model_name": IMPORT_CLOCK})


def test_the_recorder_is_there(call, endpoint, remote):
    urlopen(Request(f"{endpoint}/moto-api/recorder/start-recording", method="POST")).close()  # noqa: S310
    remote.create_model_import_job(**import_job())
    urlopen(Request(f"{endpoint}/moto-api/recorder/stop-recording", method="POST")).close()  # noqa: S310
    with urlopen(f"{endpoint}/moto-api/recorder/download-recording") as answer:  # noqa: S310
        assert b"/model-import-jobs" in answer.read()


def test_the_checks_of_values_can_be_switched_off(call, remote):
    try:
        assert call("GET", "/moto-api/bedrock/config")[2] == {}
        call("POST", "/moto-api/bedrock/config", {"validate_requests": False})
        assert remote.create_model_import_job(**import_job(roleArn="testrole"))["jobArn"]
    finally:
        call("POST", "/moto-api/bedrock/config", {})


def test_other_services_keep_working(endpoint):
    s3 = boto3.client(
        "s3",
        "us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    s3.create_bucket(Bucket="bucket")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["bucket"]
    s3.close()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_resource_suite_runs_unchanged_against_the_server(bedrock_server_factory, monkeypatch):
    """As in moto: TEST_SERVER_MODE=true."""
    for name in os.environ.keys() - without_coverage().keys():
        monkeypatch.delenv(name)
    environment = {
        **os.environ,
        "TEST_SERVER_MODE": "true",
        "TEST_SERVER_MODE_ENDPOINT": bedrock_server_factory(own_process=True).endpoint_url,
    }
    # One server has one state: no second worker may reset it.
    environment.pop("PYTEST_ADDOPTS", None)
    resources = [TESTS / "resources" / f"test_{name}.py" for name in OF_ALL_KINDS]
    suite = [TESTS / "services", *resources]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-r", "fE", "-m", "not long", *suite],
        env=environment,
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout


# --- in this process, in server mode ----------------------------------------------------


def run_in_server_mode(endpoint, code):
    environment = {
        **os.environ,
        "TEST_SERVER_MODE": "true",
        "TEST_SERVER_MODE_ENDPOINT": endpoint,
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.once
def test_server_mode_gives_the_server_its_settings_back(endpoint, call):
    assert run_in_server_mode(
        endpoint,
        f"""
from bedrock_mock import mock_bedrock
with mock_bedrock(config={{"bedrock": {{"validate_requests": False}}}}) as bedrock:
    bedrock.set_transition("{IMPORT_CLOCK}", {{"progression": "manual", "times": 5}})
    job = {import_job(roleArn="testrole")!r}
    bedrock.throttle("CreateModelImportJob")
    client = bedrock.client()
    client.create_model_import_job(**job)
    print(len(bedrock.calls))
    print(client.get_model_import_job(jobIdentifier="job-1")["status"])
    try:
        bedrock.backend()
    except RuntimeError as error:
        print(error)
""",
    ) == [
        "2",
        "InProgress",
        (
            "backend() is not available with TEST_SERVER_MODE=true: the state is in the server's "
            "process. Use client(), or the server's /moto-api/data.json."
        ),
    ]
    assert call("GET", "/moto-api/bedrock/config")[2] == {}
    path = f"/moto-api/state-manager/get-transition?model_name={IMPORT_CLOCK}"
    assert json.loads(call("GET", path)[2]) == {"progression": "immediate"}


@pytest.mark.once
def test_a_server_that_is_not_ours_is_named_as_the_mistake():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as stock:
        while "Running on" not in stock.stderr.readline():
            assert stock.poll() is None
        assert run_in_server_mode(
            f"http://127.0.0.1:{port}",
            """
from bedrock_mock import mock_bedrock
try:
    mock_bedrock(config={"bedrock": {"validate_requests": False}}).start()
except RuntimeError as error:
    print("is the server at this address bedrock-mock serve?" in str(error))
""",
        ) == ["True"]
        stock.terminate()
        stock.communicate()


# --- the process ------------------------------------------------------------------------


@contextmanager
def start(*flags):
    command = [sys.executable, "-m", "bedrock_mock", "serve", *flags]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        try:
            yield process
        finally:
            # A test that fails does not wait for it.
            process.kill()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly_on_a_signal(signum):
    with start("--port", "0") as process:
        line = process.stdout.readline()
        url = re.fullmatch(r"bedrock-mock is ready at (http://127\.0\.0\.1:(\d+))\n", line)
        with urlopen(f"{url[1]}/moto-api/health") as answer:  # noqa: S310
            assert json.load(answer) == {"status": "ok"}
        process.send_signal(signum)
        output, errors = process.communicate(timeout=30)
        assert (process.returncode, output, errors) == (0, "", "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url[2])))


@pytest.mark.once
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="the system cannot pause a process")
def test_many_clients_may_come_at_the_same_moment():
    with start("--port", "0") as process, ExitStack() as clients:
        port = int(process.stdout.readline().rpartition(":")[2])
        process.send_signal(signal.SIGSTOP)
        try:
            # It accepts no client now: they wait in its queue.
            sockets = [
                clients.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
                for _ in range(64)
            ]
        finally:
            process.send_signal(signal.SIGCONT)
        for each in sockets:
            each.sendall(b"GET /moto-api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert each.recv(12) == b"HTTP/1.1 200"
        process.terminate()
        process.communicate(timeout=30)


def test_a_port_in_use_is_one_clear_line_and_status_1():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start("--port", str(port)) as process:
            output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith(f"bedrock-mock serve: cannot listen at 127.0.0.1:{port}: ")
    assert errors.count("\n") == 1
    assert "--port 0 for a free one" in errors


@pytest.mark.once
@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_an_address_that_is_not_of_this_machine_is_named_with_the_remedy(host):
    with start("--host", host, "--port", "0") as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith(f"bedrock-mock serve: cannot listen at {host}:0: ")
    assert errors.endswith("127.0.0.1, or 0.0.0.0 for all of them.\n")


def test_a_port_that_only_root_may_use_is_named_with_the_remedy(monkeypatch, capsys):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    assert main(["serve", "--port", "80"]) == 1
    assert "Choose a --port from 1024" in capsys.readouterr().err


@pytest.mark.once
def test_requests_are_logged_where_that_is_asked_for():
    with start("--port", "0", "--log-requests") as process:
        url = process.stdout.readline().split()[-1]
        urlopen(f"{url}/imported-models?maxResults=7").close()  # noqa: S310
        with pytest.raises(HTTPError) as caught:
            urlopen(f"{url}/imported-models/none")  # noqa: S310
        caught.value.close()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    first, second = errors.splitlines()
    form = r'127\.0\.0\.1 - - \[\d\d/\w+/\d{4} [\d:]+\] "GET (\S+) HTTP/1\.1" (\d+) \d+'
    assert re.fullmatch(form, first).groups() == ("/imported-models?maxResults=7", "200")
    assert re.fullmatch(form, second).groups() == ("/imported-models/none", "404")


@pytest.mark.once
@pytest.mark.parametrize("how", ["serve", "create_app", "fixture"])
@pytest.mark.parametrize(
    "name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]
)
def test_profiles_and_config_files_do_not_concern_it(monkeypatch, tmp_path, name, how):
    broken = tmp_path / "broken"
    broken.write_text("this is [no config\n", "utf-8")
    monkeypatch.setenv(name, str(broken) if name.endswith("FILE") else "gone")
    # One of ours, and one of moto's own, which makes sessions of boto3.
    asked = ("/imported-models", "/?Action=GetCallerIdentity&Version=2011-06-15")
    if how == "serve":
        with start("--port", "0") as process:
            url = process.stdout.readline().split()[-1]
            for path in asked:
                with urlopen(f"{url}{path}") as answer:  # noqa: S310
                    assert answer.status == 200
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    elif how == "create_app":
        assert run(f"""
            from werkzeug.test import Client
            from bedrock_mock.server import create_app
            client = Client(create_app())
            for path in {asked}:
                print(client.get(path).status_code)
        """) == ["200", "200"]
    else:
        server = BedrockServer.in_thread()
        try:
            assert server.client().list_imported_models()["modelSummaries"] == []
        finally:
            server.stop()


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_cannot_be_is_named(monkeypatch, capsys, port):
    monkeypatch.setenv("MOTO_PORT", port)
    for flags in ([f"--port={port}"], []):
        with pytest.raises(SystemExit):
            main(["serve", *flags])
        assert f"a port must be 0 to 65535, got {port!r}" in capsys.readouterr().err


def test_an_address_of_ipv6_is_in_brackets():
    # Not every machine has one to listen at.
    server = SimpleNamespace(bind_addr=("::1", 5000, 0, 0))
    assert url_of(server) == "http://[::1]:5000"


def test_a_certificate_that_cannot_be_used_is_one_clear_line(tmp_path, capsys):
    file = tmp_path / "certificate.pem"
    flags = ["serve", "--port", "0", "--ssl-cert", str(file), "--ssl-key", str(file)]
    for content in (None, "no certificate"):
        if content:
            file.write_text(content, "utf-8")
        assert main(flags) == 1
        line = capsys.readouterr().err
        assert line.startswith(
            f"bedrock-mock serve: cannot use the certificate {file} with the key"
        )
        assert line.count("\n") == 1


OWN = ["--ssl-cert", "c.pem", "--ssl-key", "k.pem"]


@pytest.mark.parametrize("flag", ["--ssl-cert", "--ssl-key"])
def test_half_a_certificate_is_refused(capsys, flag):
    with pytest.raises(SystemExit):
        main(["serve", "--port", "0", flag, "file.pem"])
    assert "give --ssl-cert and --ssl-key both" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [["--ssl-ca", "a.pem"], ["--ssl-ca", "a.pem", *OWN]])
def test_an_authority_without_a_certificate_of_it_is_refused(capsys, flags):
    with pytest.raises(SystemExit):
        main(["serve", "--port", "0", *flags])
    assert "--ssl-ca is for a certificate made here" in capsys.readouterr().err


def test_an_authority_that_cannot_be_written_is_one_clear_line(tmp_path, capsys):
    for file in (tmp_path, tmp_path / "none" / "authority.pem"):
        assert main(["serve", "--port", "0", "--ssl", "--ssl-ca", str(file)]) == 1
        line = capsys.readouterr().err
        assert line.startswith("bedrock-mock serve: cannot write --ssl-ca: ")
        assert str(file) in line
        assert line.count("\n") == 1


@pytest.mark.once
@pytest.mark.parametrize("kind", ["made here", "made here and trusted", "given"])
def test_it_serves_https(tmp_path, kind):
    flags = ["--ssl"]
    trusting = ssl.create_default_context()
    if kind == "made here and trusted":
        flags += ["--ssl-ca", str(tmp_path / "authority.pem")]
    else:
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
    if kind == "given":
        certificate, key = make_ssl_devcert(str(tmp_path / "own"), host="127.0.0.1")
        flags = ["--ssl-cert", certificate, "--ssl-key", key]
    with start("--port", "0", *flags) as process:
        url = process.stdout.readline().removeprefix("bedrock-mock is ready at ").strip()
        assert url.startswith("https://127.0.0.1:")
        if kind == "made here and trusted":
            trusting.load_verify_locations(tmp_path / "authority.pem")
        with urlopen(f"{url}/moto-api/health", context=trusting) as answer:  # noqa: S310
            assert answer.status == 200
        process.terminate()
        process.communicate(timeout=30)


def test_the_reloader_serves_too(monkeypatch):
    served = []
    monkeypatch.setattr(
        "bedrock_mock.server.command.run_simple", lambda *args, **options: served.append(options)
    )
    assert main(["serve", "--reload"]) == 0
    assert served[0]["use_reloader"] is True


def logged(text):
    """A record of an invocation log."""
    message = {"role": "assistant", "content": [{"text": text}]}
    return {
        "operation": "Converse",
        "modelId": "amazon.nova-lite-v1:0",
        "input": {"inputBodyJson": {"messages": QUESTION}},
        "output": {"outputBodyJson": {"output": {"message": message}, "stopReason": "end_turn"}},
        "schemaType": "ModelInvocationLog",
    }


QUESTION = [{"role": "user", "content": [{"text": "Hello"}]}]


@pytest.mark.once
def test_logs_are_replayed_from_the_start_after_each_reset(monkeypatch, tmp_path):
    files = []
    for name, texts in (("one", ["First.", "Second."]), ("two", [])):
        file = tmp_path / f"{name}.jsonl"
        records = [logged(text) for text in texts] or [{**logged("Nova."), "modelId": "us.a.b"}]
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        files += ["--replay", str(file)]
    said = []

    def ask(application):
        client = WsgiClient(application)
        path = "/model/amazon.nova-lite-v1:0/converse"
        answer = client.post(path, json={"messages": QUESTION}, headers={"Authorization": SIGNED})
        said.append(answer.json["output"]["message"]["content"][0]["text"])

    def run_simple(_host, _port, application, **_):
        for reset in (False, True):
            if reset:
                WsgiClient(application).post("/moto-api/reset")
            for _ in "ab":
                ask(application)

    monkeypatch.setattr("bedrock_mock.server.command.run_simple", run_simple)
    assert main(["serve", "--reload", *files]) == 0
    assert said == ["First.", "Second."] * 2
    monkeypatch.setattr("bedrock_mock.server.command.run_simple", lambda *args, **_: ask(args[2]))
    assert main(["serve", "--reload"]) == 0
    assert said[-1] not in {"First.", "Second."}


@pytest.mark.once
def test_a_server_started_with_logs_answers_by_them(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_text(json.dumps(logged("Logged.")))
    with start("--port", "0", "--replay", str(file)) as process:
        url = process.stdout.readline().split()[-1]
        answer = requests.post(
            f"{url}/model/amazon.nova-lite-v1:0/converse",
            json={"messages": QUESTION},
            headers={"Authorization": SIGNED},
            timeout=10,
        )
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert answer.json()["output"]["message"]["content"] == [{"text": "Logged."}]


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "there is no file or folder"), ("{}", "log.jsonl, line 1 is not an invocation log")],
)
def test_a_log_that_cannot_be_replayed_is_one_clear_line(tmp_path, capsys, content, message):
    file = tmp_path / "log.jsonl"
    if content is not None:
        file.write_text(content)
    assert main(["serve", "--port", "0", "--replay", str(file)]) == 1
    errors = capsys.readouterr().err
    assert errors.startswith("bedrock-mock serve: --replay: ")
    assert message in errors


@pytest.mark.once
def test_the_application_runs_under_any_server():
    code = """
import json
from werkzeug.test import Client, create_environ
from bedrock_mock.server import create_app

client = Client(create_app())
assert client.get("/moto-api/health").json == {"status": "ok"}
assert client.get("/imported-models").json == {"modelSummaries": []}
bearer = {"Authorization": "Bearer token"}
assert client.get("/imported-models", headers=bearer).json == {"modelSummaries": []}
listed = client.post("/knowledgebases/", data="{}", headers=bearer)
assert json.loads(listed.data)["knowledgeBaseSummaries"] == []
preflight = client.options("/imported-models", headers={"Origin": "http://localhost"})
assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")
# A server that keeps only the decoded path.
environ = create_environ("/imported-models", query_string="maxResults=0")
del environ["RAW_URI"], environ["REQUEST_URI"]
statuses = []
body = b"".join(client.application(environ, lambda status, headers: statuses.append(status)))
assert statuses == ["400 Bad Request"], statuses
assert "maxResults" in json.loads(body)["message"]
"""
    environment = {**os.environ, "MOTO_DISABLE_GLOBAL_CORS": ""}
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=environment)
    code = """
from werkzeug.test import Client
from bedrock_mock.server import create_app

assert "Access-Control-Allow-Origin" not in Client(create_app()).get("/imported-models").headers
"""
    environment["MOTO_DISABLE_GLOBAL_CORS"] = "true"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=environment)


# --- the command line -------------------------------------------------------------------


def test_serve_has_motos_flags(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["serve", "--help"])
    assert exit_.value.code == 0
    shown = capsys.readouterr().out
    assert "usage: bedrock-mock serve" in shown
    for flag in (
        "--host",
        "--port",
        "--ssl",
        "--ssl-cert",
        "--ssl-key",
        "--ssl-ca",
        "--reload",
        "--replay",
    ):
        assert flag in shown


@pytest.mark.parametrize("missing", ["cheroot.wsgi", "moto.moto_server.werkzeug_app"])
def test_serve_without_the_extra_says_what_to_install(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    for name in ("application", "wsgi"):
        monkeypatch.delitem(sys.modules, f"bedrock_mock.server.{name}", raising=False)
    with pytest.raises(SystemExit, match=r"pip install 'bedrock-mock\[server\]'"):
        main(["serve"])


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_demo_says_what_it_is(capsys, flag):
    assert main(["demo", flag]) == 0
    assert capsys.readouterr().out.startswith("usage: bedrock-mock demo\n")


def test_the_demo_prints_the_whole_story(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["demo"]) == 0
    story = capsys.readouterr().out
    assert max(map(len, story.splitlines())) <= 80
    story = " ".join(story.split())
    expected = [
        "status: InProgress",
        "status: Completed",
        "modelArn: arn:aws:bedrock:us-east-1:123456789012:imported-model/",
        "jobs: ['import-1']",
        "status: Stopping",
        "status: Stopped",
        "accuracy: Deleting",
        "bold: refused, 400: An evaluation job with the status InProgress cannot be deleted.",
        "Guardrail masked: Write to {EMAIL}.",
        "Guardrail blocked: Let us talk about something else.",
        "ValidationException: 2 validation errors detected",
        "attempts of boto3: 2",
        "call: ThrottlingException",
        "call: answered",
        "status: Failed",
        "failureMessage: The model is too large.",
        "of the service's",
        "Read on in README.md",
    ]
    positions = [story.index(line) for line in expected]
    assert positions == sorted(positions)


@pytest.mark.once
def test_the_demo_stays_in_its_process_in_every_environment():
    others = {"TEST_SERVER_MODE": "true", "AWS_PROFILE": "nobody"}
    others["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"
    command = [sys.executable, "-W", "error", "-m", "bedrock_mock", "demo"]
    env = {**without_coverage(), **others}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("  help(bedrock_mock.BedrockMock)\n")


def test_the_version_is_the_packages(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bedrock-mock {bedrock_mock.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_is_shown(capsys, arguments):
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("usage: bedrock-mock {serve,demo}")


@pytest.mark.parametrize("arguments", [["server"], ["demo", "--fast"]])
def test_what_is_not_understood_is_named(capsys, arguments):
    assert main(arguments) == 2
    assert f"not understood: {' '.join(arguments)}" in capsys.readouterr().err


def test_a_server_that_is_stopped_or_has_ended_can_be_stopped_again(bedrock_server_factory):
    server = bedrock_server_factory(own_process=True)
    server.set_transition(IMPORT_CLOCK, manual(2))
    # As where somebody has ended the process.
    server._stop()
    server.stop()
    server.stop()
    with pytest.raises(requests.ConnectionError):
        server.reset()


def test_what_moto_prints_does_not_fill_a_pipe(bedrock_server_factory):
    server = bedrock_server_factory(own_process=True)
    scope = "a/20250101/us-east-1/nosuch/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host"}
    with requests.Session() as session:
        for _ in range(500):
            # It is printed with its path.
            session.get(f"{server.endpoint_url}/{'x' * 200}", headers=headers, timeout=20)
    server.stop()
