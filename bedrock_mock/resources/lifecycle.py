"""Jobs whose status moves on by moto's state manager, in the time of moto's clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge.clock import state_manager, utcnow
from bedrock_mock.resources.clocks import register
from bedrock_mock.resources.schedule import SCHEDULE

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

#: The status of a deleted resource.
GONE = "Gone"
#: The status of what has failed.
FAILED = "Failed"
_HALF = 0.5


class Failure(str):  # noqa: SLOT000 - it has an attribute of its own
    """Why something fails, and what a test says that one can do about it.

    Attributes:
        recommendations: what to do before the request is tried again; most kinds have none.
    """

    recommendations: Sequence[str] = ()


class Lifecycle:
    """A status that moves on by itself, as set for ``clock`` in moto's state manager.

    ======================================  ============================================
    ``{"progression": "immediate"}``        at once (the default of every clock here)
    ``{"progression": "manual", "times": n}``  when it is looked at for the n-th time
    ``{"progression": "time", "seconds": s}``  s seconds after the status before
    ``{"progression": "frozen"}``           when a test moves it on
    ======================================  ============================================

    Subclasses give ``clock``, the name in the state manager, and ``transitions``, the
    status that follows each one that does not last. :meth:`entered` is called with each
    new status and the moment at which it began, which for ``time`` is the moment it was
    due, whenever it is noticed. From :meth:`start` on it is in the schedule, so that it is
    noticed before moto answers anything.

    Source: https://docs.getmoto.org/en/latest/docs/configuration/state_transition/
    """

    clock: ClassVar[str]
    transitions: ClassVar[Mapping[str, str]]
    #: The status of what has failed; kinds spell it differently.
    failed: ClassVar[str] = FAILED
    #: The statuses at whose end it may fail; default: its first one.
    fallible: ClassVar[frozenset[str]] = frozenset()
    #: Whether it can be changed after it has ended, and fail in that.
    is_changeable: ClassVar[bool] = False
    #: Whether it reports what a test recommends for a failure.
    reports_recommendations: ClassVar[bool] = False
    #: By status, the one that follows if the time until ``deadline`` is up.
    overdue: ClassVar[Mapping[str, str]] = {}
    #: Why it fails when a fallible status ends; ``None`` where it does not.
    failure: str | None = None
    #: The moment at which its time is up, in naive UTC, for every clock.
    deadline: datetime | None = None

    def __init__(self, status: str, since: datetime, request: Mapping[str, Any]) -> None:
        #: What it was created with.
        self.request = request
        self._first = self._status = status
        #: The moment at which the status began, in naive UTC.
        self.since = since
        #: The backend that it belongs to, while it is in the schedule.
        self.owner: ServiceBackend | None = None
        self._looks = 0
        #: Since when the clock runs as it does, if that was changed since the status began.
        self._thawed: datetime | None = None
        self._is_moving = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "clock" not in vars(cls):
            # A base class of several kinds.
            return
        register(cls.clock, reports_recommendations=cls.reports_recommendations)

    def entered(self, status: str, at: datetime) -> None:
        """Hook: the status has just become this one, at this moment (naive UTC)."""

    def leaving(self, at: datetime) -> None:
        """Hook: the status is about to end at this moment, for any reason."""

    def finish(self, at: datetime) -> str | None:  # noqa: ARG002 - for those who need it
        """Hook: a fallible status ends at this moment; does its work, or says why it cannot."""
        return None

    def failing(self) -> str:
        """Hook: the status that follows the present one where that fails."""
        return self.failed

    @property
    def status(self) -> str:
        """The status as of the last :meth:`settle` or :meth:`look`."""
        return self._status

    @property
    def phase(self) -> str:
        """The status that the clock has, also for a kind that shows another one."""
        return self._status

    def start(self, owner: ServiceBackend) -> None:
        """Begins to move on by its clock, which it may do at once."""
        self.owner = owner
        self.settle()
        if not self.has_ended:
            SCHEDULE.enter(self)

    def withdraw(self) -> None:
        """Moves on no more: it is deleted."""
        self.owner = None
        SCHEDULE.leave(self)

    def locked(self, work: Callable[[], None]) -> None:
        """Does something while nothing else happens in the backend; not if it is withdrawn."""
        owner = self.owner
        if owner is not None:
            with owner.lock:
                work()

    def thaw(self) -> None:
        """Moves on to what is due by a clock that was changed just now."""
        self._thawed = utcnow()
        self.settle()

    def settle(self) -> None:
        """Moves on to the status that is due by now; this is not a look."""
        if self._status in self.transitions:
            self._catch_up()

    @property
    def has_ended(self) -> bool:
        """Whether its status stays as it is."""
        return self._status not in self.transitions

    @property
    def can_fail(self) -> bool:
        """Whether a fallible status lasts still, or is to come."""
        status = self._status
        while not self._is_fallible(status) and status in self.transitions:
            status = self.transitions[status]
        return self._is_fallible(status)

    @property
    def failure_message(self) -> str | None:
        """Why it has failed, if it has."""
        return self.failure if self._status == self.failed else None

    @property
    def failure_messages(self) -> list[str] | None:
        """The same, as some resources report it."""
        return None if self.failure_message is None else [self.failure_message]

    @property
    def is_gone(self) -> bool:
        """Whether its deletion is complete."""
        return self.status == GONE

    def progress(self, at: datetime) -> float:
        """How much of the status is over at a moment, from 0 to 1; half if no clock says it."""
        transition = state_manager.get_transition(self.clock)
        try:
            if transition["progression"] == "time":
                share = (at - self.since) / timedelta(seconds=transition["seconds"])
            elif transition["progression"] == "manual":
                share = self._looks / transition["times"]
            else:
                return _HALF
        except (KeyError, TypeError, OverflowError, ZeroDivisionError):
            # Over HTTP moto takes anything for a transition.
            return _HALF
        return min(max(share, 0.0), 1.0)

    def look(self) -> None:
        """Counts a look at the status for ``manual``, and moves on to the status that is due."""
        if self._status in self.transitions:
            self._looks += 1
            self._catch_up()

    def advance(self) -> None:
        """Goes on to the next status without asking the clock; it must not have ended."""
        self._move_on()

    def move_to(self, status: str, at: datetime | None = None) -> None:
        """Makes this the status from now on, or from the moment ``at``."""
        # Where a test sets the time back, nothing ends before it began.
        at = max(at or utcnow(), self.since)
        self.leaving(at)
        self._status = status
        self.since = at
        self._looks = 0
        self._thawed = None
        if self.has_ended:
            SCHEDULE.leave(self)
        else:
            SCHEDULE.enter(self)
        self.entered(status, self.since)

    def _catch_up(self) -> None:
        """Goes on to the status that is due."""
        if self._is_moving:
            # A function of the test that it calls asks for it.
            return
        transition = state_manager.get_transition(self.clock)
        while self._status in self.transitions:
            try:
                progression = transition["progression"]
                at = None
                if progression == "time":
                    at = self.since + timedelta(seconds=transition["seconds"])
                is_due = (
                    progression == "immediate"
                    or (progression == "manual" and self._looks >= transition["times"])
                    or (at is not None and at <= utcnow())
                )
            except (KeyError, TypeError, OverflowError):
                # Over HTTP moto takes anything for a transition.
                at, is_due = None, False
                progression = None
            if self._is_overdue(at or utcnow(), is_due=is_due):
                self._move_on(self.deadline, self.overdue[self._status])
                continue
            if not is_due:
                return
            if at is not None and self._thawed is not None:
                # It could not have ended while its clock stood still.
                at = min(max(at, self._thawed), utcnow())
            self._move_on(at)
            if progression == "manual":
                # One look sees one change of the status.
                return

    def _is_overdue(self, end: datetime, *, is_due: bool) -> bool:
        """Whether its time was up before the status ended, which is due or not."""
        if self.deadline is None or self._status not in self.overdue:
            return False
        return self.deadline <= utcnow() and (not is_due or self.deadline < end)

    def _is_fallible(self, status: str) -> bool:
        return status in (self.fallible or (self._first,))

    def _move_on(self, at: datetime | None = None, status: str | None = None) -> None:
        """Goes on to the next status, or to this one since its time is up."""
        at = max(at or utcnow(), self.since)
        self._is_moving = True
        try:
            if status is None:
                status = self.transitions[self._status]
                if self._is_fallible(self._status):
                    if self.failure is None:
                        self.failure = self.finish(at)
                    status = status if self.failure is None else self.failing()
            self.move_to(status, at)
        finally:
            self._is_moving = False
