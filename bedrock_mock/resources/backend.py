"""The state of one account in one region: a lock, the resources, and the table of handlers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from threading import RLock
from typing import Any, ClassVar, Protocol

from moto.core.base_backend import BaseBackend
from moto.moto_api._internal import mock_random

from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.operations import Handler, handlers
from bedrock_mock.resources.store import Resource, Store
from bedrock_mock.resources.tagging import Tagging
from bedrock_mock.scripting.scripts import Scripts

_ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_ID_LENGTH = 12
#: Partitions that moto takes for "aws", by the beginnings of their regions.
_PARTITIONS = {"eu-isoe-": "aws-iso-e", "us-isof-": "aws-iso-f"}


def camel_case(arn_type: str) -> str:
    """A kind as it is part of the operations' names: ``ModelImportJob``."""
    return "".join(part.capitalize() for part in arn_type.split("-"))


def unknown_region(region: str, known: Sequence[str]) -> str:
    """The words for a region that moto does not know."""
    close = get_close_matches(region, known)
    hint = f"Did you mean {' or '.join(close)}? " if close else ""
    return (
        f"There is no region '{region}'. {hint}"
        "To use any name, set MOTO_ALLOW_NONEXISTENT_REGION=true."
    )


class ResourceKind(Protocol):
    """What a backend needs of a class that answers the operations of one kind of resource."""

    #: The part of the ARN that names the kind: ``model-import-job``.
    arn_type: ClassVar[str]
    store: Store[Any]

    def settle(self, arn: str | None = None) -> None:
        """Brings what may have changed by itself up to date: one ARN's, or all."""


class ServiceBackend(BaseBackend):
    """Base of the backend: subclasses set their resources as attributes and compose them.

    Whoever reads or changes state from outside a handler holds :attr:`lock`.
    """

    #: The service's name in ARNs and hosts.
    service: ClassVar[str]
    #: What tests have scripted for the service.
    scripts: ClassVar[Scripts]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = RLock()
        #: That of ARNs; where moto does not know it, its own services have another.
        self.arn_partition = next(
            (name for prefix, name in _PARTITIONS.items() if region_name.startswith(prefix)),
            self.partition,
        )
        self.scope = f"{account_id}/{region_name}"
        self.kinds: dict[str, ResourceKind] = {}
        self.handlers: dict[str, Handler] = {}
        self._first_arns: dict[tuple[str, str], str] = {}

    def compose(self) -> None:
        """Takes the resources among the attributes into the tables of ARNs and handlers."""
        attributes = list(vars(self).values())
        self.kinds = {each.arn_type: each for each in attributes if hasattr(each, "arn_type")}
        self.handlers = handlers([*attributes, Tagging(self)])

    def started(self, job: Lifecycle) -> None:
        """A job has just been created: it gets what is scripted for it, and may be due already."""
        self.scripts.job_started(job, self.account_id, self.region_name)
        _ = job.status

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

    def first_arn(self, operation: str, request: Mapping[str, Any]) -> str | None:
        """What an earlier request with the same ``clientRequestToken`` made, if there was one."""
        token = request.get("clientRequestToken")
        return self._first_arns.get((operation, token)) if token else None

    def remember(self, operation: str, request: Mapping[str, Any], arn: str) -> None:
        """Keeps what a request made for :meth:`first_arn`, if it has a token."""
        # Where values are not checked, it may be empty.
        if request.get("clientRequestToken"):
            self._first_arns[operation, request["clientRequestToken"]] = arn

    def arn(self, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return (
            f"arn:{self.arn_partition}:{self.service}:{self.region_name}:"
            f"{self.account_id}:{resource}"
        )

    def arn_of(self, operation: str, identifier: str) -> str | None:
        """The ARN of what an operation means by a name or an ARN, ``None`` where there is none.

        The kind is part of the operation's name: ``GetModelImportJob`` has a
        ``model-import-job``.
        """
        if identifier.startswith("arn:"):
            return identifier
        for arn_type, kind in self.kinds.items():
            if camel_case(arn_type) in operation:
                with self.lock:
                    kind.settle(identifier)
                    found = kind.store.get(identifier)
                return found.arn if found else None
        return None

    def resource(self, arn: str) -> Resource | None:
        """The resource of this ARN as of now, whatever its kind, or ``None``."""
        # What follows the account may hold colons: the version of a custom model's base.
        kind = self.kinds.get(arn.split(":", 5)[-1].partition("/")[0])
        if kind is None:
            return None
        kind.settle(arn)
        resource: Resource | None = kind.store.get(arn)
        return resource

    def resources(self) -> Iterator[tuple[str, Resource]]:
        """All resources as of now, each with the ARN's name of its kind."""
        for arn_type, kind in self.kinds.items():
            kind.settle()
            for resource in kind.store:
                yield arn_type, resource

    # moto asks for these at every request; the answer is the same for all instances.
    @property
    def urls(self) -> dict[str, Any]:
        """The one URL of the service and its handler."""
        return _urls(self._url_module)

    @property
    def flask_paths(self) -> dict[str, Any]:
        """The same for moto's server: every path, the empty one too."""
        (handler,) = self.urls.values()
        return {"/": handler, "/<path:route>": handler}


@cache
def _urls(module: Any) -> dict[str, Any]:
    ((path, handler),) = module.url_paths.items()
    (base,) = module.url_bases
    return {path.format(base): handler}
