"""The service's quotas, which hold only where the config asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ServiceQuotaExceededException
from bedrock_mock.resources.settings import QUOTAS, setting

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

IMPORT_JOBS = "concurrent_model_import_jobs"
IMPORTED_MODELS = "imported_models"
AUTOMATED_JOBS = "concurrent_automatic_evaluation_jobs"


def check_quota(backend: ServiceBackend, name: str, used: Callable[[], int]) -> None:
    """There must be room for one more.

    Args:
        backend: whose.
        name: the quota.
        used: how much of it is used; asked only where quotas hold.

    Raises:
        ServiceQuotaExceededException: there is none.
    """
    quotas: Any = setting(backend.service, "quotas")
    if not quotas:
        return
    limit = {**QUOTAS, **(quotas if isinstance(quotas, Mapping) else {})}[name]
    if used() >= limit:
        msg = f"You have reached the quota of this account: {name.replace('_', ' ')}, {limit}."
        raise ServiceQuotaExceededException(msg)
