"""moto's own way to use a backend: one method for each operation, in snake_case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from bedrock_mock.protocol.copying import copied
from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.schedule import SCHEDULE

if TYPE_CHECKING:
    from bedrock_mock.protocol.service import Service
    from bedrock_mock.resources.backend import ServiceBackend


def method(backend: ServiceBackend, service: Service, name: str) -> Callable[..., Any]:
    """The method that a backend of moto has for an operation.

    It takes the operation's members by their names in snake_case, or in the model's order,
    and gives what moto's methods give: the one member of an answer that has one, items and
    token of a page, else an object whose attributes are the answer's members. The request
    is checked as one that comes over HTTP; what is ``None`` is not sent.

    Args:
        backend: whose state it is.
        service: the service's model.
        name: of the method: ``get_custom_model``.

    Raises:
        AttributeError: no operation of the backend has this name.

    Example::

        backend = moto.backends.get_backend("bedrock")["123456789012"]["us-east-1"]
        model = backend.get_custom_model(model_identifier="my-model")
        print(model.model_arn)
    """
    # copy() asks for private names before the copy has any attribute.
    handled = () if name.startswith("_") else backend.handlers
    operations = {xform_name(each): each for each in handled}
    if name not in operations:
        msg = f"{type(backend).__name__!r} object has no attribute {name!r}"
        raise AttributeError(msg)
    operation = operations[name]
    model: Any = service.model.operation_model(operation)
    members = {xform_name(member): member for member in model.input_shape.members}
    answered = list(model.output_shape.members)

    def call(*args: Foreign, **kwargs: Foreign) -> Foreign:
        if len(args) > len(members):
            msg = f"{name}() takes {len(members)} arguments, not {len(args)}"
            raise TypeError(msg)
        given = {**dict(zip(members, args, strict=False)), **kwargs}
        if unknown := given.keys() - members.keys():
            has = f"it has: {', '.join(members)}"
            msg = f"{name}() has no argument {', '.join(sorted(unknown))}; {has}"
            raise TypeError(msg)
        request = {
            members[key]: copied(_in_utc(value))
            for key, value in given.items()
            if value is not None
        }
        SCHEDULE.settle()
        values = backend.setting("validate_requests")
        service.operation(operation).validate(request, values=values)
        handler = backend.handlers[operation]
        with backend.held(handler):
            result: Any = handler(request)
        if isinstance(result, Page):
            return result.items, result.next_token
        if len(answered) != 1:
            return result
        (only,) = answered
        return result[only] if isinstance(result, dict) else getattr(result, xform_name(only))

    return call


def _in_utc(value: Foreign) -> Foreign:
    """A moment that has a zone as the stores have it; anything else as it is."""
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(timezone.utc).replace(tzinfo=None)
    return value
