"""One stretch of time in which a mock is active, and what it puts back at its end."""

from __future__ import annotations

import os
from contextlib import suppress
from threading import RLock
from typing import Any, cast

from moto import mock_aws
from moto.core.config import default_user_config
from moto.core.models import botocore_stubber

from bedrock_mock.mock.handle import BedrockMock
from bedrock_mock.moto_bridge.nesting import NESTING, own
from bedrock_mock.moto_bridge.surroundings import CREDENTIALS, Surroundings
from bedrock_mock.moto_bridge.takeover import takeover

Config = dict[str, dict[str, Any]]


def _disable_unless(count: int) -> None:
    """Disable the stubber when no mock is active, even if the last one failed to stop."""
    if count == 0:
        botocore_stubber.enabled = False


class Activation:
    """One stretch of time in which the mock is active.

    moto's ``mock_aws`` objects keep what they have to put back in themselves, once, so
    every activation has a new one.
    """

    _lock = RLock()
    #: All activations in order of their beginning.
    active: list[Activation] = []  # noqa: RUF012 - shared on purpose

    def __init__(self, config: Config | None) -> None:
        self._aws: Any = mock_aws(config=cast("Any", config))
        own(self._aws)
        self.handle = BedrockMock(config or {})

    def begin(self, *, reset: bool) -> None:
        """Activates moto and our backends in it; where that fails, nothing is left behind."""
        with self._lock:
            self._before = Surroundings()
            takeover.acquire()
            mocked = type(self._aws)
            count, active = mocked._nested_count, mocked._mocks_active  # noqa: SLF001 - canary
            try:
                self._aws.start(reset=reset)
                self.handle.begin()
            except BaseException:
                # moto counts before it patches: the next mock would take it for active.
                with suppress(Exception):
                    self._aws.stop()
                mocked._nested_count, mocked._mocks_active = count, active  # noqa: SLF001
                _disable_unless(count)
                takeover.release()
                self._before.restore(session=True)
                NESTING.settle()
                raise
            self.active.append(self)

    def end(self, *, remove_data: bool) -> None:
        """Ends it; what was there before is there again, whatever began meanwhile."""
        with self._lock:
            core: Any = default_user_config.get("core", {})
            session = core.get("reset_boto3_session", True)
            now = Surroundings()
            next_one = NESTING.after(self._aws)
            place = self.active.index(self)
            self.active.remove(self)
            try:
                try:
                    self.handle.end()
                finally:
                    for name in CREDENTIALS:
                        # moto deletes these, and fails where a test has done so before it.
                        os.environ.setdefault(name, "")
                    self._aws.stop(remove_data=remove_data)
            finally:
                _disable_unless(type(self._aws)._nested_count)  # noqa: SLF001 - canary
                takeover.release(remove_data=remove_data)
                if next_one is None:
                    self._before.restore(session=session)
                else:
                    heir = self.active[place] if place < len(self.active) else None
                    if heir is not None and heir._aws is next_one:  # noqa: SLF001 - of this class
                        # What it found is what the next one must restore.
                        heir._before = self._before  # noqa: SLF001
                    now.restore(session=session)
                NESTING.settle()
