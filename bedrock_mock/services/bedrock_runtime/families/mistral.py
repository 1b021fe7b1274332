"""Mistral by a prompt.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-text-completion.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from bedrock_mock.services.bedrock_runtime.families.base import Family, Said, vocabulary
from bedrock_mock.services.bedrock_runtime.families.schema import (
    COUNT,
    INTEGER,
    SHARE,
    STRING,
    STRINGS,
    body,
)

_REASONS = {"end_turn": "stop", "max_tokens": "length"}


class Mistral(Family):
    """Mistral completes a prompt."""

    schema: ClassVar = body(
        "prompt",
        prompt=STRING,
        max_tokens=COUNT,
        temperature=SHARE,
        top_p=SHARE,
        top_k=INTEGER,
        stop=STRINGS,
    )

    def answer(self, said: Said) -> dict[str, Any]:
        """One output."""
        reason = vocabulary(_REASONS, said.stop_reason)
        return {"outputs": [{"text": said.text, "stop_reason": reason}]}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """One output a piece; only the last one says why it ends."""
        *firsts, last = said.pieces
        for piece in firsts:
            yield {"outputs": [{"text": piece, "stop_reason": None}]}
        reason = vocabulary(_REASONS, said.stop_reason)
        yield {"outputs": [{"text": last, "stop_reason": reason}]}
