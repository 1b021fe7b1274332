"""A recording: logged calls by what was asked, each with its answers in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any

from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock_runtime.naming import name_of
from bedrock_mock.services.bedrock_runtime.replaying.entries import Decode, Entry, entry_of
from bedrock_mock.services.bedrock_runtime.replaying.matching import Conversation, comparable

Key = tuple[str, ...]


class _Answers:
    """The answers to one question: each once, in their order, and then the last one again."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        #: How many calls have been answered.
        self.taken = 0

    def take(self) -> Entry:
        entry = self.entries[min(self.taken, len(self.entries) - 1)]
        self.taken += 1
        return entry


class Recording:
    """Logged calls.

    A call is answered by those of the same model that had the same body, else by those with
    the same messages and system prompts, else by those with the same messages.

    Args:
        records: the records of invocation logs, the oldest first.
        decode: makes logged blocks into those of a reply.
    """

    def __init__(self, records: Iterable[Mapping[str, Any]], decode: Decode) -> None:
        self._lock = Lock()
        self._decode = decode
        self._answers: dict[Key, _Answers] = {}
        #: How many calls it has.
        self.size = 0
        for record in records:
            entry = entry_of(record)
            if entry is None:
                continue
            keys = list(_keys_of(entry))
            self.size += bool(keys)
            for key in keys:
                self._answers.setdefault(key, _Answers()).entries.append(entry)

    def has(self, call: ModelCall) -> bool:
        """Whether there is an answer to a call."""
        return self._find(call) is not None

    def reply(self, call: ModelCall) -> Reply:
        """The next answer to a call, of which :meth:`has` says that there is one."""
        answers = self._find(call)
        assert answers is not None  # noqa: S101 - see above
        with self._lock:
            entry = answers.take()
        return entry.reply(call, self._decode)

    def rewind(self) -> None:
        """Begins with the first answer to each question again."""
        with self._lock:
            for answers in self._answers.values():
                answers.taken = 0

    def _find(self, call: ModelCall) -> _Answers | None:
        return next((self._answers[key] for key in _keys(call) if key in self._answers), None)


def _keys_of(entry: Entry) -> Iterator[Key]:
    if entry.body is not None:
        yield "body", entry.model, entry.body
    conversation, asked = entry.conversation, entry.asked
    if conversation is not None and asked is not None:
        yield "system", entry.model, conversation, asked.system
        yield "messages", entry.model, conversation


def _keys(call: ModelCall) -> Iterator[Key]:
    """What a call is looked up by, the most exact first."""
    models = dict.fromkeys([name_of(call.model_id), call.model])
    if call.operation.startswith("InvokeModel"):
        body = comparable(call.body)
        yield from (("body", model, body) for model in models)
    conversation = Conversation(call.messages).text
    yield from (("system", model, conversation, call.system) for model in models)
    yield from (("messages", model, conversation) for model in models)
