"""The chat form of OpenAI, which most of the newer families speak, and its neighbours.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.cutting import cut
from bedrock_mock.services.bedrock_runtime.families.base import (
    Asked,
    Family,
    Said,
    compact,
    new_hex,
    vocabulary,
)
from bedrock_mock.services.bedrock_runtime.families.schema import open_body
from bedrock_mock.services.bedrock_runtime.models import CalledModel

_REASONS = {
    "end_turn": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "content_filtered": "content_filter",
}
_SYSTEM = ("system", "developer")


class Chat(Family):
    """Models that chat as OpenAI's do."""

    schema: ClassVar = open_body("messages")
    #: What the reason for the end is called.
    reason: ClassVar[str] = "finish_reason"

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The messages; those of the system apart."""
        messages: list[dict[str, Any]] = []
        system = []
        for each in body["messages"]:
            if each["role"] in _SYSTEM:
                system.append(_text(each.get("content")))
            else:
                messages.append(_message(each))
        functions = [tool["function"] for tool in body.get("tools", ()) if "function" in tool]
        return Asked(
            messages,
            "\n".join(system),
            [_tool(each) for each in functions],
            _choice(body),
            _schema(body.get("response_format", {})),
        )

    def answer(self, said: Said) -> dict[str, Any]:
        """A completion with one choice."""
        message: dict[str, Any] = {"role": "assistant", "content": _content(said)}
        if said.tool_uses:
            message["tool_calls"] = [_call(use) for use in said.tool_uses]
        choice = {"index": 0, "message": message, self.reason: _reason(said)}
        return {**_head(said, "chat.completion"), "choices": [choice], "usage": usage_of(said)}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """The deltas of that choice; the last one says why it ends."""
        head = _head(said, "chat.completion.chunk")
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in cut(_thoughts(said), said.model.traits.piece)]
        if said.text:
            deltas += [{"content": piece} for piece in said.pieces]
        calls = [{"index": n, **_call(use)} for n, use in enumerate(said.tool_uses)]
        deltas += [{"tool_calls": [call]} for call in calls]
        for delta in deltas:
            yield {**head, "choices": [{"index": 0, "delta": delta, self.reason: None}]}
        yield {**head, "choices": [{"index": 0, "delta": {}, self.reason: _reason(said)}]}


class GptOss(Chat):
    """OpenAI's own models, whose bodies may repeat what the call says."""

    def check_call(self, body: Mapping[str, Any], model: CalledModel, *, is_stream: bool) -> None:
        """Refuses a ``model`` that is not the one that is called, and a ``stream`` likewise."""
        named = body.get("model")
        if named is not None and named not in model.names:
            msg = (
                f"The model in the request body, {named}, isn't the model of the request. Leave "
                f"model out of the body, or set it to one of: {', '.join(model.names)}."
            )
            raise ValidationException(msg)
        if body.get("stream") is (not is_stream):
            asked, action = (
                ("false", "InvokeModel") if is_stream else ("true", "InvokeModelWithResponseStream")
            )
            msg = (
                f"The request body has stream set to {asked}, which this action doesn't support. "
                f"Leave stream out of the body, or call {action}."
            )
            raise ValidationException(msg)


class MistralChat(Chat):
    """Mistral's own chat models, which say ``stop_reason``."""

    reason = "stop_reason"


class TextCompletions(Family):
    """DeepSeek R1, which completes a prompt."""

    schema: ClassVar = open_body("prompt")

    def answer(self, said: Said) -> dict[str, Any]:
        """One choice."""
        return {"choices": [{"text": said.text, "stop_reason": _reason(said)}]}

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """A choice for each piece; only the last one says why it ends."""
        *firsts, last = said.pieces
        for piece in firsts:
            yield {"choices": [{"text": piece, "stop_reason": None}]}
        yield {"choices": [{"text": last, "stop_reason": _reason(said)}]}


def usage_of(said: Said) -> dict[str, int]:
    """The usage in OpenAI's words."""
    return {
        "prompt_tokens": said.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": said.input_tokens + said.output_tokens,
    }


def _head(said: Said, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{new_hex(32)}",
        "object": kind,
        "created": int(utcnow().timestamp()),
        "model": said.model.name,
    }


def _reason(said: Said) -> str:
    return vocabulary(_REASONS, said.stop_reason)


def _content(said: Said) -> str | None:
    """The text, with thoughts before it; ``None`` where there are calls of tools only."""
    return _thoughts(said) + said.text or None


def _thoughts(said: Said) -> str:
    thoughts = [
        block["reasoningContent"]["reasoningText"]["text"]
        for block in said.blocks
        if "reasoningText" in block.get("reasoningContent", {})
    ]
    return "".join(f"<reasoning>{thought}</reasoning>" for thought in thoughts)


def _call(use: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": use["name"], "arguments": compact(use["input"])}
    return {"id": use["toolUseId"], "type": "function", "function": function}


def _tool(function: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"json": function.get("parameters", {})}
    return {"toolSpec": {"name": function["name"], "inputSchema": schema}}


def _choice(body: Mapping[str, Any]) -> dict[str, Any] | None:
    wanted = body.get("tool_choice")
    if wanted in ("required", "any"):
        return {"any": {}}
    if isinstance(wanted, dict):
        return {"tool": {"name": wanted.get("function", {}).get("name")}}
    return None


def _schema(wanted: Mapping[str, Any]) -> Json:
    """The schema of an answer; any object where JSON is asked for without one."""
    if wanted.get("type") == "json_object":
        return {"type": "object"}
    return wanted.get("json_schema", {}).get("schema")


def _message(each: Mapping[str, Any]) -> dict[str, Any]:
    """A message of OpenAI's as one of Converse."""
    content = each.get("content")
    if each["role"] == "tool":
        answered = [{"text": _text(content)}]
        result = {"toolUseId": each.get("tool_call_id", ""), "content": answered}
        return {"role": "user", "content": [{"toolResult": result}]}
    blocks: list[dict[str, Any]] = [{"text": _text(content)}] if content else []
    for call in each.get("tool_calls") or ():
        function = call["function"]
        arguments = json.loads(function.get("arguments") or "{}")
        use = {"toolUseId": call["id"], "name": function["name"], "input": arguments}
        blocks.append({"toolUse": use})
    return {"role": each["role"], "content": blocks}


def _text(content: Json) -> str:
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content)
    return str(content or "")
