"""The body of InvokeModel, read in the form of the model's family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedrock_mock.protocol.errors import NotImplementedException, ValidationException
from bedrock_mock.protocol.json_text import strict
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families import family_of
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Family
from bedrock_mock.services.bedrock_runtime.families.schema import (
    OBJECT,
    STRING,
    Schema,
    open_body,
)
from bedrock_mock.services.bedrock_runtime.models import CalledModel

_ASYNCHRONOUS = (
    "This action doesn't support the model that you provided. Call StartAsyncInvoke and try again."
)
#: The member that says how guardrails look at the body.
GUARDRAIL_CONFIG = "amazon-bedrock-guardrailConfig"
_MALFORMED = "Malformed input request, please reformat your input and try again."
_NO_GUARDRAIL = (
    f"The body has {GUARDRAIL_CONFIG}, but the request names no guardrail. Add guardrailIdentifier "
    f"and guardrailVersion, or remove {GUARDRAIL_CONFIG}."
)
_JSON = "application/json"

#: A request in the words of Converse, as far as rules and defaults rely on it.
_RESULT = open_body(
    "toolUseId", toolUseId=STRING, content=Schema("JSONArray", items=open_body(text=STRING))
)
_BLOCK = open_body(
    text=STRING,
    toolUse=open_body("toolUseId", "name", toolUseId=STRING, name=STRING),
    toolResult=_RESULT,
)
_MESSAGE = open_body("role", "content", role=STRING, content=Schema("JSONArray", items=_BLOCK))
_SPECIFICATION = open_body("name", name=STRING, inputSchema=open_body(json=OBJECT))
_ASKED = open_body(
    messages=Schema("JSONArray", items=_MESSAGE),
    system=STRING,
    tools=Schema("JSONArray", items=open_body(toolSpec=_SPECIFICATION)),
    forced=STRING,
)

_GUARDRAIL_CONFIG = open_body(tagSuffix=STRING, streamProcessingMode=STRING)


def read(
    model: CalledModel, encoded: bytes, *, is_stream: bool = False
) -> tuple[Family, dict[str, Any], Asked]:
    """The family of a model, the decoded body, and what it asks.

    Raises:
        ValidationException: the body is not JSON, breaks the schema of the family, or
            contradicts the call.
        NotImplementedException: the family is not known.
    """
    if model.is_asynchronous:
        raise ValidationException(_ASYNCHRONOUS)
    family = family_of(model.kind)
    if family is None:
        msg = f"InvokeModel of {model.name} is not implemented by bedrock_mock: use Converse."
        raise NotImplementedException(msg)
    body = _parsed(encoded)
    question = question_of(family, body)
    family.check_call(body, model, is_stream=is_stream)
    return family, body, question


def question_of(family: Family, body: Json) -> Asked:
    """What a body asks.

    Raises:
        ValidationException: it is not an object, or breaks the schema of the family.
    """
    if not isinstance(body, dict):
        raise ValidationException(_MALFORMED)
    # That member is for guardrails, not for the model.
    family.check({name: each for name, each in body.items() if name != GUARDRAIL_CONFIG})
    try:
        asked = family.asked(body)
        words = _words(asked)
    except (AttributeError, KeyError, TypeError, ValueError):
        # A part of it has another type than the family's.
        raise ValidationException(_MALFORMED) from None
    # A family's schema looks at the outer members only.
    if any(_ASKED.faults(words)):
        raise ValidationException(_MALFORMED)
    return asked


def guardrail_config_of(
    request: Mapping[str, Any], body: Mapping[str, Any], *, is_guarded: bool
) -> dict[str, Any]:
    """What a body says to guardrails.

    Args:
        request: the call.
        body: its body.
        is_guarded: whether the call has a guardrail, its own or that of the account.

    Raises:
        ValidationException: that part of the body is malformed or there is no guardrail for it,
            or the call names a guardrail and its body is not said to be JSON.

    Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
    """
    content_type = request.get("contentType", _JSON)
    if request.get("guardrailIdentifier") and not content_type.lower().startswith(_JSON):
        msg = f"With a guardrail, contentType must be {_JSON}, not {content_type!r}."
        raise ValidationException(msg)
    config = body.get(GUARDRAIL_CONFIG)
    if config is None:
        return {}
    if not isinstance(config, dict):
        raise ValidationException(_MALFORMED)
    config = {name: value for name, value in config.items() if value is not None}
    if any(_GUARDRAIL_CONFIG.faults(config)):
        raise ValidationException(_MALFORMED)
    if not is_guarded:
        raise ValidationException(_NO_GUARDRAIL)
    return config


def _words(asked: Asked) -> dict[str, Any]:
    """What is asked as JSON has it."""
    forced = (asked.choice or {}).get("tool") or {}
    return {
        "messages": list(asked.messages),
        "system": asked.system,
        "tools": list(asked.tools),
        "forced": forced.get("name") or "",
    }


def _parsed(encoded: bytes) -> Json:
    try:
        return strict(encoded)
    except (ValueError, RecursionError):
        raise ValidationException(_MALFORMED) from None
