"""One recorded call, and the test whether a request has the expected members."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bedrock_mock.protocol.bounded import kept, size_of
from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.model_call import ModelCall

#: The bytes that all recorded calls take, roughly; and one, before its long values are cut.
MAX_BYTES, MAX_CALL_BYTES = 64 * 1024 * 1024, 8 * 1024 * 1024
_OVERHEAD = 1_000


@dataclass(frozen=True)
class Call:
    """One call to the service, as it was answered.

    Attributes:
        operation: ``CreateModelImportJob``.
        request: what was sent, by the model's member names; empty if it could not be read.
        account_id: whose call it was, ``123456789012``.
        region_name: where, ``us-east-1``.
        time: when, in UTC.
        response: the members of the answer, or ``None`` where it was an error.
        error: ``{"Code": ..., "Message": ...}`` as in botocore's ClientError, or ``None``.
        service: the service's name in botocore, ``bedrock``.
        asked: what a model was asked, in the form of Converse for every operation and
            family; ``None`` for calls that ask no model, or that were refused before.
        rule: the rule that answered, as the test wrote it: ``reply('Paris.', user='capital')``;
            ``None`` without one.
        assessments: what guardrails have found on the way to the answer, in order: each is an
            assessment in the form of the service, with ``source`` (``INPUT`` or ``OUTPUT``) and
            ``action``, whether or not the call asked for a trace.
    """

    operation: str
    request: Mapping[str, Any]
    account_id: str
    region_name: str
    time: datetime
    response: Mapping[str, Any] | None = None
    error: Mapping[str, str] | None = None
    service: str = "bedrock"
    asked: ModelCall | None = None
    rule: str | None = None
    assessments: Sequence[Mapping[str, Any]] = ()

    @property
    def model(self) -> str | None:
        """The model that was asked: a foundation model's id or the name of another model."""
        return None if self.asked is None else self.asked.model

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        """The conversation that a model was sent, in the form of Converse."""
        return () if self.asked is None else self.asked.messages

    @property
    def user(self) -> str:
        """The text of the last message that a model was sent."""
        return "" if self.asked is None else self.asked.user

    @property
    def system(self) -> str:
        """The system prompts that a model was sent, joined by newlines."""
        return "" if self.asked is None else self.asked.system

    @property
    def tools(self) -> list[str]:
        """The names of the tools that a model was offered, in alphabetical order."""
        return [] if self.asked is None else sorted(self.asked.offered_tools)


class CallRecord:
    """The last calls, bounded by their number and by the bytes that they take.

    Args:
        most: the number of calls.
    """

    def __init__(self, most: int) -> None:
        self.calls: deque[Call] = deque()
        self._most = most
        self._sizes: deque[int] = deque()
        self._bytes = 0

    def add(self, call: Call, body: int) -> None:
        """Keeps a call whose request had a body of this size in bytes."""
        size = _OVERHEAD + 2 * body + size_of(call.response)
        if size > MAX_CALL_BYTES:
            asked = call.asked and call.asked.kept()
            call = replace(
                call, request=kept(call.request), response=kept(call.response), asked=asked
            )
            size = min(size, MAX_CALL_BYTES)
        self.calls.append(call)
        self._sizes.append(size)
        self._bytes += size
        while len(self.calls) > self._most or self._bytes > MAX_BYTES:
            self.calls.popleft()
            self._bytes -= self._sizes.popleft()


def matches(expected: Json, actual: Json) -> bool:
    """Whether ``actual`` has at least what is expected; dicts are compared member by member."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return all(
            name in actual and matches(value, actual[name]) for name, value in expected.items()
        )
    return bool(expected == actual)
