"""moto's mocks and ours side by side: they may end in another order than they began.

Each of moto's mocks puts back what it found, which is moto's fake credentials where another one
was active: where the first one ends first, the last one would leave those behind. So what was
there before the first is put back when the last one ends.
"""

from __future__ import annotations

from typing import Any

from moto.core.models import MockAWS

from bedrock_mock.moto_bridge.replaced import Journal
from bedrock_mock.moto_bridge.surroundings import Surroundings, credentials, put_back
from bedrock_mock.protocol.locks import new_lock
from bedrock_mock.protocol.types import Foreign

#: What of a mock of moto puts the session and the config back; and, in its server mode, boto3.
PATCHES = ("_user_config_mock", "_default_session_mock", "_client_patcher", "_resource_patcher")


class _Nesting:
    """Follows moto's mocks, of which each of ours has one, from our first to their last."""

    def __init__(self) -> None:
        self._lock = new_lock()
        self._hooks = Journal()
        self._is_followed = self._is_wanted = False
        #: The mocks that are active in order of their beginning, as far as it was seen.
        self._active: list[Any] = []
        #: The one that began before any was seen, if it has ended.
        self._first: Any = None
        self._origin: Surroundings | None = None
        #: Whether there was no mock then, so that all of it is to be put back.
        self._is_all = False

    def follow(self) -> None:
        """From now on, mocks are followed."""
        self._is_wanted = True
        if not self._is_followed:
            self._is_followed = True
            for name in ("start", "stop"):
                hook = self._hook(name, getattr(MockAWS, name))
                self._hooks.attribute(MockAWS, name, hook).__enter__()

    def unfollow(self) -> None:
        """No more, once the last mock has ended."""
        self._is_wanted = False
        if self._origin is None:
            self._is_followed = False
            self._hooks.put_back()

    def after(self, aws: Foreign) -> Foreign:
        """The mock that began next after this one; ``None`` if this is the last."""
        place = next((place for place, each in enumerate(self._active) if each is aws), None)
        return None if place is None else next(iter(self._active[place + 1 :]), None)

    @property
    def origin(self) -> Surroundings | None:
        """What the first of the mocks found; ``None`` if that was not seen."""
        return self._origin if self._is_all else None

    def forget(self, aws: Foreign) -> None:
        """This mock has ended, wherever its end was interrupted."""
        self._active = [each for each in self._active if each is not aws]

    def settle(self) -> None:
        """Puts everything back, if no mock is active any more."""
        with self._lock:
            if MockAWS._nested_count:  # noqa: SLF001 - see the canaries
                return
            if self._first is not None:
                for name in PATCHES[:2]:
                    # What has been put back already does nothing.
                    getattr(self._first, name).stop()
            if self._origin is not None:
                self._origin.restore(session=self._is_all, config=self._is_all, transitions=False)
            self._active, self._first, self._origin = [], None, None
            if not self._is_wanted:
                self.unfollow()

    def _hook(self, name: str, original: Any) -> Foreign:  # noqa: ANN401 - of moto
        if name == "start":

            def start(aws: Any, *args: Foreign, **kwargs: Foreign) -> None:  # noqa: ANN401
                with self._lock:
                    if self._origin is None:
                        self._is_all = MockAWS._nested_count == 0  # noqa: SLF001
                        self._origin = Surroundings()
                original(aws, *args, **kwargs)
                self._active.append(aws)

            return start

        def stop(aws: Any, *args: Foreign, **kwargs: Foreign) -> None:  # noqa: ANN401
            now = credentials()
            is_known = any(each is aws for each in self._active)
            is_in_order = self.after(aws) is None if is_known else not self._active
            original(aws, *args, **kwargs)
            self._end(aws, is_known=is_known)
            if not MockAWS._nested_count:  # noqa: SLF001
                if not _is_ours(aws):
                    self.settle()
            elif not is_in_order:
                put_back(now)

        return stop

    def _end(self, aws: Any, *, is_known: bool) -> None:  # noqa: ANN401 - of moto
        with self._lock:
            if is_known:
                self._active = [each for each in self._active if each is not aws]
            elif self._origin is not None and aws._orig_creds != aws._fake_creds:  # noqa: SLF001
                # It began before all that were seen, so what it found is what was there.
                self._origin.environment.update(aws._orig_creds)  # noqa: SLF001
                self._first = aws


NESTING = _Nesting()
_OURS = "_is_of_bedrock_mock"


def own(aws: Foreign) -> None:
    """This mock of moto is part of one of ours, which settles when it has ended."""
    setattr(aws, _OURS, True)


def _is_ours(aws: Foreign) -> bool:
    return hasattr(aws, _OURS)
