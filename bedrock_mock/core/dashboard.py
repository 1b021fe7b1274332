"""Our resources on moto's dashboard (``/moto-api/``): it shows what is there and holds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import model_data


class _Kind:
    """Stands where moto keeps a class whose instances it tracks.

    moto's ``BaseModel`` holds every instance until the next reset, deleted or not; this
    looks the live ones up.
    """

    def __init__(self, backends: BackendDict[Any], arn_type: str) -> None:
        self._backends = backends
        self._arn_type = arn_type

    @property
    def instances_tracked(self) -> list[Any]:
        """All resources of the kind, over all accounts and regions."""
        found: list[Any] = []
        for account in list(self._backends.values()):
            for backend in list(account.values()):
                with backend.lock:
                    found.extend(backend.kinds[self._arn_type].store)
        return found

    @instances_tracked.setter
    def instances_tracked(self, value: list[Any]) -> None:
        """moto empties this at a reset; the backends have been emptied already."""


@contextmanager
def shown(service: str, backends: BackendDict[Any]) -> Iterator[None]:
    """Shows the resources of these backends under the service's name."""
    kinds = backends.backend("us-east-1", "000000000000").kinds
    before = model_data[service]
    model_data[service] = {**before}
    for arn_type in kinds:
        name = "".join(part.capitalize() for part in arn_type.split("-"))
        model_data[service][name] = _Kind(backends, arn_type)
    try:
        yield
    finally:
        model_data[service] = before
