"""The service's part of moto's config: ``mock_bedrock(config={"bedrock": {...}})``."""

from __future__ import annotations

import os
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
_OURS = "bedrock"
_FORM = "config={'bedrock': {...}}"
_CATALOGUES = (str, os.PathLike, list, tuple, Mapping, type(None))
_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "validate_requests": (True, False),
    "references": ("lenient", "strict"),
    "check_unused": (True, False),
}


def setting(service: str, name: str) -> Any:
    """What is set for a service, or the default."""
    config: Any = default_user_config
    return (config.get(service) or {}).get(name, DEFAULTS[name])


def check_all(config: Any) -> None:
    """Holds a config of moto with our part in it against what can be set.

    Raises:
        ValueError: it is no dict, our part of it stands in the wrong place, or has a name or
            a value that means nothing.
    """
    if config is not None and not isinstance(config, Mapping):
        msg = f"config is a dict, {_FORM}, not {config!r}"
        raise ValueError(msg)
    for name in config or ():
        is_misspelt = name != _OURS and get_close_matches(name, [_OURS], cutoff=0.8)
        if name in DEFAULTS or is_misspelt:
            msg = f"config: there is no {name!r}; the settings of Bedrock stand in {_FORM}"
            raise ValueError(msg)
    check(_OURS, (config or {}).get(_OURS))


def check(service: str, config: Mapping[str, Any] | None) -> None:
    """Holds the service's part of a config against what can be set.

    Raises:
        ValueError: it has a name or a value that means nothing.
    """
    if config is not None and not isinstance(config, Mapping):
        msg = f"config: {service!r} is a dict of settings, not {config!r}"
        raise ValueError(msg)
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
            for quota, number in value.items():
                _check_name("there is no quota", quota, QUOTAS)
                if type(number) is not int or number < 0:
                    msg = f"config: the quota {quota!r} is a whole number from 0, not {number!r}"
                    raise ValueError(msg)
        if name == "foundation_models" and not isinstance(value, _CATALOGUES):
            msg = (
                f"config: {service!r}: {name!r} is a list of models, the answer of "
                f"ListFoundationModels, or the path of a JSON file with one, not {value!r}"
            )
            raise ValueError(msg)


def _check_name(what: str, name: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        close = get_close_matches(name, known) or sorted(known)
        msg = f"config: {what} {name!r}; did you mean {', '.join(close)}?"
        raise ValueError(msg)
