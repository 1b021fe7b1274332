"""Which calls are logged, and when: a stream when it ends or the client closes it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.errors import NotImplementedException, ServiceError
from bedrock_mock.protocol.payload import Answer
from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.invocation_logs.delivery import deliver
from bedrock_mock.services.bedrock_runtime.invocation_logs.outcomes import (
    FollowedStream,
    Outcome,
    outcome_of,
)
from bedrock_mock.services.bedrock_runtime.invocation_logs.records import Record

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.resources.served import Served

_LOGGED = frozenset({"Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"})


def logged(backend: ServiceBackend, served: Served) -> Json:
    """Logs a call, if the account and region have a configuration for it.

    Args:
        backend: the runtime.
        served: the call.

    Returns:
        The answer; a stream is followed, and logged once it has ended.
    """
    answer = served.answer
    # What could not be read, and what the mock lacks, never reached a model.
    if served.operation not in _LOGGED or "modelId" not in served.request:
        return answer
    control: Any = backend.sibling("bedrock")
    config: Mapping[str, Any] | None = control.invocation_logging.config
    if config is None or isinstance(answer, NotImplementedException):
        return answer
    moment = utcnow()

    def write(outcome: Outcome) -> None:
        # A stream may end after the configuration, the mock or its state has.
        if control.invocation_logging.config is config:
            _write(backend, config, served, outcome, moment)

    if isinstance(answer, Answer) and isinstance(answer.body, Generator):
        return answer._replace(body=FollowedStream(served.operation, answer.body, write))
    write(Outcome(error=answer.code) if isinstance(answer, ServiceError) else outcome_of(answer))
    return answer


def _write(
    backend: ServiceBackend,
    config: Mapping[str, Any],
    served: Served,
    outcome: Outcome,
    moment: datetime,
) -> None:
    deliver(backend, config, Record(backend, config, served, outcome, moment))
