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
    "concurrent_batch_jobs_of_a_model": 100,
    "records_of_a_batch_file": 50_000,
    "records_of_a_batch_job": 50_000,
    "bytes_of_a_batch_file": 1024**3,
    "bytes_of_a_batch_job": 5 * 1024**3,
    "bytes_of_a_batch_job_of_nova": 100 * 1024**3,
    "provisioned_model_units": 0,
    "guardrails": 100,
    "guardrail_versions": 20,
    "guardrail_regexes": 10,
    # Source: https://github.com/BerriAI/litellm/pull/34960, which quotes the refusal.
    "guardrail_content_text_units": 1000,
    "application_inference_profiles": 1000,
}
IMPORT_JOBS = "concurrent_model_import_jobs"
IMPORTED_MODELS = "imported_models"
MODEL_UNITS = "provisioned_model_units"
APPLICATION_PROFILES = "application_inference_profiles"
AUTOMATED_JOBS = "concurrent_automatic_evaluation_jobs"
BATCH_JOBS = "concurrent_batch_jobs_of_a_model"
#: What a batch inference job may read; "file" or "job" is put into it.
BATCH_RECORDS = "records_of_a_batch_{}"
BATCH_BYTES = "bytes_of_a_batch_{}"
#: The same of a job of Nova Lite and Nova Pro.
NOVA_BATCH_BYTES = "bytes_of_a_batch_job_of_nova"
GUARDRAILS = "guardrails"
GUARDRAIL_VERSIONS = "guardrail_versions"
GUARDRAIL_REGEXES = "guardrail_regexes"
#: What content filters take in one request.
GUARDRAIL_TEXT_UNITS = "guardrail_content_text_units"


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
        ServiceQuotaExceededException: the quota is used up.
    """
    limit = limit_of(backend, name)
    if limit is not None and used() >= limit:
        msg = f"You have reached the quota of this account: {name.replace('_', ' ')}, {limit}."
        raise ServiceQuotaExceededException(msg)


def limit_of(backend: ServiceBackend, name: str) -> int | None:
    """What a quota allows; ``None`` where quotas do not hold."""
    quotas: Any = backend.setting("quotas")
    if not quotas:
        return None
    limits: Mapping[str, int] = {**QUOTAS, **(quotas if isinstance(quotas, Mapping) else {})}
    return limits[name]
