"""Imported models: three formats, which the request chooses between.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.services.bedrock_runtime.families.base import (
    Asked,
    Family,
    Said,
    new_hex,
    vocabulary,
)
from bedrock_mock.services.bedrock_runtime.families.llama import Llama
from bedrock_mock.services.bedrock_runtime.families.openai import Chat, usage_of
from bedrock_mock.services.bedrock_runtime.families.schema import open_body

_REASONS = {"end_turn": "stop", "max_tokens": "length"}
_BEDROCK = Llama()
_CHAT = Chat()


class Imported(Family):
    """An imported model: ``messages`` are a chat, ``max_tokens`` OpenAI's, else Bedrock's form."""

    def check(self, body: Mapping[str, Any]) -> None:
        """Refuses a body that has neither a prompt nor messages."""
        if "messages" not in body:
            _Completion().check(body)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """What the format of the request asks."""
        return _format(body).asked(body)

    def answer(self, said: Said) -> dict[str, Any]:
        """An answer in the format of the request."""
        answer = _format(said.body).answer(said)
        return answer if "generation" not in answer else {**answer, "logprobs": None}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """A stream in the format of the request."""
        yield from _format(said.body).chunks(said)


class _Completion(Family):
    """OpenAI's completion of a prompt."""

    schema = open_body("prompt")

    def answer(self, said: Said) -> dict[str, Any]:
        return _completion(said, said.text, vocabulary(_REASONS, said.stop_reason))

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        *firsts, last = said.pieces
        for piece in firsts:
            yield _completion(said, piece, None)
        yield _completion(said, last, vocabulary(_REASONS, said.stop_reason))


_OPENAI = _Completion()


def _format(body: Mapping[str, Any]) -> Family:
    if "messages" in body:
        return _CHAT
    return _OPENAI if "max_tokens" in body else _BEDROCK


def _completion(said: Said, text: str, reason: str | None) -> dict[str, Any]:
    return {
        "id": f"cmpl-{new_hex(32)}",
        "object": "text_completion",
        "created": int(utcnow().timestamp()),
        "choices": [{"index": 0, "text": text, "finish_reason": reason}],
        "usage": usage_of(said),
    }
