"""What a model was asked, and the rule that answered: noted while a request is served."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from bedrock_mock.scripting.model_call import ModelCall


@dataclass
class Exchange:
    """One request to a model.

    Attributes:
        asked: the request in the words of Converse; ``None`` until a handler has read it.
        rule: the call of the verb that made the matching rule, as the test wrote it; ``None``
            if no rule matched.
        assessments: what guardrails have found, in order.
    """

    asked: ModelCall | None = None
    rule: str | None = None
    assessments: list[Mapping[str, Any]] = field(default_factory=list)


_CURRENT: ContextVar[Exchange] = ContextVar("bedrock_mock_exchange")


class exchange:  # noqa: N801 - it is used like a function
    """The exchange of the request that is served within; functions of a test may nest them."""

    def __enter__(self) -> Exchange:
        current = Exchange()
        self._token = _CURRENT.set(current)
        return current

    def __exit__(self, *_: object) -> None:
        _CURRENT.reset(self._token)


def note(asked: ModelCall | None = None, rule: str | None = None) -> None:
    """Adds to the exchange of the request that is being served."""
    current = _CURRENT.get()
    current.asked = asked or current.asked
    current.rule = rule or current.rule


def note_assessment(assessment: Mapping[str, Any]) -> None:
    """Adds what a guardrail has found to the exchange of the request that is being served."""
    _CURRENT.get().assessments.append(assessment)
