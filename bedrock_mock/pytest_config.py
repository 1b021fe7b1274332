"""What the pytest plugin reads: its ini options, of which pytest reports others, and its marker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

#: The ini options: what they set in Bedrock's part of the config, and what they are for.
_OPTIONS = {
    "validate_requests": "check the values of requests against the service model",
    "check_unused": "fail a test that leaves something scripted behind that was never used",
}
_PREFIX = "bedrock_mock_"
_SERVER_SSL = f"{_PREFIX}server_ssl"
_MARKER = "bedrock_mock"
#: The fixtures that heed the marker.
_FIXTURES = frozenset({"bedrock_mock", "bedrock_server"})


def add_options(parser: pytest.Parser) -> None:
    """Adds the ini options, whose names begin with ``bedrock_mock_``."""
    for name, purpose in _OPTIONS.items():
        help_text = f"bedrock_mock fixtures: {purpose} (default: true)"
        parser.addini(f"{_PREFIX}{name}", help_text, type="bool", default=True)
    help_text = "bedrock_mock fixtures: bedrock_server speaks HTTPS (default: false)"
    parser.addini(_SERVER_SSL, help_text, type="bool", default=False)


def speaks_https(config: pytest.Config) -> bool:
    """Whether the server of the fixtures does."""
    return bool(config.getini(_SERVER_SSL))


def register_marker(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(config={{...}}): the config of the bedrock_mock fixture, as mock_bedrock "
        "takes it, for example config={'bedrock': {'validate_requests': False}}",
    )


def warn_of_markers(items: Iterable[pytest.Item]) -> None:
    """Warns of markers that hold for no test with one of the fixtures: they do nothing."""
    without: dict[int, pytest.Item] = {}
    of_use: set[int] = set()
    for item in items:
        for mark in item.iter_markers(_MARKER):
            if _FIXTURES & set(getattr(item, "fixturenames", ())):
                of_use.add(id(mark))
            else:
                without.setdefault(id(mark), item)
    for identity, item in without.items():
        if identity not in of_use:
            msg = (
                f"@pytest.mark.{_MARKER} has no effect on {item.nodeid}: the test uses neither the "
                "fixture bedrock_mock nor bedrock_server. Name one of them as an argument."
            )
            item.warn(pytest.PytestWarning(msg))


def config_of(item: pytest.Item) -> dict[str, dict[str, Any]]:
    """The config of a test: what its marker says, and else the options.

    Raises:
        pytest.UsageError: the marker has something else than a config.
    """
    marker = item.get_closest_marker(_MARKER)
    config: dict[str, dict[str, Any]] = {}
    if marker is not None:
        if marker.args or marker.kwargs.keys() - {"config"}:
            msg = (
                "@pytest.mark.bedrock_mock takes one keyword, config: "
                "@pytest.mark.bedrock_mock(config={'bedrock': {'validate_requests': False}})"
            )
            raise pytest.UsageError(msg)
        config = marker.kwargs.get("config") or {}
        if not isinstance(config, dict) or not isinstance(config.get("bedrock") or {}, dict):
            msg = f"@pytest.mark.bedrock_mock: config is {{'bedrock': {{...}}}}, not {config!r}"
            raise pytest.UsageError(msg)
    options = {name: item.config.getini(f"{_PREFIX}{name}") for name in _OPTIONS}
    return {**config, "bedrock": {**options, **(config.get("bedrock") or {})}}
