"""What moto registers with ``responses`` at each start, made when a request first looks for it.

moto makes some 1,290 objects at each start: seven methods for each of its URL patterns. They
answer requests by ``requests``, which most tests do not send: boto3's have a way of their own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from moto import backend_index
from moto.core import custom_responses_mock, models
from moto.core.models import MockAWS
from moto.core.responses_custom_registry import CustomRegistry

from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.locks import new_lock
from bedrock_mock.protocol.types import Foreign

#: The pattern of all of AWS, which moto registers last.
ALL_OF_AWS = r"https?://.+\.amazonaws.com/.*"
#: The names that moto's own way uses. It has changed where it uses others.
_KNOWN = frozenset(
    {
        *("botocore_stubber", "enabled", "reset", "responses_mock", "start", "add"),
        *("RESPONSES_METHODS", "backend_index", "backend_url_patterns", "CallbackResponse"),
        *("re", "compile", "not_implemented_callback"),
    }
)
#: The stubber's callback, newest first.
_CALLBACKS = ("process_prepared_request", "process_request")


def lazy() -> AbstractContextManager[Any]:
    """While this lasts, moto's mocks start without making what they register.

    Nothing is kept from one mock to the next, so neither are calls, counts and changes. Where
    moto does something that is not known here, it does it.
    """
    original = MockAWS._enable_patching  # noqa: SLF001 - see the canaries
    return REPLACED.attribute(MockAWS, "_enable_patching", _enable_patching(original))


def callback_of(original: Foreign) -> str | None:
    """The name of the stubber's callback in moto's own way, ``None`` if that is not known."""
    code: Any = getattr(original, "__code__", None)
    if code is None or ALL_OF_AWS not in code.co_consts:
        return None
    return next((name for name in _CALLBACKS if {*code.co_names} == _KNOWN | {name}), None)


def _enable_patching(original: Foreign) -> Foreign:
    name = callback_of(original)

    def enable_patching(self: Any, reset: bool = True) -> None:  # noqa: ANN401, FBT001, FBT002 - as in moto
        methods = models.RESPONSES_METHODS
        try:
            models.RESPONSES_METHODS = []
            original(self, reset=reset)
        finally:
            models.RESPONSES_METHODS = methods
        _register(_Start(getattr(models.botocore_stubber, str(name))), methods)

    return enable_patching if name else original


class _Start:
    """What moto would register at this moment."""

    def __init__(self, callback: Callable[..., Any]) -> None:
        # The patterns change with the mocks of other libraries, and with ours.
        self._patterns = tuple(backend_index.backend_url_patterns)
        self._callback = callback
        self._type = custom_responses_mock.CallbackResponse
        self._rest = custom_responses_mock.not_implemented_callback

    def entries(self, method: str) -> Iterator[Any]:
        """The entries of a method, in moto's order."""
        for _, pattern in self._patterns:
            yield self._type(method=method, url=pattern, callback=self._callback)
        yield self._type(method=method, url=re.compile(ALL_OF_AWS), callback=self._rest)


def _register(start: _Start, methods: Sequence[str]) -> None:
    """Registers what a start needs: later, where moto's registry is the one that is known."""
    registry: Any = models.responses_mock.get_registry()
    entries = vars(registry).get("_registered")
    if type(registry) is not CustomRegistry or not isinstance(entries, defaultdict):
        for method in methods:
            for each in start.entries(method):
                models.responses_mock.add(each)
        return
    if not isinstance(entries, Entries):
        entries = registry._registered = Entries(list, entries)  # noqa: SLF001 - see the canaries
    entries.expect(start, methods)


class Entries(defaultdict[str, list[Any]]):
    """The entries of moto's registry by method, each method's made when it is first looked at."""

    def __init__(self, *args: Foreign) -> None:
        super().__init__(*args)
        self._lock = new_lock()
        self._expected: dict[str, list[_Start]] = {}

    def expect(self, start: _Start, methods: Sequence[str]) -> None:
        """Adds the entries of a start, behind those that are there."""
        for method in methods:
            if dict.__contains__(self, method):
                self[method].extend(start.entries(method))
            else:
                self._expected.setdefault(method, []).append(start)

    def __missing__(self, method: str) -> list[Any]:
        with self._lock:
            if not dict.__contains__(self, method):  # pragma: no branch - another thread was faster
                starts = self._expected.get(method, ())
                made = [each for start in starts for each in start.entries(method)]
                dict.__setitem__(self, method, made)
                self._expected.pop(method, None)
            return dict.__getitem__(self, method)

    def clear(self) -> None:
        """Forgets all entries, and those that are not made yet."""
        self._expected.clear()
        super().clear()

    def _make(self) -> None:
        for method in list(self._expected):
            self[method]


def _made_first(name: str) -> Callable[..., Any]:
    original = getattr(defaultdict, name)

    def method(self: Any, *args: Foreign, **kwargs: Foreign) -> Foreign:  # noqa: ANN401 - Entries
        self._make()
        return original(self, *args, **kwargs)

    return method


# These methods read or change all entries, so the missing ones are made first.
for _name in (
    *("__contains__", "__delitem__", "__eq__", "__iter__", "__len__", "__ne__", "__or__"),
    *("__reduce__", "__repr__", "__reversed__", "__ror__", "__setitem__", "copy", "get", "items"),
    *("keys", "pop", "popitem", "setdefault", "update", "values", "__ior__", "__copy__"),
):
    setattr(Entries, _name, _made_first(_name))
