"""Converse and ConverseStream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bedrock_mock.protocol.errors import ServiceError, ValidationException, kind_of
from bedrock_mock.protocol.messages import message_of
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.operations import operation
from bedrock_mock.scripting.model_call import texts_of
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock.rules import check_project
from bedrock_mock.services.bedrock_runtime.answering import blocks_of, check_text, stop_reason_of
from bedrock_mock.services.bedrock_runtime.asking import ask
from bedrock_mock.services.bedrock_runtime.conversation_rules import check_conversation
from bedrock_mock.services.bedrock_runtime.events import error_of, events
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Said
from bedrock_mock.services.bedrock_runtime.guardrails.answers import (
    checked,
    checked_late,
    refused,
)
from bedrock_mock.services.bedrock_runtime.guardrails.guarding import guarding_of
from bedrock_mock.services.bedrock_runtime.guardrails.selecting import texts_of_conversation
from bedrock_mock.services.bedrock_runtime.guardrails.traces import guarded_end
from bedrock_mock.services.bedrock_runtime.models import CalledModel, called_model
from bedrock_mock.services.bedrock_runtime.response_fields import additional_fields, own_text
from bedrock_mock.services.bedrock_runtime.usage import usage_of

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime.type_defs import (
        ConverseRequestTypeDef,
        ConverseStreamRequestTypeDef,
    )

    from bedrock_mock.resources.backend import ServiceBackend

_NO_CONVERSE = (
    "This action doesn't support the model that you provided. Try again with a supported text or "
    "chat model."
)
_NO_SCHEMA = (
    "The value at outputConfig.textFormat.structure.jsonSchema.schema is not valid JSON. Provide a "
    "JSON schema and try again."
)
#: What an answer repeats of its request.
_ECHOED = ("performanceConfig", "serviceTier")
#: What an answer says of its latency: no more than that it takes longer with more tokens.
_MILLISECONDS = 100
_MILLISECONDS_OF_TOKEN = 10
#: What comes with an answer for which no model was asked.
_NOT_ASKED = {
    "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
    "metrics": {"latencyMs": _MILLISECONDS},
}
#: What a call without a stream gets for an error in a stream.
_IN_PLAIN_CALLS = {"modelStreamErrorException": "ModelErrorException"}


class Answer(NamedTuple):
    """What a model answers: its content, how a stream cuts it, and what comes with it."""

    model: CalledModel
    reply: Reply
    blocks: list[dict[str, Any]]
    end: dict[str, Any]


class Conversations:
    """The operations on conversations: a model answers as the rules of the test say."""

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend

    @operation("Converse")
    def converse(self, request: ConverseRequestTypeDef) -> dict[str, Any]:
        """The whole answer at once."""
        return _whole(self._answer("Converse", request))

    def answer(self, model: CalledModel, request: Mapping[str, Any]) -> dict[str, Any]:
        """The whole answer of a model to a request, without guardrails.

        Raises:
            ServiceError: the request is refused, or the reply is an error.
        """
        _check(request, model, is_stream=False)
        return _whole(self._asked("Converse", model, request))

    @operation("ConverseStream")
    def converse_stream(self, request: ConverseStreamRequestTypeDef) -> dict[str, Any]:
        """The answer as a stream; an error before any content is the operation's own."""
        answer = self._answer("ConverseStream", request)
        if answer.reply.error is not None and not answer.blocks:
            raise plain_error(answer.reply.error)
        return {"stream": events(answer.reply, answer.blocks, answer.end, answer.model.traits)}

    def _answer(self, name: str, request: Mapping[str, Any]) -> Answer:
        is_stream = name == "ConverseStream"
        model = called_model(self._backend, request["modelId"])
        check_project(self._backend.sibling("bedrock"), request)
        _check(request, model, is_stream=is_stream)
        config = request.get("guardrailConfig", {})
        guarding = guarding_of(
            self._backend,
            model.names,
            config.get("guardrailIdentifier"),
            config.get("guardrailVersion"),
            config.get("trace"),
        )
        if guarding.is_active:
            request, texts = texts_of_conversation(request)
            guarding.check_request(texts)
            if guarding.message is not None:
                reply, blocks = refused(guarding)
                return Answer(model, reply, blocks, guarded_end(guarding, _NOT_ASKED, ""))
        answer = self._asked(name, model, request)
        if not guarding.is_active:
            return answer
        _, reply, blocks, end = answer
        said = said_by(request, model, reply, blocks, end)
        output = said.text if is_stream else own_text(said)
        is_late = config.get("streamProcessingMode") == "async"
        reply, blocks = (checked_late if is_late else checked)(guarding, reply, blocks)
        return Answer(model, reply, blocks, guarded_end(guarding, end, output))

    def _asked(self, name: str, model: CalledModel, request: Mapping[str, Any]) -> Answer:
        """What the model itself answers."""
        reply = ask(self._backend, name, model, asked_by(request), request)
        if reply.raw is not None:
            msg = "A reply with raw=... is a body of InvokeModel: Converse has no use for it."
            raise ValidationException(msg)
        check_text(reply, model.name)
        blocks = blocks_of(reply, model.traits)
        end = self._end(request, model, reply, blocks, is_stream=name == "ConverseStream")
        return Answer(model, reply, blocks, end)

    @staticmethod
    def _end(
        request: Mapping[str, Any],
        model: CalledModel,
        reply: Reply,
        blocks: list[dict[str, Any]],
        *,
        is_stream: bool,
    ) -> dict[str, Any]:
        """What an answer has beside its content."""
        usage = usage_of(request, model, reply, blocks, is_stream=is_stream)
        end = {
            "stopReason": stop_reason_of(reply, blocks),
            "usage": usage,
            "metrics": {"latencyMs": latency_of(reply, usage["outputTokens"])},
        }
        end |= {name: request[name] for name in _ECHOED if name in request}
        if model.invoked_model_id is not None:
            end["trace"] = {"promptRouter": {"invokedModelId": model.invoked_model_id}}
        paths = request.get("additionalModelResponseFieldPaths")
        more = (
            additional_fields(paths, said_by(request, model, reply, blocks, end)) if paths else {}
        )
        return {**end, "additionalModelResponseFields": more} if more else end


def _check(request: Mapping[str, Any], model: CalledModel, *, is_stream: bool) -> None:
    """Refuses a request that the model does not take."""
    if not model.converses:
        raise ValidationException(_NO_CONVERSE)
    check_conversation(request, model, is_stream=is_stream)


def _whole(answer: Answer) -> dict[str, Any]:
    """What Converse answers; an error of the reply is raised."""
    if answer.reply.error is not None:
        raise plain_error(answer.reply.error)
    message = {"role": "assistant", "content": answer.blocks}
    return {"output": {"message": message}, **answer.end}


def asked_by(request: Mapping[str, Any]) -> Asked:
    """What a request of Converse asks."""
    system = request.get("system", ())
    tools = request.get("toolConfig", {})
    text_format = request.get("outputConfig", {}).get("textFormat", {})
    schema = text_format.get("structure", {}).get("jsonSchema", {}).get("schema")
    return Asked(
        request["messages"],
        "\n".join(texts_of({"content": system})) if system else "",
        tools.get("tools", ()),
        tools.get("toolChoice"),
        None if schema is None else _schema_of(schema),
    )


def said_by(
    request: Mapping[str, Any],
    model: CalledModel,
    reply: Reply,
    blocks: list[dict[str, Any]],
    end: Mapping[str, Any],
) -> Said:
    """The answer of Converse as what a family puts into its own form."""
    return Said(
        reply,
        blocks,
        end["stopReason"],
        end["usage"]["inputTokens"],
        end["usage"]["outputTokens"],
        model,
        request,
        end["metrics"]["latencyMs"],
    )


def _schema_of(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValidationException(_NO_SCHEMA) from None


def latency_of(reply: Reply, output_tokens: int) -> int:
    """The latency that an answer reports, in milliseconds."""
    if reply.latency_ms is not None:
        return reply.latency_ms
    return _MILLISECONDS + _MILLISECONDS_OF_TOKEN * output_tokens


def plain_error(name: str) -> ServiceError:
    """The error of an operation for an error that a reply has in its stream."""
    if name in _IN_PLAIN_CALLS:
        code = _IN_PLAIN_CALLS[name]
        return kind_of(code)(message_of("bedrock-runtime", code))
    return error_of(name)
