"""Requests that arrive in small parts, and those that never arrive as a whole."""

from __future__ import annotations

import http.client

import pytest

from bedrock_mock.moto_bridge.interception.wire import Incoming

ORIGIN = "https://bedrock.us-east-1.amazonaws.com"
HEAD = b"POST /a%2Fb?c=d HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nX-A: 2\r\n"


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
    ],
)
def test_a_request_is_there_when_its_last_byte_is(rest):
    incoming = Incoming(ORIGIN)
    whole = HEAD + rest
    for place in range(len(whole)):
        assert incoming.request() is None
        incoming.feed(whole[place : place + 1])
    request = incoming.request()
    assert (request.method, request.url) == ("POST", f"{ORIGIN}/a%2Fb?c=d")
    assert request.body == b"hello"
    assert [value for name, value in request.headers if name == "X-A"] == ["1", "2"]
    assert incoming.data == whole


def test_a_request_that_is_never_complete_is_not_answered(bedrock_mock):
    connection = http.client.HTTPSConnection("bedrock-runtime.us-east-1.amazonaws.com")
    connection.putrequest("POST", "/model/a/invoke")
    connection.putheader("Content-Length", "5")
    connection.endheaders(b"hel")
    with pytest.raises(http.client.RemoteDisconnected, match="the request is not complete"):
        connection.getresponse()
    assert len(bedrock_mock.calls) == 0
