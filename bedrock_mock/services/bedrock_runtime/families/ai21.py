"""AI21 Jurassic-2, which cannot stream.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-jurassic2.html
"""

from __future__ import annotations

from typing import Any, ClassVar

from bedrock_mock.services.bedrock_runtime.families.base import Family, Said, vocabulary
from bedrock_mock.services.bedrock_runtime.families.schema import open_body

_REASONS = {"end_turn": "endoftext", "max_tokens": "length"}
_ID = 1234


class Jurassic(Family):
    """Jurassic-2 completes a prompt."""

    schema: ClassVar = open_body("prompt")
    streams = False

    def answer(self, said: Said) -> dict[str, Any]:
        """One completion, without the tokens of its text."""
        reason: dict[str, Any] = {"reason": vocabulary(_REASONS, said.stop_reason)}
        if reason["reason"] == "length":
            reason["length"] = said.output_tokens
        completion = {"data": {"text": said.text, "tokens": []}, "finishReason": reason}
        prompt = {"text": said.body.get("prompt", ""), "tokens": []}
        return {"id": _ID, "prompt": prompt, "completions": [completion]}
