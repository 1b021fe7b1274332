"""The usage that Converse reports: tokens, the prompt cache, and what only the wire has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedrock_mock.protocol.encoding import Extended
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.services.bedrock_runtime.models import CalledModel
from bedrock_mock.services.bedrock_runtime.tokens import tokens_of_blocks, tokens_of_request

_READ, _WRITE = "cacheReadInputTokens", "cacheWriteInputTokens"
#: Each of these is on the wire twice; the service model has one of the two.
_TWINS = {_READ: "cacheReadInputTokenCount", _WRITE: "cacheWriteInputTokenCount"}
_COUNTS = ("inputTokens", "outputTokens", _READ, _WRITE)
_TTL = "5m"


def usage_of(
    request: Mapping[str, Any],
    model: CalledModel,
    reply: Reply,
    blocks: list[dict[str, Any]],
    *,
    is_stream: bool,
) -> dict[str, Any]:
    """The usage of one answer of Converse or ConverseStream.

    Args:
        request: the request.
        model: who answers.
        reply: what the test says of the usage.
        blocks: the content of the answer.
        is_stream: whether the answer is a stream; these report an unused cache less often.
    """
    traits = model.traits
    usage: dict[str, Any] = {
        "inputTokens": tokens_of_request(request),
        "outputTokens": tokens_of_blocks(blocks),
    }
    has_points = traits.caches and _has_cache_point(request)
    if has_points or (traits.reports_cache and not is_stream):
        usage |= {_READ: 0, _WRITE: 0}
    usage |= reply.usage or {}
    if traits.omits_no_writes and not usage.get(_WRITE):
        usage.pop(_WRITE, None)
    usage.setdefault("totalTokens", sum(usage.get(name, 0) for name in _COUNTS))
    usage |= {twin: usage[name] for name, twin in _TWINS.items() if name in usage}
    if traits.reports_cache and usage.get(_WRITE):
        usage.setdefault("cacheDetails", [{"inputTokens": usage[_WRITE], "ttl": _TTL}])
    return Extended({**usage, "serverToolUsage": {}})


def _has_cache_point(request: Mapping[str, Any]) -> bool:
    places = [request.get("system", ()), request.get("toolConfig", {}).get("tools", ())]
    places += [message["content"] for message in request["messages"]]
    return any("cachePoint" in block for place in places for block in place)
