"""One stretch of time in which a mock is active, and what it puts back at its end."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, cast

from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.core.custom_responses_mock import reset_responses_mock
from moto.core.model_instances import reset_model_data
from moto.core.models import botocore_stubber, responses_mock

from bedrock_mock.mock.handle import BedrockMock
from bedrock_mock.moto_bridge.nesting import NESTING, PATCHES, own
from bedrock_mock.moto_bridge.surroundings import CREDENTIALS, Surroundings
from bedrock_mock.moto_bridge.takeover import takeover
from bedrock_mock.protocol.locks import new_lock

Config = dict[str, dict[str, Any]]


class Activation:
    """One stretch of time in which the mock is active.

    moto's ``mock_aws`` objects keep what they have to put back in themselves, once, so
    every activation has a new one.
    """

    _lock = new_lock()
    #: All activations in order of their beginning.
    active: list[Activation] = []  # noqa: RUF012 - shared on purpose

    def __init__(self, config: Config | None) -> None:
        self._aws: Any = mock_aws(config=cast("Any", config))
        own(self._aws)
        self.handle = BedrockMock(config or {})
        self._before: Surroundings | None = None
        self._end: _End | None = None
        #: How many mocks of moto are active without this one, while it begins or ends.
        self._count: int | None = None
        self._has_stopped = False

    def begin(self, *, reset: bool) -> None:
        """Activates moto and our backends in it; where that fails, nothing is left behind."""
        with self._lock:
            try:
                self._count = type(self._aws)._nested_count  # noqa: SLF001 - see the canaries
                self._before = Surroundings()
                takeover.acquire(self)
                self._aws.start(reset=reset)
                self.handle.begin()
                self.active.append(self)
                self._count = None
            except BaseException:
                self.finish()
                raise

    def end(self, *, remove_data: bool) -> None:
        """Ends it; restores what was there before, even if other mocks have begun since."""
        with self._lock:
            self._end = _End(self)
            try:
                try:
                    self.handle.end()
                finally:
                    for name in CREDENTIALS:
                        # moto deletes these, and fails where a test has done so before it.
                        os.environ.setdefault(name, "")
                    self._count = type(self._aws)._nested_count - 1  # noqa: SLF001 - as above
                    self._aws.stop(remove_data=remove_data)
                    self._has_stopped = True
            finally:
                self.finish(remove_data=remove_data)

    def finish(self, *, remove_data: bool = True) -> None:
        """Ends it, even if its beginning or end was interrupted; a second call does nothing."""
        with self._lock:
            before = self._before
            if before is None:
                return
            end = self._end = self._end or _End(self)
            if self._count is None:
                self._count = type(self._aws)._nested_count - 1  # noqa: SLF001 - as above
            self._finish_moto(self._count, before, remove_data=remove_data)
            self.active[:] = [each for each in self.active if each is not self]
            takeover.release(self, remove_data=remove_data)
            if end.next_one is None:
                before.restore(session=end.session)
            else:
                if end.heir is not None and end.heir._aws is end.next_one:  # noqa: SLF001 - of this class
                    # What it found is what the next one must restore.
                    end.heir._before = before  # noqa: SLF001
                end.now.restore(session=end.session)
            NESTING.settle()
            self._before = None

    def _finish_moto(self, count: int, before: Surroundings, *, remove_data: bool) -> None:
        """Ends moto's mock, which counts before it patches, and patches step by step."""
        mocked = type(self._aws)
        mocked._nested_count, mocked._mocks_active = count, count > 0  # noqa: SLF001 - as above
        NESTING.forget(self._aws)
        if count:
            return
        botocore_stubber.enabled = False
        if not self._has_stopped:
            with suppress(Exception):
                self.handle.end()
            if remove_data:
                self._remove_data()
            for name in PATCHES:
                if hasattr(self._aws, name):
                    getattr(self._aws, name).stop()
            responses_mock.stop()
            (NESTING.origin or before).unpatch()

    def _remove_data(self) -> None:
        """Resets moto, whose own reset may have been interrupted."""
        with suppress(Exception):
            self._aws.reset()
        # A backend that was interrupted in its reset cannot be reset again.
        used: list[Any] = vars(BackendDict)["_instances"]
        for backends in used:
            backends.clear()
        used.clear()
        s3 = sys.modules.get("moto.s3.models")
        if s3 is not None:
            # The names of all buckets, which backends take out when they are reset.
            s3.s3_backends.bucket_accounts.clear()
        reset_responses_mock(responses_mock)
        reset_model_data()


class _End:
    """How the end of an activation finds the surroundings."""

    def __init__(self, activation: Activation) -> None:
        core: Any = default_user_config.get("core", {})
        active = activation.active
        has_begun = activation in active
        #: Whether boto3's default session is put back.
        self.session: bool = not has_begun or core.get("reset_boto3_session", True)
        self.now = Surroundings()
        #: The mock of moto that began next, if it is still active; and ours, likewise.
        self.next_one = NESTING.after(activation._aws)  # noqa: SLF001 - of this module
        place = active.index(activation) + 1 if has_begun else len(active)
        self.heir = active[place] if place < len(active) else None
