"""The developer's environment decides nothing: profiles, config files, configured endpoints."""

from __future__ import annotations

import boto3
import pytest
import requests
from botocore.exceptions import ConfigParseError, ProfileNotFound

from bedrock_mock import install, mock_bedrock, uninstall
from support import REGION, in_process, run

pytestmark = in_process

NOWHERE = "http://127.0.0.1:9"
VARIABLES = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BEDROCK")


def models(client):
    return client.list_imported_models()["modelSummaries"]


def leaving():
    """Expects a request to leave, which tests of this folder may not send."""
    return pytest.raises(pytest.fail.Exception, match=r"tried to reach 127\.0\.0\.1")


def outside(**options):
    """A client that is made while no mock is active."""
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return boto3.Session(**keys).client("bedrock", REGION, **options)


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken"
    path.write_text("this is [no config\n", "utf-8")
    return str(path)


@pytest.fixture(params=["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "config", "credentials"])
def unusable(request, monkeypatch, broken):
    """An environment with which boto3 makes no session."""
    files = {"config": "AWS_CONFIG_FILE", "credentials": "AWS_SHARED_CREDENTIALS_FILE"}
    if request.param in files:
        monkeypatch.setenv(files[request.param], broken)
    else:
        monkeypatch.setenv(request.param, "gone")


@pytest.fixture
def with_endpoint(monkeypatch, tmp_path):
    """A profile whose clients go elsewhere."""
    path = tmp_path / "config"
    path.write_text(f"[default]\nendpoint_url = {NOWHERE}\nregion = eu-west-3\n", "utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)


# --- profiles and config files ----------------------------------------------------------


@pytest.mark.usefixtures("unusable")
def test_clients_are_made_and_answered_with_any_profile():
    with mock_bedrock() as bedrock:
        for client in (bedrock.client(), boto3.client("bedrock", REGION)):
            assert models(client) == []
        # One of moto's own services, too.
        assert boto3.client("sts", REGION).get_caller_identity()["Account"]


@pytest.mark.usefixtures("unusable")
def test_outside_of_the_mock_it_decides_as_ever():
    install()
    try:
        with mock_bedrock():
            pass
        with pytest.raises((ProfileNotFound, ConfigParseError)):
            boto3.Session().client("bedrock", REGION)
    finally:
        uninstall()


def test_a_profile_that_the_code_itself_names_is_its_own_choice():
    with mock_bedrock(), pytest.raises(ProfileNotFound):
        boto3.Session(profile_name="gone").client("bedrock", REGION)


@pytest.mark.usefixtures("with_endpoint")
def test_what_a_profile_says_of_the_region_counts_as_with_moto():
    with mock_bedrock():
        assert boto3.client("bedrock").meta.region_name == "eu-west-3"


# --- endpoints --------------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIABLES)
def test_a_configured_endpoint_is_not_heeded(monkeypatch, name):
    monkeypatch.setenv(name, NOWHERE)
    with mock_bedrock() as bedrock:
        for client in (bedrock.client(), boto3.client("bedrock", REGION)):
            assert models(client) == []
    assert outside().meta.endpoint_url == NOWHERE


@pytest.mark.usefixtures("with_endpoint")
def test_an_endpoint_of_a_profile_is_not_heeded():
    with mock_bedrock():
        assert models(boto3.client("bedrock")) == []
    assert outside().meta.endpoint_url == NOWHERE


@pytest.fixture
def early(monkeypatch):
    """A client that was made before the mock, by a variable that is still there."""
    monkeypatch.setenv(VARIABLES[1], f"{NOWHERE}/")
    return outside()


def test_a_client_that_was_made_before_is_refused_with_the_name_of_the_variable(early):
    message = "GET http://127.0.0.1:9/imported-models was about to .* Unset AWS_ENDPOINT_URL_BEDR"
    with mock_bedrock(), pytest.raises(NotImplementedError, match=message):
        early.list_imported_models()


def test_an_endpoint_may_be_passed_through(early):
    passed = {"passthrough": {"urls": [NOWHERE], "services": []}}
    with mock_bedrock(config={"core": passed}), leaving():
        early.list_imported_models()


def test_an_endpoint_that_the_code_itself_passes_is_its_own_choice():
    client = outside(endpoint_url=NOWHERE)
    with mock_bedrock(), leaving():
        client.list_imported_models()


@pytest.mark.parametrize(
    "host",
    [
        "vpce-0123456789abcdef0-abcdefgh.bedrock.eu-west-1.vpce.amazonaws.com",
        "vpce-0123456789abcdef0-abcdefgh-eu-west-1a.bedrock.eu-west-1.vpce.amazonaws.com",
        "bedrock-fips.us-east-1.vpce.amazonaws.com",
    ],
)
def test_vpc_endpoints_are_hosts_of_the_service(host):
    with mock_bedrock():
        client = boto3.client("bedrock", "eu-west-1", endpoint_url=f"https://{host}")
        assert models(client) == []
        assert requests.get(f"https://{host}/imported-models", timeout=10).json() == {
            "modelSummaries": []
        }


# --- the first call ---------------------------------------------------------------------

HIDDEN = """
import builtins, os, pathlib, boto3, botocore
from unittest.mock import mock_open, patch
from bedrock_mock import mock_bedrock
from pyfakefs.fake_filesystem_unittest import Patcher

def use(client):
    print(len(client.list_imported_models()["modelSummaries"]))
    print(len(client.list_foundation_models()["modelSummaries"]) > 10)
"""


@pytest.mark.once
@pytest.mark.parametrize(
    "hidden",
    [
        "patch.object(builtins, 'open', mock_open(read_data='{}'))",
        "patch.dict(os.environ, {'AWS_PROFILE': 'gone'})",
        "Patcher()",
    ],
)
def test_the_first_call_of_a_process_is_as_the_later_ones(hidden):
    assert run(f"""{HIDDEN}
with mock_bedrock():
    client = boto3.client("bedrock", "us-east-1")
    with {hidden}:
        use(client)
""") == ["0", "True"]


@pytest.mark.once
def test_a_mock_may_begin_where_only_the_sdks_data_can_be_seen():
    assert run(f"""{HIDDEN}
with Patcher() as fake:
    for module in (boto3, botocore):
        fake.fs.add_real_directory(pathlib.Path(module.__file__).parent, lazy_read=False)
    with mock_bedrock():
        use(boto3.client("bedrock", "us-east-1"))
""") == ["0", "True"]
