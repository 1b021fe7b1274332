"""Cohere Command and Command R.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from bedrock_mock.services.bedrock_runtime.families.base import (
    Asked,
    Family,
    Said,
    new_hex,
    vocabulary,
)
from bedrock_mock.services.bedrock_runtime.families.schema import (
    ARRAY,
    BOOLEAN,
    COUNT,
    OBJECT,
    SHARE,
    STRING,
    STRINGS,
    Schema,
    body,
    open_body,
)

_REASONS = {"end_turn": "COMPLETE", "max_tokens": "MAX_TOKENS"}
_ROLES = {"CHATBOT": "assistant", "USER": "user"}


class Command(Family):
    """Command completes a prompt."""

    schema: ClassVar = body(
        "prompt",
        prompt=STRING,
        max_tokens=COUNT,
        temperature=Schema("Number", 0, 5),
        p=SHARE,
        k=Schema("Integer", 0, 500),
        stop_sequences=STRINGS,
        num_generations=Schema("Integer", 1, 5),
        return_likelihoods=STRING,
        logit_bias=OBJECT,
        truncate=STRING,
        stream=BOOLEAN,
    )

    def answer(self, said: Said) -> dict[str, Any]:
        """As many generations as the request asks for, of one text."""
        generation = {
            "id": said.request_id,
            "text": said.text,
            "finish_reason": vocabulary(_REASONS, said.stop_reason),
        }
        number = said.body.get("num_generations", 1)
        prompt = said.body.get("prompt", "")
        return {"id": said.request_id, "generations": [generation] * number, "prompt": prompt}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """Pieces, if the request asks for them; else the whole answer."""
        if not said.body.get("stream"):
            yield self.answer(said)
            return
        number = said.body.get("num_generations", 1)
        for index in range(number):
            # Only a stream of several generations says which one a piece is of.
            place = {"index": index} if number > 1 else {}
            for piece in said.pieces:
                yield {**place, "text": piece, "is_finished": False}
        yield {"finish_reason": vocabulary(_REASONS, said.stop_reason), "is_finished": True}


class CommandR(Family):
    """Command R chats."""

    schema: ClassVar = open_body("message", message=STRING, preamble=STRING, chat_history=ARRAY)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The message after those of the history."""
        history = [
            {"role": _ROLES.get(each["role"], "user"), "content": [{"text": each["message"]}]}
            for each in body.get("chat_history", ())
        ]
        last = {"role": "user", "content": [{"text": body["message"]}]}
        return Asked([*history, last], body.get("preamble", ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """The text, and the history with it."""
        spoken = [
            {"role": "USER", "message": said.body.get("message", "")},
            {"role": "CHATBOT", "message": said.text},
        ]
        return {
            "response_id": f"{new_hex(8)}/{said.request_id}",
            "text": said.text,
            "generation_id": said.request_id,
            "chat_history": [*said.body.get("chat_history", ()), *spoken],
            "finish_reason": vocabulary(_REASONS, said.stop_reason),
        }

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """The events of a chat."""
        yield {"event_type": "stream-start", "is_finished": False}
        for piece in said.pieces:
            yield {"event_type": "text-generation", "text": piece, "is_finished": False}
        reason = vocabulary(_REASONS, said.stop_reason)
        yield {
            "event_type": "stream-end",
            "finish_reason": reason,
            "response": self.answer(said),
            "is_finished": True,
        }
