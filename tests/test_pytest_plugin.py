"""The pytest plugin, used by suites of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

JOB = """
    JOB = dict(
        jobName="job", importedModelName="model",
        roleArn="arn:aws:iam::123456789012:role/r",
        modelDataSource={"s3DataSource": {"s3Uri": "s3://bucket/model/"}},
    )
"""


@pytest.fixture
def suite(pytester):
    """Runs a test module in a pytest process of its own, with only our plugin loaded."""

    def run(code, *args):
        pytester.makepyfile(JOB + code)
        return pytester.runpytest_subprocess("-W", "error", "-p", "no:randomly", *args)

    return run


def test_the_fixture_gives_the_handle_and_each_test_its_own_state(suite):
    suite("""
    import boto3
    from bedrock_mock import BedrockMock

    def test_one(bedrock_mock):
        assert isinstance(bedrock_mock, BedrockMock)
        bedrock_mock.client().create_model_import_job(**JOB)
        assert len(bedrock_mock.backend().imported_models.store) == 1

    def test_two(bedrock_mock):
        client = boto3.client("bedrock", "us-east-1")
        assert client.list_model_import_jobs()["modelImportJobSummaries"] == []
        client.create_model_import_job(**JOB)
    """).assert_outcomes(passed=2)


@pytest.mark.once
def test_the_fixtures_transitions_end_with_the_test(suite):
    suite("""
    def status(bedrock_mock):
        client = bedrock_mock.client()
        client.create_model_import_job(**JOB)
        return client.get_model_import_job(jobIdentifier="job")["status"]

    def test_one(bedrock_mock):
        bedrock_mock.set_transition(
            "bedrock::model_import_job", {"progression": "manual", "times": 2}
        )
        assert status(bedrock_mock) == "InProgress"

    def test_two(bedrock_mock):
        assert status(bedrock_mock) == "Completed"
    """).assert_outcomes(passed=2)


@pytest.mark.once
def test_the_marker_gives_the_config_and_wins_over_the_ini_option(suite, pytester):
    pytester.makeini("[pytest]\nbedrock_mock_validate_requests = false")
    suite("""
    import pytest

    JOB["roleArn"] = "testrole"

    def test_the_ini_option(bedrock_mock):
        assert bedrock_mock.client().create_model_import_job(**JOB)["jobArn"]

    @pytest.mark.bedrock_mock(config={"bedrock": {"validate_requests": True}})
    def test_the_marker(bedrock_mock):
        client = bedrock_mock.client()
        with pytest.raises(client.exceptions.ValidationException):
            client.create_model_import_job(**JOB)

    @pytest.mark.bedrock_mock(config={"core": {"service_whitelist": ["bedrock"]}})
    def test_the_marker_leaves_the_option_as_it_is(bedrock_mock):
        assert bedrock_mock.client().create_model_import_job(**JOB)["jobArn"]
    """).assert_outcomes(passed=3)


@pytest.mark.once
@pytest.mark.parametrize("arguments", ["{'bedrock': {}}", "validate_requests=False"])
def test_a_marker_that_is_used_wrongly_says_how_it_is_used(suite, arguments):
    result = suite(f"""
    import pytest

    @pytest.mark.bedrock_mock({arguments})
    def test_it(bedrock_mock):
        pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*@pytest.mark.bedrock_mock takes one keyword, config:*"])


UNUSED = """
    import pytest

    def test_forgets({fixture}):
        {fixture}.fail_next("bedrock::model_import_job", "no")

    def test_uses({fixture}):
        {fixture}.fail_next("bedrock::model_import_job", "no")
        {fixture}.client().create_model_import_job(**JOB)

    def test_fails_anyway({fixture}):
        {fixture}.fail_next("bedrock::model_import_job", "no")
        raise LookupError
"""


@pytest.mark.once
@pytest.mark.parametrize("fixture", ["bedrock_mock", "bedrock_server"])
def test_what_was_scripted_and_never_used_fails_the_test_at_its_end(suite, fixture):
    result = suite(UNUSED.format(fixture=fixture))
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*scripted something that was never used: fail_next('bedrock::model_import_job', 'no')*"]
    )


@pytest.mark.once
@pytest.mark.parametrize("fixture", ["bedrock_mock", "bedrock_server"])
def test_what_was_never_used_can_be_let_be(suite, fixture):
    result = suite(UNUSED.format(fixture=fixture), "-o", "bedrock_mock_check_unused=false")
    result.assert_outcomes(passed=2, failed=1)


@pytest.mark.once
def test_a_marker_too_lets_be_what_was_never_used(suite):
    suite("""
    import pytest

    @pytest.mark.bedrock_mock(config={"bedrock": {"check_unused": False}})
    def test_forgets(bedrock_mock):
        bedrock_mock.fail_next("bedrock::model_import_job", "no")
    """).assert_outcomes(passed=1)


@pytest.mark.once
def test_it_works_under_xdist(suite):
    suite(
        """
    import pytest

    @pytest.mark.parametrize("number", range(12))
    def test_alone(bedrock_mock, number):
        client = bedrock_mock.client()
        client.create_model_import_job(**JOB)
        assert len(client.list_imported_models()["modelSummaries"]) == 1
    """,
        "-n",
        "4",
    ).assert_outcomes(passed=12)


@pytest.mark.once
def test_the_plugin_documents_itself(pytester):
    assert (
        pytester.runpytest_subprocess("--markers").stdout.str().count("bedrock_mock(config=") == 1
    )
    listed = pytester.runpytest_subprocess("--fixtures", "-p", "no:randomly")
    listed.stdout.fnmatch_lines(["bedrock_mock*", "*Amazon Bedrock, and all of AWS*"])


def test_loading_the_plugin_imports_neither_moto_nor_boto3_nor_botocore():
    code = (
        "import sys, bedrock_mock.pytest_plugin\n"
        "loaded = {'moto', 'boto3', 'botocore', 'responses', 'requests'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- the server's fixtures ----------------------------------------------------------------


@pytest.mark.once
def test_the_server_is_reset_between_tests(suite):
    suite("""
    def count(server):
        return len(server.client().list_model_import_jobs()["modelImportJobSummaries"])

    def test_one(bedrock_server):
        assert count(bedrock_server) == 0
        bedrock_server.client(account_id="111122223333").list_imported_models()
        bedrock_server.set_transition(
            "bedrock::model_import_job", {"progression": "manual", "times": 2}
        )
        client = bedrock_server.client()
        client.create_model_import_job(**JOB)
        assert client.get_model_import_job(jobIdentifier="job")["status"] == "InProgress"
        assert count(bedrock_server) == 1
        bedrock_server.reset()
        assert count(bedrock_server) == 0
        client.create_model_import_job(**JOB)

    def test_two(bedrock_server):
        assert count(bedrock_server) == 0
        client = bedrock_server.client(region_name="eu-west-1")
        client.create_model_import_job(**JOB)
        assert client.get_model_import_job(jobIdentifier="job")["status"] == "Completed"
    """).assert_outcomes(passed=2)


@pytest.mark.once
def test_each_worker_of_xdist_has_a_server_of_its_own(suite):
    suite(
        """
    import pytest

    @pytest.mark.parametrize("number", range(8))
    def test_alone(bedrock_server, number):
        client = bedrock_server.client()
        client.create_model_import_job(**JOB)
        assert len(client.list_imported_models()["modelSummaries"]) == 1
    """,
        "-n",
        "2",
    ).assert_outcomes(passed=8)


@pytest.mark.once
def test_the_environment_points_unchanged_code_and_its_subprocesses_at_the_server(suite):
    suite("""
    import boto3, os, pytest, subprocess, sys

    CODE = "import boto3; print(boto3.client('bedrock').list_imported_models()['modelSummaries'])"

    def test_with(bedrock_server_env):
        for service in ("BEDROCK", "BEDROCK_RUNTIME"):
            name = f"AWS_ENDPOINT_URL_{service}"
            assert os.environ[name] == bedrock_server_env.endpoint_url
        bedrock_server_env.reply("Hi")
        question = {"role": "user", "content": [{"text": "Hello"}]}
        runtime = boto3.client("bedrock-runtime")
        answer = runtime.converse(modelId="amazon.nova-lite-v1:0", messages=[question])
        assert answer["output"]["message"]["content"] == [{"text": "Hi"}]
        boto3.client("bedrock").create_model_import_job(**JOB)
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
        assert "'modelName': 'model'" in done.stdout, done.stderr

    def test_without():
        assert not any(name.startswith("AWS_ENDPOINT_URL") for name in os.environ)

    REGIONS = "AWS_DEFAULT_REGION", "AWS_REGION"

    @pytest.mark.parametrize("name", REGIONS)
    def test_a_region_that_is_set_is_kept_for_all_sdks(monkeypatch, request, name):
        monkeypatch.setenv(name, "eu-west-1")
        request.getfixturevalue("bedrock_server_env")
        assert [os.environ[each] for each in REGIONS] == ["eu-west-1", "eu-west-1"]
        assert boto3.client("bedrock").meta.region_name == "eu-west-1"

    def test_endpoints_are_not_ignored(monkeypatch, request):
        monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        server = request.getfixturevalue("bedrock_server_env")
        assert boto3.client("bedrock").meta.endpoint_url == server.endpoint_url
    """).assert_outcomes(passed=5)


@pytest.mark.once
def test_servers_in_processes_of_their_own_have_their_own_state(suite):
    suite("""
    import pytest

    @pytest.fixture(scope="module")
    def servers(bedrock_server_factory):
        return [bedrock_server_factory(own_process=own) for own in (True, False)]

    def test_it(servers):
        assert len({server.endpoint_url for server in servers}) == 2
        servers[0].client().create_model_import_job(**JOB)
        counts = [
            len(server.client().list_model_import_jobs()["modelImportJobSummaries"])
            for server in servers
        ]
        assert counts == [1, 0]
    """).assert_outcomes(passed=1)


@pytest.mark.once
def test_a_server_that_cannot_start_says_so(suite):
    suite("""
    import pytest

    @pytest.mark.parametrize(
        ("own_process", "error"), [(True, RuntimeError), (False, OSError)]
    )
    def test_it(bedrock_server, bedrock_server_factory, own_process, error):
        taken = int(bedrock_server.endpoint_url.rpartition(":")[2])
        with pytest.raises(error):
            bedrock_server_factory(own_process=own_process, port=taken)
    """).assert_outcomes(passed=2)


@pytest.mark.once
def test_a_test_that_has_not_passed_is_not_blamed_for_unused_scripts(suite):
    suite("""
    import pytest

    def test_skipped(bedrock_mock):
        bedrock_mock.throttle("GetModelImportJob")
        pytest.skip("later")

    def test_expected(bedrock_mock):
        bedrock_mock.throttle("GetModelImportJob")
        pytest.xfail("known")

    @pytest.fixture
    def broken(bedrock_mock):
        bedrock_mock.throttle("GetModelImportJob")
        raise ZeroDivisionError

    def test_not_set_up(broken):
        pass
    """).assert_outcomes(skipped=1, xfailed=1, errors=1)


@pytest.mark.once
def test_a_server_that_is_asked_for_by_its_name_is_reset_and_checked_too(suite):
    result = suite("""
    import pytest

    def client(request):
        return request.getfixturevalue("bedrock_server").client()

    def test_one(request):
        client(request).create_model_import_job(**JOB)

    def test_two(request):
        assert client(request).list_imported_models()["modelSummaries"] == []
        request.getfixturevalue("bedrock_server").throttle("GetModelImportJob")

    def test_three():
        pass
    """)
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*was never used: throttle('GetModelImportJob'*"])


@pytest.mark.once
def test_marker_and_options_hold_for_the_server_too(suite, pytester):
    suite("""
    import pytest
    from botocore.exceptions import ClientError

    sloppy = pytest.mark.bedrock_mock(
        config={"bedrock": {"validate_requests": False, "check_unused": False}}
    )
    JOB["roleArn"] = "testrole"

    @sloppy
    def test_one(bedrock_server):
        assert bedrock_server.client().create_model_import_job(**JOB)["jobArn"]
        bedrock_server.throttle("GetModelImportJob")

    def test_two(bedrock_server):
        with pytest.raises(ClientError, match="roleArn"):
            bedrock_server.client().create_model_import_job(**JOB)

    @sloppy
    def test_three(bedrock_server_env, bedrock_mock):
        assert bedrock_server_env.client().create_model_import_job(**JOB)["jobArn"]
    """).assert_outcomes(passed=3)


@pytest.mark.once
@pytest.mark.parametrize("config", ["5", "{'bedrock': 5}"])
def test_a_wrong_config_is_a_usage_error(suite, config):
    result = suite(f"""
    import pytest

    @pytest.mark.bedrock_mock(config={config})
    def test_one(bedrock_mock):
        pass
    """)
    result.stdout.fnmatch_lines(["*config is {'bedrock': {...}}, not *"])


@pytest.mark.once
def test_a_server_may_be_stopped_by_its_test(suite):
    suite("""
    import pytest

    @pytest.fixture
    def server(bedrock_server_factory):
        server = bedrock_server_factory()
        yield server
        server.stop()

    def test_one(server):
        assert server.client().list_imported_models()["modelSummaries"] == []
    """).assert_outcomes(passed=1)


@pytest.mark.once
def test_the_developers_own_settings_do_not_concern_the_server(suite, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "key")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    suite("""
    import boto3

    def test_one(bedrock_server_env):
        assert boto3.client("bedrock").list_imported_models()["modelSummaries"] == []
    """).assert_outcomes(passed=1)


# --- what goes wrong ----------------------------------------------------------------------


@pytest.mark.once
def test_a_server_that_cannot_be_asked_does_not_hinder_the_teardown(suite):
    result = suite("""
    import pytest
    order = []

    @pytest.fixture
    def late(bedrock_server):
        yield
        order.append("torn down")

    def test_one(late, bedrock_server, monkeypatch):
        bedrock_server.client().list_imported_models()
        def unused():
            raise ConnectionError("the server has crashed")
        monkeypatch.setattr(bedrock_server, "unused", unused)

    def test_two():
        assert order == ["torn down"]
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ConnectionError: the server has crashed",
            "*RuntimeError: bedrock_server cannot be asked what this test has left unused",
        ]
    )


@pytest.mark.once
def test_without_the_extra_each_test_that_uses_a_server_says_what_to_install(suite, pytester):
    pytester.makeconftest("""
        import sys
        sys.modules["cheroot"] = sys.modules["cheroot.wsgi"] = None
        sys.modules["cheroot.ssl"] = sys.modules["cheroot.ssl.builtin"] = None
    """)
    result = suite("""
    def test_one(bedrock_server):
        pass

    def test_two(bedrock_server_env):
        pass

    def test_three(bedrock_mock):
        pass
    """)
    result.assert_outcomes(passed=1, errors=2)
    assert result.stdout.str().count("pip install 'bedrock-mock[server]'") >= 2


@pytest.mark.once
def test_what_a_test_posts_is_put_back_before_the_next(suite):
    suite("""
    import pytest, requests

    CLOCK = "bedrock::model_import_job"

    def get(server, path):
        return requests.get(f"{server.endpoint_url}/moto-api/{path}", timeout=10).json()

    def post(server, path, body):
        url = f"{server.endpoint_url}/moto-api/{path}"
        assert requests.post(url, json=body, timeout=10).ok

    def settings(server):
        clock = get(server, f"state-manager/get-transition?model_name={CLOCK}")
        return get(server, "bedrock/config"), clock

    BEFORE = []

    @pytest.mark.parametrize("number", range(2))
    def test_one(bedrock_server, number):
        BEFORE.append(settings(bedrock_server))
        assert BEFORE[0] == BEFORE[-1]
        assert BEFORE[-1][0]["validate_requests"]
        post(bedrock_server, "bedrock/config", {"validate_requests": False})
        frozen = {"model_name": CLOCK, "transition": {"progression": "frozen"}}
        post(bedrock_server, "state-manager/set-transition", frozen)
        assert settings(bedrock_server) != BEFORE[0]
    """).assert_outcomes(passed=2)


@pytest.mark.once
def test_a_marker_without_the_fixture_is_a_warning(pytester):
    pytester.makepyfile("""
        import pytest

        off = pytest.mark.bedrock_mock(config={"bedrock": {"validate_requests": False}})

        @off
        def test_one():
            pass

        @pytest.mark.bedrock_mock(config={})
        class TestSome:
            def test_two(self):
                pass

            def test_three(self, bedrock_mock):
                pass
    """)
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.assert_outcomes(passed=3, warnings=1)
    result.stdout.fnmatch_lines(
        ["*PytestWarning: @pytest.mark.bedrock_mock has no effect on *::test_one: the test uses *"]
    )


@pytest.mark.once
def test_an_ini_option_that_is_misspelt_is_reported(pytester):
    pytester.makeini("[pytest]\nbedrock_mock_validate_request = false")
    pytester.makepyfile("def test_one():\n    pass\n")
    result = pytester.runpytest_subprocess()
    result.stdout.fnmatch_lines(["*Unknown config option: bedrock_mock_validate_request*"])


@pytest.mark.once
def test_the_server_speaks_https_where_the_option_says_so(suite, pytester):
    pytester.makeini("[pytest]\nbedrock_mock_server_ssl = true")
    suite("""
    import os
    import boto3
    import pytest

    @pytest.fixture
    def token(bedrock_server_env, monkeypatch):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "a-key")
        return bedrock_server_env

    def test_a_bearer_token(token):
        assert token.endpoint_url.startswith("https:")
        assert os.environ["SSL_CERT_FILE"] == os.environ["AWS_CA_BUNDLE"] == token.ca_bundle
        client = boto3.client("bedrock")
        assert client.meta.endpoint_url == token.endpoint_url
        assert client.list_imported_models()["modelSummaries"] == []
    """).assert_outcomes(passed=1)
