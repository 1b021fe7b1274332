"""What a test has a model answer: text, blocks, or a Reply with more said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from json import dumps
from typing import Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.block_checks import check_block
from bedrock_mock.scripting.reply_checks import (
    check_json,
    check_lists,
    check_numbers,
    check_usage,
    check_words,
    with_whole_counts,
)

#: The members of a content block of Converse, of which a block has one.
BLOCKS = frozenset(
    {
        "text",
        "image",
        "document",
        "video",
        "audio",
        "toolUse",
        "toolResult",
        "reasoningContent",
        "citationsContent",
        "guardContent",
        "cachePoint",
        "searchResult",
    }
)
#: What a reply consists of: it has one of these.
_KINDS = ("content", "json", "raw", "embedding", "images", "scores")


def tool_use(name: str, /, **arguments: Json) -> dict[str, Any]:
    """A block with which a model calls a tool.

    Args:
        name: the tool.
        arguments: what it is called with.

    Example::

        bedrock.reply(tool_use("get_weather", city="Paris"), tool="get_weather")
    """
    return {"toolUse": {"name": name, "input": arguments}}


def reasoning(text: str, signature: str | None = None) -> dict[str, Any]:
    """A block with what a model thinks before it answers.

    Args:
        text: the thoughts.
        signature: what proves that they are the model's; default: one is made up for the
            models that sign.
    """
    signed = {} if signature is None else {"signature": signature}
    return {"reasoningContent": {"reasoningText": {"text": text, **signed}}}


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What can be said about a reply, by name."""

    json: Json = None
    raw: Json = None
    embedding: Sequence[float] | None = None
    images: Sequence[bytes] | None = None
    scores: Sequence[float] | None = None
    stop_reason: str | None = None
    usage: Mapping[str, int] | None = None
    latency_ms: int | None = None
    chunks: Sequence[str] | None = None
    delay: float = 0
    gap: float = 0
    error: str | None = None


@dataclass(frozen=True, repr=False)
class Reply(_Said):
    """One answer of a model, for whichever operation asks.

    Exactly one of ``content``, ``json``, ``raw``, ``embedding``, ``images`` and ``scores`` is
    given.

    Args:
        content: text, a content block of Converse, ``tool_use(...)``, ``reasoning(...)``, or a
            list of these.
        json: a value that the model answers with as JSON text.
        raw: the body of InvokeModel as it is, a JSON value or bytes; a list has the parts of a
            stream.
        embedding: the vector of an embedding.
        images: the images, as bytes.
        scores: the scores of a rerank, in the order of the documents.
        stop_reason: in the words of Converse, ``max_tokens`` and the like; default:
            ``tool_use`` where the last block is one, else ``end_turn``.
        usage: ``{"inputTokens": 9, "outputTokens": 4}``; default: one token for four
            characters, rounded up.
        latency_ms: what the answer reports, in milliseconds.
        chunks: how a stream cuts the text.
        delay: seconds before the answer (default 0).
        gap: seconds between the chunks of a stream (default 0).
        error: an error in the stream after the content, ``modelStreamErrorException``; a call
            without a stream gets that error.

    Raises:
        ValueError: none or several of the kinds are given, the stop reason or the error is
            not one of the service's, or another value makes no sense.
    """

    content: Json = None

    def __post_init__(self) -> None:
        given = [name for name in _KINDS if getattr(self, name) is not None]
        if len(given) > 1 or (not given and self.error is None):
            msg = f"Reply: give one of {', '.join(_KINDS)}, not {' and '.join(given) or 'none'}"
            raise ValueError(msg)
        check_numbers(vars(self))
        check_usage({} if self.usage is None else self.usage)
        check_lists(vars(self))
        check_json(vars(self))
        check_words(self.stop_reason, self.error)
        # JSON from elsewhere has 9.0 where the service has 9.
        object.__setattr__(self, "usage", with_whole_counts(self.usage))
        if self.latency_ms is not None:
            object.__setattr__(self, "latency_ms", int(self.latency_ms))
        blocks_of(self.content)
        if self.chunks is not None and "".join(self.chunks) != self.text:
            msg = f"Reply: the chunks {list(self.chunks)!r} are not those of {self.text!r}"
            raise ValueError(msg)

    def __repr__(self) -> str:
        """The call that makes it, without arguments that have their defaults."""
        return reply_text(self.said)

    @property
    def said(self) -> dict[str, Any]:
        """What was given, by name: a Reply as JSON has it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            field.name: values[field.name]
            for field in fields(self)
            if values[field.name] != field.default
        }

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The content as blocks of Converse; JSON is a block of text."""
        if self.json is not None:
            return [{"text": dumps(self.json, ensure_ascii=False)}]
        return blocks_of(self.content)

    @property
    def text(self) -> str:
        """The text of the content, cited text too; other blocks are left out."""
        return "".join(text_of(block) or "" for block in self.blocks)


def text_of(block: Mapping[str, Any]) -> str | None:
    """The text of a block, which may have citations; ``None`` for other blocks."""
    if "citationsContent" in block:
        return "".join(each["text"] for each in block["citationsContent"].get("content", ()))
    text: str | None = block.get("text")
    return text


def blocks_of(content: Json) -> list[dict[str, Any]]:
    """Content as a test writes it, as blocks of Converse.

    Raises:
        ValueError: it is something else; the message says what it can be.
    """
    if content is None:
        return []
    parts = content if isinstance(content, (list, tuple)) else [content]
    return [_block(part) for part in parts]


def _block(part: Json) -> dict[str, Any]:
    if isinstance(part, str):
        part = {"text": part}
    if isinstance(part, Mapping):
        if len(part) == 1 and BLOCKS & part.keys():
            check_block(part)
            return dict(part)
        msg = (
            f"{part!r} is not a content block. A block has one of these members: "
            f"{', '.join(sorted(BLOCKS))}. "
            "For an answer that is JSON: Reply(json=...)"
        )
        raise ValueError(msg)
    msg = f"a model answers with text, a block, a list of them or a Reply, not with {part!r}"
    raise ValueError(msg)


def reply_of(said: Json) -> Reply:
    """What a test gives for an answer as a Reply; over HTTP it is a dict of its arguments.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(said, Reply):
        return said
    return Reply(**said) if is_said(said) else Reply(said)


def is_said(content: Json) -> bool:
    """Whether content is a dict with the arguments of a Reply, as it comes over HTTP."""
    names = {field.name for field in fields(Reply)}
    is_dict = isinstance(content, Mapping) and bool(content)
    return is_dict and not BLOCKS & content.keys() and content.keys() <= names


def reply_text(said: Mapping[str, Any]) -> str:
    """The call that makes a Reply of these arguments: ``Reply('Hi', stop_reason='end_turn')``."""
    words = [f"{name}={value!r}" for name, value in said.items() if name != "content"]
    if "content" in said:
        words.insert(0, repr(said["content"]))
    return f"Reply({', '.join(words)})"
