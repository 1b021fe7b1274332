"""``@operation`` marks the methods that answer operations; the table of them is built from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

#: Takes the decoded and validated request, gives what the output shape is read from.
Handler = Callable[[Any], object]
Method = TypeVar("Method", bound=Callable[..., object])

_MARK = "__operation__"


def operation(name: str) -> Callable[[Method], Method]:
    """Marks a method as the handler of an operation.

    Args:
        name: the operation's name in the service model.

    Example::

        class Models:
            @operation("GetImportedModel")
            def get(self, request: GetImportedModelRequestTypeDef) -> ImportedModel: ...
    """

    def mark(method: Method) -> Method:
        setattr(method, _MARK, name)
        return method

    return mark


@cache
def marked(resource: type) -> tuple[tuple[str, str], ...]:
    """The (operation, method name) pairs of a resource's class."""
    return tuple(
        (getattr(member, _MARK), name)
        for name, member in vars(resource).items()
        if hasattr(member, _MARK)
    )


def handlers(resources: Iterable[object]) -> dict[str, Handler]:
    """The table of all operations that these resources answer."""
    table: dict[str, Handler] = {}
    for resource in resources:
        cls: Any = type(resource)
        table.update({name: getattr(resource, method) for name, method in marked(cls)})
    return table
