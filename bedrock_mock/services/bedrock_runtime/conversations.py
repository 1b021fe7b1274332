"""Converse, ConverseStream and CountTokens."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ServiceError, ValidationException, kind_of
from bedrock_mock.resources.operations import operation
from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.services.bedrock_runtime.answering import blocks_of, reply_to, stop_reason_of
from bedrock_mock.services.bedrock_runtime.conversation_rules import check_conversation
from bedrock_mock.services.bedrock_runtime.events import error_of, events
from bedrock_mock.services.bedrock_runtime.guardrails import check_guardrail
from bedrock_mock.services.bedrock_runtime.models import CalledModel, called_model
from bedrock_mock.services.bedrock_runtime.tokens import tokens_of_blocks, tokens_of_request

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime.type_defs import (
        ConverseRequestTypeDef,
        ConverseStreamRequestTypeDef,
        CountTokensRequestTypeDef,
    )

    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.scripting.reply import Reply

_NO_CONVERSE = (
    "This action doesn't support the model that you provided. Try again with a supported text or "
    "chat model."
)
#: What an answer says of its latency: no more than that it takes longer with more tokens.
_MILLISECONDS = 100
_MILLISECONDS_OF_TOKEN = 10
#: What a call without a stream gets for an error in a stream.
_IN_PLAIN_CALLS = {"modelStreamErrorException": "ModelErrorException"}


class Conversations:
    """The operations on conversations: a model answers as the rules of the test say."""

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend

    @operation("Converse")
    def converse(self, request: ConverseRequestTypeDef) -> dict[str, Any]:
        """The whole answer at once."""
        model, reply = self._reply("Converse", request)
        if reply.error is not None:
            raise plain_error(reply.error)
        blocks = blocks_of(reply, model.traits)
        end = self._end(request, model, reply, blocks)
        return {"output": {"message": {"role": "assistant", "content": blocks}}, **end}

    @operation("ConverseStream")
    def converse_stream(self, request: ConverseStreamRequestTypeDef) -> dict[str, Any]:
        """The answer as a stream; an error before any content is the operation's own."""
        model, reply = self._reply("ConverseStream", request)
        blocks = blocks_of(reply, model.traits)
        if reply.error is not None and not blocks:
            raise plain_error(reply.error)
        end = self._end(request, model, reply, blocks)
        return {"stream": events(reply, blocks, end, model.traits)}

    @operation("CountTokens")
    def count_tokens(self, request: CountTokensRequestTypeDef) -> dict[str, int]:
        """How many tokens a request of Converse would send."""
        model = called_model(self._backend, request["modelId"])
        counts: Any = request["input"]
        # A profile's id counts for none, also where the model itself can be counted for.
        if not model.traits.counts or model.identifier != model.name or "converse" not in counts:
            raise ValidationException("The provided model doesn't support counting tokens.")
        return {"inputTokens": tokens_of_request(counts["converse"])}

    def _reply(self, name: str, asked: Mapping[str, Any]) -> tuple[CalledModel, Reply]:
        request: dict[str, Any] = {**asked}
        model = called_model(self._backend, request["modelId"])
        if not model.converses:
            raise ValidationException(_NO_CONVERSE)
        check_conversation(request, model.traits)
        guardrail = request.get("guardrailConfig", {})
        check_guardrail(
            self._backend, guardrail.get("guardrailIdentifier"), guardrail.get("guardrailVersion")
        )
        tools = request.get("toolConfig", {})
        call = ModelCall(
            operation=name,
            model_id=request["modelId"],
            model=model.name,
            messages=request["messages"],
            system="\n".join(block.get("text", "") for block in request.get("system", ())),
            tools=tools.get("tools", ()),
            body=request,
            account_id=self._backend.account_id,
            region_name=self._backend.region_name,
            names=model.names,
        )
        reply = waited(reply_to(self._backend, call, tools.get("toolChoice")))
        if reply.raw is not None:
            msg = "A reply with raw=... is a body of InvokeModel: Converse has no use for it."
            raise ValidationException(msg)
        return model, reply

    @staticmethod
    def _end(
        request: Mapping[str, Any], model: CalledModel, reply: Reply, blocks: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """What an answer says beside its content."""
        usage: dict[str, Any] = {
            "inputTokens": tokens_of_request(request),
            "outputTokens": tokens_of_blocks(blocks),
        }
        if model.traits.reports_cache:
            usage |= {"cacheReadInputTokens": 0, "cacheWriteInputTokens": 0}
        usage |= reply.usage or {}
        usage.setdefault("totalTokens", sum(usage.values()))
        echoed = {
            name: request[name] for name in ("performanceConfig", "serviceTier") if name in request
        }
        return {
            "stopReason": stop_reason_of(reply, blocks),
            "usage": usage,
            "metrics": {"latencyMs": latency_of(reply, usage["outputTokens"])},
            **echoed,
        }


def waited(reply: Reply) -> Reply:
    """The reply, after the time that it takes."""
    if reply.delay:
        time.sleep(reply.delay)
    return reply


def latency_of(reply: Reply, output_tokens: int) -> int:
    """The latency that an answer reports, in milliseconds."""
    if reply.latency_ms is not None:
        return reply.latency_ms
    return _MILLISECONDS + _MILLISECONDS_OF_TOKEN * output_tokens


def plain_error(name: str) -> ServiceError:
    """The error of an operation for an error that a reply has in its stream."""
    if name in _IN_PLAIN_CALLS:
        return kind_of(_IN_PLAIN_CALLS[name])(f"{name}, as the test has scripted it.")
    return error_of(name)
