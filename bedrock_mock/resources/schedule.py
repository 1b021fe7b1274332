"""Jobs that are under way: what is due happens before moto answers any request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge.clock import state_manager, utcnow
from bedrock_mock.protocol.locks import new_lock

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.resources.lifecycle import Lifecycle

#: A moment of a job, a serial number, and the job.
_Entry = tuple[datetime, int, "Lifecycle"]
_MIN_STALE = 64
_NEVER = datetime(9999, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere in the stores


class _Line:
    """Jobs that are under way, in the order of a moment that each has.

    Args:
        moment: gives that of a job.
    """

    def __init__(self, moment: Callable[[Lifecycle], datetime]) -> None:
        self._moment = moment
        self.jobs: dict[int, Lifecycle] = {}
        self._heap: list[_Entry] = []
        self._serial = count()

    def enter(self, job: Lifecycle) -> None:
        self.jobs[id(job)] = job
        if len(self._heap) > 2 * len(self.jobs) + _MIN_STALE:
            # Those that have gone on leave their entries behind.
            self._heap = [entry for entry in self._heap if self._is_valid(entry)]
            heapify(self._heap)
        heappush(self._heap, (self._moment(job), next(self._serial), job))

    def pop(self, bound: datetime) -> Lifecycle | None:
        """Takes a job from the front whose moment is this one or before."""
        while self._heap and self._heap[0][0] <= bound:
            entry = heappop(self._heap)
            if self._is_valid(entry):
                return entry[2]
        return None

    def _is_valid(self, entry: _Entry) -> bool:
        moment, _, job = entry
        return id(job) in self.jobs and self._moment(job) == moment


def _since(job: Lifecycle) -> datetime:
    """When its status began: jobs of one clock are due in this order."""
    return job.since


def _deadline(job: Lifecycle) -> datetime:
    """When its time is up; later than any moment if it never is."""
    return job.deadline or _NEVER


class Schedule:
    """Everything that moves on by a clock.

    All jobs of a kind have the same clock, so the one whose status began first is due first:
    to see whether anything is due takes one comparison for each clock with jobs under way.
    There is no thread, because in many tests time stands still.
    """

    def __init__(self) -> None:
        self._lock = new_lock()
        self._lines: dict[str, _Line] = {}
        #: The jobs that have a deadline.
        self._deadlines = _Line(_deadline)

    def enter(self, job: Lifecycle) -> None:
        """A job has come into a status that does not last."""
        with self._lock:
            self._lines.setdefault(job.clock, _Line(_since)).enter(job)
            if job.deadline is not None:
                self._deadlines.enter(job)

    def leave(self, job: Lifecycle) -> None:
        """A job goes on no more."""
        with self._lock:
            line = self._lines.get(job.clock)
            if line is None or id(job) not in line.jobs:
                return
            del line.jobs[id(job)]
            self._deadlines.jobs.pop(id(job), None)
            if not line.jobs:
                del self._lines[job.clock]

    def forget(self, owner: ServiceBackend) -> None:
        """Drops the jobs of a backend that is reset."""
        with self._lock:
            for line in list(self._lines.values()):
                for job in list(line.jobs.values()):
                    if job.owner is owner:
                        self.leave(job)

    def settle(self) -> None:
        """Has everything happen that is due by now."""
        if not self._lines:
            return
        self._settle(self._deadlines, utcnow())
        for clock, line in list(self._lines.items()):
            transition: Any = state_manager.get_transition(clock)
            try:
                if transition["progression"] != "time":
                    continue
                bound = utcnow() - timedelta(seconds=transition["seconds"])
            except (KeyError, TypeError, OverflowError):
                # Over HTTP moto takes anything for a transition.
                continue
            self._settle(line, bound)

    def changed(self, clock: str) -> None:
        """A clock runs otherwise from now on: what that ends ends now."""
        with self._lock:
            line = self._lines.get(clock)
            jobs = list(line.jobs.values()) if line else []
        for job in jobs:
            job.locked(job.thaw)

    def _settle(self, line: _Line, bound: datetime) -> None:
        """Brings up to date the jobs whose moment in the line is this one or before."""
        met = []
        try:
            while job := self._pop(line, bound):
                met.append(job)
                job.locked(job.settle)
        finally:
            # A function of the test may have raised: that job goes on at the next request.
            for job in met:
                if not job.has_ended and job.owner is not None:
                    self.enter(job)

    def _pop(self, line: _Line, bound: datetime) -> Lifecycle | None:
        with self._lock:
            return line.pop(bound)


#: All that is under way, in all services.
SCHEDULE = Schedule()
