"""Marengo and Nova Multimodal Embeddings, which embed what is too long for one answer.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-marengo.html and
https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.async_invoke.producers import (
    Producer,
    as_json,
    as_lines,
)
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Said, prompted
from bedrock_mock.services.bedrock_runtime.families.schema import OBJECT, STRING, open_body
from bedrock_mock.services.bedrock_runtime.families.twelvelabs import Marengo
from bedrock_mock.services.bedrock_runtime.families.vectors import made

_MARENGO = Marengo()
_MARENGO_SECONDS = 6.0
_MARENGO_OPTIONS = {
    "video": ("visual-text", "visual-image", "audio"),
    "audio": ("audio",),
}
_NOVA_SIZE = 3072
_NOVA_SECONDS = 5
_NOVA_CHARACTERS = 32_000
_NOVA_KINDS = ("text", "image", "video", "audio")
_RESULT = "segmented-embedding-result.json"


class LongMarengo(Producer):
    """Marengo of a video or a sound, too: a vector for each kind of what it sees and hears."""

    schema: ClassVar = Marengo.schema
    data = "embedding"

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text, if there is one."""
        return _MARENGO.asked(body)

    def files(self, said: Said, folder: str) -> dict[str, bytes]:  # noqa: ARG002
        """One file with all vectors."""
        if said.reply.raw is not None:
            return {"output.json": _raw(said)}
        kind = said.body["inputType"]
        options = said.body.get("embeddingOption", _MARENGO_OPTIONS.get(kind))
        if options is None:
            return {"output.json": as_json(_MARENGO.answer(said))}
        times = {"startSec": 0.0, "endSec": _MARENGO_SECONDS}
        size = len(_MARENGO.answer(said)["data"][0]["embedding"])
        data = [
            {
                "embedding": made(said, json.dumps([option, said.body], sort_keys=True), size),
                "embeddingOption": option,
                **times,
            }
            for option in options
        ]
        return {"output.json": as_json({"data": data})}


class NovaSegments(Producer):
    """Nova Multimodal Embeddings by segments: a line for each of them."""

    schema: ClassVar = open_body(
        "taskType", "segmentedEmbeddingParams", taskType=STRING, segmentedEmbeddingParams=OBJECT
    )
    data = "embedding"

    def check(self, body: Mapping[str, Any]) -> None:
        """Refuses also another task."""
        super().check(body)
        if body["taskType"] != "SEGMENTED_EMBEDDING":
            self.refuse(f"#/taskType: {body['taskType']} is not a valid enum value")

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text, if it is one."""
        return prompted(body["segmentedEmbeddingParams"].get("text", {}).get("value", ""))

    def files(self, said: Said, folder: str) -> dict[str, bytes]:
        """The vectors of each kind, the result that says where they are, and a manifest."""
        asked = said.body["segmentedEmbeddingParams"]
        kind = next((name for name in _NOVA_KINDS if name in asked), "text")
        size = asked.get("embeddingDimension", _NOVA_SIZE)
        content = asked.get(kind, {})
        name = f"embedding-{kind}.{'json' if kind == 'image' else 'jsonl'}"
        lines: list[Json] = [
            {
                "embedding": made(said, f"{kind} {number} {json.dumps(part)}", size),
                "segmentMetadata": {"segmentIndex": number, **place},
                "status": "SUCCESS",
            }
            for number, (part, place) in enumerate(_segments(kind, content))
        ]
        entry = {
            "embeddingType": kind.upper(),
            "status": "SUCCESS",
            "outputFileUri": f"{folder}{name}",
        }
        result = {
            "sourceFileUri": content.get("source", {}).get("s3Location", {}).get("uri", ""),
            "embeddingDimension": size,
            "embeddingResults": [entry],
        }
        vectors = as_lines(lines) if said.reply.raw is None else _raw(said)
        manifest = {"files": [_RESULT, name]}
        return {name: vectors, _RESULT: as_json(result), "manifest.json": as_json(manifest)}


def _segments(kind: str, content: Mapping[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """What each vector is made from, with the place of it; one for media."""
    config = content.get("segmentationConfig", {})
    if kind == "image":
        yield content, {}
    elif kind == "text":
        text, size = content.get("value", ""), config.get("maxLengthChars", _NOVA_CHARACTERS)
        for start in range(0, max(len(text), 1), size):
            part = text[start : start + size]
            end = max(start, start + len(part) - 1)
            yield part, {"segmentStartCharPosition": start, "segmentEndCharPosition": end}
    else:
        seconds = config.get("durationSeconds", _NOVA_SECONDS)
        yield content, {"segmentStartSeconds": 0.0, "segmentEndSeconds": float(seconds)}


def _raw(said: Said) -> bytes:
    raw = said.reply.raw
    return raw if isinstance(raw, bytes) else as_json(raw)
