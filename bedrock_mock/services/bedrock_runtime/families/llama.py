"""Meta Llama.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from bedrock_mock.services.bedrock_runtime.families.base import Family, Said, vocabulary
from bedrock_mock.services.bedrock_runtime.families.schema import (
    COUNT,
    SHARE,
    STRING,
    STRINGS,
    body,
)
from bedrock_mock.services.bedrock_runtime.tokens import tokens

_REASONS = {"end_turn": "stop", "max_tokens": "length"}


class Llama(Family):
    """Llama completes a prompt."""

    schema: ClassVar = body(
        "prompt",
        prompt=STRING,
        max_gen_len=COUNT,
        temperature=SHARE,
        top_p=SHARE,
        images=STRINGS,
    )

    def answer(self, said: Said) -> dict[str, Any]:
        """A generation."""
        return {
            "generation": said.text,
            "prompt_token_count": said.input_tokens,
            "generation_token_count": said.output_tokens,
            "stop_reason": vocabulary(_REASONS, said.stop_reason),
        }

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """The pieces: the first has the tokens of the prompt, the last one the reason."""
        pieces = said.pieces
        text = ""
        for number, piece in enumerate(pieces, start=1):
            text += piece
            is_last = number == len(pieces)
            yield {
                "generation": piece,
                "prompt_token_count": said.input_tokens if number == 1 else None,
                "generation_token_count": said.output_tokens if is_last else tokens(text),
                "stop_reason": vocabulary(_REASONS, said.stop_reason) if is_last else None,
            }
