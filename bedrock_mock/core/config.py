"""The service's part of moto's config: ``mock_bedrock(config={"bedrock": {...}})``."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from moto.core.config import default_user_config

#: What can be set, and what holds where it is not.
DEFAULTS: Mapping[str, Any] = {
    "validate_requests": True,
    "references": "lenient",
    "quotas": False,
    "check_unused": True,
    "foundation_models": None,
}
#: The quotas of a new account, for ``"quotas": True``; a dict sets some of them otherwise.
#: Source: https://docs.aws.amazon.com/general/latest/gr/bedrock.html
QUOTAS: Mapping[str, int] = {
    "concurrent_model_import_jobs": 1,
    "imported_models": 3,
    "concurrent_automatic_evaluation_jobs": 20,
}
_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "validate_requests": (True, False),
    "references": ("lenient", "strict"),
    "check_unused": (True, False),
}


def setting(service: str, name: str) -> Any:
    """What is set for a service, or the default."""
    config: Any = default_user_config
    return (config.get(service) or {}).get(name, DEFAULTS[name])


def check(service: str, config: Mapping[str, Any] | None) -> None:
    """Holds the service's part of a config against what can be set.

    Raises:
        ValueError: it has a name or a value that means nothing.
    """
    for name, value in (config or {}).items():
        _check_name(f"{service!r} has no setting", name, DEFAULTS)
        choices = _CHOICES.get(name, (value,))
        if name == "quotas" and not isinstance(value, (bool, Mapping)):
            choices = (True, False, {})
        if value not in choices:
            words = " or ".join(map(repr, choices))
            msg = f"config: {service!r}: {name!r} is {words}, not {value!r}"
            raise ValueError(msg)
        if name == "quotas" and isinstance(value, Mapping):
            for quota in value:
                _check_name("there is no quota", quota, QUOTAS)


def _check_name(what: str, name: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        close = get_close_matches(name, known) or sorted(known)
        msg = f"config: {what} {name!r}; did you mean {', '.join(close)}?"
        raise ValueError(msg)
