"""What a test scripts: errors of calls, and what is set for a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bedrock_mock.protocol.copying import copied
from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.calls import matches
from bedrock_mock.scripting.where import Where

#: A job is chosen by what its request has at least, or by a function of the request.
Matching = Mapping[str, Any] | Callable[[Mapping[str, Any]], object]


class Asked(NamedTuple):
    """The operation that a call asks for, and whose call it is."""

    service: str
    operation: str
    account_id: str
    region_name: str


@dataclass
class Scripted:
    """What has been scripted once: for whom, and how often it has come true."""

    #: As the test wrote it: what is said of one that was never used.
    text: str
    where: Where
    used: int = field(default=0, init=False)


@dataclass
class Fault(Scripted):
    """An error for calls of an operation: after the first ``after`` calls, ``times`` times."""

    service: str
    operation: str
    kind: type[ServiceError]
    message: str
    times: int | None
    after: int
    seen: int = field(default=0, init=False)

    def strikes(self) -> bool:
        """Whether this call gets the error; it is counted."""
        self.seen += 1
        if self.seen <= self.after or self.used == self.times:
            return False
        self.used += 1
        return True


@dataclass
class ForJob(Scripted):
    """Something that a test has scripted for one job of a clock."""

    clock: str
    job: str | None
    matching: Matching | None
    #: The attribute of the job that it sets, and to what.
    attribute: str
    value: Any

    def is_about(self, job: Json, account_id: str, region_name: str) -> bool:
        """Whether it is meant for this job."""
        if self.clock != job.clock or not self.where.includes(region_name, account_id):
            return False
        if self.job not in (None, job.name, job.arn):
            return False
        if self.matching is None or isinstance(self.matching, Mapping):
            return matches(self.matching or {}, job.request)
        return bool(self.matching(copied(job.request)))

    @property
    def is_for_one(self) -> bool:
        """Whether it names a job or a request, so that not any job will do."""
        return self.job is not None or self.matching is not None
