"""Which texts of a request guardrails can look at, and which the caller has marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bedrock_mock.services.bedrock_runtime.guardrails.guarding import Text

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock_runtime.families.base import Asked

_TAG = "amazon-bedrock-guardrails-guardContent"


def texts_of_conversation(request: Mapping[str, Any]) -> tuple[dict[str, Any], list[Text]]:
    """A copy of a request of Converse, and the texts and images in it.

    Results and arguments of tools are not evaluated.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
    """
    copy: dict[str, Any] = deepcopy({**request})
    texts = [each for block in copy.get("system", ()) for each in _texts(block, is_system=True)]
    for message in copy["messages"]:
        texts += [each for block in message["content"] for each in _texts(block)]
    return copy, texts


def _texts(block: dict[str, Any], *, is_system: bool = False) -> Iterator[Text]:
    if "text" in block or "image" in block:
        yield Text(block, is_system=is_system)
    elif "guardContent" in block:
        content = block["guardContent"]
        holder = content.get("text", content)
        yield Text(
            holder, qualifiers=holder.get("qualifiers", ()), is_marked=True, is_system=is_system
        )


class Tagged:
    """What a body of InvokeModel asks, with its texts cut at the caller's tags.

    Attributes:
        texts: the pieces.
        has_tags: whether there is a tag; prompt attacks are looked for only then.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-tagging.html
    """

    def __init__(self, asked: Asked, suffix: str | None) -> None:
        self._messages = deepcopy([*asked.messages])
        self._asked = asked
        self._tags = None
        if suffix is not None:
            tag = f"{_TAG}_{re.escape(suffix)}"
            self._tags = re.compile(f"<{tag}>(.*?)</{tag}>", re.DOTALL)
        #: The system prompt, which is evaluated as the rest of a prompt.
        self._system = {"text": asked.system}
        self._pieces: list[tuple[dict[str, Any], list[Text]]] = [
            (holder, [*self._cut(holder["text"])]) for holder in self._holders()
        ]
        self.texts = [each for _, pieces in self._pieces for each in pieces]
        self.has_tags = any(each.is_marked for each in self.texts)

    def _holders(self) -> Iterable[dict[str, Any]]:
        blocks = [block for message in self._messages for block in message["content"]]
        return [each for each in (self._system, *blocks) if each.get("text")]

    def _cut(self, text: str) -> Iterator[Text]:
        place = 0
        for found in self._tags.finditer(text) if self._tags else ():
            if found.start() > place:
                yield Text({"text": text[place : found.start()]})
            yield Text({"text": found[1]}, is_marked=True)
            place = found.end()
        if place < len(text):
            yield Text({"text": text[place:]})

    @property
    def asked(self) -> Asked:
        """The request as the model gets it: without tags, and masked."""
        for holder, pieces in self._pieces:
            holder["text"] = "".join(each.value or "" for each in pieces)
        return replace(self._asked, messages=self._messages, system=self._system["text"])
