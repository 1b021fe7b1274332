"""InvokeModel and InvokeModelWithResponseStream: a model is asked in the words of its family."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bedrock_mock.protocol.errors import ServiceError, ValidationException
from bedrock_mock.protocol.payload import HEADERS
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.operations import operation
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock_runtime.answering import blocks_of, stop_reason_of
from bedrock_mock.services.bedrock_runtime.asking import ask
from bedrock_mock.services.bedrock_runtime.bodies import read
from bedrock_mock.services.bedrock_runtime.conversations import latency_of, plain_error
from bedrock_mock.services.bedrock_runtime.events import error_of
from bedrock_mock.services.bedrock_runtime.families.base import FIRST_BYTE_SHARE, Family, Said
from bedrock_mock.services.bedrock_runtime.guardrails import check_guardrail
from bedrock_mock.services.bedrock_runtime.models import called_model
from bedrock_mock.services.bedrock_runtime.tokens import tokens_asked, tokens_of_blocks

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime.type_defs import (
        InvokeModelRequestTypeDef,
        InvokeModelWithResponseStreamRequestTypeDef,
    )

    from bedrock_mock.resources.backend import ServiceBackend

_JSON = "application/json"
_NO_STREAM = "The model is unsupported for streaming"
_HEADER = "X-Amzn-Bedrock-"
_CACHE_HEADERS = ("Cache-Read-Input-Token-Count", "Cache-Write-Input-Token-Count")
_CACHE_METRICS = ("cacheReadInputTokenCount", "cacheWriteInputTokenCount")
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
        counts |= {f"{_HEADER}{name}": str(count) for name, count in _cached(said, _CACHE_HEADERS)}
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
        family, body, question = read(model, request.get("body", b""))
        version = request.get("guardrailVersion")
        check_guardrail(self._backend, request.get("guardrailIdentifier"), version)
        reply = ask(self._backend, name, model, question, body)
        if family.is_text and reply.content is reply.json is reply.raw is reply.error is None:
            msg = f"The reply for {model.name} has no text, and that is what it answers with."
            raise ValidationException(msg)
        blocks = blocks_of(reply, model.traits)
        usage = reply.usage or {}
        outputs = usage.get("outputTokens", tokens_of_blocks(blocks))
        return family, Said(
            reply,
            blocks,
            stop_reason_of(reply, blocks),
            usage.get("inputTokens", tokens_asked(question)),
            outputs,
            model,
            body,
            str(uuid4()),
            latency_of(reply, outputs),
        )


def _cached(said: Said, names: tuple[str, str]) -> Iterator[tuple[str, int]]:
    """What was read from the prompt cache and written to it, by these names."""
    if said.cache is not None:
        written, read = said.cache
        yield names[0], read
        if written or not said.model.traits.omits_no_writes:
            yield names[1], written


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
        **dict(_cached(said, _CACHE_METRICS)),
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
