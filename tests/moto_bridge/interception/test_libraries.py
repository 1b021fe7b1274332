"""Each library's requests to Bedrock are answered in the process, and no others."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import httpx
import pytest
import requests
import urllib3
from libraries import LIBRARIES, by_http_client, by_httpx
from moto import mock_aws
from moto.core.exceptions import ServiceNotWhitelisted
from moto.moto_api import recorder

from bedrock_mock import Reply, install, mock_bedrock, uninstall
from bedrock_mock.services.bedrock_runtime import invocation_answer
from support import in_process, run

pytestmark = in_process

HERE = Path(__file__).parent
HOST = "bedrock-runtime.us-east-1.amazonaws.com"
MODEL = "meta.llama3-70b-instruct-v1:0"
INVOKE = f"https://{HOST}/model/{MODEL}/invoke"
STREAM = f"{INVOKE}-with-response-stream"
AGENT = "https://bedrock-agent-runtime.us-east-1.amazonaws.com/agents"
MODELS = "https://bedrock.us-east-1.amazonaws.com/imported-models"
BODY = json.dumps({"prompt": "Hi"}).encode()
JSON = {"Content-Type": "application/json"}

each_library = pytest.mark.parametrize("call", LIBRARIES, ids=lambda each: each.__name__)


def leaving(host=HOST):
    """Expects a request to leave, which tests of this folder may not send."""
    return pytest.raises(pytest.fail.Exception, match=f"tried to reach (b')?{host}")


def refusing():
    return pytest.raises(NotImplementedError, match="is a host of Amazon Bedrock, and a request")


def passing(*urls, services=()):
    passed = {"urls": list(urls), "services": list(services)}
    return mock_bedrock(config={"core": {"passthrough": passed}})


@pytest.fixture
def pauses(monkeypatch):
    """The pauses between the chunks of streams, which take no time here."""
    made = []
    monkeypatch.setattr(invocation_answer, "time", SimpleNamespace(sleep=made.append))
    return made


# --- what is answered -------------------------------------------------------------------


@each_library
def test_a_model_is_called(call, bedrock_mock):
    bedrock_mock.reply("Paris.", user="Hi")
    got = call("POST", INVOKE, BODY, JSON)
    assert got.status == 200
    assert json.loads(got.body)["generation"] == "Paris."
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-amzn-bedrock-output-token-count"] == "2"
    bedrock_mock.calls.of("InvokeModel").once(modelId=MODEL)


@each_library
def test_an_error_of_the_service_is_an_answer(call, bedrock_mock):
    bedrock_mock.raise_next("InvokeModel", "ThrottlingException", "Slow down.")
    got = call("POST", INVOKE, BODY, JSON)
    assert (got.status, json.loads(got.body)) == (429, {"message": "Slow down."})
    assert got.headers["x-amzn-errortype"].startswith("ThrottlingException:")


@each_library
def test_the_control_plane_is_asked_by_query(call, bedrock_mock):
    got = call("GET", f"{MODELS}?maxResults=5&nameContains=a%2Db")
    assert (got.status, json.loads(got.body)) == (200, {"modelSummaries": []})
    bedrock_mock.calls.of("ListImportedModels").once(maxResults=5, nameContains="a-b")


@each_library
def test_an_escaped_identifier_arrives_as_it_was_sent(call, bedrock_mock):
    arn = f"arn:aws:bedrock:us-east-1::foundation-model%2F{MODEL}"
    got = call("POST", f"https://{HOST}/model/{arn}/invoke", BODY, JSON)
    assert got.status == 200
    bedrock_mock.calls.of("InvokeModel").once(modelId=arn.replace("%2F", "/"))


@each_library
def test_a_stream_is_made_as_it_is_read(call, bedrock_mock, pauses):
    bedrock_mock.reply(Reply("Hello", chunks=list("Hello"), gap=1))
    got = call("POST", STREAM, BODY, JSON, seen=pauses)
    assert got.headers["content-type"] == "application/vnd.amazon.eventstream"
    assert len(pauses) == got.seen[-1]
    # aiohttp hands a chunk over when it wants the next one.
    assert all(made - read in (0, 1) for read, made in enumerate(got.seen[:4]))


@each_library
def test_a_stream_that_is_closed_is_made_no_further(call, bedrock_mock, pauses):
    bedrock_mock.reply(Reply("Hello", chunks=list("Hello"), gap=1))
    call("POST", STREAM, BODY, JSON, seen=pauses, limit=1)
    assert len(pauses) <= 1


@each_library
def test_a_stream_is_the_one_that_boto3_reads(call, bedrock_mock):
    bedrock_mock.reply(Reply("Hello", chunks=["Hel", "lo"]))
    raw = []
    runtime = bedrock_mock.client("bedrock-runtime")
    runtime.meta.events.register(
        "before-parse.bedrock-runtime", lambda response_dict, **_: raw.append(response_dict["body"])
    )
    runtime.invoke_model_with_response_stream(modelId=MODEL, body=BODY)
    assert call("POST", STREAM, BODY, JSON).body == b"".join(raw[0].stream())


@each_library
def test_a_body_may_come_in_parts(call, bedrock_mock):
    got = call("POST", INVOKE, iter([BODY[:5], BODY[5:]]), JSON)
    assert got.status == 200
    bedrock_mock.calls.of("InvokeModel").once(body=BODY)


@each_library
def test_a_long_answer_arrives_as_a_whole(call, bedrock_mock):
    bedrock_mock.reply("Paris. " * 10_000)
    assert json.loads(call("POST", INVOKE, BODY, JSON).body)["generation"] == "Paris. " * 10_000


@each_library
def test_an_operation_that_is_missing_says_so(call, bedrock_mock, monkeypatch):
    backend = bedrock_mock.backend()
    monkeypatch.delitem(backend.handlers, "ListImportedModels")
    with pytest.raises(NotImplementedError, match="ListImportedModels is not implemented"):
        call("GET", MODELS)


@each_library
def test_a_service_that_is_not_whitelisted_is_refused(call):
    with (
        mock_bedrock(config={"core": {"service_whitelist": ["s3"]}}),
        pytest.raises(ServiceNotWhitelisted),
    ):
        call("GET", MODELS)


@pytest.mark.parametrize(
    "host",
    [
        "vpce-0123456789abcdef0-abcdefgh.bedrock-runtime.us-east-1.vpce.amazonaws.com",
        "bedrock-runtime-fips.us-east-1.amazonaws.com",
        "bedrock-runtime.us-east-1.api.aws",
        "bedrock-runtime.cn-north-1.amazonaws.com.cn",
    ],
)
@each_library
def test_private_and_other_endpoints_are_hosts_of_bedrock(call, host, bedrock_mock):
    body = {"message": "The provided model identifier is invalid."}
    got = call("POST", f"https://{host}/model/none/invoke", BODY, JSON)
    assert (got.status, json.loads(got.body)) == (400, body)


@each_library
def test_a_port_or_plain_http_makes_no_difference(call, bedrock_mock):
    for url in (f"http://{HOST}", f"https://{HOST}:443", f"https://{HOST}:8443"):
        assert call("POST", f"{url}/model/{MODEL}/invoke", BODY, JSON).status == 200


@each_library
def test_a_bearer_token_is_a_caller_of_the_default_account(call, bedrock_mock):
    headers = {**JSON, "Authorization": "Bearer bedrock-api-key-abc"}
    url = INVOKE.replace("us-east-1", "eu-west-1")
    call("POST", url, BODY, headers)
    found = bedrock_mock.calls.of("InvokeModel").once()
    assert (found.region_name, found.account_id) == ("eu-west-1", "123456789012")


@each_library
def test_a_call_that_is_recorded_is_answered_too(call, bedrock_mock, tmp_path, monkeypatch):
    monkeypatch.setenv("MOTO_RECORDER_FILEPATH", str(tmp_path / "recording"))
    recorder.start_recording()
    try:
        assert call("GET", MODELS).status == 200
    finally:
        recorder.stop_recording()
    assert "imported-models" in recorder.download_recording()


# --- what is not ------------------------------------------------------------------------


@each_library
def test_without_a_mock_requests_leave(call):
    with mock_bedrock():
        pass
    with leaving():
        call("POST", INVOKE, BODY, JSON)


@each_library
def test_an_installed_bedrock_alone_answers_nothing(call):
    install()
    try:
        with leaving():
            call("POST", INVOKE, BODY, JSON)
        with mock_aws():
            assert call("POST", INVOKE, BODY, JSON).status == 200
    finally:
        uninstall()


@each_library
def test_an_endpoint_that_the_code_itself_passes_is_its_own_choice(call, bedrock_mock):
    with leaving("bedrock.example"):
        call("POST", f"http://bedrock.example:9/model/{MODEL}/invoke", BODY, JSON)


@each_library
def test_what_is_passed_through_leaves(call):
    with passing(f"{INVOKE}$"):
        assert call("POST", STREAM, BODY, JSON).status == 200
        with leaving():
            call("POST", INVOKE, BODY, JSON)
    with passing(services=["bedrockruntime"]), leaving():
        call("POST", INVOKE, BODY, JSON)


@each_library
def test_a_service_of_bedrock_that_is_not_mocked_is_refused(call, bedrock_mock):
    if call is not LIBRARIES[3]:
        # moto's own mock of requests answers it.
        with refusing():
            call("GET", AGENT)


@each_library
def test_such_a_service_may_be_passed_through(call):
    if call is not LIBRARIES[3]:
        host = "bedrock-agent-runtime.us-east-1.amazonaws.com"
        by_url, by_name = passing(f"https://{host}/"), passing(services=["bedrockagentruntime"])
        for config in (by_url, by_name):
            with config, leaving(host):
                call("GET", AGENT)


# --- proxies and connections ------------------------------------------------------------


@pytest.fixture
def proxy(monkeypatch):
    """A proxy that all libraries would use."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    # urlopen keeps the proxies that it finds at its first call in a process.
    monkeypatch.setattr(urllib.request, "_opener", None)


@each_library
def test_a_proxy_is_not_asked_for_bedrock(call, bedrock_mock, proxy):
    for scheme in ("http", "https"):
        url = INVOKE.replace("https", scheme)
        assert call("POST", url, BODY, JSON).status == 200


@each_library
def test_a_proxy_does_not_lead_to_what_is_refused(call, bedrock_mock, proxy):
    if call is not LIBRARIES[3]:
        with refusing():
            call("GET", AGENT)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_pool_of_a_proxy_is_answered(scheme, bedrock_mock):
    with urllib3.ProxyManager("http://127.0.0.1:9") as pool:
        for _ in range(2):
            answer = pool.request("POST", INVOKE.replace("https", scheme), body=BODY, headers=JSON)
            assert answer.status == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_pool_of_a_proxy_leads_where_it_may(scheme):
    url = INVOKE.replace("https", scheme)
    with passing(url), leaving("127.0.0.1"), urllib3.ProxyManager("http://127.0.0.1:9") as pool:
        pool.request("POST", url, body=BODY, headers=JSON, retries=False)


def test_a_pool_of_a_proxy_leads_elsewhere_as_ever(bedrock_mock):
    with leaving("127.0.0.1"), urllib3.ProxyManager("http://127.0.0.1:9") as pool:
        pool.request("GET", "http://example.com/", retries=False)


def test_a_tunnel_through_a_proxy_is_answered(bedrock_mock):
    connection = http.client.HTTPSConnection("127.0.0.1", 9)
    connection.set_tunnel(HOST, 443)
    connection.request("POST", f"/model/{MODEL}/invoke", BODY, JSON)
    assert connection.getresponse().status == 200


def test_a_connect_to_bedrock_is_refused(bedrock_mock):
    connection = http.client.HTTPConnection("127.0.0.1", 9)
    with refusing():
        connection.request("CONNECT", f"{HOST}:443")
    with leaving("127.0.0.1"):
        connection.request("CONNECT", "example.com:443")


class Open(socket.socket):
    """A connection that was opened before the mock began."""

    def sendall(self, *_):
        pytest.fail("a request left by an open connection")


def test_a_connection_that_is_open_already_is_not_used(bedrock_mock):
    connection = http.client.HTTPSConnection(HOST)
    connection.sock = opened = Open()
    connection.request("POST", f"/model/{MODEL}/invoke", BODY, JSON)
    assert connection.getresponse().status == 200
    assert opened.fileno() == -1


def test_one_connection_takes_several_requests(bedrock_mock):
    connection = http.client.HTTPSConnection(HOST)
    connection.connect()
    for _ in range(2):
        connection.request("POST", f"/model/{MODEL}/invoke", BODY, JSON)
        assert connection.getresponse().read()
    with urllib3.HTTPSConnectionPool(HOST, maxsize=1) as pool:
        for _ in range(2):
            assert pool.urlopen("GET", "/model/none").status == 404


def test_aiohttp_waits_for_the_go_ahead(bedrock_mock):
    async def call():
        async with (
            aiohttp.ClientSession() as session,
            session.post(INVOKE, data=BODY, headers=JSON, expect100=True) as answer,
        ):
            return answer.status

    assert asyncio.run(call()) == 200


def test_a_session_of_aiohttp_takes_several_requests_at_once(bedrock_mock):
    bedrock_mock.reply(Reply("Hi", delay=0.01))

    async def call():
        async with aiohttp.ClientSession() as session:

            async def one():
                async with session.post(INVOKE, data=BODY, headers=JSON) as answer:
                    return answer.status

            return await asyncio.gather(*(one() for _ in range(20)))

    assert asyncio.run(call()) == [200] * 20


def test_aiohttp_gives_up_when_the_test_does(bedrock_mock):
    bedrock_mock.reply(Reply("Hi", delay=0.2))

    async def call():
        timeout = aiohttp.ClientTimeout(total=0.01)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            await session.post(INVOKE, data=BODY, headers=JSON)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(call())


@pytest.mark.parametrize("data", [BODY.decode(), iter([BODY])])
def test_requests_takes_bodies_of_many_kinds(data, bedrock_mock, tmp_path):
    assert requests.post(INVOKE, data=data, headers=JSON).status_code == 200
    file = tmp_path / "body"
    file.write_bytes(BODY)
    with file.open("rb") as opened:
        assert requests.post(INVOKE, data=opened, headers=JSON).status_code == 200


def test_requests_reaches_the_other_services_of_moto(bedrock_mock):
    query = "Action=GetCallerIdentity&Version=2011-06-15"
    answer = requests.get(f"https://sts.us-east-1.amazonaws.com/?{query}")
    assert "123456789012" in answer.text


def test_a_body_that_fails_midway_fails_the_request(bedrock_mock):
    async def broken():
        yield BODY[:3]
        await asyncio.sleep(0.001)
        raise RuntimeError

    async def call():
        async with aiohttp.ClientSession() as session:
            await session.post(INVOKE, data=broken(), headers=JSON)

    with pytest.raises(aiohttp.ClientConnectionError):
        asyncio.run(call())
    assert len(bedrock_mock.calls) == 0


# --- names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", [HOST, HOST.upper(), f"{HOST}.", HOST.encode(), "bedrock-mantle.us-east-1.api.aws"]
)
def test_a_name_of_bedrock_is_not_resolved(host, bedrock_mock):
    with refusing():
        socket.getaddrinfo(host, 443)


@pytest.mark.parametrize(
    "host", ["bedrock-logs.s3.us-east-1.amazonaws.com", "sts.amazonaws.com", "example.com"]
)
def test_other_names_are(host, bedrock_mock):
    with leaving(host):
        socket.getaddrinfo(host, 443)


def test_an_address_without_a_name_is(bedrock_mock):
    with leaving(None):
        socket.getaddrinfo(None, 80)


# --- begin and end ----------------------------------------------------------------------


def test_mocks_that_are_nested_answer_until_the_last_one_ends():
    first, second = mock_bedrock(), mock_bedrock()
    first.start()
    second.start()
    first.stop()
    try:
        assert by_httpx("GET", MODELS).status == 200
    finally:
        second.stop()
    with leaving("bedrock.us-east-1"):
        by_httpx("GET", MODELS)


def test_everything_is_as_it_was_after_the_last_one():
    owners = [
        (http.client.HTTPConnection, "connect"),
        (http.client.HTTPSConnection, "connect"),
        (http.client.HTTPConnection, "putrequest"),
        (urllib3.connection.HTTPSConnection, "connect"),
        (httpx.HTTPTransport, "handle_request"),
        (httpx.AsyncHTTPTransport, "handle_async_request"),
        (aiohttp.BaseConnector, "connect"),
        (socket, "getaddrinfo"),
    ]
    before = [getattr(owner, name) for owner, name in owners]
    with mock_bedrock():
        assert all(
            getattr(owner, name) is not each
            for (owner, name), each in zip(owners, before, strict=True)
        )
    assert [getattr(owner, name) for owner, name in owners] == before


IMPORTED_LATE = """
import sys
from bedrock_mock import mock_bedrock

finders = list(sys.meta_path)
with mock_bedrock():
    assert not {{"httpx", "aiohttp"}} & set(sys.modules)
    import {library}
    import libraries
    print(libraries.{call}("GET", "{url}").status)
assert sys.meta_path == finders
owner = {library}.{owner}
assert owner.__module__.startswith("{library}"), owner.__module__
assert "exec_module" not in vars({library}.__loader__)
"""


@pytest.mark.parametrize(
    ("library", "call", "owner"),
    [
        ("httpx", "by_httpx", "HTTPTransport.handle_request"),
        ("httpx", "by_async_httpx", "AsyncHTTPTransport.handle_async_request"),
        ("aiohttp", "by_aiohttp", "BaseConnector.connect"),
    ],
)
def test_a_library_may_be_imported_after_the_mock_began(library, call, owner, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    code = IMPORTED_LATE.format(library=library, call=call, owner=owner, url=MODELS)
    assert run(code) == ["200"]


def test_a_library_that_is_imported_after_the_mock_ended_is_left_alone():
    code = """
    import importlib.util
    from bedrock_mock import mock_bedrock

    with mock_bedrock():
        spec = importlib.util.find_spec("httpx")
    import sys
    module = importlib.util.module_from_spec(spec)
    sys.modules["httpx"] = module
    spec.loader.exec_module(module)
    print(module.HTTPTransport.handle_request.__module__)
    """
    assert run(code) == ["httpx._transports.default"]


def test_a_library_that_does_not_exist_is_not_found():
    code = """
    import sys
    from bedrock_mock import mock_bedrock

    with mock_bedrock():
        sys.path.clear()
        try:
            import httpx
        except ModuleNotFoundError as error:
            print(error.name)
    """
    assert run(code) == ["httpx"]


def test_a_finder_that_asks_all_others_may_stand_beside_ours():
    code = """
    import importlib.abc
    import sys
    from bedrock_mock import mock_bedrock

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path, target=None):
            others = [each for each in sys.meta_path if each is not self]
            return next(filter(None, (each.find_spec(name, path, target) for each in others)), None)

    sys.meta_path.insert(0, Finder())
    with mock_bedrock():
        import httpx
        print(httpx.HTTPTransport.handle_request.__module__.split(".")[0])
        sys.modules.pop("httpx")
        sys.path.clear()
        try:
            import httpx
        except ModuleNotFoundError as error:
            print(error.name)
    """
    assert run(code) == ["bedrock_mock", "httpx"]


def test_a_loader_of_several_modules_goes_on_as_ever():
    code = """
    import importlib.abc
    import importlib.util
    import sys
    from types import ModuleType
    from bedrock_mock import mock_bedrock

    class Loader(importlib.abc.Loader):
        def exec_module(self, module):
            module.HTTPTransport = module.AsyncHTTPTransport = module.Response = type(
                "A", (), {"handle_request": 1, "handle_async_request": 2}
            )
            module.SyncByteStream, module.AsyncByteStream = type("B", (), {}), type("C", (), {})

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path, target=None):
            if name in ("httpx", "other"):
                return importlib.util.spec_from_loader(name, loader)

    loader = Loader()
    sys.meta_path.insert(0, Finder())
    with mock_bedrock():
        spec = importlib.util.find_spec("httpx")
        loader.exec_module(ModuleType("other"))
        import httpx
        print(httpx.HTTPTransport.handle_request != 1)
    print(httpx.HTTPTransport.handle_request)
    """
    assert run(code) == ["True", "1"]


def test_the_mock_imports_no_library():
    code = """
    import sys
    from bedrock_mock import mock_bedrock

    with mock_bedrock():
        print({"httpx", "aiohttp", "anyio", "aiobotocore"} & set(sys.modules))
    """
    assert run(code) == ["set()"]


def test_a_call_by_http_client_within_a_reply_is_answered(bedrock_mock):
    bedrock_mock.reply(lambda call: str(by_http_client("GET", MODELS).status))
    assert json.loads(by_httpx("POST", INVOKE, BODY, JSON).body)["generation"] == "200"
