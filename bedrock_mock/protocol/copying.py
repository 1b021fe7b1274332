"""Copies of decoded requests and answers."""

from __future__ import annotations

from bedrock_mock.protocol.types import Json


def copied(value: Json) -> Json:
    """A copy of a request or answer, so that a change of it changes no state."""
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value
