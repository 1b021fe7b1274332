"""Locks that are open in a forked child, whichever thread of its parent held them."""

from __future__ import annotations

import os
from threading import RLock
from typing import Any
from weakref import WeakSet

_LOCKS: WeakSet[Any] = WeakSet()


def new_lock() -> Any:  # noqa: ANN401 - type checkers take RLock for a function
    """A reentrant lock; a child that is forked while another thread holds it finds it open.

    That thread does not exist in the child, so nothing there would ever open it.
    """
    lock = RLock()
    _LOCKS.add(lock)
    return lock


def renewed(lock: Any) -> Any:  # noqa: ANN401 - as above
    """A lock of another library, treated in the same way."""
    _LOCKS.add(lock)
    return lock


def _renew() -> None:  # pragma: no cover - in forked children: tests/mock/test_fork.py
    for lock in list(_LOCKS):
        # What Python's own modules do with their locks.
        lock._at_fork_reinit()  # noqa: SLF001


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=_renew)
