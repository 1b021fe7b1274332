"""Our resources on moto's dashboard (``/moto-api/``): it shows what is there and holds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore import xform_name
from moto.core.base_backend import BackendDict
from moto.core.model_instances import model_data

from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.operations import declared
from bedrock_mock.resources.service import MockedService


class _Kind:
    """Stands where moto keeps a class whose instances it tracks.

    moto's ``BaseModel`` holds every instance until the next reset, deleted or not; this
    looks the live ones up.
    """

    def __init__(
        self, service: MockedService, backends: BackendDict[Any], arn_type: str, get: str
    ) -> None:
        self._protocol = service.protocol
        self._backends = backends
        self._arn_type = arn_type
        self._get = get
        self.name = get.removeprefix("Get")

    @property
    def instances_tracked(self) -> list[Any]:
        """All resources of the kind, over all accounts and regions, as of now.

        moto shows those attributes that JSON can hold: here they are the members that the
        Get operation answers with, in snake_case, the tags, and where the resource is.
        """
        found: list[Any] = []
        for account in list(self._backends.values()):
            for backend in list(account.values()):
                with backend.lock:
                    kind = backend.kinds[self._arn_type]
                    kind.settle()
                    where = {"region": backend.region_name, "account": backend.account_id}
                    found.extend(_Row({**self._members(each), **where}) for each in kind.store)
        return found

    @instances_tracked.setter
    def instances_tracked(self, value: list[Any]) -> None:
        """moto empties this at a reset; the backends have been emptied already."""

    def _members(self, resource: Foreign) -> dict[str, Any]:
        members = self._protocol.operation(self._get).encode(resource)
        if len(members) == 1:
            # The answer has the resource as its only member.
            (members,) = members.values()
        return {
            **{xform_name(name): value for name, value in members.items()},
            "tags": dict(resource.tags),
        }


class _Row:
    """One resource: its columns are its attributes, and moto takes them as ``dir`` sorts them."""

    def __init__(self, columns: dict[str, Any]) -> None:
        vars(self).update(columns)

    def __dir__(self) -> list[str]:
        return [_Column(name) for name in vars(self)]


class _Column(str):
    """The name of a column; names, statuses, region and account sort before the rest."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return self._place < _Column(other)._place

    @property
    def _place(self) -> tuple[int, str]:
        tests = (
            self.endswith("name"),
            self.endswith("status"),
            self == "region",
            self == "account",
        )
        return (*tests, True).index(True), str(self)


class _Kinds(dict[str, Any]):
    """The kinds of a service; iteration skips those without resources."""

    def __iter__(self) -> Iterator[str]:
        return (name for name, kind in self.items() if kind.instances_tracked)


@contextmanager
def shown(service: MockedService, backends: BackendDict[Any]) -> Iterator[None]:
    """Shows the resources of these backends under the service's name, while this lasts."""
    before = model_data[service.name]
    kinds = _Kinds(before)
    known = service.protocol.model.operation_names
    for arn_type, each in backends.backend("us-east-1", "000000000000").kinds.items():
        cls: Any = type(each)
        for operation, method in declared(cls):
            # An older service model may lack the kind.
            if method == "get" and operation in known:
                kind = _Kind(service, backends, arn_type, operation)
                kinds[kind.name] = kind
    with REPLACED.item(model_data, service.name, kinds):
        yield
