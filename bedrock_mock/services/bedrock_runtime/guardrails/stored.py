"""The guardrail that a call names, as the control plane knows it, and content for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ThrottlingException, ValidationException
from bedrock_mock.services.bedrock_runtime.guardrails.evaluated import Content
from bedrock_mock.services.bedrock_runtime.guardrails.units import usage_of

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.services.bedrock_runtime.guardrails.content import Block

_IDENTIFIER = re.compile(
    r"[a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+"
)
_MALFORMED = "The provided guardrail identifier is invalid."
_UNKNOWN = "The guardrail identifier or version provided in the request does not exist."


def guardrail_version(backend: ServiceBackend, identifier: str, version: str) -> Any:  # noqa: ANN401 - of the sibling service
    """A version of a guardrail, or its DRAFT.

    Args:
        backend: whose runtime it is.
        identifier: the guardrail's id or ARN.
        version: ``DRAFT`` or a number.

    Raises:
        ValidationException: the identifier is malformed, or this account and region has no such
            guardrail or version.
    """
    if not _IDENTIFIER.fullmatch(identifier):
        raise ValidationException(_MALFORMED)
    control: Any = backend.sibling("bedrock")
    with control.lock:
        control.guardrails.settle(identifier)
        guardrail = control.guardrails.store.get(identifier)
        found = None if guardrail is None else guardrail.versions.get(version)
    if found is None:
        raise ValidationException(_UNKNOWN)
    return found


def content_of(
    backend: ServiceBackend,
    version: Any,  # noqa: ANN401 - of the sibling service
    source: str,
    blocks: Sequence[Block],
    *,
    has_attacks: bool = True,
) -> Content:
    """Content as a version of a guardrail evaluates it, with what the test says is detected.

    Args:
        backend: whose runtime it is.
        version: the version.
        source: ``INPUT`` or ``OUTPUT``.
        blocks: the content.
        has_attacks: whether prompt attacks are looked for.

    Raises:
        ThrottlingException: quotas hold, and content filters take less text.
    """
    names = (version.guardrail_id, version.guardrail_arn, version.name)
    where = (backend.region_name, backend.account_id)
    detected = [backend.scripts.detections.of(each.text, names, source, where) for each in blocks]
    profanities = backend.setting("profanities")
    content = Content(version, source, blocks, detected, profanities, has_attacks)
    _check_size(backend, content)
    return content


def _check_size(backend: ServiceBackend, content: Content) -> None:
    """Refuses more text than content filters take, with the class that the service has for it."""
    control: Any = backend.sibling("bedrock")
    limit: int | None = control.guardrails.text_units
    if limit is None:
        return
    units = usage_of(content)["contentPolicyUnits"]
    if units > limit:
        tier = content.version.content_policy["tier"]["tierName"].capitalize()
        msg = (
            f"Input text size ({units} text units) exceeds the maximum allowed ({limit} text "
            f"units) for the content filter policy ({tier} tier)."
        )
        raise ThrottlingException(msg)
