"""The developer's environment and config files, which decide nothing while AWS is mocked.

A profile that is missing, a config file that cannot be read or an endpoint that is configured
for other work would have clients fail, or send requests elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import ConfigParseError, ProfileNotFound
from botocore.session import Session
from moto.core.models import botocore_stubber

from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign

#: Whether a server of ours is at work here: moto makes sessions of its own.
_serving: ContextVar[bool] = ContextVar("serving", default=False)


@contextmanager
def serving() -> Iterator[None]:
    """While this lasts, the environment decides nothing in this thread."""
    token = _serving.set(True)
    try:
        yield
    finally:
        _serving.reset(token)


@contextmanager
def ignored() -> Iterator[None]:
    """While this lasts, clients that are made while AWS is mocked are clients of the mock.

    An ``endpoint_url`` and a ``profile_name`` that the code itself passes are its own choice.
    """
    provide = ConfiguredEndpointProvider.provide
    scoped = Session.get_scoped_config
    read: Any = Session.full_config

    def no_endpoint(self: ConfiguredEndpointProvider) -> Foreign:
        return None if _is_mocked() else provide(self)

    def scoped_config(self: Session) -> Foreign:
        try:
            return scoped(self)
        except ProfileNotFound:
            if not _is_mocked() or self.instance_variables().get("profile") is not None:
                raise
            return {}

    def full_config(self: Any) -> Foreign:  # noqa: ANN401 - a Session and its private names
        try:
            return read.fget(self)
        except ConfigParseError:
            if not _is_mocked():
                raise
            # It is read no more: botocore keeps what it has read.
            self._config = self._config or {"profiles": {}}
            return self._config

    with ExitStack() as stack:
        for owner, name, ours in (
            (ConfiguredEndpointProvider, "provide", no_endpoint),
            (Session, "get_scoped_config", scoped_config),
            (Session, "full_config", property(full_config)),
        ):
            stack.enter_context(REPLACED.attribute(owner, name, ours))
        yield


def _is_mocked() -> bool:
    return botocore_stubber.enabled or _serving.get()
