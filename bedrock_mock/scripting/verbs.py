"""What the scripting verbs do, in the process that holds the state.

Each takes keyword arguments and gives what JSON has, so that a server can offer them too;
:class:`bedrock_mock.mock.verbs.Scripting` documents them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from moto.core.models import DEFAULT_ACCOUNT_ID

from bedrock_mock.moto_bridge.backends import backends_of
from bedrock_mock.protocol import errors
from bedrock_mock.protocol.copying import copied
from bedrock_mock.resources.lifecycle import clocks
from bedrock_mock.resources.service import MockedService
from bedrock_mock.scripting.jobs import find_job, jobs, must_go_on
from bedrock_mock.scripting.scripts import SCRIPTS, Fault, ForJob, Scripts
from bedrock_mock.services import SERVICES, service_of
from bedrock_mock.services.bedrock.evaluation.evaluation_jobs import EvaluationJob
from bedrock_mock.services.bedrock.evaluation.scores import checked, metrics_of

Verb = Callable[..., Any]

VERBS: dict[str, Verb] = {}

_MESSAGES = {
    "AccessDeniedException": "You do not have sufficient access to perform this action.",
    "InternalServerException": "The server encountered an internal error. Try again later.",
    "ThrottlingException": "Too many requests, please wait before trying again.",
}


def verb(function: Verb) -> Verb:
    """Makes a function one of :data:`VERBS`."""
    VERBS[function.__name__] = function
    return function


def perform(name: str, arguments: Mapping[str, Any]) -> Any:
    """Does what a verb says.

    Raises:
        ValueError: there is no such verb, an argument is not its own, or it makes no sense.
    """
    function = VERBS.get(name)
    if function is None:
        msg = f"{name!r} is not a verb. The verbs are: {', '.join(sorted(VERBS))}"
        raise ValueError(msg)
    try:
        bound = inspect.signature(function).bind(**arguments)
    except TypeError as error:
        msg = f"{name}{inspect.signature(function)}: {error}"
        raise ValueError(msg) from None
    for argument, value in bound.arguments.items():
        hint = bound.signature.parameters[argument].annotation
        if not _fits(value, get_type_hints(function)[argument]):
            msg = f"{name}: {argument} is of the type {hint}, which {value!r} is not"
            raise ValueError(msg)
    return function(*bound.args, **bound.kwargs)


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value, which may have come as JSON, is of one of the types of an annotation."""
    # Python 3.10 makes a Union of what may be None.
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return any(kind is Any or isinstance(value, get_origin(kind) or kind) for kind in kinds)


@verb
def fail_next(
    model_name: str,
    message: str,
    *,
    job: str | None = None,
    matching: Mapping[str, Any] | Callable[..., object] | None = None,
    region_name: str | None = None,
    account_id: str | None = None,
) -> None:
    """Has a job fail."""
    if model_name not in clocks():
        msg = f"Unknown clock {model_name!r}. Known clocks: {', '.join(clocks())}"
        raise ValueError(msg)
    where = {"region_name": region_name, "account_id": account_id}
    _script_job(
        ForJob(
            _written("fail_next", model_name, job=job, matching=matching, **where),
            account_id,
            region_name,
            model_name,
            job,
            matching,
            "failure",
            message,
        )
    )


@verb
def evaluation_results(
    job: str, scores: Any, *, region_name: str | None = None, account_id: str | None = None
) -> None:
    """Has an evaluation job come to these scores."""
    where = {"region_name": region_name, "account_id": account_id}
    matching = None
    if not callable(scores):
        checked(scores, job)
        for _, there in jobs(region_name, account_id):
            if there.clock == EvaluationJob.clock and job in (there.name, there.arn):
                checked(scores, job, metrics_of(there.request))

        def matching(request: Mapping[str, Any]) -> bool:
            # One that lacks a metric is not meant, and the script is left unused.
            return set(scores) <= set(metrics_of(request))

    _script_job(
        ForJob(
            _written("evaluation_results", job, scores, **where),
            account_id,
            region_name,
            EvaluationJob.clock,
            job,
            matching,
            "scores",
            scores,
        )
    )


@verb
def advance(job: str, *, region_name: str | None = None, account_id: str | None = None) -> str:
    """Moves a job on by one status."""
    backend, found = find_job(job, region_name, account_id)
    with backend.lock:
        must_go_on("advance", found)
        found.advance()
        return str(found.status)


@verb
def complete(job: str, *, region_name: str | None = None, account_id: str | None = None) -> str:
    """Moves a job on to its end."""
    backend, found = find_job(job, region_name, account_id)
    with backend.lock:
        must_go_on("complete", found)
        while not found.has_ended:
            found.advance()
        return str(found.status)


@verb
def advance_all(*, region_name: str | None = None, account_id: str | None = None) -> dict[str, str]:
    """Moves every job on by one status."""
    moved = {}
    for backend, job in jobs(region_name, account_id):
        with backend.lock:
            if not job.has_ended:
                job.advance()
                moved[job.arn] = job.status
    return moved


@verb
def throttle(
    operation: str,
    times: int | None = 1,
    *,
    region_name: str | None = None,
    account_id: str | None = None,
) -> None:
    """Has calls of an operation be throttled."""
    where = {"region_name": region_name, "account_id": account_id}
    text = _written("throttle", operation, times=times, **where)
    _add_fault(text, operation, "ThrottlingException", message=None, times=times, after=0, **where)


@verb
def raise_next(
    operation: str,
    code: str,
    message: str | None = None,
    *,
    times: int | None = 1,
    after: int = 0,
    region_name: str | None = None,
    account_id: str | None = None,
) -> None:
    """Has calls of an operation end in an error."""
    where = {"region_name": region_name, "account_id": account_id}
    text = _written("raise_next", operation, code, times=times, after=after or None, **where)
    _add_fault(text, operation, code, message=message, times=times, after=after, **where)


@verb
def calls() -> list[dict[str, Any]]:
    """The calls that were made."""
    return [copied(vars(call)) for call in _scripts().calls]


@verb
def unused() -> list[str]:
    """What was scripted and never used."""
    return _scripts().unused()


def _scripts() -> Scripts:
    for service in SERVICES:
        backends_of(service).open(DEFAULT_ACCOUNT_ID)
    return SCRIPTS


def _add_fault(
    text: str,
    operation: str,
    code: str,
    *,
    message: str | None,
    times: int | None,
    after: int,
    region_name: str | None,
    account_id: str | None,
) -> None:
    """Keeps an error for the next calls."""
    service, declared = _declared(operation)
    if code not in declared:
        msg = (
            f"{text}: {operation} does not declare {code!r}, so it cannot end in it; "
            f"it declares: {', '.join(sorted(declared))}"
        )
        raise ValueError(msg)
    if after < 0 or (times is not None and times < 1):
        msg = f"{text}: times must be at least 1 (or None for all calls), and after 0 or more"
        raise ValueError(msg)
    said = message or _MESSAGES.get(code, f"{code}, as the test has scripted it.")
    _scripts().add_fault(
        Fault(
            text,
            account_id,
            region_name,
            service.name,
            operation,
            errors.kind_of(code),
            said,
            times,
            after,
        )
    )


def _script_job(script: ForJob) -> None:
    """Scripts a job: one that is under way, or the next one that fits."""
    there = [
        (backend, job)
        for backend, job in jobs(script.region_name, script.account_id)
        if script.is_for_one and job.clock == script.clock
    ]
    meant = [job for _, job in there if script.job in (job.name, job.arn)]
    if meant and all(job.has_ended for job in meant):
        must_go_on(script.text, meant[0])
    scripts = _scripts()
    # First, for a job may be created meanwhile.
    scripts.add_for_job(script)
    for backend, job in there:
        with backend.lock:
            if job.is_in_first and scripts.give(
                script, job, backend.account_id, backend.region_name
            ):
                return


def _declared(name: str) -> tuple[MockedService, frozenset[str]]:
    """The service of an operation, and the errors that the operation declares."""
    service = service_of(name)
    if service is None:
        names = [each for known in SERVICES for each in known.protocol.model.operation_names]
        close = ", ".join(get_close_matches(name, names)) or "see the service model"
        msg = f"Unknown operation {name!r}. Did you mean: {close}?"
        raise ValueError(msg)
    return service, service.protocol.operation(name).errors


def _written(name: str, *positional: Any, **named: Any) -> str:
    """A call as the test wrote it."""
    words = [repr(value) for value in positional]
    words += [f"{key}={value!r}" for key, value in named.items() if value is not None]
    return f"{name}({', '.join(words)})"
