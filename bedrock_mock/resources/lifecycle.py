"""Jobs whose status moves on by moto's state manager, in the time of moto's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bedrock_mock.moto_bridge.clock import state_manager, utcnow

#: The status of a deleted resource.
GONE = "Gone"
#: The status of what has failed.
FAILED = "Failed"
#: The transition under which nothing moves on but by :meth:`Lifecycle.advance`.
FROZEN = {"progression": "frozen"}

_clocks: list[str] = []


def clocks() -> list[str]:
    """The names of all clocks: what the state manager knows of ours."""
    return sorted(_clocks)


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
    due, whenever it is noticed.

    Source: https://docs.getmoto.org/en/latest/docs/configuration/state_transition/
    """

    clock: ClassVar[str]
    transitions: ClassVar[Mapping[str, str]]
    #: The status of what has failed; kinds spell it differently.
    failed: ClassVar[str] = FAILED
    #: Why it fails when its first status ends; ``None`` where it does not.
    failure: str | None = None

    def __init__(self, status: str, since: datetime, request: Mapping[str, Any]) -> None:
        #: What it was created with.
        self.request = request
        self._first = self._status = status
        self._since = since
        self._looks = 0

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "clock" not in vars(cls):
            # A base class of several kinds.
            return
        _clocks.append(cls.clock)
        state_manager.register_default_transition(cls.clock, {"progression": "immediate"})

    def entered(self, status: str, at: datetime) -> None:
        """Hook: the status has just become this one, at this moment (naive UTC)."""

    def finish(self) -> str | None:
        """Hook: its first status is about to end; does what is to be done, or says why not."""
        return None

    @property
    def status(self) -> str:
        """The status as of the last :meth:`settle` or :meth:`look`."""
        return self._status

    def settle(self) -> None:
        """Moves on to the status that is due by now; this is not a look."""
        if self._status in self.transitions:
            self._catch_up()

    @property
    def has_ended(self) -> bool:
        """Whether its status stays as it is."""
        return self.status not in self.transitions

    @property
    def is_in_first(self) -> bool:
        """Whether its first status lasts still: whatever follows cannot fail."""
        return self.status == self._first

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

    def look(self) -> None:
        """Counts a look at the status for ``manual``, and moves on to the status that is due."""
        if self._status in self.transitions:
            self._looks += 1
            self._catch_up()

    def advance(self) -> None:
        """Goes on to the next status, whatever the clock says; it must not have ended."""
        self._move_on()

    def move_to(self, status: str, at: datetime | None = None) -> None:
        """Makes this the status from now on, or from the moment ``at``."""
        self._status = status
        self._since = at or utcnow()
        self._looks = 0
        self.entered(status, self._since)

    def _catch_up(self) -> None:
        """Goes on to the status that is due."""
        transition = state_manager.get_transition(self.clock)
        while self._status in self.transitions:
            try:
                progression = transition["progression"]
                at = None
                if progression == "time":
                    at = self._since + timedelta(seconds=transition["seconds"])
                is_due = (
                    progression == "immediate"
                    or (progression == "manual" and self._looks >= transition["times"])
                    or (at is not None and at <= utcnow())
                )
            except (KeyError, TypeError, OverflowError):
                # Over HTTP moto takes anything for a transition.
                return
            if not is_due:
                return
            self._move_on(at)
            if progression == "manual":
                # One look sees one change of the status.
                return

    def _move_on(self, at: datetime | None = None) -> None:
        status = self.transitions[self._status]
        if self._status == self._first:
            if self.failure is None:
                self.failure = self.finish()
            status = status if self.failure is None else self.failed
        self.move_to(status, at)
