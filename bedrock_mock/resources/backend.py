"""The state of one account in one region: a lock, the resources, and the table of handlers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

import moto.backends
from moto.core.base_backend import BaseBackend

from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.protocol.locks import new_lock
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.operations import Handler, handlers
from bedrock_mock.resources.schedule import SCHEDULE
from bedrock_mock.resources.settings import value_of
from bedrock_mock.resources.store import Resource
from bedrock_mock.resources.tagging import Tagging
from bedrock_mock.resources.tokens import Tokens
from bedrock_mock.scripting.scripts import SCRIPTS, Scripts

if TYPE_CHECKING:
    from bedrock_mock.resources.served import Served
    from bedrock_mock.resources.service import MockedService

_ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_ID_LENGTH = 12
#: Partitions that moto takes for "aws", by the beginnings of their regions.
_PARTITIONS = {"eu-isoe-": "aws-iso-e", "us-isof-": "aws-iso-f"}


def unknown_region(region: str, known: Sequence[str]) -> str:
    """The words for a region that moto does not know."""
    close = get_close_matches(region, known)
    hint = f"Did you mean {' or '.join(close)}? " if close else ""
    return (
        f"There is no region '{region}'. {hint}"
        "To use any name, set MOTO_ALLOW_NONEXISTENT_REGION=true."
    )


class ServiceBackend(BaseBackend):
    """Base of the backend: subclasses set their resources as attributes and compose them.

    Code that reads or changes state from outside a handler holds :attr:`lock`.
    """

    #: The service that the class belongs to; the value sets it.
    mocked: ClassVar[MockedService]
    #: What tests have scripted, for all services.
    scripts: ClassVar[Scripts] = SCRIPTS

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock: AbstractContextManager[Any] = new_lock()
        #: That of ARNs; where moto does not know it, its own services have another.
        self.arn_partition = next(
            (name for prefix, name in _PARTITIONS.items() if region_name.startswith(prefix)),
            self.partition,
        )
        self.scope = f"{account_id}/{region_name}"
        self.kinds: dict[str, Kind[Any]] = {}
        #: The kinds by other parts of ARNs that they know resources by.
        self._others: dict[str, Kind[Any]] = {}
        self.tokens = Tokens()

    def compose(self) -> None:
        """Takes the kinds among the attributes into the table of ARNs."""
        kinds = [each for each in vars(self).values() if isinstance(each, Kind)]
        self.kinds = {kind.arn_type: kind for kind in kinds}
        self._others = {arn_type: kind for kind in kinds for arn_type in kind.also}

    @cached_property
    def resources_with_operations(self) -> list[object]:
        """The objects whose methods answer operations."""
        return [*vars(self).values(), Tagging(self)]

    @cached_property
    def handlers(self) -> dict[str, Handler]:
        """The operations that are implemented, as far as the installed service model has them."""
        known = self.mocked.protocol.model.operation_names
        return handlers(self.resources_with_operations, known)

    @property
    def service(self) -> str:
        """The service's name in ARNs, and that of its part of moto's config."""
        return self.mocked.signing_name

    def setting(self, name: str) -> Json:
        """What moto's config says of a setting, or its default."""
        return value_of(name, self.mocked.all_settings)

    def sibling(self, name: str) -> Json:
        """The backend of another service for the same account and region.

        Args:
            name: the service's name in botocore: ``s3``, ``bedrock-runtime``.
        """
        return moto.backends.get_backend(cast("Any", name))[self.account_id][self.region_name]

    def peer(self, account_id: str, region_name: str) -> Json | None:
        """The backend of this service for another account and region.

        ``None`` if nothing has used that account, or there is no such region. It has a lock of
        its own: do not wait for that one while you hold this backend's.
        """
        accounts: Any = moto.backends.get_backend(cast("Any", self.mocked.slot))
        try:
            return accounts[account_id][region_name] if account_id in accounts else None
        except KeyError:
            return None

    def started(self, job: Lifecycle) -> None:
        """Gives a new job what is scripted for it, and moves it on if it is due already."""
        self.scripts.job_started(job, self.account_id, self.region_name)
        job.start(self)

    def change(self, job: Lifecycle, status: str) -> None:
        """Begins a change of what has ended; it may fail as its creation may."""
        job.failure = None
        self.scripts.job_changed(job, self.account_id, self.region_name)
        job.move_to(status)

    def held(self, handler: Handler) -> AbstractContextManager[Any]:  # noqa: ARG002 - see subclasses
        """What is held while a handler works: :attr:`lock`, unless a subclass says otherwise."""
        return self.lock

    def answered(self, served: Served) -> Json:
        """Hook: a request has been answered, or refused with an error of the service.

        Args:
            served: the request and its answer.

        Returns:
            The answer; a subclass may give one whose body it follows.
        """
        return served.answer

    def reset(self) -> None:
        """Forgets all state, as moto asks for: nothing of it is under way any more."""
        SCHEDULE.forget(self)
        super().reset()

    def new_arn(self, arn_type: str, *within: str) -> str:
        """An ARN of this backend that nothing has yet; moto's seed makes it repeatable.

        Args:
            arn_type: the part of the ARN that names the kind.
            within: what stands between that and the id: the base model of a custom model.
        """
        store = self.kinds[arn_type].store
        while True:
            identifier = "".join(mock_random.choices(_ID_ALPHABET, k=_ID_LENGTH))
            arn = self.arn("/".join([arn_type, *within, identifier]))
            if arn not in store:
                return arn

    def arn(self, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return (
            f"arn:{self.arn_partition}:{self.service}:{self.region_name}:"
            f"{self.account_id}:{resource}"
        )

    def arns_of(self, operation: str, request: Mapping[str, Any]) -> Sequence[str]:
        """The ARNs of the resources that a request names by ARN, id or name.

        The kind that answers the operation says what an identifier means.
        """
        kind = getattr(self.handlers.get(operation), "__self__", None)
        arns_of = getattr(kind, "arns_of", None)
        if arns_of is None:
            return []
        with self.lock:
            arns: Sequence[str] = arns_of(request)
        return arns

    def kind_of(self, arn: str) -> Kind[Any] | None:
        """The kind of resource that an ARN names, or ``None`` if the backend has no such kind."""
        # What follows the account may hold colons: the version of a custom model's base.
        arn_type = arn.split(":", 5)[-1].partition("/")[0]
        return self.kinds.get(arn_type) or self._others.get(arn_type)

    def resource(self, arn: str) -> Resource | None:
        """The resource of this ARN as of now, of any kind, or ``None``."""
        kind = self.kind_of(arn)
        return None if kind is None else kind.known(arn)

    def resources(self) -> Iterator[tuple[str, Resource]]:
        """All resources as of now, each with the part of its ARN that names what it is."""
        for kind in self.kinds.values():
            yield from kind.everything()

    def lifecycles(self) -> Iterator[Lifecycle]:
        """All that moves on by a clock, as of now."""
        return (each for _, each in self.resources() if isinstance(each, Lifecycle))

    # moto computes these from the names of modules, at every request.
    @property
    def urls(self) -> dict[str, Any]:
        """The one URL of the service and its handler."""
        return self.mocked.urls

    @property
    def url_paths(self) -> dict[str, Any]:
        """The same for moto's proxy: every path."""
        (handler,) = self.urls.values()
        return {"/.*$": handler}

    @property
    def flask_paths(self) -> dict[str, Any]:
        """The same for moto's server: every path, the empty one too."""
        (handler,) = self.urls.values()
        return {"/": handler, "/<path:route>": handler}
