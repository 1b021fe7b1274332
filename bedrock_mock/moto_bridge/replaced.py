"""Replacements of attributes and entries that can all be put back, wherever one was interrupted.

A ``patch`` of ``unittest.mock`` that is interrupted between its change and its note of it
leaves the change behind. Here the note comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from bedrock_mock.protocol.types import Foreign

_MISSING: Any = object()


class Journal:
    """Notes what is replaced before it is, so that what is noted can always be put back."""

    def __init__(self) -> None:
        self._replaced: list[_Replaced] = []

    def attribute(self, owner: Any, name: str, value: Foreign) -> _Replaced:  # noqa: ANN401 - of anything
        """While this lasts, a class or module has another attribute."""

        def read() -> Foreign:
            return vars(owner).get(name, _MISSING)

        def write(value: Foreign) -> None:
            if value is _MISSING:
                # A class has it from a base.
                delattr(owner, name)
            else:
                setattr(owner, name, value)

        return _Replaced(self._replaced, (id(owner), name), read, write, value)

    def item(self, items: Any, key: Foreign, value: Foreign) -> _Replaced:  # noqa: ANN401 - list or dict
        """While this lasts, a list or dict has another item."""

        def read() -> Foreign:
            return items[key] if isinstance(items, list) else items.get(key, _MISSING)

        def write(value: Foreign) -> None:
            if value is _MISSING:
                items.pop(key, None)
            else:
                items[key] = value

        return _Replaced(self._replaced, (id(items), key), read, write, value)

    def first(self, items: list[Any], value: Foreign) -> _Replaced:
        """While this lasts, a list begins with another item."""

        def read() -> bool:
            return any(each is value for each in items)

        def write(is_there: bool) -> None:  # noqa: FBT001 - what was read
            if is_there:
                items.insert(0, value)
            else:
                items.remove(value)

        return _Replaced(self._replaced, (id(items), id(value)), read, write, value=True)

    def put_back(self) -> None:
        """Puts everything back that is still replaced; again, it does nothing."""
        while self._replaced:
            self._replaced[-1].put_back()


class _Replaced(AbstractContextManager[None]):
    """One replacement."""

    def __init__(
        self,
        journal: list[_Replaced],
        place: tuple[int, Any],
        read: Callable[[], Any],
        write: Callable[[Any], None],
        value: Foreign,
    ) -> None:
        self._journal = journal
        self.place = place
        self._read = read
        self._write = write
        self._value = value

    def __enter__(self) -> None:
        self._before = self._read()
        self._journal.append(self)
        self._write(self._value)

    def __exit__(self, *exception: object) -> None:
        self.put_back()

    def put_back(self) -> None:
        """Puts it back, unless it has been; what replaced it at the same place goes first."""
        if self in self._journal:
            later = self._journal[self._journal.index(self) + 1 :]
            for each in reversed(later):
                if each.place == self.place:
                    each.put_back()
            if self._read() is not self._before:
                self._write(self._before)
            self._journal.remove(self)


#: What is replaced while our backends are in moto's slots.
REPLACED = Journal()
