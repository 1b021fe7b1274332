"""What is under way, so that what is due happens before moto answers whatever it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge.clock import state_manager, utcnow
from bedrock_mock.protocol.locks import new_lock

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.resources.lifecycle import Lifecycle

#: Since when a status lasts, a serial number, and whose status it is.
_Entry = tuple[datetime, int, "Lifecycle"]
_MIN_STALE = 64


class _Line:
    """The jobs of one clock that are under way; the one whose status began first is in front."""

    def __init__(self) -> None:
        self.jobs: dict[int, Lifecycle] = {}
        self._heap: list[_Entry] = []
        self._serial = count()

    def enter(self, job: Lifecycle) -> None:
        self.jobs[id(job)] = job
        if len(self._heap) > 2 * len(self.jobs) + _MIN_STALE:
            # Those that have gone on leave their entries behind.
            self._heap = [entry for entry in self._heap if self._is_valid(entry)]
            heapify(self._heap)
        heappush(self._heap, (job.since, next(self._serial), job))

    def pop(self, bound: datetime) -> Lifecycle | None:
        """Takes a job from the front whose status began by this moment."""
        while self._heap and self._heap[0][0] <= bound:
            entry = heappop(self._heap)
            if self._is_valid(entry):
                return entry[2]
        return None

    def _is_valid(self, entry: _Entry) -> bool:
        since, _, job = entry
        return id(job) in self.jobs and job.since == since


class Schedule:
    """Everything that moves on by a clock.

    All jobs of a kind have the same clock, so the one whose status began first is due first:
    to see whether anything is due takes one comparison for each clock with jobs under way.
    There is no thread, because in many tests time stands still.
    """

    def __init__(self) -> None:
        self._lock = new_lock()
        self._lines: dict[str, _Line] = {}

    def enter(self, job: Lifecycle) -> None:
        """A job has come into a status that does not last."""
        with self._lock:
            self._lines.setdefault(job.clock, _Line()).enter(job)

    def leave(self, job: Lifecycle) -> None:
        """A job goes on no more."""
        with self._lock:
            line = self._lines.get(job.clock)
            if line is None or id(job) not in line.jobs:
                return
            del line.jobs[id(job)]
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
        for clock in list(self._lines):
            transition: Any = state_manager.get_transition(clock)
            try:
                if transition["progression"] != "time":
                    continue
                bound = utcnow() - timedelta(seconds=transition["seconds"])
            except (KeyError, TypeError, OverflowError):
                # Over HTTP moto takes anything for a transition.
                continue
            self._settle(clock, bound)

    def changed(self, clock: str) -> None:
        """A clock runs otherwise from now on: what that ends ends now."""
        with self._lock:
            line = self._lines.get(clock)
            jobs = list(line.jobs.values()) if line else []
        for job in jobs:
            job.locked(job.thaw)

    def _settle(self, clock: str, bound: datetime) -> None:
        """Brings up to date what has its status since this moment or before."""
        met = []
        try:
            while job := self._pop(clock, bound):
                met.append(job)
                job.locked(job.settle)
        finally:
            # A function of the test may have raised: that job goes on at the next request.
            for job in met:
                if not job.has_ended and job.owner is not None:
                    self.enter(job)

    def _pop(self, clock: str, bound: datetime) -> Lifecycle | None:
        with self._lock:
            line = self._lines.get(clock)
            return line.pop(bound) if line else None


#: All that is under way, in all services.
SCHEDULE = Schedule()
