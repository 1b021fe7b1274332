"""Checks a verb against the signature of its method, and runs it where the state is."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from moto.core.models import DEFAULT_ACCOUNT_ID

from bedrock_mock.mock.verbs import Scripting
from bedrock_mock.moto_bridge.backends import backends_of
from bedrock_mock.protocol.types import Foreign, Json
from bedrock_mock.resources.schedule import SCHEDULE
from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.scripting.replies import TextTest
from bedrock_mock.scripting.reply import is_said, reply_text
from bedrock_mock.scripting.verb_call import VerbCall
from bedrock_mock.scripting.verbs import verbs
from bedrock_mock.scripting.where import Where
from bedrock_mock.services import SERVICES

#: The types that the signatures of verbs name, and that their module does not import.
_TYPES = {"ModelCall": ModelCall, "TextTest": TextTest}
#: The verbs whose arguments are those of another one: they take several contents at once.
_DECLARED = {"reply_next": "reply"}


def perform(name: str, arguments: Mapping[str, Any]) -> Json:
    """Does what a verb says.

    Args:
        name: ``fail_next`` and the like.
        arguments: those of its method, which may have come as JSON.

    Raises:
        ValueError: the verb is unknown, an argument is unknown or has the wrong type, or the
            verb refuses it.
    """
    known = verbs()
    if name not in known:
        msg = f"{name!r} is not a verb. The verbs are: {', '.join(sorted(known))}"
        raise ValueError(msg)
    method = getattr(Scripting, _DECLARED.get(name, name))
    if isinstance(method, property):
        method = method.fget
    _, *own = inspect.signature(method).parameters.values()
    signature = inspect.Signature(own)
    try:
        bound = signature.bind(**arguments)
    except TypeError as error:
        msg = f"{name}{signature}: {error}"
        raise ValueError(msg) from None
    _check_types(name, method, bound)
    bound.apply_defaults()
    values = dict(bound.arguments)
    where = Where(values.pop("region_name", None), values.pop("account_id", None))
    for service in SERVICES:
        # moto resets only backends that exist, and the reset of ours forgets the scripts.
        backends_of(service).open(DEFAULT_ACCOUNT_ID)
    SCHEDULE.settle()
    return known[name](VerbCall(_as_written(name, bound), where), **values)


def _check_types(name: str, method: Foreign, bound: inspect.BoundArguments) -> None:
    for argument, value in bound.arguments.items():
        hint = get_type_hints(method, localns=_TYPES)[argument]
        if not _fits(value, hint):
            shown = hint.__name__ if isinstance(hint, type) else str(hint)
            shown = re.sub(r"\b(?:typing|collections\.abc)\.", "", shown)
            msg = f"{name}: {argument} must be {shown}, got {value!r}"
            raise ValueError(msg)


def _fits(value: Json, hint: Foreign) -> bool:
    """Whether a value is of one of the types of an annotation."""
    # Python 3.10 makes a Union of what may be None.
    is_union: bool = get_origin(hint) in {Union, UnionType}
    kinds = get_args(hint) if is_union else (hint,)
    return any(isinstance(value, get_origin(kind) or kind) for kind in kinds)


def _as_written(verb: str, bound: inspect.BoundArguments) -> str:
    """The call as the test wrote it, without arguments that have their defaults."""
    words = []
    for name, parameter in bound.signature.parameters.items():
        value = bound.arguments[name]
        if value != parameter.default:
            must_be = parameter.default is parameter.empty
            words.append(_shown(name, value) if must_be else f"{name}={value!r}")
    return f"{verb}({', '.join(words)})"


def _shown(name: str, value: Json) -> str:
    """An argument as the test wrote it: a Reply has come over HTTP as a dict."""
    return reply_text(value) if name == "content" and is_said(value) else repr(value)
