"""Settings: the services' part of moto's config, ``mock_bedrock(config={"bedrock": {...}})``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from moto.core.config import default_user_config

from bedrock_mock.protocol.types import Json

_OURS = "bedrock"
_FORM = "config={'bedrock': {...}}"


@dataclass(frozen=True)
class Setting:
    """One setting, declared beside the code that reads it.

    Attributes:
        default: its value where it is not set.
        accepts: whether a value can be set.
        words: what the values are, for the message about another value.
        check: looks further into a value; raises ValueError.
        begin: does with a value what is to be done when it comes into force; raises ValueError.
    """

    default: Any
    accepts: Callable[[Any], bool]
    words: str
    check: Callable[[Any], None] | None = None
    begin: Callable[[Any], None] | None = None


def one_of(*choices: Json) -> Setting:
    """A setting that has one of these values; the first one is the default."""
    return Setting(choices[0], choices.__contains__, " or ".join(map(repr, choices)))


def globs(*default: str) -> Setting:
    """A setting that is a list of globs of model ids."""
    return Setting(
        default,
        lambda value: (
            isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)
        ),
        "a list of globs of model ids",
    )


def whole_number(default: int, of: str) -> Setting:
    """A setting that is a whole number from 0; ``of`` says what it counts."""
    return Setting(
        default, lambda value: type(value) is int and value >= 0, f"a whole number of {of} from 0"
    )


ON_UNLESS_SET = Setting(default=True, accepts=(True, False).__contains__, words="True or False")
#: The settings that hold for every service.
SHARED: Mapping[str, Setting] = {
    "validate_requests": ON_UNLESS_SET,
    "check_unused": ON_UNLESS_SET,
}


def value_of(name: str, settings: Mapping[str, Setting]) -> Json:
    """What is set for all of Bedrock, or the default.

    Args:
        name: the setting.
        settings: the settings among which it is declared.
    """
    config: Any = default_user_config
    return (config.get(_OURS) or {}).get(name, settings[name].default)


def check_config(config: Json, settings: Mapping[str, Setting]) -> None:
    """Checks a config of moto with our part in it against the settings that are declared.

    Raises:
        ValueError: it is not a dict, our part of it stands in the wrong place, or has an
            unknown name or value.
    """
    if config is not None and not isinstance(config, Mapping):
        msg = f"config is a dict, {_FORM}, not {config!r}"
        raise ValueError(msg)
    for name in config or ():
        is_misspelt = name != _OURS and get_close_matches(name, [_OURS], cutoff=0.8)
        if name in settings or is_misspelt:
            msg = f"config: there is no {name!r}; the settings of Bedrock stand in {_FORM}"
            raise ValueError(msg)
    check_part((config or {}).get(_OURS), settings)


def check_part(config: Json, settings: Mapping[str, Setting]) -> None:
    """Checks Bedrock's part of a config against the settings that are declared.

    Raises:
        ValueError: it has an unknown name or value.
    """
    if config is not None and not isinstance(config, Mapping):
        msg = f"config: {_OURS!r} is a dict of settings, not {config!r}"
        raise ValueError(msg)
    for name, value in (config or {}).items():
        check_name(f"{_OURS!r} has no setting", name, settings)
        declared = settings[name]
        if not declared.accepts(value):
            msg = f"config: {_OURS!r}: {name!r} is {declared.words}, not {value!r}"
            raise ValueError(msg)
        if declared.check is not None:
            declared.check(value)


def begin_part(config: Json, settings: Mapping[str, Setting]) -> None:
    """Bedrock's part of a config comes into force.

    Raises:
        ValueError: it cannot: a file that it names is not there.
    """
    for name, value in (config or {}).items():
        begin = settings[name].begin
        if begin is not None:
            begin(value)


def check_name(what: str, name: str, known: Mapping[str, Any]) -> None:
    """Refuses an unknown name, with those that are like it.

    Raises:
        ValueError: it is unknown.
    """
    if name not in known:
        close = get_close_matches(name, known) or sorted(known)
        msg = f"config: {what} {name!r}; did you mean {', '.join(close)}?"
        raise ValueError(msg)
