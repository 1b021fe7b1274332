"""The rules by which models answer: which one a call meets, and what it then gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import count
from typing import Any, ClassVar

from bedrock_mock.protocol.locks import new_lock
from bedrock_mock.scripting.calls import matches
from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.scripting.reply import Reply, reply_of
from bedrock_mock.scripting.where import Where

#: A text that is contained, a compiled pattern, or a function of the text.
TextTest = str | re.Pattern[str] | Callable[[str], object]
#: What a test has a model answer: content, a Reply, or a function of the call that gives one.
Content = Any


@dataclass(frozen=True)
class When:
    """The conditions of a rule; those that are ``None`` are met by every call.

    Attributes:
        model: a glob on any name of the model.
        user: a test of the text of the last message.
        system: a test of the system prompts.
        tool: a tool that is offered and has no result since the last text of the user.
        after: a tool whose result the last message holds.
        operation: the operation.
        matching: what the request has at least, or a function of the call.
    """

    model: str | None = None
    user: TextTest | None = None
    system: TextTest | None = None
    tool: str | None = None
    after: str | None = None
    operation: str | None = None
    matching: Mapping[str, Any] | Callable[[ModelCall], object] | None = None

    _TESTS: ClassVar[Mapping[str, Callable[[Any, ModelCall], bool]]] = {
        "operation": lambda value, call: bool(value == call.operation),
        "model": lambda value, call: any(fnmatchcase(name, value) for name in call.names),
        "tool": lambda value, call: value in call.offered_tools - call.used_tools,
        "after": lambda value, call: value in call.answered_tools,
        "system": lambda value, call: passes(value, call.system),
        "user": lambda value, call: passes(value, call.user),
        "matching": lambda value, call: (
            matches(value, call.body) if isinstance(value, Mapping) else bool(value(call))
        ),
    }

    @cached_property
    def given(self) -> list[str]:
        """The names of the conditions that there are."""
        return [name for name in self._TESTS if getattr(self, name) is not None]

    def misses(self, call: ModelCall) -> list[str]:
        """The conditions that a call does not meet."""
        return [name for name in self.given if not self._TESTS[name](getattr(self, name), call)]


def passes(test: TextTest, text: str) -> bool:
    """Whether a text meets a test of texts."""
    if isinstance(test, str):
        return test in text
    if isinstance(test, re.Pattern):
        return test.search(text) is not None
    return bool(test(text))


@dataclass
class Rule:
    """What models answer, as a test has said it once.

    Attributes:
        text: the call of the verb as the test wrote it.
        where: the region and the account that it is for.
        when: its conditions.
        content: what is answered.
        is_once: whether it is used up by one call.
        serial: its place in the order in which rules were made.
        begin: what is to be done when it comes into force again after a reset.
    """

    text: str
    where: Where
    when: When
    content: Content
    is_once: bool
    serial: int
    begin: Callable[[], None] = lambda: None
    used: int = 0

    def misses(self, call: ModelCall) -> list[str]:
        """What a call does not meet of it: conditions, or the region and account."""
        if not self.where.includes(call.region_name, call.account_id):
            return ["region_name, account_id"]
        return self.when.misses(call)

    @property
    def rank(self) -> tuple[int, bool, int]:
        """The more conditions, the better; then what comes after a tool, then the later one."""
        wheres = sum(each is not None for each in self.where)
        return len(self.when.given) + wheres, self.when.after is not None, self.serial


class Replies:
    """All rules; empty until a test says something, and again after a reset."""

    def __init__(self) -> None:
        self._lock = new_lock()
        self._serial = count()
        #: The rules that outlive a reset: those of a server's command line.
        self._kept: list[Rule] = []
        self.clear()

    def clear(self) -> None:
        """Forgets all rules but those that are kept, which begin again."""
        with self._lock:
            self._rules: list[Rule] = [replace(rule) for rule in self._kept]
            for rule in self._rules:
                rule.begin()

    def keep(self) -> None:
        """From now on, a reset does not forget the rules that there are."""
        with self._lock:
            self._kept = [replace(rule, used=0) for rule in self._rules]

    def keep_none(self) -> None:
        """From now on, a reset forgets all rules."""
        with self._lock:
            self._kept = []

    def add(  # noqa: PLR0913 - all that makes a rule
        self,
        text: str,
        where: Where,
        when: When,
        content: Content,
        *,
        is_once: bool,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        """From now on, models answer so.

        Raises:
            ValueError: this is not something that a model can answer.
        """
        checked = content if callable(content) else reply_of(content)
        with self._lock:
            serial = next(self._serial)
            self._rules.append(Rule(text, where, when, checked, is_once, serial, begin))

    def answer(self, call: ModelCall) -> tuple[Reply, str] | None:
        """The reply that a call gets, with the rule that it comes from; ``None`` without one.

        A function of the test is called without our lock: it may call the service.

        Raises:
            ValueError: a function has returned something that is not a reply.
        """
        rule = self._take(call)
        if rule is None:
            return None
        content = rule.content(call) if callable(rule.content) else rule.content
        return reply_of(content), rule.text

    def is_named(self, names: Sequence[str]) -> bool:
        """Whether the ``model=`` of a rule that is left matches one of these names."""
        with self._lock:
            rules = [rule for rule in self._rules if not (rule.is_once and rule.used)]
        globs = [rule.when.model for rule in rules if rule.when.model is not None]
        return any(fnmatchcase(name, glob) for glob in globs for name in names)

    def nearest(self, call: ModelCall) -> str:
        """The rule that a call has missed by least, and what it has missed; for messages."""
        with self._lock:
            rules = [rule for rule in self._rules if not (rule.is_once and rule.used)]
        if not rules:
            return "no rule is left" if self._rules else "there is no rule"
        nearest = min(rules, key=lambda rule: (len(rule.misses(call)), -rule.serial))
        return (
            f"the nearest rule is {nearest.text}, which misses: {', '.join(nearest.misses(call))}"
        )

    def unused(self) -> list[str]:
        """The rules for one call that no call has used."""
        with self._lock:
            return [rule.text for rule in self._rules if rule.is_once and not rule.used]

    def _take(self, call: ModelCall) -> Rule | None:
        """The rule that is for this call; one that is used once is taken by it alone."""
        while True:
            with self._lock:
                rules = [rule for rule in self._rules if not (rule.is_once and rule.used)]
            met = [rule for rule in rules if not rule.misses(call)]
            if not met:
                return None
            rule = next((rule for rule in met if rule.is_once), met[-1])
            if len(met) > 1 and not rule.is_once:
                rule = max(met, key=lambda each: each.rank)
            with self._lock:
                # Between the two another thread may have taken it.
                if not (rule.is_once and rule.used):
                    rule.used += 1
                    return rule
