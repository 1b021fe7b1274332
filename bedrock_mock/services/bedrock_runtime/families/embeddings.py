"""Embeddings of Titan and Cohere: unit vectors made from the text, or the one of a reply.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from math import sqrt
from random import Random
from typing import Any, ClassVar

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Family, Said, prompted

_TITAN_V1, _TITAN_V2 = 1536, 1024
_COHERE_V3, _COHERE_V4 = 1024, 1536
_NOVA, _MARENGO_2, _MARENGO_3 = 3072, 1024, 512
_NOVA_KINDS = ("text", "image", "video", "audio")
_DIGITS = 8


def vector(text: str, size: int) -> list[float]:
    """A vector of length 1 that is always the same for a text."""
    chance = Random(sha256(text.encode()).digest())  # noqa: S311 - no secret
    values = [chance.gauss(0, 1) for _ in range(size)]
    length = sqrt(sum(value * value for value in values))
    return [round(value / length, _DIGITS) for value in values]


class _Embedding(Family):
    """A family that answers with vectors: it does not stream."""

    streams = False
    counts_output = False
    is_text = False


def _made(said: Said, text: str, size: int) -> list[float]:
    given = said.reply.embedding
    return vector(text, size) if given is None else list(given)


class TitanEmbed(_Embedding):
    """Titan Embeddings: version 2 has a choice of sizes and types."""

    required: ClassVar = ("inputText",)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text."""
        return prompted(body["inputText"])

    def answer(self, said: Said) -> dict[str, Any]:
        """One vector."""
        is_second = "v2" in said.model.name
        size = said.body.get("dimensions", _TITAN_V2 if is_second else _TITAN_V1)
        embedding = _made(said, said.body["inputText"], size)
        by_type = {"embeddingsByType": {"float": embedding}} if is_second else {}
        return {"embedding": embedding, **by_type, "inputTextTokenCount": said.input_tokens}


class TitanMultimodal(_Embedding):
    """Titan Multimodal Embeddings, of a text, an image or both."""

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text, if there is one."""
        return prompted(body.get("inputText", ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """One vector."""
        size = said.body.get("embeddingConfig", {}).get("outputEmbeddingLength", _TITAN_V2)
        text = said.body.get("inputText", "") + said.body.get("inputImage", "")
        return {
            "embedding": _made(said, text, size),
            "inputTextTokenCount": said.input_tokens,
            "message": None,
        }


class NovaEmbed(_Embedding):
    """Nova Multimodal Embeddings of one text, image or video."""

    required: ClassVar = ("taskType", "singleEmbeddingParams")

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text, if it is one."""
        return prompted(body["singleEmbeddingParams"].get("text", {}).get("value", ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """One vector, with the kind of what was embedded."""
        asked = said.body["singleEmbeddingParams"]
        kind = next((name for name in _NOVA_KINDS if name in asked), "text")
        size = asked.get("embeddingDimension", _NOVA)
        vector_of = _made(said, json.dumps(asked.get(kind), sort_keys=True), size)
        return {"embeddings": [{"embedding": vector_of, "embeddingType": kind.upper()}]}


class Marengo(_Embedding):
    """TwelveLabs Marengo, of a text or of an image."""

    required: ClassVar = ("inputType",)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text, if there is one."""
        return prompted(body.get("inputText", ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """One vector."""
        source = said.body.get("inputText") or json.dumps(said.body, sort_keys=True)
        size = _MARENGO_3 if "-3-" in said.model.name else _MARENGO_2
        return {"data": [{"embedding": _made(said, source, size)}]}


class CohereEmbed(_Embedding):
    """Cohere Embed: version 4 tells vectors apart by type."""

    required: ClassVar = ("texts", "input_type")

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The texts."""
        return prompted("\n".join(body["texts"]))

    def answer(self, said: Said) -> dict[str, Any]:
        """A vector for each text."""
        texts: list[str] = said.body["texts"]
        is_fourth = "v4" in said.model.name
        size = said.body.get("output_dimension", _COHERE_V4 if is_fourth else _COHERE_V3)
        embeddings: Json = [_made(said, text, size) for text in texts]
        kind = "embeddings_floats"
        if is_fourth:
            embeddings, kind = {"float": embeddings}, "embeddings_by_type"
        # The English model echoes in small letters.
        echoed = [each.lower() for each in texts] if "english" in said.model.name else texts
        return {
            "embeddings": embeddings,
            "id": said.request_id,
            "response_type": kind,
            "texts": echoed,
        }
