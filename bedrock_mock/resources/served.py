"""Served: one request with its answer, as the pipeline hands it to the backend at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bedrock_mock.protocol.types import Json

if TYPE_CHECKING:
    from bedrock_mock.moto_bridge.caller import CallerResponse
    from bedrock_mock.scripting.exchange import Exchange


class Served(NamedTuple):
    """One request with its answer.

    Attributes:
        operation: ``Converse`` and the like.
        request: the decoded request; empty if it could not be read.
        body: the body as it was sent, unpacked; empty if it could not be unpacked.
        answer: the members of a JSON answer, an ``Answer`` with another body, or the
            ``ServiceError`` that the request is refused with.
        caller: the request, and who asks.
        exchange: what a model was asked, if one was.
    """

    operation: str
    request: Mapping[str, Any]
    body: bytes
    answer: Json
    caller: CallerResponse
    exchange: Exchange
