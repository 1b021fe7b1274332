"""Models of the marketplace, in the form of the container that most of them run in (TGI).

Source: https://huggingface.co/docs/text-generation-inference/reference/api_reference
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Family, Said, vocabulary
from bedrock_mock.services.bedrock_runtime.families.openai import Chat, usage_of
from bedrock_mock.services.bedrock_runtime.families.schema import open_body

_REASONS = {"end_turn": "stop", "max_tokens": "length"}
_FINGERPRINT = "3.0.1-sha-bb9095a"
#: Where the container has its model.
_MODEL = "/opt/ml/model"


class Marketplace(Family):
    """A container: ``messages`` are a chat of OpenAI's, ``prompt`` is completed."""

    def check(self, body: Mapping[str, Any]) -> None:
        """Refuses a body that has neither a prompt nor messages."""
        if "messages" not in body:
            _COMPLETION.check(body)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """What the form of the request asks."""
        return _form(body).asked(body)

    def answer(self, said: Said) -> dict[str, Any]:
        """An answer in the form of the request."""
        return {**_form(said.body).answer(said), **_head()}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """A stream in the form of the request."""
        for chunk in _form(said.body).chunks(said):
            yield {**chunk, **_head()}


class _Completion(Family):
    """A prompt that is completed."""

    schema = open_body("prompt")

    def answer(self, said: Said) -> dict[str, Any]:
        reason = vocabulary(_REASONS, said.stop_reason)
        return {**_completion(said.text, reason), "usage": usage_of(said)}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        *firsts, last = said.pieces
        for piece in firsts:
            yield _completion(piece, None)
        yield {
            **_completion(last, vocabulary(_REASONS, said.stop_reason)),
            "usage": usage_of(said),
        }


_COMPLETION = _Completion()
_CHAT = Chat()


def _form(body: Mapping[str, Any]) -> Family:
    return _CHAT if "messages" in body else _COMPLETION


def _completion(text: str, reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": reason}
    return {"object": "text_completion", "choices": [choice]}


def _head() -> dict[str, Any]:
    """What the container says of itself."""
    return {
        "id": "",
        "created": int(utcnow().timestamp()),
        "model": _MODEL,
        "system_fingerprint": _FINGERPRINT,
    }
