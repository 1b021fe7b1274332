"""What all families share: what is asked, in the words of Converse, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NoReturn
from uuid import uuid4

from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.reply import Reply, text_of
from bedrock_mock.services.bedrock_runtime.cutting import cut, pieces_of
from bedrock_mock.services.bedrock_runtime.families.schema import OBJECT, Schema
from bedrock_mock.services.bedrock_runtime.models import CalledModel

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"
#: The latency that a stream reports before its first byte, of all in all.
FIRST_BYTE_SHARE = 0.5


@dataclass(frozen=True)
class Asked:
    """A request in the words of Converse.

    Attributes:
        messages: the conversation.
        system: the system prompts.
        tools: the tools that are offered.
        choice: the tool choice: ``{"any": {}}`` or ``{"tool": {"name": ...}}`` force a call.
        schema: the JSON schema of the text that is asked for; ``None`` for any text.
    """

    messages: Sequence[Mapping[str, Any]]
    system: str = ""
    tools: Sequence[Mapping[str, Any]] = ()
    choice: Mapping[str, Any] | None = None
    schema: Json = None


@dataclass(frozen=True)
class Said:
    """An answer, before it has the form of a family.

    Attributes:
        reply: the reply.
        blocks: its content.
        stop_reason: in the words of Converse.
        input_tokens: of the request.
        output_tokens: of the answer.
        model: who answers.
        body: the request.
        latency: what the answer reports, in milliseconds.
    """

    reply: Reply
    blocks: Sequence[Mapping[str, Any]]
    stop_reason: str
    input_tokens: int
    output_tokens: int
    model: CalledModel
    body: Mapping[str, Any]
    latency: int

    @cached_property
    def request_id(self) -> str:
        """A made-up id of the answer, for the families that have one in its body."""
        return str(uuid4())

    @property
    def text(self) -> str:
        """The text, cited text too; other blocks are left out."""
        return "".join(text_of(block) or "" for block in self.blocks)

    @property
    def pieces(self) -> list[str]:
        """The text as a stream cuts it; at least one piece.

        A stream that breaks lacks its last chunk, so that chunk gets a piece without text.
        """
        chunks = self.reply.chunks
        pieces = list(cut(self.text, self.model.traits.piece) if chunks is None else chunks)
        return [*pieces, ""] if self.reply.error is not None else pieces or [""]

    def cut(self) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
        """Each block with the pieces of its text as a stream cuts it."""
        return pieces_of(self.reply, self.blocks, self.model.traits.piece)

    @property
    def cache(self) -> tuple[int, int] | None:
        """The tokens written to the prompt cache and read from it; ``None`` if not reported."""
        usage = self.reply.usage or {}
        if not self.model.traits.invokes_with_cache:
            return None
        return usage.get("cacheWriteInputTokens", 0), usage.get("cacheReadInputTokens", 0)

    @property
    def tool_uses(self) -> list[Mapping[str, Any]]:
        """The calls of tools."""
        return [block["toolUse"] for block in self.blocks if "toolUse" in block]


class Family:
    """How the models of a family are asked and answer.

    Attributes:
        schema: what a request must be.
        streams: whether it can stream.
        counts_input, counts_output: whether its answers have these headers.
        is_text: whether it answers with text, so that a reply must have some.
        data: what its bodies are to invocation logs: ``text``, ``image``, ``embedding`` or
            ``video``.
    """

    schema: ClassVar[Schema] = OBJECT
    streams: ClassVar[bool] = True
    counts_input: ClassVar[bool] = True
    counts_output: ClassVar[bool] = True
    is_text: ClassVar[bool] = True
    data: ClassVar[str] = "text"

    def check(self, body: Mapping[str, Any]) -> None:
        """Refuses a body that breaks the schema of the family.

        Raises:
            ValidationException: with all faults, in the words of the service.
        """
        faults = "".join(self.schema.faults(body))
        if faults:
            self.refuse(faults)

    def check_call(self, body: Mapping[str, Any], model: CalledModel, *, is_stream: bool) -> None:
        """Refuses a body that does not go with the call that carries it; most bodies do.

        Args:
            body: the body.
            model: the model that is called.
            is_stream: whether the call asks for a stream.

        Raises:
            ValidationException: it asks for another model or another form of the answer, or
                for what the model does not support.
        """

    @staticmethod
    def refuse(faults: str) -> NoReturn:
        """Refuses a body with these faults, each as ``#/path: ...``."""
        msg = f"Malformed input request: {faults}, please reformat your input and try again."
        raise ValidationException(msg)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """What a body asks."""
        return prompted(body.get("prompt", ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """The body of an answer."""
        raise NotImplementedError(type(self).__name__)  # pragma: no cover - each family has one

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """The objects of a stream, if the family streams."""
        raise NotImplementedError(type(self).__name__)  # pragma: no cover - see ``streams``

    def unasked(self, chunk: dict[str, Any]) -> dict[str, Any]:
        """What a chunk has where a guardrail has blocked the request and no model was asked."""
        return chunk


def prompted(text: Json, schema: Json = None) -> Asked:
    """A prompt as a conversation of one message; a JSON schema says what form it asks for."""
    return Asked([{"role": "user", "content": [{"text": str(text)}]}], schema=schema)


def new_id(length: int) -> str:
    """A made-up id; moto's seed makes it repeatable."""
    return "".join(mock_random.choices(_ALPHABET, k=length))


def new_hex(length: int) -> str:
    """The same in hexadecimal digits."""
    return f"{mock_random.getrandbits(4 * length):0{length}x}"


def compact(value: Json) -> str:
    """A value as JSON without white space."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def vocabulary(words: Mapping[str, str], stop_reason: str) -> str:
    """A stop reason in the words of a family; those that it lacks are as its usual end."""
    return words.get(stop_reason, words["end_turn"])
