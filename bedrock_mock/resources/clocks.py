"""The clocks by which jobs move on, and the transitions of moto's state manager for them."""

from __future__ import annotations

from bedrock_mock.moto_bridge.clock import state_manager
from bedrock_mock.protocol.types import Json

#: The transition under which nothing moves on but by :meth:`Lifecycle.advance`.
FROZEN = {"progression": "frozen"}

_PROGRESSIONS: dict[str, tuple[str, ...]] = {
    "immediate": (),
    "frozen": (),
    "manual": ("times",),
    "time": ("seconds",),
}


#: All clocks, and whether their kind reports recommendations.
_clocks: dict[str, bool] = {}


def register(clock: str, *, reports_recommendations: bool = False) -> None:
    """Makes a clock known to moto's state manager; by default it ends things at once.

    Args:
        clock: the name of the clock.
        reports_recommendations: whether what fails by it reports recommendations.
    """
    _clocks[clock] = reports_recommendations
    state_manager.register_default_transition(clock, {"progression": "immediate"})


def clocks() -> list[str]:
    """The names of all clocks: what the state manager knows of ours."""
    return sorted(_clocks)


def recommending_clocks() -> list[str]:
    """The names of the clocks of the kinds that report recommendations."""
    return [name for name in clocks() if _clocks[name]]


def check_transition(model_name: str, transition: Json) -> None:
    """Refuses a clock or a progression that nothing here has.

    Raises:
        ValueError: it is unknown; the message says what there is.
    """
    if model_name not in clocks():
        msg = f"Unknown clock {model_name!r}. Known clocks: {', '.join(clocks())}"
        raise ValueError(msg)
    given = dict(transition) if isinstance(transition, dict) else {}
    expected = _PROGRESSIONS.get(str(given.pop("progression", None)))
    if (
        expected is None
        or given.keys() != set(expected)
        or any(type(each) not in (int, float) or each < 0 for each in given.values())
    ):
        forms = [
            f"{{'progression': '{name}'" + "".join(f", '{key}': number" for key in keys) + "}"
            for name, keys in _PROGRESSIONS.items()
        ]
        msg = (
            f"{transition!r} is not a transition of moto's state manager. Use {' or '.join(forms)}"
        )
        raise ValueError(msg)
