"""Amazon Titan Text.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from bedrock_mock.services.bedrock_runtime.families.base import (
    Asked,
    Family,
    Said,
    prompted,
    vocabulary,
)
from bedrock_mock.services.bedrock_runtime.families.schema import (
    COUNT,
    SHARE,
    STRING,
    STRINGS,
    body,
)

_REASONS = {"end_turn": "FINISH", "max_tokens": "LENGTH"}


class TitanText(Family):
    """Titan Text takes one text."""

    schema: ClassVar = body(
        "inputText",
        inputText=STRING,
        textGenerationConfig=body(
            maxTokenCount=COUNT, temperature=SHARE, topP=SHARE, stopSequences=STRINGS
        ),
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text."""
        return prompted(body["inputText"])

    def answer(self, said: Said) -> dict[str, Any]:
        """One result."""
        result = {
            "tokenCount": said.output_tokens,
            "outputText": said.text,
            "completionReason": vocabulary(_REASONS, said.stop_reason),
        }
        return {"inputTextTokenCount": said.input_tokens, "results": [result]}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """The pieces; only the last one has counts and a reason."""
        *firsts, last = said.pieces
        for piece in firsts:
            yield {"outputText": piece, "index": 0}
        yield {
            "outputText": last,
            "index": 0,
            "totalOutputTextTokenCount": said.output_tokens,
            "completionReason": vocabulary(_REASONS, said.stop_reason),
            "inputTextTokenCount": said.input_tokens,
        }

    def unasked(self, chunk: dict[str, Any]) -> dict[str, Any]:
        """All but the reason: there was no completion."""
        return {name: value for name, value in chunk.items() if name != "completionReason"}
