"""TwelveLabs: Marengo, which embeds, and Pegasus, which answers questions about a video.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-twelvelabs.html
"""

from __future__ import annotations

import json
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
    OBJECT,
    SHARE,
    STRING,
    body,
    open_body,
)
from bedrock_mock.services.bedrock_runtime.families.vectors import Embedding, made

_SECOND, _THIRD = 1024, 512
_REASONS = {"end_turn": "stop", "max_tokens": "length"}


class Marengo(Embedding):
    """Marengo, of a text or of an image."""

    schema: ClassVar = open_body("inputType", inputType=STRING)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text, if there is one."""
        return prompted(body.get("inputText") or body.get("text", {}).get("inputText", ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """One vector."""
        size = _THIRD if "-3-" in said.model.kind else _SECOND
        values = made(said, json.dumps(said.body, sort_keys=True), size)
        return {"data": [{"embedding": values}]}


class Pegasus(Family):
    """Pegasus takes a video and a question."""

    schema: ClassVar = body(
        "inputPrompt",
        "mediaSource",
        inputPrompt=STRING,
        mediaSource=OBJECT,
        temperature=SHARE,
        maxOutputTokens=COUNT,
        responseFormat=OBJECT,
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The question, and the schema of the answer if there is one."""
        schema = body.get("responseFormat", {}).get("jsonSchema")
        return prompted(body["inputPrompt"], schema)

    def answer(self, said: Said) -> dict[str, Any]:
        """A message."""
        return {"message": said.text, "finishReason": vocabulary(_REASONS, said.stop_reason)}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """The pieces of the message; only the last one says why it ends."""
        *firsts, last = said.pieces
        for piece in firsts:
            yield {"message": piece, "finishReason": None}
        yield {"message": last, "finishReason": vocabulary(_REASONS, said.stop_reason)}
