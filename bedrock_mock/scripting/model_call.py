"""One call to a model, in the form of Converse for every operation and family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from bedrock_mock.protocol.bounded import kept
from bedrock_mock.protocol.types import Json

Message = Mapping[str, Any]


@dataclass(frozen=True)
class ModelCall:
    """One call to a model: what rules for replies look at, and functions of a test get.

    Attributes:
        operation: ``Converse``, ``InvokeModel`` and so on.
        model_id: the model as the call names it.
        model: what that resolves to: a foundation model's id, an imported model's name.
        messages: the conversation, in the form of Converse.
        system: the system prompts, joined by newlines.
        tools: the tools that are offered, in the form of Converse.
        body: the body of InvokeModel, decoded; the request of the others.
        account_id: whose call it is.
        region_name: where.
        names: all names of the model, of which a glob must match one.
    """

    operation: str
    model_id: str
    model: str
    messages: Sequence[Message]
    system: str = ""
    tools: Sequence[Mapping[str, Any]] = ()
    body: Json = None
    account_id: str = ""
    region_name: str = ""
    names: Sequence[str] = field(default=(), repr=False)

    @cached_property
    def user(self) -> str:
        """The text of the last message; empty where that holds tool results only."""
        return "\n".join(texts_of(self.messages[-1])) if self.messages else ""

    @cached_property
    def tool_results(self) -> list[Json]:
        """What tools have answered in the last message: text, or a JSON value."""
        results = _blocks(self.messages[-1], "toolResult") if self.messages else []
        return [_answered(result) for result in results]

    @cached_property
    def answered_tools(self) -> set[str]:
        """The tools with a result in the last message."""
        return self._names_of(self.messages[-1:])

    @cached_property
    def used_tools(self) -> set[str]:
        """The tools with a result since the last text of the user."""
        since = 0
        for index, message in enumerate(self.messages):
            if message.get("role") == "user" and any(texts_of(message)):
                since = index
        return self._names_of(self.messages[since:])

    @cached_property
    def offered_tools(self) -> set[str]:
        """The names of the tools that are offered."""
        return {tool["toolSpec"]["name"] for tool in self.tools if "toolSpec" in tool}

    @property
    def said(self) -> dict[str, Any]:
        """What makes up this call, without its body: the record has that already."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "body"}

    def kept(self) -> ModelCall:
        """A copy that takes little memory: long texts are cut, and the body is left out."""
        return replace(
            self,
            messages=kept(list(self.messages)),
            system=kept(self.system),
            tools=kept(list(self.tools)),
            body=None,
        )

    def _names_of(self, messages: Sequence[Message]) -> set[str]:
        """The tools whose results these messages hold."""
        called = {
            use.get("toolUseId"): use.get("name", "")
            for message in self.messages
            for use in _blocks(message, "toolUse")
        }
        answered = (each for message in messages for each in _blocks(message, "toolResult"))
        return {called[each["toolUseId"]] for each in answered if each.get("toolUseId") in called}


def _blocks(message: Message, kind: str) -> list[Any]:
    return [block[kind] for block in message.get("content", ()) if kind in block]


def texts_of(message: Message) -> list[str]:
    """The texts of a message, also those that are marked as content to guard."""
    marked = ({**block, **block.get("guardContent", {})} for block in message.get("content", ()))
    texts = (block["text"] for block in marked if "text" in block)
    found = (text["text"] if isinstance(text, Mapping) else text for text in texts)
    return [text for text in found if text]


def _answered(result: Mapping[str, Any]) -> Json:
    content = result.get("content", ())
    values = [block["json"] for block in content if "json" in block]
    return values[0] if values else "".join(block.get("text", "") for block in content)
