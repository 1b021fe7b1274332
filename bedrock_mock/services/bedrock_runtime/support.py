"""What a model supports of Converse: blocks by what it takes as input, and fields by family."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.services.bedrock_runtime.models import CalledModel
from bedrock_mock.services.bedrock_runtime.traits import Traits

Message = Mapping[str, Any]

#: What a model must take as input for a block; other blocks have no such condition.
_MODALITIES = {
    "image": frozenset({"IMAGE"}),
    "video": frozenset({"VIDEO"}),
    "audio": frozenset({"AUDIO", "SPEECH"}),
}
#: The blocks whose source may lie in S3.
_FILES = (*_MODALITIES, "document")
#: What Claude says from 4.1 on.
TWO_WAYS = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
_SIGNATURE = "reasoningContent.reasoningText.signature"
_BLANK_STOP = (
    "The model returned the following errors: stop_sequences: each stop sequence must contain "
    "non-whitespace"
)


def check_support(request: Mapping[str, Any], model: CalledModel) -> None:
    """Checks what a request of Converse uses against what the model supports.

    Raises:
        ValidationException: it uses something else; the texts are those of the service.
    """
    traits = model.traits
    if request.get("system") and not traits.takes_system:
        raise ValidationException(
            "This model doesn't support system messages. Try again without system messages or use "
            "a model that supports system messages."
        )
    blocks = list(_blocks(request))
    kinds = {kind for block in blocks for kind in block}
    for kind, needed in _MODALITIES.items():
        if kind in kinds and model.takes is not None and not needed & model.takes:
            msg = (
                f"This model doesn't support the {kind} content block that you provided. Update "
                "the content block and try again."
            )
            raise ValidationException(msg)
    for field in _fields(request, blocks, kinds):
        if _is_refused(field, traits):
            msg = f"This model doesn't support the {field} field. Remove {field} and try again."
            raise ValidationException(msg)
    config = request.get("inferenceConfig", {})
    if traits.samples_one_way:
        more = request.get("additionalModelRequestFields")
        sampled = {**(more if isinstance(more, Mapping) else {}), **config}
        if "temperature" in sampled and sampled.keys() & {"topP", "top_p"}:
            msg = f"The model returned the following errors: {TWO_WAYS}"
            raise ValidationException(msg)
    stops = config.get("stopSequences", ())
    if traits.needs_visible_stops and not all(stop.strip() for stop in stops):
        raise ValidationException(_BLANK_STOP)


def _blocks(request: Mapping[str, Any]) -> Iterator[Message]:
    """The blocks of a conversation, and those within the results of tools."""
    for message in request["messages"]:
        for block in message["content"]:
            yield block
            yield from block.get("toolResult", {}).get("content", ())


def _fields(
    request: Mapping[str, Any], blocks: list[Message], kinds: Collection[str]
) -> Iterator[str]:
    """The fields that some families do not support and that this request has."""
    yield from request.get("inferenceConfig", {})
    for name in request.get("toolConfig", {}).get("toolChoice", {}):
        yield f"toolConfig.toolChoice.{name}"
    files = [block[kind] for kind in _FILES if kind in kinds for block in blocks if kind in block]
    if any("s3Location" in file["source"] for file in files):
        yield "s3Uri"
    if "reasoningContent" in kinds:
        thoughts = (block.get("reasoningContent", {}).get("reasoningText", {}) for block in blocks)
        if any("signature" in thought for thought in thoughts):
            yield _SIGNATURE


def _is_refused(field: str, traits: Traits) -> bool:
    if field == "s3Uri":
        return not traits.reads_s3
    if field == _SIGNATURE:
        return not traits.signs
    return field in traits.refuses
