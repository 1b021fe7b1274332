"""Base of the kinds of resources: the ARN's type, the store, and who an identifier means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.listing import Filters, page
from bedrock_mock.resources.store import ARN_AND_NAME, R, Resource, Store

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.resources.tokens import Answer

Request = Mapping[str, Any]


class Kind(Generic[R]):
    """One kind of resource of one account and region.

    A subclass sets the attributes below. ``create``, ``get``, ``list`` and ``delete`` are
    there for all kinds; ``operations`` says which of them answers which operation, and a
    method that a kind needs otherwise is overridden.

    Attributes:
        arn_type: the part of the ARN that names the kind, ``model-import-job``.
        also: other such parts of ARNs that the kind knows resources by.
        keys: the attributes by which a resource is found.
        identifier: the member of requests that names one resource.
        created: the member of Create's answer that has the ARN.
        repeats_whole_requests: whether a Create request repeats another one only if all of
            it is the same, and not as soon as its token is.
        missing: the message for an identifier that names nothing, if it is special.
        filters: the members of a List request that select resources.
        selects: the members of a List request that select another collection; the kind
            overrides ``list`` for them.
        operations: the operation that each inherited method answers.
        store: the resources.

    Example::

        class ImportedModels(Kind[ImportedModel]):
            arn_type = "imported-model"
            identifier = "modelIdentifier"
            filters = {**BY_CREATION_TIME, "nameContains": contains("name")}
            operations = {"get": "GetImportedModel", "list": "ListImportedModels"}
    """

    arn_type: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    keys: ClassVar[tuple[str, ...]] = ARN_AND_NAME
    identifier: ClassVar[str]
    created: ClassVar[str] = "jobArn"
    repeats_whole_requests: ClassVar[bool] = False
    missing: ClassVar[str | None] = None
    filters: ClassVar[Filters] = {}
    selects: ClassVar[frozenset[str]] = frozenset()
    operations: ClassVar[Mapping[str, str]] = {}

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend
        self.store = Store[R](self.title, self.keys, self.missing)

    @property
    def title(self) -> str:
        """What the kind is called in messages: ``model import job``."""
        return self.arn_type.replace("-", " ")

    # --- operations -----------------------------------------------------------------

    def create(self, request: Members) -> object:
        """Creates a resource, or answers as before if the request's token was seen before."""
        operation = self.operations["create"]
        if self.repeats_whole_requests:
            operation = json.dumps([operation, request], sort_keys=True)
        answer = self._backend.tokens.answer(operation, request)
        if answer is not None:
            return answer
        resource = self.new(request)
        self.store.add(resource)
        self._backend.tokens.remember(operation, request, self.answer(resource))
        try:
            self.added(resource)
        except Exception:
            # A function of the test has raised: the call fails, so it makes nothing.
            self._backend.tokens.forget(operation, request)
            self.remove(resource)
            raise
        return resource

    def get(self, request: Members) -> R:
        """The resource that the request names; a job is looked at."""
        self.arrive(request[self.identifier], is_look=True)
        resource = self.find(request[self.identifier])
        if isinstance(resource, Lifecycle):
            resource.look()
        # By that look it may have gone.
        return self.store.find(resource.arn)

    def list(self, request: Members) -> Page[R]:
        """A page of the resources that pass the filters."""
        if "nextToken" not in request:
            # On the first page only: per page it would be O(pages * jobs in progress).
            self.arrive(is_look=True)
        return page(self.store, request, self.filters, self._backend.scope)

    def delete(self, request: Members) -> None:
        """Deletes the resource that the request names."""
        self.remove(self.find(request[self.identifier]))

    def remove(self, resource: R) -> None:
        """Removes a resource; one with a clock stands still from now on."""
        self.store.remove(resource)
        if isinstance(resource, Lifecycle):
            resource.withdraw()

    # --- what subclasses say --------------------------------------------------------

    def new(self, request: Members) -> R:
        """Checks a Create request and gives the new resource, which is not stored yet.

        Raises:
            ServiceError: the service refuses the request.
        """
        raise NotImplementedError(type(self).__name__)  # pragma: no cover - see operations

    def answer(self, resource: R) -> Answer:
        """What Create answers, also when its request comes again."""
        return {self.created: resource.arn}

    def added(self, resource: R) -> None:
        """Hook: a resource has just been stored; one with a clock starts."""
        if isinstance(resource, Lifecycle):
            self._backend.started(resource)

    def arrive(self, identifier: str | None = None, *, is_look: bool = False) -> None:
        """Hook: lets jobs that are due make resources of this kind: one, or all.

        Args:
            identifier: of the resource that is asked for; default: all.
            is_look: whether a client polls for it, so that ``manual`` counts.
        """

    def uses(self, arn: str) -> bool:  # noqa: ARG002 - for those who need it
        """Hook: whether a resource of this kind needs the one of this ARN to stay."""
        return False

    # --- what is asked of every kind ------------------------------------------------

    def everything(self) -> Iterator[tuple[str, Resource]]:
        """All resources as of now, each with the part of its ARN that names what it is."""
        self.settle()
        return ((self.arn_type, resource) for resource in self.store)

    def known(self, identifier: str) -> R | None:
        """The resource of this identifier as of now, or ``None``."""
        self.settle(identifier)
        return self.store.get(identifier)

    def settle(self, identifier: str | None = None) -> None:
        """Brings resources up to date: the one of this identifier, or all."""
        self.arrive(identifier)
        resources = [self.store.get(identifier)] if identifier else [*self.store]
        for resource in resources:
            if isinstance(resource, Lifecycle):
                resource.settle()

    def find(self, identifier: str) -> R:
        """The resource of this identifier as of now.

        Raises:
            ResourceNotFoundException: there is no such resource.
        """
        self.settle(identifier)
        return self.store.find(identifier)

    def arns_of(self, request: Request) -> Sequence[str]:
        """The ARNs of the resources that a request names; policies are checked against them."""
        identifier = request.get(self.identifier)
        return [] if identifier is None else self.arns(identifier)

    def arns(self, *identifiers: str) -> Sequence[str]:
        """The ARNs of what these identifiers name; one that is an ARN stays as it is."""
        return [arn for each in identifiers if (arn := self._arn_of(each)) is not None]

    def _arn_of(self, identifier: str) -> str | None:
        if identifier.startswith("arn:"):
            return identifier
        resource = self.known(identifier)
        return None if resource is None else resource.arn
