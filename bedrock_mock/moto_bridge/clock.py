"""moto's clock, which follows freezegun and time-machine, and its state manager."""

import datetime as dt

from moto.core.utils import utcnow
from moto.moto_api import state_manager

__all__ = ["now", "state_manager", "utcnow"]


def now() -> dt.datetime:
    """The present moment with its zone, UTC; ``utcnow`` spends most of its time on removing it."""
    return dt.datetime.now(dt.timezone.utc)
