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
#: The architectures that complete a prompt in OpenAI's form unless the request says otherwise.
_OF_OPENAI = ("imported.qwen", "imported.gpt_oss")
_BEDROCK = Llama()
_CHAT = Chat()


class Imported(Family):
    """An imported model: ``messages`` are a chat; a prompt has two forms.

    ``max_gen_len`` is Bedrock's, ``max_tokens`` OpenAI's. Without either it is that of the
    architecture.
    """

    def check(self, body: Mapping[str, Any]) -> None:
        """Refuses a body that has neither a prompt nor messages."""
        if "messages" not in body:
            _Completion().check(body)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """What the format of the request asks."""
        # Both forms of a prompt ask the same.
        return (_CHAT if "messages" in body else _OPENAI).asked(body)

    def answer(self, said: Said) -> dict[str, Any]:
        """An answer in the format of the request."""
        answer = _format(said).answer(said)
        return answer if "generation" not in answer else {**answer, "logprobs": None}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """A stream in the format of the request."""
        yield from _format(said).chunks(said)


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


def _format(said: Said) -> Family:
    if "messages" in said.body:
        return _CHAT
    if "max_gen_len" in said.body:
        return _BEDROCK
    is_openai = "max_tokens" in said.body or said.model.kind.startswith(_OF_OPENAI)
    return _OPENAI if is_openai else _BEDROCK


def _completion(said: Said, text: str, reason: str | None) -> dict[str, Any]:
    return {
        "id": f"cmpl-{new_hex(32)}",
        "object": "text_completion",
        "created": int(utcnow().timestamp()),
        "choices": [{"index": 0, "text": text, "finish_reason": reason}],
        "usage": usage_of(said),
    }
