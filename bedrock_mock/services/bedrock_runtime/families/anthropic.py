"""Claude by messages.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families.anthropic_blocks import (
    begun_block,
    deltas_of,
    sent_block,
)
from bedrock_mock.services.bedrock_runtime.families.anthropic_body import (
    refuse_first_fault,
    refuse_wrong_messages,
    refuse_wrong_tools,
    schema_faults,
)
from bedrock_mock.services.bedrock_runtime.families.base import (
    Asked,
    Family,
    Said,
    new_id,
    vocabulary,
)
from bedrock_mock.services.bedrock_runtime.models import CalledModel
from bedrock_mock.services.bedrock_runtime.support import TWO_WAYS

_VERSION = re.compile(r"-v\d+:\d+$")
#: Why Claude stops.
_REASONS = {
    **{name: name for name in ("end_turn", "tool_use", "max_tokens", "stop_sequence")},
    "model_context_window_exceeded": "model_context_window_exceeded",
    "content_filtered": "refusal",
}
#: The models that complete a prompt.
_COMPLETING = ("anthropic.claude-v2", "anthropic.claude-instant")


class Messages(Family):
    """Claude from version 2.1 on; the older ones also take a prompt.

    Args:
        or_else: the family whose form a request with a prompt has.
        lists_faults: whether an error lists all faults of a body, each with its path, as up to
            Claude 3.7; else it has the first one.
    """

    def __init__(self, or_else: Family | None = None, *, lists_faults: bool = False) -> None:
        self._or_else = or_else
        self._lists_faults = lists_faults

    def _other(self, body: Mapping[str, Any]) -> Family | None:
        return self._or_else if "prompt" in body and "messages" not in body else None

    def check(self, body: Mapping[str, Any]) -> None:
        """Refuses a body that lacks members or messages, or has unknown members or tools."""
        other = self._other(body)
        if other is not None:
            other.check(body)
            return
        if not self._lists_faults:
            refuse_first_fault(body)
        elif faults := "".join(schema_faults(body)):
            self.refuse(faults)
        refuse_wrong_messages(body)
        refuse_wrong_tools(body)

    def check_call(
        self,
        body: Mapping[str, Any],
        model: CalledModel,
        *,
        is_stream: bool,  # noqa: ARG002 - see Family
    ) -> None:
        """Refuses a prompt, where the model takes messages only, and two ways of sampling.

        Claude 3 answers a prompt with another error than newer models.
        """
        if self._other(body) is not None and not model.kind.startswith(_COMPLETING):
            msg = (
                f'"{_short_name(model)}" is not supported on this API. Please use the Messages API '
                "instead."
            )
            raise ValidationException(msg)
        ways = (body.get("temperature"), body.get("top_p"))
        if model.traits.samples_one_way and None not in ways:
            raise ValidationException(TWO_WAYS)

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """Messages whose content is text or blocks."""
        other = self._other(body)
        if other is not None:
            return other.asked(body)
        tools = [_tool(tool) for tool in body.get("tools", ())]
        choice = body.get("tool_choice", {})
        choices: dict[Any, dict[str, Any]] = {
            "any": {"any": {}},
            "tool": {"tool": {"name": choice.get("name")}},
        }
        messages = [
            {"role": each["role"], "content": _blocks(each["content"])} for each in body["messages"]
        ]
        return Asked(
            messages,
            "\n".join(block.get("text", "") for block in _blocks(body.get("system", ""))),
            tools,
            choices.get(choice.get("type")),
            _schema(body),
        )

    def answer(self, said: Said) -> dict[str, Any]:
        """A message."""
        other = self._other(said.body)
        if other is not None:
            return other.answer(said)
        message = _message(said)
        message["content"] = [sent for block in said.blocks if (sent := sent_block(block))]
        return message

    def chunks(self, said: Said) -> Iterator[dict[str, Any]]:
        """The events of a message."""
        other = self._other(said.body)
        if other is not None:
            yield from other.chunks(said)
            return
        begun = {**_message(said), "stop_reason": None, "stop_sequence": None}
        begun["usage"] = {**begun["usage"], "output_tokens": 1}
        yield {"type": "message_start", "message": begun}
        index = 0
        for block, pieces in said.cut():
            sent = sent_block(block)
            if sent is None:
                continue
            yield {
                "type": "content_block_start",
                "index": index,
                "content_block": begun_block(sent),
            }
            for delta in deltas_of(sent, pieces, said.model.traits.piece):
                yield {"type": "content_block_delta", "index": index, "delta": delta}
            yield {"type": "content_block_stop", "index": index}
            index += 1
        ended = {"stop_reason": _reason(said), "stop_sequence": _stop_sequence(said)}
        usage = {"output_tokens": said.output_tokens}
        yield {"type": "message_delta", "delta": ended, "usage": usage}
        yield {"type": "message_stop"}


def _usage(said: Said) -> dict[str, Any]:
    """The usage; newer models report more of it."""
    usage: dict[str, Any] = {"input_tokens": said.input_tokens}
    cache = said.cache
    if cache is not None:
        written, read = cache
        usage |= {"cache_creation_input_tokens": written, "cache_read_input_tokens": read}
    if said.model.traits.types_tools:
        lives = {"ephemeral_5m_input_tokens": cache[0] if cache else 0}
        usage["cache_creation"] = {"ephemeral_1h_input_tokens": 0, **lives}
    usage["output_tokens"] = said.output_tokens
    if said.model.traits.details_usage:
        usage |= {"service_tier": "standard", "output_tokens_details": {"thinking_tokens": 0}}
    return usage


def _message(said: Said) -> dict[str, Any]:
    details = {"stop_details": None} if said.model.traits.details_usage else {}
    return {
        "id": f"msg_bdrk_01{new_id(22)}",
        "type": "message",
        "role": "assistant",
        "model": _short_name(said.model),
        "content": [],
        "stop_reason": _reason(said),
        "stop_sequence": _stop_sequence(said),
        **details,
        "usage": _usage(said),
    }


def _reason(said: Said) -> str:
    return vocabulary(_REASONS, said.stop_reason)


def _stop_sequence(said: Said) -> str | None:
    """The stop sequence at which the model has ended: the first one of the request."""
    if said.stop_reason != "stop_sequence":
        return None
    body = said.body
    stops = body.get("stop_sequences") or body.get("inferenceConfig", {}).get("stopSequences")
    return stops[0] if isinstance(stops, list) and stops else None


def _short_name(model: CalledModel) -> str:
    """The name of a model without its vendor and version."""
    return _VERSION.sub("", model.kind.partition(".")[2])


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"json": tool.get("input_schema", {})}
    return {"toolSpec": {"name": tool.get("name", tool.get("type")), "inputSchema": schema}}


def _schema(body: Mapping[str, Any]) -> Json:
    """The schema of the answer; an older name for it is ``output_format``."""
    wanted = body.get("output_config", {}).get("format") or body.get("output_format") or {}
    return wanted.get("schema")


def _blocks(content: Json) -> list[dict[str, Any]]:
    """Content of Claude's messages as blocks of Converse."""
    if isinstance(content, str):
        return [{"text": content}] if content else []
    return [_block(part) for part in content]


def _block(part: Mapping[str, Any]) -> dict[str, Any]:
    kind = part.get("type")
    if kind == "tool_use":
        use = {"toolUseId": part["id"], "name": part["name"], "input": part.get("input", {})}
        return {"toolUse": use}
    if kind == "tool_result":
        answered = _blocks(part.get("content", ""))
        return {"toolResult": {"toolUseId": part["tool_use_id"], "content": answered}}
    if kind in {"text", None}:
        return {"text": part.get("text", "")}
    return {str(kind): part}
