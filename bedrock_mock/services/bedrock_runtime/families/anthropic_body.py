"""What the body of Claude's messages must be, and how its faults are reported.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.protocol.types import Json

#: In the order in which the service reports them.
_REQUIRED = ("max_tokens", "anthropic_version", "messages")
#: All members of a body by messages.
_MEMBERS = frozenset(
    {
        *_REQUIRED,
        "anthropic_beta",
        "context_management",
        "metadata",
        "output_config",
        "output_format",
        "stop_sequences",
        "system",
        "temperature",
        "thinking",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
    }
)
#: Precedes the other faults of a body that has messages, because it has no prompt.
_NO_PROMPT = '#: subject must not be valid against schema {"required":["messages"]}'


def schema_faults(body: Mapping[str, Any]) -> Iterator[str]:
    """The faults in the words of Claude up to 3.7: all of them, each with its path."""
    faults = [f"#: required key [{name}] not found" for name in _missing(body)]
    faults += [f"#: extraneous key [{name}] is not permitted" for name in _unknown(body)]
    if faults and "messages" in body:
        yield _NO_PROMPT
    yield from faults
    if body.get("messages") == []:
        yield "#/messages: expected minimum item count: 1, found: 0"


def refuse_first_fault(body: Mapping[str, Any]) -> None:
    """Refuses a body in the words of Claude from 4 on: its first fault only.

    Raises:
        ValidationException: the body has a fault.
    """
    for name in _missing(body):
        _refuse(f"{name}: Field required")
    for name in _unknown(body):
        _refuse(f"{name}: Extra inputs are not permitted")
    if body["messages"] == []:
        _refuse("messages: at least one message is required")


def refuse_wrong_messages(body: Mapping[str, Any]) -> None:
    """Refuses messages without content, and blocks without a type or text.

    Parts of another type than the family's are refused where the body is read.

    Raises:
        ValidationException: there is such a part.
    """
    messages = body["messages"] if isinstance(body["messages"], list) else []
    for place, message in enumerate(messages):
        if not isinstance(message, Mapping):
            continue
        for name in ("role", "content"):
            if name not in message:
                _refuse(f"messages.{place}.{name}: Field required")
        content = message["content"]
        is_last_of_assistant = place == len(messages) - 1 and message["role"] == "assistant"
        if content in ("", []) and not is_last_of_assistant:
            _refuse(
                f"messages.{place}: all messages must have non-empty content except for the "
                "optional final assistant message"
            )
        for block in _typed_blocks(content, f"messages.{place}.content"):
            if block["type"] == "text" and block.get("text") == "":
                _refuse("messages: text content blocks must be non-empty")
    _typed_blocks(body.get("system"), "system")


def _typed_blocks(content: Json, path: str) -> list[Mapping[str, Any]]:
    """The blocks of a content, each of which must have a type."""
    blocks = content if isinstance(content, list) else []
    for place, block in enumerate(blocks):
        if isinstance(block, Mapping) and "type" not in block:
            _refuse(f"{path}.{place}.type: Field required")
    return [block for block in blocks if isinstance(block, Mapping)]


def refuse_wrong_tools(body: Mapping[str, Any]) -> None:
    """Refuses two tools of one name, and the choice of a tool that is not offered.

    Raises:
        ValidationException: the names are wrong.
    """
    tools = body.get("tools")
    # Parts of another type are refused where the body is read.
    offered = tools if isinstance(tools, list) else []
    names = [tool.get("name") for tool in offered if isinstance(tool, Mapping)]
    if any(names.count(name) > 1 for name in names if name is not None):
        _refuse("tools: Tool names must be unique.")
    choice = body.get("tool_choice")
    if isinstance(choice, Mapping) and choice.get("type") == "tool":
        name = choice.get("name")
        if isinstance(name, str) and name not in names:
            _refuse(f"Tool '{name}' not found in provided tools")


def _missing(body: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in _REQUIRED if name not in body)


def _unknown(body: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in body if name not in _MEMBERS)


def _refuse(message: str) -> NoReturn:
    raise ValidationException(message)
