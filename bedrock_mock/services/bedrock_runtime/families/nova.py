"""Amazon Nova.

Source: https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from uuid import UUID

from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.services.bedrock_runtime.events import deltas_of, start_of
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Family, Said
from bedrock_mock.services.bedrock_runtime.families.schema import ARRAY, OBJECT, STRING, body


class Nova(Family):
    """Nova speaks as Converse does."""

    schema: ClassVar = body(
        "messages",
        schemaVersion=STRING,
        messages=ARRAY,
        system=ARRAY,
        inferenceConfig=OBJECT,
        toolConfig=OBJECT,
        additionalModelRequestFields=OBJECT,
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """Messages, system prompts and tools."""
        tools = body.get("toolConfig", {})
        return Asked(
            body["messages"],
            "\n".join(block.get("text", "") for block in body.get("system", ())),
            tools.get("tools", ()),
            tools.get("toolChoice"),
        )

    def answer(self, said: Said) -> dict[str, Any]:
        """A message."""
        message = {"content": [_sent(block) for block in said.blocks], "role": "assistant"}
        total = {"totalTokens": said.input_tokens + said.output_tokens}
        usage = _usage(said)
        return {
            "output": {"message": message},
            "stopReason": said.stop_reason,
            "usage": {**dict(list(usage.items())[:2]), **total, **dict(list(usage.items())[2:])},
        }

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """The events of a message; each piece of text is a block of its own."""
        yield {"messageStart": {"role": "assistant"}}
        index = 0
        for block, pieces in said.cut():
            sent = _sent(block)
            start = start_of(sent)
            if start:
                yield {"contentBlockStart": {"start": start, "contentBlockIndex": index}}
            for delta in deltas_of(sent, pieces, said.model.traits):
                yield {"contentBlockDelta": {"delta": delta, "contentBlockIndex": index}}
                yield {"contentBlockStop": {"contentBlockIndex": index}}
                index += 1
        yield {"messageStop": {"stopReason": said.stop_reason}}
        yield {"metadata": {"usage": _usage(said), "metrics": {}, "trace": {}}}


def _usage(said: Said) -> dict[str, int]:
    written, read = said.cache or (0, 0)
    return {
        "inputTokens": said.input_tokens,
        "outputTokens": said.output_tokens,
        "cacheReadInputTokenCount": read,
        "cacheWriteInputTokenCount": written,
    }


def _sent(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """A block as Nova sends it: the id of a tool call is a UUID, and bytes are base64."""
    if "toolUse" not in block:
        sent: Mapping[str, Any] = _as_json(block)
        return sent
    made = str(UUID(int=mock_random.getrandbits(128), version=4))
    return {"toolUse": {**block["toolUse"], "toolUseId": made}}


def _as_json(value: Any) -> Any:  # noqa: ANN401 - of a block, at any depth
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: _as_json(each) for name, each in value.items()}
    return [_as_json(each) for each in value] if isinstance(value, list) else value
