"""The one place that puts our backends into moto's slots, counted.

Everything of moto and botocore that is replaced is replaced here, by the first of those
who want it, and put back by the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import moto.backends
from botocore.httpsession import URLLib3Session
from moto import backend_index
from moto.core.base_backend import backend_lock
from moto.core.config import default_user_config
from moto.core.models import MockAWS, responses_mock

from bedrock_mock.moto_bridge.guard import guarded_send
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.locks import new_lock, renewed
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.settings import begin_part, check_config

if TYPE_CHECKING:
    from bedrock_mock.resources.service import MockedService


class _Takeover:
    """Keeps our backends in moto's slots as long as an owner needs them."""

    def __init__(self) -> None:
        self._lock = new_lock()
        self._owners: list[object] = []
        self._stack = ExitStack()
        #: Whether :meth:`install` has put them in for the whole process.
        self.installed = False
        self._installed: dict[str, Any] = {}

    def acquire(self, owner: object = None) -> None:
        """Puts our backends in, unless they are; interrupted, it has done nothing.

        Args:
            owner: who needs them; servers and :meth:`install` leave it out.
        """
        with self._lock:
            try:
                if not self._owners:
                    self._enter()
                self._owners.append(owner)
            except BaseException:
                self.release(owner)
                raise

    def release(self, owner: object = None, *, remove_data: bool = True) -> None:
        """Gives moto its slots back, unless another mock or server still uses ours.

        Args:
            owner: who does not want them any more; it may do so again if interrupted.
            remove_data: whether our state ends with that.
        """
        with self._lock:
            place = next((at for at, each in enumerate(self._owners) if each is owner), None)
            if place is not None:
                del self._owners[place]
            if not self._owners:
                self._leave()
                if remove_data:
                    self._empty()

    def _leave(self) -> None:
        from bedrock_mock.moto_bridge.nesting import NESTING  # noqa: PLC0415 - loaded by now

        try:
            self._stack.close()
        finally:
            # What an interrupt has left behind.
            REPLACED.put_back()
            NESTING.unfollow()

    @staticmethod
    def _empty() -> None:
        from bedrock_mock.moto_bridge.backends import backends_of  # noqa: PLC0415 - loaded by now
        from bedrock_mock.services import SERVICES  # noqa: PLC0415

        for service in SERVICES:
            backends_of(service).empty()

    def install(self, config: Mapping[str, Any]) -> None:
        """Acquires once, however often it is called, and sets the config meanwhile."""
        with self._lock:
            if config and config != self._installed and (self.installed or self._owners):
                # A mock that is active has what it found before, and puts that back.
                msg = (
                    "install(config=...) must come before all mocks, and once: call uninstall() "
                    "first, or give each mock its config."
                )
                raise RuntimeError(msg)
            if not self.installed:
                self.acquire()
                self.installed = True
                self._installed = dict(config)
                self._config = patch.dict(default_user_config, config)
                self._config.start()

    def uninstall(self) -> None:
        """Releases what :meth:`install` acquired."""
        with self._lock:
            if self.installed:
                if self._installed and len(self._owners) > 1:
                    msg = "uninstall(): a mock is active that has the config of install(); end it"
                    raise RuntimeError(msg)
                self._config.stop()
                self._installed = {}
                self.installed = False
                self.release()

    def _enter(self) -> None:
        # Nothing heavy before the first use.
        from bedrock_mock.moto_bridge import api  # noqa: PLC0415
        from bedrock_mock.moto_bridge.backends import all_regions, backends_of  # noqa: PLC0415
        from bedrock_mock.moto_bridge.dashboard import shown  # noqa: PLC0415
        from bedrock_mock.moto_bridge.due import happens  # noqa: PLC0415
        from bedrock_mock.moto_bridge.environment import ignored  # noqa: PLC0415
        from bedrock_mock.moto_bridge.interception import intercepted  # noqa: PLC0415
        from bedrock_mock.moto_bridge.nesting import NESTING  # noqa: PLC0415
        from bedrock_mock.moto_bridge.registry import lazy  # noqa: PLC0415
        from bedrock_mock.moto_bridge.stubber import lazy_bodies, shortened  # noqa: PLC0415
        from bedrock_mock.moto_bridge.transitions import watched  # noqa: PLC0415
        from bedrock_mock.services import SERVICES  # noqa: PLC0415

        # Those of moto that a request takes.
        for lock in (backend_lock, MockAWS._mock_init_lock, responses_mock._thread_lock):  # noqa: SLF001 - see the canaries
            renewed(lock)
        # What the first calls need is read now: later a test may hide the files of its machine.
        all_regions()
        with ExitStack() as stack:
            for service in SERVICES:
                service.protocol.model  # noqa: B018 - it is read at its first use
                backends = backends_of(service)
                slot = import_module(f"moto.{service.slot}")
                stack.enter_context(REPLACED.attribute(slot, f"{service.slot}_backends", backends))
                stack.enter_context(_all_hosts(service))
                stack.enter_context(shown(service, backends))
            stack.enter_context(shortened(SERVICES))
            stack.enter_context(lazy_bodies())
            stack.enter_context(happens())
            stack.enter_context(watched())
            stack.enter_context(ignored())
            stack.enter_context(lazy())
            NESTING.follow()
            stack.enter_context(api.added())
            stack.enter_context(
                REPLACED.attribute(moto.backends, "get_backend", self._get_backend())
            )
            stack.enter_context(REPLACED.attribute(URLLib3Session, "send", guarded_send()))
            stack.enter_context(intercepted())
            self._stack = stack.pop_all()

    def _get_backend(self) -> Foreign:
        """moto's ``get_backend``, which also joins the tagging API when it is first needed.

        In some versions of moto its backend imports every other one, which no test that
        does not use it should pay for.
        """
        from bedrock_mock.moto_bridge import tagging_api  # noqa: PLC0415
        from bedrock_mock.moto_bridge.backends import backends_of  # noqa: PLC0415 - loaded by now
        from bedrock_mock.services import SERVICES  # noqa: PLC0415

        original = moto.backends.get_backend
        #: What :meth:`_enter` has put into moto's slots, which moto finds by their modules.
        ours = {name: backends_of(each) for each in SERVICES for name in (each.name, each.slot)}
        joined = False

        def get_backend(name: Foreign) -> Foreign:
            nonlocal joined
            if name in ours:
                return ours[name]
            if name == tagging_api.SERVICE:
                with self._lock:
                    if not joined:
                        # The last one that joins is asked first: the one with all
                        # tag operations comes first, and answers for unknown kinds.
                        for service in SERVICES:
                            self._stack.enter_context(tagging_api.joined(service))
                        joined = True
            return original(name)

        return get_backend


@contextmanager
def _all_hosts(service: MockedService) -> Iterator[None]:
    """Adds the FIPS and dual-stack hosts of a service to moto's index, which has one host."""
    patterns = backend_index.backend_url_patterns
    at = next(index for index, (slot, _) in enumerate(patterns) if slot == service.slot)
    with REPLACED.item(patterns, at, (service.slot, service.hosts)):
        yield


takeover = _Takeover()


def install(config: Mapping[str, Any] | None = None) -> None:
    """Puts our Bedrock in moto's place for the whole process.

    After this, plain ``mock_aws``, ``ThreadedMotoServer`` and moto's server have it.
    Calling it again changes nothing.

    Args:
        config: what :func:`bedrock_mock.mock_bedrock` takes, for all mocks that do not
            say otherwise; default: nothing is changed.

    Raises:
        ValueError: Bedrock's part of the config has a name or value that means nothing.
        RuntimeError: there is a config, and a mock is active or another one installed.

    Example::

        # conftest.py
        import bedrock_mock

        bedrock_mock.install(config={"bedrock": {"validate_requests": False}})
    """
    from bedrock_mock.services import settings  # noqa: PLC0415 - it loads all services

    check_config(config, settings())
    begin_part((config or {}).get("bedrock"), settings())
    takeover.install(config or {})


def uninstall() -> None:
    """Gives moto its own Bedrock back; without :func:`install` before, nothing happens.

    Raises:
        RuntimeError: a mock is active that has the config of :func:`install`.
    """
    takeover.uninstall()
