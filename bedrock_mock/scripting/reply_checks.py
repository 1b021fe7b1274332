"""What the members of a Reply can be: the words of the service, counts and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from bedrock_mock.protocol.errors import AUTHENTICATION
from bedrock_mock.protocol.types import Json

#: Why a model stops, in the words of Converse.
STOP_REASONS = (
    "end_turn",
    "tool_use",
    "max_tokens",
    "stop_sequence",
    "guardrail_intervened",
    "content_filtered",
    "malformed_model_output",
    "malformed_tool_use",
    "model_context_window_exceeded",
)
#: The errors in which calls of models end, as their events are named.
ERRORS = (
    "accessDeniedException",
    "conflictException",
    "internalServerException",
    "modelErrorException",
    "modelNotReadyException",
    "modelStreamErrorException",
    "modelTimeoutException",
    "resourceNotFoundException",
    "serviceQuotaExceededException",
    "serviceUnavailableException",
    "throttlingException",
    "validationException",
    *sorted(code[:1].lower() + code[1:] for code in AUTHENTICATION),
)
#: The counts of a usage, as Converse sends them; some only the wire has.
COUNTS = (
    "inputTokens",
    "outputTokens",
    "totalTokens",
    "cacheReadInputTokens",
    "cacheReadInputTokenCount",
    "cacheWriteInputTokens",
    "cacheWriteInputTokenCount",
)
#: All that a usage can have.
USAGE = frozenset({*COUNTS, "cacheDetails", "serverToolUsage"})
#: The members that are lists: of what, and how messages say it.
_LISTS: tuple[tuple[str, type | tuple[type, ...], str], ...] = (
    ("embedding", (int, float), "numbers"),
    ("scores", (int, float), "numbers"),
    ("images", bytes, "bytes"),
    ("chunks", str, "texts"),
)


def check_lists(given: Mapping[str, Any]) -> None:
    """Checks the members of a reply that are lists.

    Raises:
        ValueError: one of them is something else.
    """
    for name, kind, words in _LISTS:
        if not _is_list_of(kind, given[name]):
            msg = f"Reply: {name} is a list of {words}, not {given[name]!r}"
            raise ValueError(msg)


def _is_list_of(kind: type | tuple[type, ...], value: Json) -> bool:
    """Whether a value is absent, or a list that holds only this."""
    if value is None:
        return True
    is_list = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
    return is_list and all(isinstance(each, kind) for each in value)


def check_usage(usage: Mapping[str, Any]) -> None:
    """Checks the usage of a reply.

    Raises:
        ValueError: it has a member that is unknown, or that is not a count.
    """
    unknown = sorted(usage.keys() - USAGE)
    if unknown:
        msg = f"Reply: usage has no {', '.join(unknown)}; its counts are: {', '.join(COUNTS)}"
        raise ValueError(msg)
    for name in COUNTS:
        count = usage.get(name, 0)
        if not isinstance(count, (int, float)) or count < 0 or count % 1:
            msg = f"Reply: usage: {name} is a whole number from 0, not {count!r}"
            raise ValueError(msg)


def is_error(name: str) -> bool:
    """Whether a call of a model can end in this error; its first letter may be a capital."""
    return name[:1].lower() + name[1:] in ERRORS


def check_words(stop_reason: Json, error: Json) -> None:
    """Checks the words of the service in a reply.

    Raises:
        ValueError: one of them is unknown; the message has those that are close, and all.
    """
    if stop_reason is not None and stop_reason not in STOP_REASONS:
        raise ValueError(_unknown("stop_reason", stop_reason, STOP_REASONS))
    if error is not None and not (isinstance(error, str) and is_error(error)):
        raise ValueError(_unknown("error", error, ERRORS))


def _unknown(name: str, value: Json, known: Sequence[str]) -> str:
    close = get_close_matches(str(value), known, cutoff=0.5)
    hint = f" Did you mean: {', '.join(close)}?" if close else ""
    return f"Reply: unknown {name} {value!r}.{hint} Known: {', '.join(known)}"
