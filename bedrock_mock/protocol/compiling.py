"""A shape of the service model, compiled once into nested functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from botocore.model import Shape

Function = TypeVar("Function", bound=Callable[[Any], Any])


class Compiler(ABC, Generic[Function]):
    """Makes one function of one argument for each shape; subclasses say how.

    Not safe under threads while it compiles: the caller holds a lock.
    """

    def __init__(self) -> None:
        self._compiled: dict[str, Function] = {}

    def of(self, shape: Shape) -> Function:
        """The function of a shape."""
        name: str = shape.name
        if name not in self._compiled:
            # A shape may contain itself: what is compiled meanwhile looks it up later.
            later: Any = lambda value: self._compiled[name](value)  # noqa: E731, PLW0108
            self._compiled[name] = later
            self._compiled[name] = self.compile(shape)
        return self._compiled[name]

    @abstractmethod
    def compile(self, shape: Shape) -> Function:
        """The function of a shape that has not been asked for yet."""


def is_union(shape: Shape) -> bool:
    """Whether a value has exactly one of the members."""
    return bool(getattr(shape, "is_tagged_union", False))


def is_document(shape: Shape) -> bool:
    """Whether any JSON may stand here."""
    return bool(getattr(shape, "is_document_type", False))
