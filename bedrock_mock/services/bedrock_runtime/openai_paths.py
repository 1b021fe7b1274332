"""The paths of OpenAI's API on the runtime's host: another form of InvokeModel.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote

from bedrock_mock.moto_bridge.caller import CallerResponse
from bedrock_mock.protocol.errors import NotImplementedException, ValidationException
from bedrock_mock.protocol.events import unframed
from bedrock_mock.protocol.json_text import strict
from bedrock_mock.protocol.payload import Answer
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families import family_of
from bedrock_mock.services.bedrock_runtime.families.openai import Chat, MistralChat
from bedrock_mock.services.bedrock_runtime.naming import name_of

CHAT, RESPONSES = "/openai/v1/chat/completions", "/openai/v1/responses"
PATHS = frozenset({CHAT, RESPONSES})
_METRICS = "amazon-bedrock-invocationMetrics"
_DONE = b"data: [DONE]\n\n"


def served(caller: CallerResponse, serve: Callable[[], tuple[int, Json]]) -> tuple[int, Json]:
    """Answers a request to one of these paths.

    Args:
        caller: the request; from here on it is one to InvokeModel or its stream.
        serve: serves that.

    Raises:
        ValidationException: the body is not a chat, or the model does not chat so.
        NotImplementedException: the path is that of responses.
    """
    if caller.raw_path == RESPONSES:
        msg = f"{RESPONSES} is not implemented by bedrock_mock: use {CHAT}, or Converse."
        raise NotImplementedException(msg)
    body = _body(caller.raw_body)
    is_stream = body.get("stream") is True
    operation = "invoke-with-response-stream" if is_stream else "invoke"
    caller.raw_path = f"/model/{quote(body['model'], safe='')}/{operation}"
    status, answer = serve()
    if is_stream:
        options = body.get("stream_options")
        wants_usage = isinstance(options, dict) and options.get("include_usage") is True
        events = _events(answer.body, wants_usage=wants_usage)
        answer = Answer(answer.members, {"Content-Type": "text/event-stream"}, events)
    return status, answer


def refusal(error_type: str, message: str) -> dict[str, Any]:
    """The body of an error, as OpenAI's clients read it."""
    code = error_type.partition(":")[0]
    return {"error": {"message": message, "type": code, "param": None, "code": code}}


def _body(encoded: bytes) -> dict[str, Any]:
    try:
        body = strict(encoded)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("model"), str) or not body["model"]:
        msg = "The body must be a JSON object with a model and messages."
        raise ValidationException(msg)
    family = family_of(name_of(body["model"]))
    # What an identifier of a resource means is seen when that is asked.
    if family is not None and (not isinstance(family, Chat) or isinstance(family, MistralChat)):
        msg = f"The model {body['model']} doesn't support chat completions: use Converse."
        raise ValidationException(msg)
    return body


def _events(frames: Generator[bytes, None, None], *, wants_usage: bool) -> Iterator[bytes]:
    """The chunks as server-sent events; the usage in one of its own, if it is asked for."""
    last: dict[str, Any] = {}
    with closing(frames):
        for frame in frames:
            headers, members = unframed(frame)
            if ":exception-type" in headers:
                yield _event(refusal(headers[":exception-type"], members["message"]))
                return
            last = json.loads(b64decode(members["bytes"]))
            yield _event({name: value for name, value in last.items() if name != _METRICS})
    if wants_usage:
        usage = _usage(last.get(_METRICS, {}))
        head = {name: value for name, value in last.items() if name not in {_METRICS, "choices"}}
        yield _event({**head, "choices": [], "usage": usage})
    yield _DONE


def _usage(metrics: Mapping[str, int]) -> dict[str, int]:
    sent, answered = metrics.get("inputTokenCount", 0), metrics.get("outputTokenCount", 0)
    return {
        "prompt_tokens": sent,
        "completion_tokens": answered,
        "total_tokens": sent + answered,
    }


def _event(value: Json) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()
