"""Clients that are slow, silent, many or broken do not get in the way of others."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from support import import_job, in_process

pytestmark = [in_process, pytest.mark.once]

SIGNED = (
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20250101/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=host, Signature=0\r\n"
)
HEALTH = b"GET /moto-api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
CREATE = f"POST /model-import-jobs HTTP/1.1\r\nHost: localhost\r\n{SIGNED}"
BODY = json.dumps(import_job()).encode()
#: A server that waits for one of the others does so for its timeout, which is 10 s.
SOON = 5


@contextmanager
def served(*flags):
    command = [sys.executable, "-m", "bedrock_mock", "serve", "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().removeprefix("bedrock-mock is ready at ").strip()
        try:
            yield urlsplit(url).hostname, urlsplit(url).port
        finally:
            process.terminate()
            process.communicate(timeout=30)


@pytest.fixture
def address(server):
    url = urlsplit(server.endpoint_url)
    return url.hostname, url.port


@pytest.fixture(scope="module")
def tls_address():
    with served("--ssl") as address:
        yield address


def trusting():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def answer_to(address, request, *, is_cut=False):
    """Sends bytes, and gives the status, headers and JSON of what comes back."""
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(request)
        if is_cut:
            connection.shutdown(socket.SHUT_WR)
        return read(connection)


def read(connection):
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    content = answer.read()
    assert answer.headers["Content-Type"] == "application/json", content
    return answer.status, answer.headers, json.loads(content)


def seconds_of_health(address, context=None):
    started = time.perf_counter()
    with socket.create_connection(address, timeout=30) as plain, ExitStack() as stack:
        connection = plain
        if context is not None:
            connection = stack.enter_context(context.wrap_socket(plain))
        connection.sendall(HEALTH)
        assert read(connection)[2] == {"status": "ok"}
    return time.perf_counter() - started


@contextmanager
def clients(number, address, begin=b""):
    """Connections that have sent this much, and then nothing."""
    with ExitStack() as stack:
        connections = []
        for _ in range(number):
            connection = stack.enter_context(socket.create_connection(address, timeout=30))
            connection.sendall(begin)
            connections.append(connection)
        yield connections


# --- slow and silent -----------------------------------------------------------------


@pytest.mark.parametrize(
    "begin",
    [b"", b"GET /moto-api/hea", CREATE.encode() + b"Content-Length: 500\r\n\r\n{"],
    ids=["silent", "half a head", "half a body"],
)
def test_slow_clients_do_not_delay_others(address, begin):
    with clients(200, address, begin):
        assert max(seconds_of_health(address) for _ in range(3)) < SOON


@pytest.mark.parametrize("begin", [b"", b"\x16\x03\x01"], ids=["silent", "half a hello"])
def test_clients_that_do_not_shake_hands_do_not_delay_others(tls_address, begin):
    with clients(20, tls_address, begin):
        assert max(seconds_of_health(tls_address, trusting()) for _ in range(3)) < SOON


def test_plain_http_at_a_port_of_tls_is_told_so(tls_address):
    status, _, body = answer_to(tls_address, HEALTH)
    assert (status, body) == (
        400,
        {"message": "This port speaks HTTPS only: begin the URL with https://"},
    )


def test_what_is_no_tls_ends_its_connection_and_no_other(tls_address):
    with socket.create_connection(tls_address, timeout=30) as connection:
        connection.sendall(b"\x16\x03\x01\x00\x05hello")
        while connection.recv(100):
            pass
    assert seconds_of_health(tls_address, trusting()) < SOON


# --- many ----------------------------------------------------------------------------


def test_a_burst_of_connections_is_accepted(address):
    with clients(300, address, HEALTH) as connections:
        assert [read(each)[0] for each in connections] == [200] * 300


def test_many_connections_stay_open_between_requests(address):
    with clients(32, address) as connections:
        for _ in range(3):
            for each in connections:
                each.sendall(HEALTH)
            for each in connections:
                status, headers, _ = read(each)
                assert (status, headers["Connection"]) == (200, None)


# --- broken --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "message"),
    [
        ("Transfer-Encoding: chunked\r\n", b"xyz\r\n{}\r\n", "its chunks are malformed"),
        ("Transfer-Encoding: chunked\r\n", b"2\r\n{}garbage", "its chunks are malformed"),
        ("Transfer-Encoding: chunked\r\n", b"5\r\n{}", "a chunk ended 3 bytes early"),
        ("Transfer-Encoding: chunked\r\n", b"-5\r\n\r\n", "size in hexadecimal, got b'-5"),
        ("Transfer-Encoding: chunked\r\n", b"0x2\r\n{}\r\n0\r\n\r\n", "size in hexadecimal"),
        ("Transfer-Encoding: chunked\r\n", b"", "size in hexadecimal, got b''"),
        ("Transfer-Encoding: chunked\r\n", b"f" * 16 + b"\r\n{}", "larger than any that is read"),
        ("Transfer-Encoding: chunked\r\n", b"0\r\n", "no empty line follows the last chunk"),
        ("Transfer-Encoding: chunked\r\n", b"0\r\n" + b"a: b\r\n" * 20_000, "no empty line"),
        ("Content-Length: 99999999999999999999\r\n", b"{}", "exceeds the maximum"),
        ("Content-Length: 4000000000\r\n", b"{}", "ended after 2 of 4000000000 bytes"),
        ("Content-Length: -1\r\n", b"", "Content-Length must be a number of bytes, got '-1'"),
        ("Content-Length: many\r\n", b"", "Malformed Content-Length"),
        (f"Content-Length: {len(BODY) + 1}\r\n", BODY, f"ended after {len(BODY)} of"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_and_does_nothing(
    server, address, head, body, message
):
    request = f"{CREATE}{head}\r\n".encode() + body
    status, headers, answer = answer_to(address, request, is_cut=True)
    assert status == 400
    assert headers["x-amzn-ErrorType"] in ("SerializationException", "BadRequestException")
    assert message in answer["message"]
    client = server.client(region_name="us-east-1")
    assert client.list_model_import_jobs()["modelImportJobSummaries"] == []


def test_chunks_that_are_well_formed_are_a_body(server, address):
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, BODY[at : at + 1]) for at in range(len(BODY)))
    request = f"{CREATE}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\n\r\n"
    assert answer_to(address, request)[0] == 201


@pytest.mark.parametrize(
    ("first", "begin", "what"),
    [(b"", b"GET /", "Request-URI"), (b"GET / HTTP/1.1\r\n", b"X-Long: ", "headers")],
)
def test_a_head_that_is_longer_than_any_is_refused(address, first, begin, what):
    # cheroot reads 256 bytes at a time; with bytes left unread the answer might be lost.
    line = begin.ljust(1024 * 1024 + 256, b"x")
    status, headers, answer = answer_to(address, first + line)
    assert (status, headers["x-amzn-ErrorType"]) == (400, "BadRequestException")
    assert what in answer["message"]
    assert "maximum allowed bytes" in answer["message"]


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("GET", "x" * 100_000, None),
        ("POST", f"moto-api/bedrock/{'x' * 100_000}", {}),
        ("POST", "moto-api/bedrock/config", {"x" * 100_000: 1}),
    ],
)
def test_what_is_unknown_is_echoed_in_part(address, verb, path, body):
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{verb} /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
    status, _, answer = answer_to(address, head.encode() + content)
    assert status in (400, 404)
    assert "xxx" in answer["message"]
    assert len(answer["message"]) < 40_000


def test_a_large_chunk_does_not_delay_others(address):
    chunk = b" " * 60 * 1024 * 1024
    request = f"{CREATE}Transfer-Encoding: chunked\r\n\r\n{len(chunk):x};a=b\r\n".encode() + chunk
    before = time.perf_counter()
    # The own reader of cheroot takes half a minute for it.
    assert answer_to(address, request + b"\r\n0\r\n\r\n")[0] == 400
    assert time.perf_counter() - before < SOON


def test_after_the_trailers_of_a_body_comes_the_next_request(address):
    head = f"{CREATE}Transfer-Encoding: chunked\r\n\r\n".encode()
    with clients(1, address, head + b"2\r\n{}\r\n0\r\nA: b\r\n\r\n") as (connection,):
        assert read(connection)[0] == 400
        connection.sendall(HEALTH)
        assert read(connection)[0] == 200


def test_after_a_malformed_body_the_connection_ends(address):
    head = f"{CREATE}Transfer-Encoding: chunked\r\n\r\n".encode()
    with clients(1, address, head + b"zz\r\n" + HEALTH) as (connection,):
        status, headers, _ = read(connection)
        assert (status, headers["Connection"]) == (400, "close")


def test_a_body_that_is_larger_than_any_request_is_read_and_refused(address):
    size = 64 * 1024 * 1024 + 1
    request = f"{CREATE}Content-Length: {size}\r\n\r\n".encode() + b" " * size
    status, _, answer = answer_to(address, request)
    assert (status, answer) == (
        400,
        {"message": f"The request body has {size} bytes; {size - 1} is the most that is read"},
    )


def test_a_request_that_is_no_http_is_refused_in_json(address):
    status, headers, answer = answer_to(address, b"HELLO\r\n\r\n")
    assert (status, headers["Connection"]) == (400, "close")
    assert answer == {"message": "Malformed Request-Line"}


@pytest.mark.parametrize("host", ["", " "])
def test_a_host_that_is_empty_is_refused(host):
    command = [sys.executable, "-m", "bedrock_mock", "serve", "-H", host]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        f"give an address of this machine, or 0.0.0.0 for all of them, got {host!r}"
    )
    assert "Traceback" not in done.stderr
