"""The resources of one kind: found by ARN or name, walked in order of creation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Generic, Protocol, TypeVar

from bedrock_mock.protocol.errors import ResourceNotFoundException


class Resource(Protocol):
    """What a store needs to know of what it holds."""

    arn: str
    name: str
    creation_time: datetime
    tags: dict[str, str]


R = TypeVar("R", bound=Resource)
#: A place in the order: the moment of creation (naive UTC) and a serial number.
Position = tuple[datetime, int]


class Store(Generic[R]):
    """Resources of one kind, for example ``Store[ModelImportJob]("model import job")``.

    ``find`` and ``get`` take an ARN or a name and cost the same however many there are;
    ``walk`` goes through all of them in order of creation.

    Args:
        kind: what the resource is called in error messages.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._by_arn: dict[str, R] = {}
        self._by_name: dict[str, R] = {}
        self._order: list[Position] = []
        self._at: dict[Position, R] = {}
        self._positions: dict[str, Position] = {}
        self._serial = count()

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._by_arn or identifier in self._by_name

    def __iter__(self) -> Iterator[R]:
        """All resources, the oldest first."""
        return (resource for _, resource in self.walk())

    def add(self, resource: R) -> None:
        """Keeps a resource, whose ARN and name must be free."""
        position = (resource.creation_time, next(self._serial))
        insort(self._order, position)
        self._at[position] = resource
        self._positions[resource.arn] = position
        self._by_arn[resource.arn] = resource
        self._by_name[resource.name] = resource

    def remove(self, resource: R) -> None:
        """Forgets a resource; its name is free again."""
        position = self._positions.pop(resource.arn)
        del self._order[bisect_left(self._order, position)]
        del self._at[position], self._by_arn[resource.arn], self._by_name[resource.name]

    def get(self, identifier: str) -> R | None:
        """The resource of this ARN or name, or ``None``."""
        return self._by_arn.get(identifier) or self._by_name.get(identifier)

    def find(self, identifier: str) -> R:
        """The resource of this ARN or name.

        Raises:
            ResourceNotFoundException: there is none.
        """
        resource = self.get(identifier)
        if resource is None:
            raise self.not_found()
        return resource

    def not_found(self) -> ResourceNotFoundException:
        """The error for an identifier that names nothing."""
        return ResourceNotFoundException(f"The provided {self.kind} was not found.")

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
