"""What the verbs do that are the same for every service, in the process that holds the state.

Each takes what the test said and then the arguments of its method, with JSON's types, so that
a server can offer it too. :class:`bedrock_mock.mock.verbs.Scripting` has the signatures, the
types and the documentation; a service's own verbs are in its ``MockedService.verbs``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID

from bedrock_mock.moto_bridge.backends import backends_of
from bedrock_mock.protocol import errors
from bedrock_mock.protocol.copying import copied
from bedrock_mock.protocol.messages import message_of
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.clocks import clocks, recommending_clocks
from bedrock_mock.resources.lifecycle import Failure
from bedrock_mock.resources.service import MockedService
from bedrock_mock.scripting.calls import Call
from bedrock_mock.scripting.jobs import find_job, jobs, must_go_on
from bedrock_mock.scripting.replies import When
from bedrock_mock.scripting.scripted import Fault, Matching
from bedrock_mock.scripting.scripts import SCRIPTS
from bedrock_mock.scripting.verb_call import VerbCall
from bedrock_mock.services import SERVICES, service_of

#: Its backends have the same handlers as those of any other.
_ANY_REGION = "us-east-1"
Verb = Callable[..., Any]

#: What helps where a job was to be moved on that has moved on by itself.
_HOLD = (
    "To move it on yourself, hold its clock before it is created: freeze(), or "
    "set_transition(clock, {'progression': 'frozen'})."
)


def verbs() -> dict[str, Verb]:
    """Every verb that there is, by its name."""
    own = (
        fail_next,
        advance,
        complete,
        advance_all,
        throttle,
        raise_next,
        reply,
        reply_next,
        calls,
        unused,
    )
    found: dict[str, Verb] = {each.__name__: each for each in own}
    for service in SERVICES:
        found.update(service.verbs)
    return found


def fail_next(  # noqa: PLR0913, PLR0917 - the arguments of its method
    call: VerbCall,
    model_name: str,
    message: str,
    job: str | None,
    matching: Matching | None,
    recommendations: Sequence[str] | None,
) -> None:
    """Has a job fail."""
    reporting = recommending_clocks()
    if recommendations is not None and model_name in clocks() and model_name not in reporting:
        msg = (
            f"{call.text}: {model_name} does not report recommendations. "
            f"Clocks that do: {', '.join(reporting)}"
        )
        raise ValueError(msg)
    if isinstance(recommendations, str) or not all(
        isinstance(each, str) for each in recommendations or ()
    ):
        msg = f"{call.text}: recommendations is a list of texts, not {recommendations!r}"
        raise ValueError(msg)
    failure = Failure(message)
    failure.recommendations = recommendations or ()
    call.script_job(model_name, job, matching, "failure", failure)


def advance(call: VerbCall, job: str) -> str:
    """Moves a job on by one status."""
    backend, found = find_job(job, call.where)
    with backend.lock:
        must_go_on("advance", found, _HOLD)
        found.advance()
        return str(found.status)


def complete(call: VerbCall, job: str) -> str:
    """Moves a job on to its end."""
    backend, found = find_job(job, call.where)
    with backend.lock:
        must_go_on("complete", found, _HOLD)
        while not found.has_ended:
            found.advance()
        return str(found.status)


def advance_all(call: VerbCall) -> dict[str, str]:
    """Moves every job on by one status."""
    moved = {}
    for backend, job in jobs(call.where):
        with backend.lock:
            if not job.has_ended:
                job.advance()
                moved[job.arn] = job.status
    return moved


def throttle(call: VerbCall, operation: str, times: int | None) -> None:
    """Has calls of an operation be throttled."""
    service, _ = _declared(operation)
    if operation not in backends_of(service)[DEFAULT_ACCOUNT_ID][_ANY_REGION].handlers:
        # botocore would try again, and report that it is not implemented.
        msg = (
            f"{call.text}: {operation} is not implemented by bedrock_mock, so what comes after "
            f"its throttles is NotImplementedError. To throttle all calls: raise_next({operation!r}"
            ", 'ThrottlingException', times=None)"
        )
        raise ValueError(msg)
    raise_next(call, operation, "ThrottlingException", None, times, 0)


def raise_next(  # noqa: PLR0913, PLR0917 - the arguments of its method
    call: VerbCall, operation: str, code: str, message: str | None, times: int | None, after: int
) -> None:
    """Has calls of an operation end in an error."""
    service, declared = _declared(operation)
    if code not in declared | errors.AUTHENTICATION:
        msg = (
            f"{call.text}: {operation} does not declare {code!r}, so it cannot end in it; "
            f"it declares: {', '.join(sorted(declared))}, and any operation can end in "
            f"{', '.join(sorted(errors.AUTHENTICATION))}"
        )
        raise ValueError(msg)
    if after < 0 or (times is not None and times < 1):
        msg = f"{call.text}: times must be at least 1 (or None for all calls), and after 0 or more"
        raise ValueError(msg)
    shown = message or message_of(service.name, code)
    kind = errors.kind_of(code)
    SCRIPTS.add_fault(
        Fault(call.text, call.where, service.name, operation, kind, shown, times, after)
    )


def reply(call: VerbCall, content: Json, **when: Json) -> None:
    """Has models answer so whenever a call meets the conditions."""
    _add_reply(call, content, when, is_once=False)


def reply_next(call: VerbCall, content: Json, **when: Json) -> None:
    """Has models answer so once."""
    _add_reply(call, content, when, is_once=True)


def _add_reply(call: VerbCall, content: Json, when: dict[str, Any], *, is_once: bool) -> None:
    conditions = _when(when)
    try:
        SCRIPTS.replies.add(call.text, call.where, conditions, content, is_once=is_once)
    except ValueError as error:
        msg = f"{call.text}: {error}"
        raise ValueError(msg) from None


def calls(_: VerbCall) -> list[dict[str, Any]]:
    """The calls that were made."""
    return [_record(call) for call in SCRIPTS.calls]


def _record(call: Call) -> dict[str, Any]:
    asked = None if call.asked is None else call.asked.said
    record: dict[str, Any] = copied({**vars(call), "asked": asked})
    return record


def unused(_: VerbCall) -> list[str]:
    """What was scripted and never used."""
    return SCRIPTS.unused()


def _when(conditions: dict[str, Any]) -> When:
    """The conditions of a rule.

    Raises:
        ValueError: no service has the operation, so no call could meet them.
    """
    when = When(**conditions)
    if when.operation is not None:
        _declared(when.operation)
    return when


def _declared(name: str) -> tuple[MockedService, frozenset[str]]:
    """The service of an operation, and the errors that the operation declares."""
    service = service_of(name)
    if service is None:
        names = [each for known in SERVICES for each in known.protocol.model.operation_names]
        close = ", ".join(get_close_matches(name, names)) or "see the service model"
        msg = f"Unknown operation {name!r}. Did you mean: {close}?"
        raise ValueError(msg)
    return service, service.protocol.operation(name).errors
