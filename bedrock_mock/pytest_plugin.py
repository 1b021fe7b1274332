"""The pytest plugin: the fixtures and their marker. It loads nothing heavy."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from bedrock_mock.pytest_config import (
    add_options,
    config_of,
    register_marker,
    speaks_https,
    warn_of_markers,
)

if TYPE_CHECKING:
    from bedrock_mock.mock.context import BedrockMock
    from bedrock_mock.server import BedrockServer

_SERVER = pytest.StashKey["BedrockServer"]()
_SERVER_CONFIG = pytest.StashKey[dict[str, Any]]()
_PASSED = pytest.StashKey[bool]()
#: The SDKs' variables for the endpoints of the services that are mocked, and those of
#: Anthropic's SDK and of LiteLLM, which have their own.
_ENDPOINTS = (
    "AWS_ENDPOINT_URL_BEDROCK",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    "ANTHROPIC_BEDROCK_BASE_URL",
    "AWS_BEDROCK_RUNTIME_ENDPOINT",
)
#: What the SDKs, Python's ssl and Node.js read.
_CA_BUNDLES = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
#: The SDK for Python and the AWS CLI 1 read the former, all others the latter.
_REGION_NAMES = ("AWS_DEFAULT_REGION", "AWS_REGION")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the ini options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    register_marker(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Warns of markers that do nothing."""
    warn_of_markers(session.items)


@pytest.fixture
def bedrock_mock(request: pytest.FixtureRequest) -> Iterator[BedrockMock]:
    """Amazon Bedrock, and all of AWS as moto has it, mocked for one test.

    Gives:
        The :class:`bedrock_mock.BedrockMock` that ``with mock_bedrock() as bedrock:``
        gives: ``client(region_name=..., account_id=...)``, ``backend(...)``,
        ``set_transition(...)``, and the verbs that script the service.

    The marker ``@pytest.mark.bedrock_mock(config={...})`` gives ``mock_bedrock`` a config;
    the ini options ``bedrock_mock_validate_requests = false`` and
    ``bedrock_mock_check_unused = false`` do so for all tests whose marker does not say
    otherwise. A test that scripted something that was never used fails at its end.

    Example::

        def test_nothing_is_imported_yet(bedrock_mock):
            bedrock = bedrock_mock.client()
            assert bedrock.list_imported_models()["modelSummaries"] == []
    """
    from bedrock_mock import mock_bedrock  # noqa: PLC0415 - loading the plugin must be free

    config = config_of(request.node)
    with mock_bedrock(config=config) as mock:
        yield mock
        if config["bedrock"]["check_unused"]:
            _fail_unused(request.node, mock.unused())


@pytest.fixture(scope="session")
def bedrock_server_factory() -> Iterator[Callable[..., BedrockServer]]:
    """Starts servers that end with the session; needs the extra ``server``.

    Gives:
        A function that takes ``own_process`` (default: false, the server runs in a thread
        of this process and shares its state), ``port`` (default: a free one) and ``ssl``
        (default: false; HTTPS, with a certificate of ``ca_bundle``) and gives a
        :class:`bedrock_mock.server.BedrockServer`.

    Example::

        @pytest.fixture(scope="module")
        def other_server(bedrock_server_factory):
            return bedrock_server_factory(own_process=True)
    """
    from bedrock_mock.server import BedrockServer  # noqa: PLC0415 - loading must be free

    servers: list[BedrockServer] = []

    def start(*, own_process: bool = False, port: int = 0, ssl: bool = False) -> BedrockServer:
        start_one = BedrockServer.in_process if own_process else BedrockServer.in_thread
        try:
            servers.append(start_one(port, ssl=ssl))
        except ImportError as error:
            pytest.fail(str(error), pytrace=False)
        return servers[-1]

    yield start
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.stop)


@pytest.fixture(scope="session")
def bedrock_server(
    bedrock_server_factory: Callable[..., BedrockServer], pytestconfig: pytest.Config
) -> BedrockServer:
    """moto's server with our Bedrock, on a free port, for the session.

    It is reset before each test that uses it, and has what the marker of the test and the
    ini options say of Bedrock. Under pytest-xdist each worker has its own. The ini option
    ``bedrock_mock_server_ssl = true`` makes it speak HTTPS.

    Gives:
        A :class:`bedrock_mock.server.BedrockServer`: ``endpoint_url``, ``client(...)``,
        ``ca_bundle``, ``set_transition(...)``, ``reset()``, and the verbs that script the
        service.
    """
    server = bedrock_server_factory(ssl=speaks_https(pytestconfig))
    pytestconfig.stash[_SERVER] = server
    _configure(server, pytestconfig)
    return server


@pytest.fixture
def bedrock_server_env(
    bedrock_server: BedrockServer, monkeypatch: pytest.MonkeyPatch
) -> BedrockServer:
    """Points every AWS SDK at ``bedrock_server`` for one test, that of subprocesses too.

    Sets ``AWS_ENDPOINT_URL_BEDROCK`` and ``AWS_ENDPOINT_URL_BEDROCK_RUNTIME``, what
    Anthropic's SDK and LiteLLM read instead (``ANTHROPIC_BEDROCK_BASE_URL``,
    ``AWS_BEDROCK_RUNTIME_ENDPOINT``), and credentials and a region where there are none, so
    that the code under test needs no change. Profiles and config files of the developer
    are not read. Where the server speaks HTTPS, its authority is the only one that clients
    trust (``AWS_CA_BUNDLE``, ``SSL_CERT_FILE``, ``NODE_EXTRA_CA_CERTS``).
    """
    if bedrock_server.ca_bundle is not None:
        for name in _CA_BUNDLES:
            monkeypatch.setenv(name, bedrock_server.ca_bundle)
    for name in _ENDPOINTS:
        monkeypatch.setenv(name, bedrock_server.endpoint_url)
    # It would have the SDKs take no notice of that.
    monkeypatch.delenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", raising=False)
    # Nor do the developer's own profiles, files, token and proxy concern a server of the tests.
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [*filter(None, [os.environ.get(name)]), "127.0.0.1"]
        monkeypatch.setenv(name, ",".join(hosts))
    regions = filter(None, map(os.environ.get, _REGION_NAMES))
    defaults = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        **dict.fromkeys(_REGION_NAMES, next(regions, "us-east-1")),
    }
    for name, value in defaults.items():
        if not os.environ.get(name):
            monkeypatch.setenv(name, value)
    return bedrock_server


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Resets the server before the fixtures of a test that uses it."""
    server = item.config.stash.get(_SERVER, None)
    if server is not None and (_names_server(item) or server.is_used):
        # In a test before it may have been asked for by request.getfixturevalue().
        server.reset()
    if _names_server(item):
        # The first test that asks for the server comes here before the server is started.
        item.config.stash[_SERVER_CONFIG] = config_of(item)["bedrock"]
        if server is not None:
            _configure(server, item.config)


def _names_server(item: pytest.Item) -> bool:
    return "bedrock_server" in getattr(item, "fixturenames", ())


def _configure(server: BedrockServer, config: pytest.Config) -> None:
    """Has the server do what the marker and the options say; without them, what it did."""
    wanted = config.stash.get(_SERVER_CONFIG, {})
    if wanted != server.config:
        server.configure(wanted)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Looks at what a test that uses the server has left unused."""
    server = item.config.stash.get(_SERVER, None)
    unused: list[str] = []
    problem: Exception | None = None
    try:
        if server is not None and server.is_used and config_of(item)["bedrock"]["check_unused"]:
            # Asked while the server runs, and reported after the other fixtures are torn down.
            unused = server.unused()
    except Exception as error:  # noqa: BLE001 - no error may hinder the teardown
        problem = error
    yield
    if problem is not None:
        msg = "bedrock_server cannot be asked what this test has left unused"
        raise RuntimeError(msg) from problem
    _fail_unused(item, unused)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps whether a test has passed: a failed test is not blamed for unused scripts, too."""
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed and not hasattr(report, "wasxfail")
    return report


def _fail_unused(item: pytest.Item, unused: list[str]) -> None:
    has_passed = item.stash.get(_PASSED, False)
    if has_passed and unused:
        msg = (
            "This test scripted something that was never used: "
            f"{'; '.join(unused)}. Is it misspelt, or scripted too late? To allow it, set "
            "bedrock_mock_check_unused = false, or config={'bedrock': {'check_unused': False}}."
        )
        pytest.fail(msg, pytrace=False)
