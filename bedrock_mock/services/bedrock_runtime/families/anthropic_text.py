"""Claude by a prompt: version 2 and Instant.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-text-completion.html
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

_STOPS = {"end_turn": "stop_sequence", "max_tokens": "max_tokens"}
_HUMAN = "\n\nHuman:"


class Completions(Family):
    """Claude as it completes a prompt."""

    schema: ClassVar = body(
        "prompt",
        "max_tokens_to_sample",
        prompt=STRING,
        max_tokens_to_sample=COUNT,
        temperature=SHARE,
        top_p=SHARE,
        top_k=INTEGER,
        stop_sequences=STRINGS,
        anthropic_version=STRING,
    )

    def answer(self, said: Said) -> dict[str, Any]:
        """A completion."""
        return _completion(said, said.text)

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """A completion for each piece; only the last one says why it ends."""
        *firsts, last = said.pieces
        for piece in firsts:
            yield {**_completion(said, piece), "stop_reason": None, "stop": None}
        yield _completion(said, last)


def _completion(said: Said, text: str) -> dict[str, Any]:
    reason = vocabulary(_STOPS, said.stop_reason)
    stop = _HUMAN if reason == "stop_sequence" else None
    return {"type": "completion", "completion": text, "stop_reason": reason, "stop": stop}
