"""Nova Multimodal Embeddings.

Source: https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from bedrock_mock.services.bedrock_runtime.families.base import Asked, Said, prompted
from bedrock_mock.services.bedrock_runtime.families.schema import STRING, Schema, open_body
from bedrock_mock.services.bedrock_runtime.families.vectors import Embedding, made

_SIZE = 3072
_KINDS = ("text", "image", "video", "audio")


class NovaEmbed(Embedding):
    """One vector of a text, an image, a video or a sound."""

    schema: ClassVar = open_body(
        "taskType",
        "singleEmbeddingParams",
        taskType=STRING,
        singleEmbeddingParams=open_body(embeddingDimension=Schema("Integer", 256, 3072)),
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text, if it is one."""
        return prompted(body["singleEmbeddingParams"].get("text", {}).get("value", ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """One vector, with the kind of what was embedded."""
        asked = said.body["singleEmbeddingParams"]
        kind = next((name for name in _KINDS if name in asked), "text")
        size = asked.get("embeddingDimension", _SIZE)
        values = made(said, json.dumps(asked.get(kind), sort_keys=True), size)
        return {"embeddings": [{"embedding": values, "embeddingType": kind.upper()}]}
