"""Titan Text Embeddings and Titan Multimodal Embeddings.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bedrock_mock.services.bedrock_runtime.families.base import Asked, Said, prompted
from bedrock_mock.services.bedrock_runtime.families.schema import (
    BOOLEAN,
    STRING,
    STRINGS,
    Schema,
    body,
)
from bedrock_mock.services.bedrock_runtime.families.vectors import TITAN_TYPES, Embedding, made

_FIRST, _SECOND = 1536, 1024


class TitanEmbed(Embedding):
    """Version 1 has one size, version 2 a choice of sizes and types."""

    schema: ClassVar = body(
        "inputText",
        inputText=Schema("String", 1),
        dimensions=Schema("Integer", values=(256, 512, 1024)),
        normalize=BOOLEAN,
        embeddingTypes=STRINGS,
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text."""
        return prompted(body["inputText"])

    def answer(self, said: Said) -> dict[str, Any]:
        """One vector."""
        is_second = "v2" in said.model.kind
        size = said.body.get("dimensions", _SECOND if is_second else _FIRST)
        values = made(said, said.body["inputText"], size)
        count = {"inputTextTokenCount": said.input_tokens}
        if not is_second:
            return {"embedding": values, **count}
        types = said.body.get("embeddingTypes", ["float"])
        by_type = {name: TITAN_TYPES[name](values) for name in types if name in TITAN_TYPES}
        first = {"embedding": values} if "float" in by_type else {}
        return {**first, "embeddingsByType": by_type, **count}


class TitanMultimodal(Embedding):
    """One vector of a text, an image or both."""

    schema: ClassVar = body(
        inputText=STRING,
        inputImage=STRING,
        embeddingConfig=body(outputEmbeddingLength=Schema("Integer", values=(256, 384, 1024))),
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text, if there is one."""
        return prompted(body.get("inputText", ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """One vector."""
        size = said.body.get("embeddingConfig", {}).get("outputEmbeddingLength", _SECOND)
        content = said.body.get("inputText", "") + said.body.get("inputImage", "")
        return {
            "embedding": made(said, content, size),
            "inputTextTokenCount": said.input_tokens,
            "message": None,
        }
