"""Base of the kinds of jobs: they have a name of their own, and some can be stopped."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, TypeVar

from bedrock_mock.protocol.errors import ConflictException, ValidationException
from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.claims import Claims
from bedrock_mock.resources.kind import Kind, Request
from bedrock_mock.resources.lifecycle import Lifecycle

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend


class Job(Lifecycle):
    """A resource that is at work; its name is unique among its kind."""

    arn: str
    name: str
    creation_time: datetime
    tags: dict[str, str]
    #: The identifiers of what it will make, taken while it is in progress.
    claimed: tuple[str, ...] = ()


J = TypeVar("J", bound=Job)


class Jobs(Kind[J]):
    """One kind of job.

    Attributes:
        name_member: the member of Create's request that has the job's name.
        claims: the jobs in progress by what they will make.
    """

    identifier: ClassVar[str] = "jobIdentifier"
    name_member: ClassVar[str] = "jobName"

    def __init__(self, backend: ServiceBackend) -> None:
        super().__init__(backend)
        self.claims = Claims[J]()

    def added(self, resource: J) -> None:
        """A job that makes something claims it before it starts."""
        self.claims.add(resource, *resource.claimed)
        super().added(resource)

    def check_name(self, request: Request) -> None:
        """Refuses a job's name that is taken.

        Raises:
            ValidationException: another job of the kind has it.
        """
        self.settle(request[self.name_member])
        if request[self.name_member] in self.store:
            raise ValidationException("The provided job name is currently in use.")

    def stop(self, request: Members) -> None:
        """Stops a job that is in progress.

        Raises:
            ConflictException: it is not in progress.
        """
        job = self.find(request[self.identifier])
        if job.status != "InProgress":
            msg = f"The {self.title} is not in progress: its status is {job.status}."
            raise ConflictException(msg)
        job.move_to("Stopping")
