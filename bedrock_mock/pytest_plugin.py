"""The pytest plugin: the ``bedrock_mock`` fixture and its marker. It loads nothing heavy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bedrock_mock._mock import BedrockMock

_VALIDATE = "bedrock_mock_validate_requests"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the ini option ``bedrock_mock_validate_requests``."""
    parser.addini(
        _VALIDATE,
        "bedrock_mock fixture: hold the values of requests against the service model "
        "(default: true)",
        type="bool",
        default=True,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line(
        "markers",
        "bedrock_mock(config={...}): the config of the bedrock_mock fixture, as mock_bedrock "
        "takes it, for example config={'bedrock': {'validate_requests': False}}",
    )


@pytest.fixture
def bedrock_mock(request: pytest.FixtureRequest) -> Iterator[BedrockMock]:
    """Amazon Bedrock, and all of AWS as moto has it, mocked for one test.

    Gives:
        The :class:`bedrock_mock.BedrockMock` that ``with mock_bedrock() as bedrock:``
        gives: ``client(region_name=..., account_id=...)``, ``backend(...)``,
        ``set_transition(...)``.

    The marker ``@pytest.mark.bedrock_mock(config={...})`` gives ``mock_bedrock`` a config;
    the ini option ``bedrock_mock_validate_requests = false`` switches the checks of values
    off for all tests whose marker does not say otherwise.

    Example::

        def test_nothing_is_imported_yet(bedrock_mock):
            bedrock = bedrock_mock.client()
            assert bedrock.list_imported_models()["modelSummaries"] == []
    """
    from bedrock_mock import mock_bedrock  # noqa: PLC0415 - loading the plugin must be free

    with mock_bedrock(config=_config(request)) as mock:
        yield mock


def _config(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    marker = request.node.get_closest_marker("bedrock_mock")
    config: dict[str, dict[str, Any]] = {}
    if marker is not None:
        if marker.args or marker.kwargs.keys() - {"config"}:
            msg = (
                "@pytest.mark.bedrock_mock takes one keyword, config: "
                "@pytest.mark.bedrock_mock(config={'bedrock': {'validate_requests': False}})"
            )
            raise pytest.UsageError(msg)
        config = dict(marker.kwargs.get("config") or {})
    ours = {"validate_requests": request.config.getini(_VALIDATE), **config.get("bedrock", {})}
    return {**config, "bedrock": ours}
