"""The service's quotas, which hold only where the config asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ServiceQuotaExceededException
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.settings import Setting, check_name

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

#: The quotas of a new account, for ``"quotas": True``; a dict sets some of them otherwise.
#: Source: https://docs.aws.amazon.com/general/latest/gr/bedrock.html
QUOTAS: Mapping[str, int] = {
    "concurrent_model_import_jobs": 1,
    "imported_models": 3,
    "concurrent_automatic_evaluation_jobs": 20,
    "application_inference_profiles": 1000,
}
IMPORT_JOBS = "concurrent_model_import_jobs"
IMPORTED_MODELS = "imported_models"
APPLICATION_PROFILES = "application_inference_profiles"
AUTOMATED_JOBS = "concurrent_automatic_evaluation_jobs"


def _check_numbers(quotas: Json) -> None:
    for quota, number in quotas.items() if isinstance(quotas, Mapping) else ():
        check_name("there is no quota", quota, QUOTAS)
        if type(number) is not int or number < 0:
            msg = f"config: the quota {quota!r} is a whole number from 0, not {number!r}"
            raise ValueError(msg)


SETTING = Setting(
    default=False,
    accepts=lambda value: isinstance(value, (bool, Mapping)),
    words="True or False or {}",
    check=_check_numbers,
)


def check_quota(backend: ServiceBackend, name: str, used: Callable[[], int]) -> None:
    """There must be room for one more.

    Args:
        backend: whose.
        name: the quota.
        used: how much of it is used; asked only where quotas hold.

    Raises:
        ServiceQuotaExceededException: there is none.
    """
    quotas: Any = backend.setting("quotas")
    if not quotas:
        return
    limit = {**QUOTAS, **(quotas if isinstance(quotas, Mapping) else {})}[name]
    if used() >= limit:
        msg = f"You have reached the quota of this account: {name.replace('_', ' ')}, {limit}."
        raise ServiceQuotaExceededException(msg)
