"""The backends of a service by account and region, as moto keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader
from botocore.regions import EndpointResolver
from moto.core.base_backend import AccountSpecificBackend, BackendDict

from bedrock_mock.moto_bridge.methods import method
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.backend import ServiceBackend

if TYPE_CHECKING:
    from bedrock_mock.resources.service import MockedService


class ServiceBackends(BackendDict[ServiceBackend]):
    """``backends[account_id][region_name]`` of one service, in every region of AWS.

    moto resets it with all its own, and then what tests have scripted is forgotten, too.
    The backends have the methods of moto's backends, such as ``get_imported_model``.
    """

    def __init__(self, service: MockedService) -> None:
        backend: Any = _with_methods(service)
        regions = _AllRegions()
        super().__init__(backend, service.slot, use_boto3_regions=False, additional_regions=regions)
        self._scripts = service.backend.scripts

    def __getitem__(self, account_id: str) -> AccountSpecificBackend[ServiceBackend]:
        # moto takes its lock and looks through all of its backends, also for accounts it knows.
        return self.get(account_id) or super().__getitem__(account_id)

    def clear(self) -> None:
        """Forgets all accounts and all that is scripted: moto's reset ends with it."""
        super().clear()
        self._scripts.clear()

    def open(self, account_id: str) -> None:
        """Makes an account: moto resets backends that have at least one, and the scripts then."""
        self[account_id]

    def empty(self) -> None:
        """Forgets all state, so that nothing comes back when the slot is taken again."""
        for account in self.values():
            account.reset()
        self.clear()


@cache
def backends_of(service: MockedService) -> ServiceBackends:
    """The backends of a service; there is one such object for each."""
    return ServiceBackends(service)


def _with_methods(service: MockedService) -> type[ServiceBackend]:
    """The service's backend class with moto's methods: ``create_model_import_job``."""

    def __getattr__(self: ServiceBackend, name: str) -> Foreign:  # noqa: N807 - Python's name
        return method(self, service.protocol, name)

    cls = service.backend
    namespace = {"__getattr__": __getattr__, "__module__": cls.__module__, "__doc__": cls.__doc__}
    return type(cls.__name__, (cls,), namespace)


class _AllRegions(list[str]):
    """Every region that botocore knows, read from its data at the first look-up.

    Bedrock itself is in fewer, but moto accepts every region that it knows, too. moto
    asks for the truth of the list when it is imported, and for its items later.
    """

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(all_regions())


@cache
def all_regions() -> list[str]:
    """Every region that has EC2, in all partitions, from the data of botocore."""
    # A session would also read the developer's config, and the whole model of EC2.
    resolver = EndpointResolver(Loader().load_data("endpoints"))
    return [
        region
        for partition in resolver.get_available_partitions()
        for region in resolver.get_available_endpoints("ec2", partition)
    ]
