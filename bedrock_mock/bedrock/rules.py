"""Rules of the service that several of its resources keep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from bedrock_mock.core.errors import AccessDeniedException

if TYPE_CHECKING:
    from datetime import datetime

    from bedrock_mock.core.backend import ServiceBackend

_ROLE = re.compile(r"arn:[^:]+:iam::([0-9]{12}):role/.+")
_KMS_ARN = re.compile(r"(arn:[^:]+:kms:[^:]*:[0-9]{12}):(key|alias)/(.+)")


def check_role(backend: ServiceBackend, role_arn: str) -> None:
    """A role of another account cannot be passed to the service.

    Raises:
        AccessDeniedException: the role is of another account.
    """
    role = _ROLE.fullmatch(role_arn)
    if role and role[1] != backend.account_id:
        raise AccessDeniedException("Cross-account pass role is not allowed.")


def kms_key_arn(backend: ServiceBackend, key: str | None) -> str | None:
    """The ARN of a KMS key that is given as id, alias or ARN; the service reports only that.

    Which key an alias stands for is not known here: the same alias always gives the same
    made-up key.
    """
    if key is None:
        return None
    arn = _KMS_ARN.fullmatch(key)
    prefix = f"arn:{backend.partition}:kms:{backend.region_name}:{backend.account_id}"
    kind, name = "key", key
    if arn:
        prefix, kind, name = arn.groups()
    elif key.startswith("alias/"):
        kind, name = "alias", key.removeprefix("alias/")
    if kind == "alias":
        name = str(uuid5(NAMESPACE_URL, f"{prefix}:alias/{name}"))
    return f"{prefix}:key/{name}"


def in_milliseconds(moment: datetime) -> datetime:
    """The moment as the service tells the times of imports and customizations."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
