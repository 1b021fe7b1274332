"""Idempotency: the answer to a Create request that comes a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Members of an answer.
Answer = Mapping[str, Any]


class Tokens:
    """The answers to Create requests by operation and ``clientRequestToken``."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Answer] = {}

    def answer(self, operation: str, request: Mapping[str, Any]) -> Answer | None:
        """The answer to an earlier request with the same token, or ``None``."""
        token = request.get("clientRequestToken")
        return self._answers.get((operation, token)) if token else None

    def remember(self, operation: str, request: Mapping[str, Any], answer: Answer) -> None:
        """Keeps the answer to a request that has a token."""
        # Where values are not checked, it may be empty.
        if token := request.get("clientRequestToken"):
            self._answers[operation, token] = answer

    def forget(self, operation: str, request: Mapping[str, Any]) -> None:
        """Takes the answer back: the request has not succeeded."""
        self._answers.pop((operation, request.get("clientRequestToken", "")), None)
