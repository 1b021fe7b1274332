"""The guardrail that a call names: whether the control plane knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import NotImplementedException, ValidationException

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

_UNKNOWN = "The guardrail identifier or version provided in the request does not exist."


def check_guardrail(backend: ServiceBackend, identifier: str | None, version: str | None) -> None:
    """Refuses a call that names a guardrail: none is applied yet.

    Raises:
        ValidationException: there is no such guardrail or version.
        NotImplementedException: there is.
    """
    if identifier is None:
        return
    control: Any = backend.sibling("bedrock")
    with control.lock:
        control.guardrails.settle(identifier)
        guardrail = control.guardrails.store.get(identifier)
    if guardrail is None or (version or "") not in guardrail.versions:
        raise ValidationException(_UNKNOWN)
    msg = f"The guardrail {identifier} exists, but bedrock_mock does not apply guardrails yet."
    raise NotImplementedException(msg)
