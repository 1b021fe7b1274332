"""What moto changes outside of its own state, so that it can be put back."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import boto3
from moto.core.config import default_user_config
from requests.adapters import HTTPAdapter

from bedrock_mock.protocol.copying import copied

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
#: The clocks of the services: each begins with the name of its own.
CLOCKS = re.compile("bedrock(-[a-z]+)*::")

#: What moto patches, in its server mode too.
_PATCHED = ((HTTPAdapter, "send"), (boto3, "client"), (boto3, "resource"))


def credentials() -> dict[str, str | None]:
    """The credentials in the environment."""
    return {name: os.environ.get(name) for name in CREDENTIALS}


def put_back(environment: Mapping[str, str | None]) -> None:
    """Has variables of the environment be so again."""
    for name, value in environment.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


class Surroundings:
    """What moto changes outside of its own state, to be put back to the byte.

    moto leaves some of it changed where mocks end in another order than they began, where
    an environment variable was empty, or where a config was given to an inner mock.
    """

    def __init__(self) -> None:
        self.environment = credentials()
        # Code that holds one of its parts may change it, too.
        self._config: dict[str, tuple[Any, Any]] = {
            name: (part, copied(part)) for name, part in default_user_config.items()
        }
        self._transitions = our_transitions()
        self._session = boto3.DEFAULT_SESSION
        self._patched = [(owner, name, getattr(owner, name)) for owner, name in _PATCHED]

    def restore(self, *, session: bool, config: bool = True, transitions: bool = True) -> None:
        """Puts everything back: boto3's default session and the others only if it is said so."""
        put_back(self.environment)
        if config:
            self._restore_config()
        if transitions:
            restore_transitions(self._transitions)
        if session:
            boto3.DEFAULT_SESSION = self._session

    def unpatch(self) -> None:
        """Puts back what moto patches, for a mock that was interrupted while it did."""
        for owner, name, value in self._patched:
            if getattr(owner, name) is not value:
                setattr(owner, name, value)

    def _restore_config(self) -> None:
        config: Any = default_user_config
        config.clear()
        for name, (part, before) in self._config.items():
            config[name] = part
            if isinstance(part, dict):
                part.clear()
                part.update(before)


def restore_transitions(transitions: Mapping[str, Any]) -> None:
    """Has only these transitions be set for our clocks."""
    from moto.moto_api import state_manager  # noqa: PLC0415 - as below

    now = our_transitions()
    for name in now.keys() - transitions.keys():
        state_manager.unset_transition(name)
    for name, transition in transitions.items():
        if now.get(name) != transition:
            state_manager.set_transition(name, transition)


def our_transitions() -> dict[str, Any]:
    """The transitions that were set for our clocks, without moto's defaults."""
    from moto.moto_api import state_manager  # noqa: PLC0415 - importing the mock must be cheap

    transitions = state_manager._transitions  # noqa: SLF001 - see the canaries
    return {name: value for name, value in transitions.items() if CLOCKS.match(name)}
