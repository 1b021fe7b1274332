"""Our resources on moto's dashboard (``/moto-api/``): it shows what is there and holds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from botocore import xform_name
from moto.core.base_backend import BackendDict
from moto.core.model_instances import model_data

from bedrock_mock.resources.service import MockedService


class _Kind:
    """Stands where moto keeps a class whose instances it tracks.

    moto's ``BaseModel`` holds every instance until the next reset, deleted or not; this
    looks the live ones up.
    """

    def __init__(self, service: MockedService, backends: BackendDict[Any], arn_type: str) -> None:
        self._protocol = service.protocol
        self._backends = backends
        self._arn_type = arn_type
        self.name = "".join(part.capitalize() for part in arn_type.split("-"))

    @property
    def instances_tracked(self) -> list[Any]:
        """All resources of the kind, over all accounts and regions, as of now.

        moto shows those attributes that JSON can hold: here they are the members that the
        Get operation answers with, in snake_case, and the tags.
        """
        found: list[Any] = []
        for account in list(self._backends.values()):
            for backend in list(account.values()):
                with backend.lock:
                    kind = backend.kinds[self._arn_type]
                    kind.settle()
                    found.extend(map(self._shown, kind.store))
        return found

    @instances_tracked.setter
    def instances_tracked(self, value: list[Any]) -> None:
        """moto empties this at a reset; the backends have been emptied already."""

    def _shown(self, resource: Any) -> SimpleNamespace:
        members = self._protocol.operation(f"Get{self.name}").encode(resource)
        attributes = {xform_name(name): value for name, value in members.items()}
        return SimpleNamespace(**{**attributes, "tags": dict(resource.tags)})


@contextmanager
def shown(service: MockedService, backends: BackendDict[Any]) -> Iterator[None]:
    """Shows the resources of these backends under the service's name, while this lasts."""
    kinds = backends.backend("us-east-1", "000000000000").kinds
    before = model_data[service.name]
    model_data[service.name] = {**before}
    for arn_type in kinds:
        kind = _Kind(service, backends, arn_type)
        model_data[service.name][kind.name] = kind
    try:
        yield
    finally:
        model_data[service.name] = before
