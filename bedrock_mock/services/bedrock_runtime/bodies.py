"""The body of InvokeModel, read in the form of the model's family."""

from __future__ import annotations

import json
from typing import Any

from bedrock_mock.protocol.errors import NotImplementedException, ValidationException
from bedrock_mock.services.bedrock_runtime.families import family_of
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Family
from bedrock_mock.services.bedrock_runtime.models import CalledModel

_ASYNCHRONOUS = (
    "This action doesn't support the model that you provided. Call StartAsyncInvoke and try again."
)
_MALFORMED = "Malformed input request, please reformat your input and try again."


def read(model: CalledModel, encoded: bytes) -> tuple[Family, dict[str, Any], Asked]:
    """The family of a model, the decoded body, and what it asks.

    Raises:
        ValidationException: the body is not JSON, or breaks the schema of the family.
        NotImplementedException: the family is not known.
    """
    if model.is_asynchronous:
        raise ValidationException(_ASYNCHRONOUS)
    family = family_of(model.kind)
    if family is None:
        msg = f"InvokeModel of {model.name} is not implemented by bedrock_mock: use Converse."
        raise NotImplementedException(msg)
    body = _parsed(encoded)
    family.check(body)
    try:
        return family, body, family.asked(body)
    except (AttributeError, KeyError, TypeError, ValueError):
        # A part of it has another type than the family's.
        raise ValidationException(_MALFORMED) from None


def _parsed(encoded: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(encoded)
    except (ValueError, RecursionError):
        raise ValidationException(_MALFORMED) from None
    if not isinstance(parsed, dict):
        raise ValidationException(_MALFORMED)
    return parsed
