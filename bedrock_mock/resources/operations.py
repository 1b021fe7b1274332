"""Which method answers which operation, and the table that a backend composes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any, TypeVar

from bedrock_mock.protocol.types import Json

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
def declared(resource: Json) -> tuple[tuple[str, str], ...]:
    """The (operation, method name) pairs of a class and its bases.

    A class declares an operation by marking a method with :func:`operation`, or with an
    entry ``{"get": "GetModelImportJob"}`` in ``operations`` for a method that it inherits.
    """
    marked = {
        name: getattr(member, _MARK)
        for cls in reversed(resource.__mro__)
        for name, member in vars(cls).items()
        if hasattr(member, _MARK)
    }
    inherited: dict[str, str] = getattr(resource, "operations", {})
    return tuple((name, method) for method, name in [*marked.items(), *inherited.items()])


def handlers(resources: Iterable[Any], known: Collection[str]) -> dict[str, Handler]:
    """The table of all operations that these resources answer.

    Args:
        resources: the objects that have the methods.
        known: the operations of the installed service model. Others are left out, because
            an older botocore has fewer.
    """
    table: dict[str, Handler] = {}
    for resource in resources:
        cls: Any = type(resource)
        for name, method in declared(cls):
            if name in known:
                table[name] = getattr(resource, method)
    return table
