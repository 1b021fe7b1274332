"""Records of batch inference: a model answers each as in InvokeModel or Converse, without HTTP."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.called_through import served
from bedrock_mock.services.bedrock_runtime.models import CalledModel, called_model

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock_runtime.backend import RuntimeBackend

#: The job has these, not its records.
_NOT_IN_RECORDS = frozenset({"modelId", "requestMetadata", "serviceTier"})
#: What batch inference does not support, by the members of bodies that ask for it.
#: Source: https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference.html
_UNSUPPORTED: Mapping[str, str] = {
    "guardrailConfig": "guardrails",
    "outputConfig": "structured output",
    "output_format": "structured output",
    "response_format": "structured output",
    "toolConfig": "tool use",
    "tools": "tool use",
}
_EXTRA = "{}: Extra inputs are not permitted"
#: Members at any depth; as keys of encoded JSON they cannot be part of a text.
_CACHE_POINTS = (b'"cachePoint":', b'"cache_control":')
_CACHE_COUNTS = ("cacheReadInputTokens", "cacheWriteInputTokens")


class Answered(NamedTuple):
    """The answer to one record.

    Attributes:
        output: the body of InvokeModel, or the answer of Converse.
        usage: its tokens, by the members of Converse's usage.
    """

    output: Json
    usage: Mapping[str, Any]


class BatchModel:
    """The model of a batch inference job, which is resolved once for all records."""

    def __init__(self, backend: RuntimeBackend, model: CalledModel) -> None:
        self._backend = backend
        self.model = model
        self._converse = backend.mocked.protocol.operation("Converse")
        blocks: Any = backend.mocked.protocol.model.shape_for("ContentBlock")
        self._block_members = tuple(blocks.members)

    def answer(self, invocation_type: str, model_input: Mapping[str, Any]) -> Answered:
        """The answer to one record; it is not in the record of calls.

        Args:
            invocation_type: ``InvokeModel`` or ``Converse``.
            model_input: the body of InvokeModel, or the request of Converse.

        Raises:
            ServiceError: the record is refused, or the reply is an error.
            ValueError: a function of the test has given something that is not a reply.
        """
        encoded = json.dumps(model_input).encode()
        _check_supported(model_input, encoded)
        if invocation_type == "Converse":
            return self._conversed(model_input, encoded)
        request = {"modelId": self.model.identifier, "body": encoded}
        answer = self._backend.invocations.answer(self.model, request)
        family, said, body = answer.family, answer.said, answer.body()
        written, read = said.cache or (0, 0)
        usage = {
            "inputTokens": said.input_tokens if family.counts_input else 0,
            "outputTokens": said.output_tokens if family.counts_output else 0,
            "cacheReadInputTokens": read,
            "cacheWriteInputTokens": written,
        }
        return Answered(json.loads(body) if isinstance(body, bytes) else body, usage)

    def _conversed(self, model_input: Mapping[str, Any], encoded: bytes) -> Answered:
        _check_members(model_input.keys() & _NOT_IN_RECORDS)
        # The pattern of the operation refuses some models that batch inference takes.
        request = self._converse.decode({"modelId": self.model.name}, "", encoded)
        values = bool(self._backend.setting("validate_requests"))
        self._converse.validate(request, values=values)
        answer = self._converse.encode(self._backend.conversations.answer(self.model, request))
        message, usage = answer["output"]["message"], answer["usage"]
        message["content"] = [
            {name: block.get(name) for name in self._block_members} | block
            for block in message["content"]
        ]
        answer["usage"] = dict.fromkeys(_CACHE_COUNTS) | usage
        return Answered(answer, usage)


def batch_model(backend: RuntimeBackend, identifier: str) -> BatchModel:
    """The model of an identifier, which may be the ARN or name of a custom model, too.

    Raises:
        ServiceError: there is no such model, or the test has no access to it.
    """
    custom = _custom_model(backend, identifier)
    return BatchModel(backend, custom or called_model(backend, identifier))


def _custom_model(backend: RuntimeBackend, identifier: str) -> CalledModel | None:
    """A custom model: it answers in the form of the foundation model that it comes from."""
    control: BedrockBackend = backend.sibling("bedrock")
    with control.lock:
        model = control.custom_models.known(identifier)
        return None if model is None else served(control, model.arn, model.name, model.arn)


def _check_supported(model_input: Mapping[str, Any], encoded: bytes) -> None:
    """Refuses a record that asks for what batch inference does not support."""
    for name, feature in _UNSUPPORTED.items():
        if name in model_input:
            msg = f"{name}: batch inference does not support {feature}."
            raise ValidationException(msg)
    if any(member in encoded for member in _CACHE_POINTS):
        raise ValidationException("Batch inference does not support prompt caching.")


def _check_members(extra: Collection[str]) -> None:
    """Refuses a record that has these members."""
    for name in sorted(extra):
        raise ValidationException(_EXTRA.format(name))
