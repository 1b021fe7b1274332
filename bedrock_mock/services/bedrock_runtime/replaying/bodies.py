"""Reads what a model says in an answer of InvokeModel, of any family, in the form of Converse."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.reply_checks import STOP_REASONS
from bedrock_mock.services.bedrock_runtime.families.anthropic_citations import read_citation

#: Why a model has stopped, in the words of Converse; other words are the usual end.
_REASONS = {
    **dict(zip(STOP_REASONS, STOP_REASONS, strict=True)),
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "content_filtered",
    "refusal": "content_filtered",
}
_THOUGHTS, _END_OF_THOUGHTS = "<reasoning>", "</reasoning>"


class Heard(NamedTuple):
    """What a model says.

    Attributes:
        blocks: in the form of Converse, as JSON has them.
        stop_reason: in the words of Converse; ``None`` if the answer does not say.
    """

    blocks: list[dict[str, Any]]
    stop_reason: str | None = None


def heard_in(body: Json) -> Heard | None:
    """What a model says in a body; ``None`` if that is not text: a vector, an image, a rank."""
    if not isinstance(body, Mapping):
        return None
    for name, read in _FORMS.items():
        if name in body:
            try:
                return read(body)
            except (AttributeError, KeyError, IndexError, TypeError, ValueError):
                return None
    return None


def _reason(word: str | None) -> str | None:
    return None if word is None else _REASONS.get(word.lower(), "end_turn")


def _text(text: str | None, reason: str | None) -> Heard:
    return Heard([{"text": text}] if text else [], _reason(reason))


def _claude(body: Mapping[str, Any]) -> Heard:
    return Heard(list(_claudes_blocks(body["content"])), _reason(body.get("stop_reason")))


def _claudes_blocks(content: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for part in content:
        kind = part["type"]
        if kind == "text" and part.get("citations"):
            cited = [found for each in part["citations"] if (found := read_citation(each))]
            yield {"citationsContent": {"content": [{"text": part["text"]}], "citations": cited}}
        elif kind == "text":
            yield {"text": part["text"]}
        elif kind == "redacted_thinking":
            redacted = b64encode(part["data"].encode()).decode()
            yield {"reasoningContent": {"redactedContent": redacted}}
        elif kind == "tool_use":
            use = {"toolUseId": part["id"], "name": part["name"], "input": part["input"]}
            yield {"toolUse": use}
        elif kind == "thinking":
            thought = {"text": part["thinking"]}
            if part.get("signature"):
                thought["signature"] = part["signature"]
            yield {"reasoningContent": {"reasoningText": thought}}


def _nova(body: Mapping[str, Any]) -> Heard:
    return Heard(list(body["output"]["message"]["content"]), _reason(body.get("stopReason")))


def _chat(body: Mapping[str, Any]) -> Heard:
    choice = body["choices"][0]
    reason = choice.get("finish_reason") or choice.get("stop_reason")
    if "text" in choice:
        return _text(choice["text"], reason)
    message = choice["message"]
    text = message.get("content") or ""
    blocks: list[dict[str, Any]] = []
    while text.startswith(_THOUGHTS):
        thought, _, text = text.removeprefix(_THOUGHTS).partition(_END_OF_THOUGHTS)
        blocks.append({"reasoningContent": {"reasoningText": {"text": thought}}})
    if text:
        blocks.append({"text": text})
    for call in message.get("tool_calls") or ():
        function = call["function"]
        arguments = json.loads(function["arguments"] or "{}")
        use = {"toolUseId": call["id"], "name": function["name"], "input": arguments}
        blocks.append({"toolUse": use})
    return Heard(blocks, _reason(reason))


#: The member that marks a form, and what reads it.
_FORMS: dict[str, Callable[[Mapping[str, Any]], Heard]] = {
    "content": _claude,
    "output": _nova,
    "choices": _chat,
    "completion": lambda body: _text(
        body["completion"],
        # Claude's end of a prompt is a stop sequence.
        "max_tokens" if body.get("stop_reason") == "max_tokens" else "end_turn",
    ),
    "results": lambda body: (
        _text(body["results"][0]["outputText"], body["results"][0].get("completionReason"))
        if "outputText" in body["results"][0]
        else _not_text()
    ),
    "outputText": lambda body: _text(body["outputText"], body.get("completionReason")),
    "generation": lambda body: _text(body["generation"], body.get("stop_reason")),
    "outputs": lambda body: _text(
        body["outputs"][0]["text"], body["outputs"][0].get("stop_reason")
    ),
    "generations": lambda body: _text(
        body["generations"][0]["text"], body["generations"][0].get("finish_reason")
    ),
    "completions": lambda body: _text(
        body["completions"][0]["data"]["text"], body["completions"][0]["finishReason"]["reason"]
    ),
    "text": lambda body: _text(body["text"], body.get("finish_reason")),
    "finishReason": lambda body: _text(body["message"], body["finishReason"]),
}


def _not_text() -> Heard:
    """A rerank has results, too."""
    raise ValueError
