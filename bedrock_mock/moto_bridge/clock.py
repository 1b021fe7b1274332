"""moto's clock, which follows freezegun and time-machine, and its state manager."""

from moto.core.utils import utcnow
from moto.moto_api import state_manager

__all__ = ["state_manager", "utcnow"]
