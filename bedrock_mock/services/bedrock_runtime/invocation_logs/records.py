"""The record of one call, a ModelInvocationLog: what is in it, and in which order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families import family_of
from bedrock_mock.services.bedrock_runtime.invocation_logs.outcomes import Outcome, parsed
from bedrock_mock.services.bedrock_runtime.naming import is_profile, name_of

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.resources.served import Served

#: The kinds of data that a configuration can switch off.
_KINDS = frozenset({"text", "image", "embedding", "video", "audio"})
_INPUT_COUNTS = ("inputTokenCount", "cacheReadInputTokenCount", "cacheWriteInputTokenCount")
#: The most bytes of a body that stand in the record itself.
_MOST_INLINE = 100 * 1024


def encoded(value: Json) -> bytes:
    """A JSON value as logs have it; bytes stay as they are."""
    if isinstance(value, bytes):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True)
class Part:
    """The input or the output of a call.

    Attributes:
        name: ``input`` or ``output``.
        content_type: what its body is.
        body: the body: a JSON value or bytes; ``None`` if it is missing or left out.
        counts: its tokens, by the names of the record.
    """

    name: str
    content_type: str
    body: Json
    counts: Mapping[str, int]

    @cached_property
    def encoded(self) -> bytes:
        """The body as JSON, or as it is."""
        return encoded(self.body)

    @property
    def stands_apart(self) -> bool:
        """Whether the body is an object of its own in S3: it is large, or not JSON."""
        if self.body is None:
            return False
        return isinstance(self.body, bytes) or len(self.encoded) > _MOST_INLINE

    def members(self, path: str | None) -> dict[str, Any]:
        """What the record says of it.

        Args:
            path: the S3 URI of a body that stands apart; ``None`` if there is no place for it.
        """
        members: dict[str, Any] = {f"{self.name}ContentType": self.content_type}
        if self.stands_apart:
            if path is not None:
                members[f"{self.name}BodyS3Path"] = path
        elif self.body is not None:
            members[f"{self.name}BodyJson"] = self.body
        return {**members, **self.counts}


class Record:
    """The record of one call.

    Args:
        backend: the runtime.
        config: the configuration, which says what kinds of data are delivered.
        served: the call.
        outcome: how it has ended.
        moment: when it began, in naive UTC.
    """

    def __init__(
        self,
        backend: ServiceBackend,
        config: Mapping[str, Any],
        served: Served,
        outcome: Outcome,
        moment: datetime,
    ) -> None:
        self.moment = moment
        self._served = served
        self._config = config
        caller, request = served.caller, served.request
        self._head = {
            "timestamp": f"{moment.isoformat(timespec='seconds')}Z",
            "accountId": backend.account_id,
            "identity": {"arn": caller.identity()},
            "region": backend.region_name,
            "requestId": caller.request_id,
            "operation": served.operation,
            "modelId": request["modelId"],
        }
        if outcome.error is not None:
            self._head["errorCode"] = outcome.error
        self._tail: dict[str, Any] = {}
        if is_profile(request["modelId"]):
            self._tail["inferenceRegion"] = backend.region_name
        if metadata := request.get("requestMetadata"):
            # InvokeModel has it as JSON in a header.
            is_text = isinstance(metadata, str)
            self._tail["requestMetadata"] = parsed(metadata.encode()) if is_text else metadata
        self._tail |= {"schemaType": "ModelInvocationLog", "schemaVersion": "1.0"}
        counts = {} if outcome.error is not None else outcome.counts
        asked = served.exchange.asked
        messages = served.request.get("messages", ()) if asked is None else asked.messages
        sent = self._delivered(parsed(served.body) if served.body else None, messages)
        self.input = Part(
            "input",
            request.get("contentType", "application/json"),
            sent,
            {name: counts[name] for name in _INPUT_COUNTS if name in counts},
        )
        answered = self._delivered(outcome.body, outcome.body)
        outputs = {name: counts[name] for name in counts if name not in _INPUT_COUNTS}
        self.output = Part("output", outcome.content_type, answered, outputs)
        self._has_output = outcome.error is None or outcome.body is not None

    @property
    def parts(self) -> list[Part]:
        """The input and, if there is an answer, the output."""
        return [self.input, self.output] if self._has_output else [self.input]

    def line(self, paths: Mapping[str, str]) -> bytes:
        """The record as one line of JSON.

        Args:
            paths: the S3 URIs of the parts whose bodies stand apart, as far as they are in S3.
        """
        parts = {part.name: part.members(paths.get(part.name)) for part in self.parts}
        return encoded({**self._head, **parts, **self._tail})

    def _delivered(self, body: Json, content: Json) -> Json:
        """A body, unless the delivery of a kind of data that it has is switched off."""
        family = family_of(name_of(self._served.request["modelId"]))
        kinds = {"text" if family is None else family.data, *_media(content)}
        is_on = all(self._config.get(f"{kind}DataDeliveryEnabled", True) for kind in kinds)
        return body if is_on else None


def _media(value: Json) -> Iterator[str]:
    """The kinds of data of the blocks within a value."""
    if isinstance(value, Mapping):
        yield from (name for name in value if name in _KINDS - {"text", "embedding"})
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _media(each)
