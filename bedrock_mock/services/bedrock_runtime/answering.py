"""What a model answers to a call: by the rules of the test, else by what the call offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.protocol.encoding import Extended
from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.scripting.reply import Reply, tool_use
from bedrock_mock.services.bedrock_runtime.examples import example

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.scripting.model_call import ModelCall
    from bedrock_mock.services.bedrock_runtime.families.base import Asked
    from bedrock_mock.services.bedrock_runtime.traits import Traits

_ID = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_ID_LENGTH = 22
_SENTENCE = "This answer is from bedrock_mock: no rule of the test says what the model answers."
_SIGNATURE_LENGTH = 64


def reply_to(backend: ServiceBackend, call: ModelCall, asked: Asked) -> tuple[Reply, str | None]:
    """The reply to a call, and the rule that it comes from; ``None`` where no rule matches.

    Args:
        backend: whose call it is.
        call: the call.
        asked: what it asks beside its conversation: a choice of tools, or JSON.

    Raises:
        ValidationException: no rule matches, and the setting ``unmatched`` asks for one.
    """
    answer = backend.scripts.replies.answer(call)
    if answer is not None:
        return answer
    if backend.setting("unmatched") == "error":
        nearest = backend.scripts.replies.nearest(call)
        msg = f"No rule of the test is for this call of {call.model_id}: {nearest}."
        raise ValidationException(msg)
    return _default(call, asked), None


def _default(call: ModelCall, asked: Asked) -> Reply:
    choice = asked.choice or {}
    specs = [tool["toolSpec"] for tool in call.tools if "toolSpec" in tool]
    tools = {spec["name"]: spec for spec in specs}
    name: str = choice.get("tool", {}).get("name") or next(iter(tools), "")
    is_forced = "tool" in choice or "any" in choice
    if name in tools and (is_forced or not call.answered_tools):
        schema = tools[name].get("inputSchema", {}).get("json", {})
        arguments = example({"type": "object", **schema})
        # The schema may be that of another value; a call has members all the same.
        return Reply(tool_use(name, **(arguments if isinstance(arguments, dict) else {})))
    return Reply(_SENTENCE) if asked.schema is None else Reply(json=example(asked.schema))


def blocks_of(reply: Reply, traits: Traits) -> list[dict[str, Any]]:
    """The blocks of a reply as a model of this family sends them: with ids, and signed."""
    blocks = reply.blocks
    if traits.thinks_last:
        blocks = sorted(blocks, key=lambda block: "reasoningContent" in block)
    return [_completed(block, place, traits) for place, block in enumerate(blocks)]


def _completed(block: dict[str, Any], place: int, traits: Traits) -> dict[str, Any]:
    if "toolUse" in block:
        use = block["toolUse"]
        made = "tooluse_" + "".join(mock_random.choices(_ID, k=_ID_LENGTH))
        if traits.numbers_tools:
            made = f"functions.{use['name']}:{place}"
        kind = {"type": "tool_use"} if traits.types_tools else {}
        return {"toolUse": Extended({"toolUseId": made, **kind, **use})}
    thought = block.get("reasoningContent", {}).get("reasoningText")
    if thought is None:
        return block
    signed = {**thought}
    if traits.signs:
        signed.setdefault("signature", "".join(mock_random.choices(_ID, k=_SIGNATURE_LENGTH)))
    else:
        signed.pop("signature", None)
    return {"reasoningContent": {"reasoningText": signed}}


def check_text(reply: Reply, name: str) -> None:
    """Refuses a vector, an image or a rank as the answer of a model that answers with text.

    Args:
        reply: the reply.
        name: the model.

    Raises:
        ValidationException: the reply has no text.
    """
    if reply.content is reply.json is reply.raw is reply.error is None:
        msg = f"The reply for {name} has no text, and that is what it answers with."
        raise ValidationException(msg)


def stop_reason_of(reply: Reply, blocks: list[dict[str, Any]]) -> str:
    """Why the model has stopped, in the words of Converse."""
    if reply.stop_reason is not None:
        return reply.stop_reason
    return "tool_use" if any("toolUse" in block for block in blocks) else "end_turn"
