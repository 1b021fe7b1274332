"""A mock of Amazon Bedrock for moto: models imported, customised and evaluated."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

    from bedrock_mock.mock.calls import Call, Calls
    from bedrock_mock.mock.context import BedrockMock, current, mock_bedrock
    from bedrock_mock.moto_bridge.takeover import install, uninstall
    from bedrock_mock.scripting.reply import Reply, reasoning, tool_use
    from bedrock_mock.server import BedrockServer

    __version__: str

__all__ = [
    "BedrockMock",
    "BedrockServer",
    "Call",
    "Calls",
    "Reply",
    "__version__",
    "current",
    "install",
    "mock_bedrock",
    "reasoning",
    "tool_use",
    "uninstall",
]

_HOMES = {
    "BedrockMock": "bedrock_mock.mock.context",
    "BedrockServer": "bedrock_mock.server",
    "Call": "bedrock_mock.mock.calls",
    "Calls": "bedrock_mock.mock.calls",
    "Reply": "bedrock_mock.scripting.reply",
    "reasoning": "bedrock_mock.scripting.reply",
    "tool_use": "bedrock_mock.scripting.reply",
    "current": "bedrock_mock.mock.context",
    "mock_bedrock": "bedrock_mock.mock.context",
    "install": "bedrock_mock.moto_bridge.takeover",
    "uninstall": "bedrock_mock.moto_bridge.takeover",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - each name is of another type
    """Loads a public name at its first use, so that importing the package costs nothing."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - as lazy as the rest

        value: Any = version("bedrock-mock")
    elif name in _HOMES:
        value = getattr(_loaded(_HOMES[name]), name)
    else:
        raise AttributeError(_has_not(name))
    globals()[name] = value
    return value


def _loaded(name: str) -> ModuleType:
    """A module of ours; the garbage collector rests while moto and the AWS SDK are loaded.

    It would look many times through what modules have just made, which is no garbage: a
    tenth of the time that the import takes.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        if collects:
            gc.enable()


def _has_not(name: str) -> str:
    """The message about a name that is not public, with what is perhaps meant."""
    msg = f"module {__name__!r} has no attribute {name!r}"
    if name.startswith("_"):
        # Tools ask for such names.
        return msg
    # These do not load moto.
    from bedrock_mock.mock.clients import Clients  # noqa: PLC0415 - only for a message
    from bedrock_mock.mock.verbs import Scripting  # noqa: PLC0415

    if name == "backend" or hasattr(Scripting, name) or hasattr(Clients, name):
        return (
            f"{msg}; the fixture bedrock_mock has it: name the fixture as an argument of the "
            f"test. Without pytest: with mock_bedrock() as bedrock: bedrock.{name}"
        )
    from difflib import get_close_matches  # noqa: PLC0415 - only for a message

    if close := get_close_matches(name, __all__, n=1):
        return f"{msg}; did you mean {close[0]!r}?"
    return msg


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
