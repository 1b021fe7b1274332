"""urllib3: its connections have their own way to connect, and all else from http.client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from bedrock_mock.moto_bridge.interception.http_client import connects


@contextmanager
def adapted(module: ModuleType) -> Iterator[None]:
    """While this lasts, ``urllib3.connection`` answers what is for Bedrock."""
    with connects(module.HTTPConnection), connects(module.HTTPSConnection):
        yield
