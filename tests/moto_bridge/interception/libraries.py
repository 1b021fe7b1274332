"""One way to call Bedrock by each library, all with the same signature."""

from __future__ import annotations

import asyncio
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import httpx
import requests
import urllib3


@dataclass
class Got:
    status: int
    headers: dict[str, str]
    body: bytes
    #: What had been made when each part of the body was read.
    seen: list[int] = field(default_factory=list)


def lowered(headers):
    return {name.lower(): value for name, value in headers}


def by_http_client(method, url, body=b"", headers=None, seen=None, limit=None):
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.netloc)
    connection.request(method, url.partition(parts.netloc)[2], body, headers or {})
    answer = connection.getresponse()
    chunks = iter(lambda: answer.read1(100_000), b"")
    got = Got(answer.status, lowered(answer.getheaders()), *read(chunks, seen, limit))
    answer.close()
    connection.close()
    return got


def by_urllib(method, url, body=b"", headers=None, seen=None, limit=None):
    request = urllib.request.Request(url, body or None, headers or {}, method=method)  # noqa: S310
    try:
        answer = urllib.request.urlopen(request)  # noqa: S310
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        chunks = iter(lambda: answer.read1(100_000), b"")
        return Got(answer.status, lowered(answer.headers.items()), *read(chunks, seen, limit))


def by_urllib3(method, url, body=b"", headers=None, seen=None, limit=None):
    with urllib3.PoolManager() as pool:
        answer = pool.request(
            method, url, body=body, headers=headers, preload_content=False, retries=False
        )
        chunks = answer.stream(None)
        got = Got(answer.status, lowered(answer.headers.items()), *read(chunks, seen, limit))
        answer.close()
        return got


def by_requests(method, url, body=b"", headers=None, seen=None, limit=None):
    with requests.request(method, url, data=body, headers=headers, stream=True) as answer:
        chunks = answer.iter_content(None)
        return Got(answer.status_code, lowered(answer.headers.items()), *read(chunks, seen, limit))


def by_httpx(method, url, body=b"", headers=None, seen=None, limit=None):
    with httpx.stream(method, url, content=body, headers=headers) as answer:
        chunks = answer.iter_bytes()
        return Got(answer.status_code, lowered(answer.headers.items()), *read(chunks, seen, limit))


def by_async_httpx(method, url, body=b"", headers=None, seen=None, limit=None):
    async def call():
        content = later(body) if isinstance(body, Iterator) else body
        async with (
            httpx.AsyncClient() as client,
            client.stream(method, url, content=content, headers=headers) as answer,
        ):
            read = await read_later(answer.aiter_bytes(), seen, limit)
            return Got(answer.status_code, lowered(answer.headers.items()), *read)

    return asyncio.run(call())


def by_aiohttp(method, url, body=b"", headers=None, seen=None, limit=None):
    async def call():
        data = later(body) if isinstance(body, Iterator) else body
        async with (
            aiohttp.ClientSession(trust_env=True) as session,
            session.request(method, url, data=data, headers=headers) as answer,
        ):
            read = await read_later(answer.content.iter_any(), seen, limit)
            return Got(answer.status, lowered(answer.headers.items()), *read)

    return asyncio.run(call())


LIBRARIES = [
    by_http_client,
    by_urllib,
    by_urllib3,
    by_requests,
    by_httpx,
    by_async_httpx,
    by_aiohttp,
]


async def later(chunks):
    for chunk in chunks:
        # Each is sent by itself.
        await asyncio.sleep(0.001)
        yield chunk


def read(chunks, seen, limit):
    whole, counts = b"", []
    for chunk in chunks:
        whole += chunk
        counts.append(len(seen or []))
        if len(counts) == limit:
            break
    return whole, counts


async def read_later(chunks, seen, limit):
    whole, counts = b"", []
    async for chunk in chunks:
        whole += chunk
        counts.append(len(seen or []))
        if len(counts) == limit:
            break
    return whole, counts
