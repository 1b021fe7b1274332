"""What the members of a Reply can be: the words of the service, counts and lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Any

from bedrock_mock.protocol.errors import AUTHENTICATION
from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.block_checks import is_json

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


def _is_number(value: Json) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and isfinite(value)


#: The members that are lists: of what, and how messages say it.
_LISTS: tuple[tuple[str, Callable[[Json], bool], str], ...] = (
    ("embedding", _is_number, "numbers"),
    ("scores", _is_number, "numbers"),
    ("images", lambda value: isinstance(value, bytes), "bytes"),
    ("chunks", lambda value: isinstance(value, str), "texts"),
)


def check_lists(given: Mapping[str, Any]) -> None:
    """Checks the members of a reply that are lists.

    Raises:
        ValueError: one of them is something else.
    """
    for name, test, words in _LISTS:
        if not _is_list_of(test, given[name]):
            msg = f"Reply: {name} is a list of {words}, not {given[name]!r}"
            raise ValueError(msg)


def _is_list_of(test: Callable[[Json], bool], value: Json) -> bool:
    """Whether a value is absent, or a list that holds only this."""
    if value is None:
        return True
    is_list = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
    return is_list and all(map(test, value))


def _is_count(value: Json) -> bool:
    return _is_number(value) and value >= 0 and value % 1 == 0


def check_numbers(given: Mapping[str, Any]) -> None:
    """Checks the times of a reply.

    Raises:
        ValueError: one of them is not a number, or negative.
    """
    for name in ("delay", "gap"):
        if not _is_number(given[name]) or given[name] < 0:
            msg = f"Reply: {name} is a number of seconds from 0, not {given[name]!r}"
            raise ValueError(msg)
    latency = given["latency_ms"]
    if latency is not None and not _is_count(latency):
        msg = f"Reply: latency_ms is a whole number from 0, not {latency!r}"
        raise ValueError(msg)


def check_json(given: Mapping[str, Any]) -> None:
    """Checks the members of a reply that are JSON.

    Raises:
        ValueError: one of them is something else.
    """
    if not is_json(given["json"]):
        msg = f"Reply: json is a value of JSON, not {given['json']!r}"
        raise ValueError(msg)
    raw = given["raw"]
    # A list has the parts of a stream.
    parts = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(part, bytes) or is_json(part) for part in parts):
        msg = f"Reply: raw is a value of JSON, or bytes, or a list of these, not {raw!r}"
        raise ValueError(msg)


def check_usage(usage: Json) -> None:
    """Checks the usage of a reply.

    Raises:
        ValueError: it has a member that is unknown, or that is not a count.
    """
    if not isinstance(usage, Mapping):
        msg = f"Reply: usage is a dict of counts, not {usage!r}"
        raise ValueError(msg)
    unknown = sorted(usage.keys() - USAGE)
    if unknown:
        msg = f"Reply: usage has no {', '.join(unknown)}; its counts are: {', '.join(COUNTS)}"
        raise ValueError(msg)
    for name in COUNTS:
        count = usage.get(name, 0)
        if not _is_count(count):
            msg = f"Reply: usage: {name} is a whole number from 0, not {count!r}"
            raise ValueError(msg)


def with_whole_counts(usage: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A usage with its counts as integers."""
    if usage is None:
        return None
    return {name: int(usage[name]) if name in COUNTS else usage[name] for name in usage}


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
