"""Rules of the service that several of its resources keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from bedrock_mock.moto_bridge.neighbours import has_role, key_of
from bedrock_mock.protocol.errors import (
    AccessDeniedException,
    ServiceError,
    ValidationException,
)
from bedrock_mock.services.bedrock.references import are_strict

if TYPE_CHECKING:
    from datetime import datetime

    from bedrock_mock.resources.backend import ServiceBackend

_ROLE = re.compile(r"arn:[^:]+:iam::([0-9]{12}):role/.+")
_PROJECT = "default"
_KMS_ARN = re.compile(r"(arn:[^:]+:kms:[^:]*:[0-9]{12}):(key|alias)/(.+)")


def check_role(backend: ServiceBackend, role_arn: str) -> None:
    """A role of another account cannot be passed to the service, and one must be there.

    Raises:
        AccessDeniedException: the role is of another account.
        ValidationException: the role does not exist, and references are strict.
    """
    role = _ROLE.fullmatch(role_arn)
    if role and role[1] != backend.account_id:
        raise AccessDeniedException("Cross-account pass role is not allowed.")
    if are_strict(backend) and not has_role(backend, role_arn):
        msg = f"The provided role ARN is invalid: IAM has no role '{role_arn}'."
        raise ValidationException(msg)


def kms_key_arn(backend: ServiceBackend, key: str | None) -> str | None:
    """The ARN of a KMS key that is given as id, alias or ARN; the service reports only that.

    It is the key that moto's KMS knows by it. Where KMS has no such key, and references are not
    strict, the same alias always gives the same made-up key.

    Raises:
        ValidationException: the key does not exist, and references are strict.
    """
    if key is None:
        return None
    arn = _KMS_ARN.fullmatch(key)
    prefix = f"arn:{backend.arn_partition}:kms:{backend.region_name}:{backend.account_id}"
    kind, name = "key", key
    if arn:
        prefix, kind, name = arn.groups()
    elif key.startswith("alias/"):
        kind, name = "alias", key.removeprefix("alias/")
    known = key_of(backend, f"{prefix}:{kind}/{name}")
    if known is not None:
        return known
    if are_strict(backend):
        msg = f"The provided KMS key is invalid: KMS has no key '{key}'."
        raise ValidationException(msg)
    if kind == "alias":
        name = str(uuid5(NAMESPACE_URL, f"{prefix}:alias/{name}"))
    return f"{prefix}:key/{name}"


def check_project(
    backend: ServiceBackend,
    request: Mapping[str, Any],
    error: type[ServiceError] = ValidationException,
) -> None:
    """Every account has the project ``default``, which has everything; there is no other.

    Args:
        backend: the control plane of the account and region.
        request: a request that may have a ``projectIdentifier``.
        error: what is raised.

    Raises:
        ServiceError: the request names another project.
    """
    identifier = request.get("projectIdentifier", _PROJECT)
    if identifier not in (_PROJECT, backend.arn(f"project/{_PROJECT}")):
        raise error("The provided project was not found.")


def in_milliseconds(moment: datetime) -> datetime:
    """The moment in milliseconds, as the service reports those of imports and customizations."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
