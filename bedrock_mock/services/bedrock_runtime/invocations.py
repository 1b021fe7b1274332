"""InvokeModel and InvokeModelWithResponseStream: a model is asked in the words of its family."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bedrock_mock.protocol.errors import (
    NotImplementedException,
    ServiceError,
    ValidationException,
)
from bedrock_mock.protocol.payload import HEADERS
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.operations import operation
from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock_runtime.answering import blocks_of, reply_to, stop_reason_of
from bedrock_mock.services.bedrock_runtime.conversations import (
    latency_of,
    plain_error,
    waited,
)
from bedrock_mock.services.bedrock_runtime.events import error_of
from bedrock_mock.services.bedrock_runtime.families import family_of
from bedrock_mock.services.bedrock_runtime.families.base import FIRST_BYTE_SHARE, Family, Said
from bedrock_mock.services.bedrock_runtime.guardrails import check_guardrail
from bedrock_mock.services.bedrock_runtime.models import called_model
from bedrock_mock.services.bedrock_runtime.tokens import tokens, tokens_of_blocks

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime.type_defs import (
        InvokeModelRequestTypeDef,
        InvokeModelWithResponseStreamRequestTypeDef,
    )

    from bedrock_mock.resources.backend import ServiceBackend

_JSON = "application/json"
_MALFORMED = "Malformed input request, please reformat your input and try again."
_NO_STREAM = "The model is unsupported for streaming"
_HEADER = "X-Amzn-Bedrock-"
_METRICS = "amazon-bedrock-invocationMetrics"


class Invocations:
    """The operations that hand a model a body of its own form."""

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend

    @operation("InvokeModel")
    def invoke(self, request: InvokeModelRequestTypeDef) -> dict[str, Any]:
        """The whole answer at once, with counts and latency in headers."""
        family, said = self._said("InvokeModel", request)
        if said.reply.error is not None:
            raise plain_error(said.reply.error)
        body = family.answer(said) if said.reply.raw is None else said.reply.raw
        counts = {f"{_HEADER}Invocation-Latency": str(said.latency)}
        if family.counts_input:
            counts[f"{_HEADER}Input-Token-Count"] = str(said.input_tokens)
        if family.counts_output:
            counts[f"{_HEADER}Output-Token-Count"] = str(said.output_tokens)
        encoded = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return {"body": encoded, "contentType": _JSON, HEADERS: counts, **_echoed(request)}

    @operation("InvokeModelWithResponseStream")
    def invoke_with_response_stream(
        self, request: InvokeModelWithResponseStreamRequestTypeDef
    ) -> dict[str, Any]:
        """The answer in chunks; the last one has the metrics."""
        family, said = self._said("InvokeModelWithResponseStream", request)
        if not family.streams:
            raise ValidationException(_NO_STREAM)
        if said.reply.error is not None and not said.blocks and said.reply.raw is None:
            raise plain_error(said.reply.error)
        return {"body": _events(family, said), "contentType": _JSON, **_echoed(request)}

    def _said(self, name: str, asked: Mapping[str, Any]) -> tuple[Family, Said]:
        """What a model says, and the family whose form it gets."""
        request: dict[str, Any] = {**asked}
        model = called_model(self._backend, request["modelId"])
        family = family_of(model.kind)
        if family is None:
            msg = f"InvokeModel of {model.name} is not implemented by bedrock_mock: use Converse."
            raise NotImplementedException(msg)
        body = _parsed(request.get("body", b""))
        family.check(body)
        version = request.get("guardrailVersion")
        check_guardrail(self._backend, request.get("guardrailIdentifier"), version)
        try:
            question = family.asked(body)
        except (AttributeError, KeyError, TypeError, ValueError):
            # A part of it is of another type than the family's.
            raise ValidationException(_MALFORMED) from None
        call = ModelCall(
            operation=name,
            model_id=request["modelId"],
            model=model.name,
            messages=question.messages,
            system=question.system,
            tools=question.tools,
            body=body,
            account_id=self._backend.account_id,
            region_name=self._backend.region_name,
            names=model.names,
        )
        reply = waited(reply_to(self._backend, call, question.choice))
        if family.is_text and reply.content is reply.json is reply.raw is reply.error is None:
            msg = f"The reply for {model.name} has no text, and that is what it answers with."
            raise ValidationException(msg)
        blocks = blocks_of(reply, model.traits)
        contents = [block for message in question.messages for block in message["content"]]
        usage = reply.usage or {}
        spoken = tokens_of_blocks([*contents, *question.tools]) + tokens(question.system)
        outputs = usage.get("outputTokens", tokens_of_blocks(blocks))
        return family, Said(
            reply,
            blocks,
            stop_reason_of(reply, blocks),
            usage.get("inputTokens", spoken),
            outputs,
            model,
            body,
            str(uuid4()),
            latency_of(reply, outputs),
        )


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise ValidationException(_MALFORMED) from None
    if not isinstance(parsed, dict):
        raise ValidationException(_MALFORMED)
    return parsed


def _echoed(request: Mapping[str, Any]) -> dict[str, Any]:
    names = ("performanceConfigLatency", "serviceTier")
    return {name: request[name] for name in names if name in request}


def _events(family: Family, said: Said) -> Iterator[tuple[str, Json] | ServiceError]:
    """The chunks of a stream, each as an event."""
    reply = said.reply
    chunks = _raw(reply) if reply.raw is not None else list(family.chunks(said))
    metrics = {
        "inputTokenCount": said.input_tokens,
        "outputTokenCount": said.output_tokens,
        "invocationLatency": said.latency,
        "firstByteLatency": int(said.latency * FIRST_BYTE_SHARE),
    }
    for number, chunk in enumerate(chunks, start=1):
        if number > 1 and reply.gap:
            time.sleep(reply.gap)
        is_last = number == len(chunks)
        if is_last and reply.error is not None:
            # It breaks before it ends.
            yield error_of(reply.error)
        else:
            yield "chunk", {"bytes": _encoded(chunk, metrics if is_last else None)}


def _encoded(chunk: Json, metrics: Mapping[str, int] | None) -> bytes:
    if isinstance(chunk, bytes):
        return chunk
    more = {_METRICS: metrics} if metrics is not None and isinstance(chunk, dict) else {}
    return json.dumps({**chunk, **more} if more else chunk, ensure_ascii=False).encode()


def _raw(reply: Reply) -> list[Json]:
    return reply.raw if isinstance(reply.raw, list) else [reply.raw]
