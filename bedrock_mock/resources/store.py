"""The resources of one kind: found by any of their keys, walked in order of creation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Generic, Protocol, TypeVar

from bedrock_mock.protocol.errors import ResourceNotFoundException


class Resource(Protocol):
    """What a resource of any kind has."""

    @property
    def arn(self) -> str:
        """Its ARN."""

    @property
    def creation_time(self) -> datetime:
        """When it was created, in naive UTC."""

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, which the tag operations change in place."""


R = TypeVar("R", bound=Resource)
#: A place in the order: the moment of creation (naive UTC) and a serial number.
Position = tuple[datetime, int]

#: The attributes by which most kinds are found.
ARN_AND_NAME = ("arn", "name")


class Store(Generic[R]):
    """Resources of one kind, for example ``Store[ModelImportJob]("model import job")``.

    ``find`` and ``get`` cost the same however many resources there are; ``walk`` goes
    through all of them in order of creation.

    Args:
        kind: what the resource is called in error messages.
        keys: the attributes by which a resource is found, each of them unique.
        missing: the message for an identifier that names nothing.
    """

    def __init__(
        self, kind: str, keys: Sequence[str] = ARN_AND_NAME, missing: str | None = None
    ) -> None:
        self.kind = kind
        self._missing = missing or f"The provided {kind} was not found."
        self._keys = keys
        self._by_key: dict[str, R] = {}
        self._order: list[Position] = []
        self._at: dict[Position, R] = {}
        #: The position of each resource and what it is found by, by its first key.
        self._filed: dict[str, tuple[Position, tuple[str, ...]]] = {}
        self._serial = count()

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._by_key

    def __iter__(self) -> Iterator[R]:
        """All resources, the oldest first."""
        return (resource for _, resource in self.walk())

    def add(self, resource: R) -> None:
        """Adds a resource, whose keys must be free."""
        position = (resource.creation_time, next(self._serial))
        insort(self._order, position)
        self._at[position] = resource
        self._file(resource, position)

    def refile(self, resource: R) -> None:
        """Finds a resource by its new keys after one of them has changed, and not by the old.

        The first key never changes, and the place in the order stays.
        """
        position, identifiers = self._filed[self._first_key(resource)]
        self._forget(identifiers)
        self._file(resource, position)

    def remove(self, resource: R) -> None:
        """Removes a resource; its keys are free again."""
        position, identifiers = self._filed.pop(self._first_key(resource))
        del self._order[bisect_left(self._order, position)]
        del self._at[position]
        self._forget(identifiers)

    def get(self, identifier: str) -> R | None:
        """The resource that has this identifier for one of its keys, or ``None``."""
        return self._by_key.get(identifier)

    def find(self, identifier: str) -> R:
        """The resource that has this identifier for one of its keys.

        Raises:
            ResourceNotFoundException: there is no such resource.
        """
        resource = self.get(identifier)
        if resource is None:
            raise self.not_found()
        return resource

    def not_found(self) -> ResourceNotFoundException:
        """The error for an identifier that names nothing."""
        return ResourceNotFoundException(self._missing)

    def walk(
        self, after: Position | None = None, *, newest_first: bool = False
    ) -> Iterator[tuple[Position, R]]:
        """The resources behind a position, with theirs, in order of creation.

        Resources may be added and removed during the walk: those that are there
        throughout are met exactly once.
        """
        order = self._order
        if after is None:
            index = len(order) - 1 if newest_first else 0
        else:
            index = self._next(after, newest_first=newest_first)
        while 0 <= index < len(order):
            position = order[index]
            yield position, self._at[position]
            if index < len(order) and order[index] is position:
                index += -1 if newest_first else 1
            else:
                index = self._next(position, newest_first=newest_first)

    def _next(self, position: Position, *, newest_first: bool) -> int:
        if newest_first:
            return bisect_left(self._order, position) - 1
        return bisect_right(self._order, position)

    def _first_key(self, resource: R) -> str:
        return str(getattr(resource, self._keys[0]))

    def _file(self, resource: R, position: Position) -> None:
        identifiers = tuple(str(getattr(resource, key)) for key in self._keys)
        self._filed[identifiers[0]] = position, identifiers
        self._by_key.update(dict.fromkeys(identifiers, resource))

    def _forget(self, identifiers: tuple[str, ...]) -> None:
        for identifier in identifiers:
            self._by_key.pop(identifier, None)
