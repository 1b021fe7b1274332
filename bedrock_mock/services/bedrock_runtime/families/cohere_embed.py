"""Cohere Embed.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Said, prompted
from bedrock_mock.services.bedrock_runtime.families.schema import (
    STRING,
    STRINGS,
    Schema,
    open_body,
)
from bedrock_mock.services.bedrock_runtime.families.vectors import TYPES, Embedding, made

_THIRD, _FOURTH = 1024, 1536
#: What is embedded: version 3 takes texts or images, version 4 also inputs of both.
_CONTENTS = ("texts", "images", "inputs")


class CohereEmbed(Embedding):
    """Version 4 returns vectors by type, version 3 only where a request names types."""

    schema: ClassVar = open_body(
        "input_type",
        input_type=STRING,
        texts=Schema("JSONArray", 1),
        images=Schema("JSONArray", 1),
        inputs=Schema("JSONArray", 1),
        embedding_types=STRINGS,
        output_dimension=Schema("Integer", 256, 1536),
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The texts."""
        return prompted("\n".join(body.get("texts", ())))

    def answer(self, said: Said) -> dict[str, Any]:
        """A vector for each content."""
        contents: list[Json] = next(
            (said.body[name] for name in _CONTENTS if name in said.body), []
        )
        is_fourth = "v4" in said.model.kind
        size = said.body.get("output_dimension", _FOURTH if is_fourth else _THIRD)
        vectors = [made(said, _content(each), size) for each in contents]
        types = said.body.get("embedding_types", ["float"] if is_fourth else [])
        by_type = {name: [TYPES[name](each) for each in vectors] for name in types if name in TYPES}
        answer: dict[str, Any] = {
            "embeddings": by_type if types else vectors,
            "id": said.request_id,
            "response_type": "embeddings_by_type" if types else "embeddings_floats",
        }
        if "texts" in said.body:
            answer["texts"] = [_echoed(each, said) for each in contents]
        return answer


def _content(each: Json) -> str:
    return each if isinstance(each, str) else json.dumps(each, sort_keys=True)


def _echoed(text: str, said: Said) -> str:
    """The English model echoes in small letters."""
    return text.lower() if "english" in said.model.kind else text
