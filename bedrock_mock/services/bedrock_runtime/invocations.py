"""InvokeModel and InvokeModelWithResponseStream: a model is asked in the words of its family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.payload import HEADERS
from bedrock_mock.resources.operations import operation
from bedrock_mock.services.bedrock.rules import check_project
from bedrock_mock.services.bedrock_runtime.answering import (
    blocks_of,
    check_text,
    stop_reason_of,
)
from bedrock_mock.services.bedrock_runtime.asking import ask
from bedrock_mock.services.bedrock_runtime.bodies import guardrail_config_of, read
from bedrock_mock.services.bedrock_runtime.conversations import latency_of, plain_error
from bedrock_mock.services.bedrock_runtime.families.base import (
    Asked,
    Family,
    Said,
)
from bedrock_mock.services.bedrock_runtime.guardrails.answers import (
    checked,
    checked_late,
    refused,
)
from bedrock_mock.services.bedrock_runtime.guardrails.guarding import guarding_of
from bedrock_mock.services.bedrock_runtime.guardrails.selecting import Tagged
from bedrock_mock.services.bedrock_runtime.invocation_answer import (
    Answer,
    as_json,
    cached,
    events,
)
from bedrock_mock.services.bedrock_runtime.models import CalledModel, called_model
from bedrock_mock.services.bedrock_runtime.response_fields import own_text
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
#: The stop reason and the latency of an answer for which no model was asked.
_ENDED = "end_turn"
_MILLISECONDS = 100


class Invocations:
    """The operations that hand a model a body of its own form."""

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend

    @operation("InvokeModel")
    def invoke(self, request: InvokeModelRequestTypeDef) -> dict[str, Any]:
        """The whole answer at once, with counts and latency in headers."""
        answer = self._answer("InvokeModel", request)
        family, said, body = answer.family, answer.said, answer.body()
        counts = {f"{_HEADER}Invocation-Latency": str(said.latency)}
        if family.counts_input:
            counts[f"{_HEADER}Input-Token-Count"] = str(said.input_tokens)
        if family.counts_output:
            counts[f"{_HEADER}Output-Token-Count"] = str(said.output_tokens)
            from_cache = cached(said, _CACHE_HEADERS)
            counts |= {f"{_HEADER}{name}": str(count) for name, count in from_cache}
        encoded = body if isinstance(body, bytes) else as_json(body).encode()
        return {"body": encoded, "contentType": _JSON, HEADERS: counts, **_echoed(request)}

    def answer(self, model: CalledModel, request: Mapping[str, Any]) -> Answer:
        """What a model says to a request of InvokeModel, without guardrails.

        Raises:
            ServiceError: the request is refused.
        """
        family, body, question = read(model, request.get("body", b""))
        return Answer(family, self._said("InvokeModel", model, family, question, body))

    @operation("InvokeModelWithResponseStream")
    def invoke_with_response_stream(
        self, request: InvokeModelWithResponseStreamRequestTypeDef
    ) -> dict[str, Any]:
        """The answer in chunks; the last one has the metrics."""
        answer = self._answer("InvokeModelWithResponseStream", request)
        if not answer.family.streams:
            raise ValidationException(_NO_STREAM)
        said = answer.said
        if said.reply.error is not None and not said.blocks and said.reply.raw is None:
            raise plain_error(said.reply.error)
        return {"body": events(answer), "contentType": _JSON, **_echoed(request)}

    def _answer(self, name: str, request: Mapping[str, Any]) -> Answer:
        """What a model says, in what form, and what guardrails add to it."""
        model = called_model(self._backend, request["modelId"])
        check_project(self._backend.sibling("bedrock"), request)
        is_stream = name == "InvokeModelWithResponseStream"
        family, body, question = read(model, request.get("body", b""), is_stream=is_stream)
        guarding = guarding_of(
            self._backend,
            model.names,
            request.get("guardrailIdentifier"),
            request.get("guardrailVersion"),
            request.get("trace"),
        )
        config = guardrail_config_of(request, body, is_guarded=guarding.is_active)
        # Guardrails look at conversations, not at what is embedded, ranked or drawn.
        if not guarding.is_active or not family.is_text:
            return Answer(family, self._said(name, model, family, question, body))
        tagged = Tagged(question, config.get("tagSuffix"))
        guarding.check_request(tagged.texts, has_attacks=tagged.has_tags)
        if guarding.message is not None:
            reply, blocks = refused(guarding)
            said = Said(reply, blocks, _ENDED, 0, 0, model, body, _MILLISECONDS)
            return Answer(family, said, guarding, was_asked=False)
        said = self._said(name, model, family, tagged.asked, body)
        if said.reply.raw is not None:
            # What it says is known to its reader only.
            return Answer(family, said, guarding)
        output = own_text(said)
        is_late = config.get("streamProcessingMode") == "ASYNCHRONOUS" and is_stream
        reply, blocks = (checked_late if is_late else checked)(
            guarding, said.reply, [dict(each) for each in said.blocks]
        )
        return Answer(family, replace(said, reply=reply, blocks=blocks), guarding, output)

    def _said(
        self,
        name: str,
        model: CalledModel,
        family: Family,
        question: Asked,
        body: Mapping[str, Any],
    ) -> Said:
        """What a model says."""
        reply = ask(self._backend, name, model, question, body)
        if family.is_text:
            check_text(reply, model.name)
        blocks = blocks_of(reply, model.traits)
        usage = reply.usage or {}
        outputs = usage.get("outputTokens", tokens_of_blocks(blocks))
        return Said(
            reply,
            blocks,
            stop_reason_of(reply, blocks),
            usage.get("inputTokens", tokens_asked(question)),
            outputs,
            model,
            body,
            latency_of(reply, outputs),
        )


def _echoed(request: Mapping[str, Any]) -> dict[str, Any]:
    names = ("performanceConfigLatency", "serviceTier")
    return {name: request[name] for name in names if name in request}
