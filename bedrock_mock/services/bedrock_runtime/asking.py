"""Asks a model: the rules of the test answer, and the record of calls notes which rule."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.exchange import note
from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock_runtime.answering import reply_to
from bedrock_mock.services.bedrock_runtime.families.base import Asked
from bedrock_mock.services.bedrock_runtime.models import CalledModel

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend


def ask(
    backend: ServiceBackend, operation: str, model: CalledModel, asked: Asked, body: Json
) -> Reply:
    """The reply to one call, after the delay that it has.

    Args:
        backend: whose call it is.
        operation: the operation, ``Converse`` and so on.
        model: who is asked.
        asked: what is asked, in the words of Converse.
        body: the request, or the decoded body of InvokeModel.

    Raises:
        ValidationException: no rule matches, and the setting ``unmatched`` asks for one.
        ValueError: a function of the test has given something that is not a reply.
    """
    call = ModelCall(
        operation=operation,
        model_id=model.identifier,
        model=model.name,
        messages=asked.messages,
        system=asked.system,
        tools=asked.tools,
        body=body,
        account_id=backend.account_id,
        region_name=backend.region_name,
        names=model.names,
    )
    note(asked=call)
    reply, rule = reply_to(backend, call, asked)
    note(rule=rule)
    if reply.delay:
        time.sleep(reply.delay)
    return reply
