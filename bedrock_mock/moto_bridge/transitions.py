"""Changes of moto's clocks take effect at once, and an unknown clock is a warning."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from moto.moto_api._internal.state_manager import StateManager

from bedrock_mock.moto_bridge.clock import state_manager
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.moto_bridge.surroundings import CLOCKS
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.clocks import check_transition
from bedrock_mock.resources.schedule import SCHEDULE


@contextmanager
def watched() -> Iterator[None]:
    """While this lasts, jobs whose clock is changed move on as it then says, at that moment.

    An unknown clock or progression is a warning, because moto accepts any name without a
    word, over HTTP too.
    """
    setting, unsetting = StateManager.set_transition, StateManager.unset_transition

    def set_transition(self: StateManager, model_name: Foreign, transition: Foreign) -> None:
        SCHEDULE.settle()
        setting(self, model_name, transition)
        if isinstance(model_name, str) and CLOCKS.match(model_name) and self is state_manager:
            try:
                check_transition(model_name, transition)
            except ValueError as error:
                warnings.warn(f"bedrock_mock: {error}", stacklevel=2)
            SCHEDULE.changed(model_name)

    def unset_transition(self: StateManager, model_name: Foreign) -> None:
        SCHEDULE.settle()
        unsetting(self, model_name)
        SCHEDULE.changed(model_name)

    with ExitStack() as stack:
        stack.enter_context(REPLACED.attribute(StateManager, "set_transition", set_transition))
        stack.enter_context(REPLACED.attribute(StateManager, "unset_transition", unset_transition))
        yield
