"""The jobs that a scripting verb means, by name or ARN, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from bedrock_mock.moto_bridge.backends import backends_of
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.scripting.where import Where
from bedrock_mock.services import SERVICES


def jobs(where: Where) -> Iterator[tuple[ServiceBackend, Any]]:
    """All jobs of the accounts and regions that are meant."""
    for backend in _backends(where):
        with backend.lock:
            found = list(backend.lifecycles())
        yield from ((backend, each) for each in found)


def _backends(where: Where) -> Iterator[ServiceBackend]:
    for service in SERVICES:
        for account, regions in list(backends_of(service).items()):
            for region, backend in list(regions.items()):
                if where.includes(region, account):
                    yield backend


def find_job(identifier: str, where: Where) -> tuple[ServiceBackend, Any]:
    """The one job of this name or ARN, and its backend.

    Raises:
        ValueError: no job matches, or several do.
    """
    found = [(backend, job) for backend, job in jobs(where) if identifier in (job.arn, job.name)]
    if len(found) == 1:
        return found[0]
    if found:
        arns = ", ".join(job.arn for _, job in found)
        msg = f"{len(found)} jobs are called {identifier!r}; say which by its ARN: {arns}"
    else:
        names = [job.name for _, job in jobs(where)]
        close = get_close_matches(identifier, names) or names[-3:]
        msg = f"Unknown job {identifier!r}. Known jobs: {', '.join(close) or 'none'}"
    raise ValueError(msg)


def must_go_on(what: str, job: Json, remedy: str) -> None:
    """The job has not ended.

    Raises:
        ValueError: it has; ``what`` says what was asked of it, and ``remedy`` what helps.
    """
    if job.has_ended:
        msg = (
            f"{what}: the job {job.name!r} has ended already, its status is {job.status}. {remedy}"
        )
        raise ValueError(msg)
