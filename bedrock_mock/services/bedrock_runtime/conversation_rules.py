"""What Converse asks of a conversation beyond the service model, by the traits of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.services.bedrock_runtime.models import CalledModel
from bedrock_mock.services.bedrock_runtime.support import Message, check_support
from bedrock_mock.services.bedrock_runtime.traits import Traits


def check_conversation(
    request: Mapping[str, Any], model: CalledModel, *, is_stream: bool = False
) -> None:
    """Checks a request of Converse or ConverseStream.

    Args:
        request: the request.
        model: the model that it is for.
        is_stream: whether the answer is a stream.

    Raises:
        ValidationException: it breaks a rule; the texts are those of the service.
    """
    traits = model.traits
    messages: Sequence[Message] = request.get("messages", ())
    if not messages or (messages[0]["role"] != "user" and not traits.may_begin):
        raise ValidationException(
            "A conversation must start with a user message. Try again with a conversation that "
            "starts with a user message."
        )
    if messages[-1]["role"] == "assistant" and not traits.prefills:
        raise ValidationException(
            "This model does not support assistant message prefill. The conversation must end "
            "with a user message."
        )
    for index, message in enumerate(messages):
        _check_content(index, message["content"])
        if not traits.mixes_turns:
            _check_mixture(index, message["content"])
    _check_tools(request, messages, traits, is_stream=is_stream)
    _check_limit(request.get("inferenceConfig", {}), traits)
    check_support(request, model)


def _check_content(index: int, content: Sequence[Message]) -> None:
    if not content:
        msg = (
            f"The content field in the Message object at messages.{index} is empty. Add a "
            "ContentBlock object to the content field and try again."
        )
        raise ValidationException(msg)
    for place, block in enumerate(content):
        if "text" in block and not block["text"].strip():
            # A lone line feed before a cache point passes.
            if any("cachePoint" in each for each in content):
                break
            msg = (
                f"The text field in the ContentBlock object at messages.{index}.content.{place} "
                "is blank. Add text to the text field, and try again."
            )
            raise ValidationException(msg)


def _check_mixture(index: int, content: Sequence[Message]) -> None:
    for block, name in (("toolResult", "result"), ("toolUse", "use")):
        kinds = {block in each for each in content}
        if kinds == {True, False}:
            msg = (
                f"messages.{index}.content: Conversation blocks and tool {name} blocks cannot be "
                "provided in the same turn."
            )
            raise ValidationException(msg)


def _check_tools(
    request: Mapping[str, Any], messages: Sequence[Message], traits: Traits, *, is_stream: bool
) -> None:
    blocks = [block for message in messages for block in message["content"]]
    uses_blocks = any("toolUse" in block or "toolResult" in block for block in blocks)
    if "toolConfig" in request:
        if not traits.uses_tools:
            raise ValidationException("This model doesn't support tool use.")
        if is_stream and not traits.streams_tools:
            raise ValidationException("This model doesn't support tool use in streaming mode.")
        _check_names(request["toolConfig"])
    elif uses_blocks:
        raise ValidationException(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks."
        )
    if uses_blocks:
        _check_results(messages)


def _check_names(config: Mapping[str, Any]) -> None:
    """Refuses two tools of one name, and the choice of a tool that is not offered."""
    names: list[str] = []
    for place, tool in enumerate(config.get("tools", ())):
        name = (tool.get("toolSpec") or tool.get("systemTool") or {}).get("name")
        if name is None:
            continue
        if name in names:
            msg = f"The tool {name} is already defined at toolConfig.tools.{place}."
            raise ValidationException(msg)
        names.append(name)
    chosen = config.get("toolChoice", {}).get("tool", {}).get("name")
    if chosen is not None and chosen not in names:
        msg = (
            f"The tool {chosen} in toolConfig.toolChoice.tool isn't defined in toolConfig.tools. "
            f"Choose one of these tools and try again: {', '.join(names)}."
        )
        raise ValidationException(msg)


def _check_results(messages: Sequence[Message]) -> None:
    """Refuses calls of tools without results, and more results than calls."""
    called: list[str] = []
    for index, message in enumerate(messages):
        answered = [b["toolResult"]["toolUseId"] for b in message["content"] if "toolResult" in b]
        missing = [each for each in called if each not in answered]
        if missing:
            msg = (
                f"Expected toolResult blocks at messages.{index}.content for the following Ids: "
                f"{', '.join(missing)}"
            )
            raise ValidationException(msg)
        if len(answered) > len(called):
            msg = (
                f"The number of toolResult blocks at messages.{index}.content exceeds the number "
                "of toolUse blocks of previous turn."
            )
            raise ValidationException(msg)
        called = [b["toolUse"]["toolUseId"] for b in message["content"] if "toolUse" in b]


def _check_limit(config: Mapping[str, Any], traits: Traits) -> None:
    limit = traits.max_tokens
    if limit is not None and config.get("maxTokens", 0) > limit:
        msg = (
            f"The maximum tokens you requested exceeds the model limit of {limit}. Try again with "
            f"a maximum tokens value that is lower than {limit}."
        )
        raise ValidationException(msg)
