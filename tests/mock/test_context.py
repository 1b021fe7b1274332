"""mock_bedrock: what it decorates, how it nests, and that nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import inspect
import io
import json
import os
import re
import threading
import unittest
from contextlib import nullcontext
from unittest.mock import patch

import boto3
import moto.backends
import moto.bedrock
import pytest
import requests
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import EndpointResolutionError, EndpointVariantError
from botocore.httpsession import URLLib3Session
from moto import backend_index, mock_aws
from moto.core.config import default_user_config
from moto.core.models import MockAWS, botocore_stubber
from moto.moto_api import recorder, state_manager

import bedrock_mock
from bedrock_mock import mock_bedrock
from support import (
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    import_job,
    in_process,
    manual,
    missing_list,
    refused,
    run,
)

pytestmark = in_process


def make_model(name="model-1"):
    client = boto3.client("bedrock", "us-east-1")
    client.create_model_import_job(**import_job(f"job-of-{name}", name))
    return model_names()


def model_names():
    models = boto3.client("bedrock", "us-east-1").list_imported_models()["modelSummaries"]
    return [model["modelName"] for model in models]


def surroundings():
    """All that a mock changes outside of its own state."""
    return {
        "slot": id(moto.bedrock.bedrock_backends),
        "get_backend": moto.backends.get_backend,
        "send": URLLib3Session.send,
        "urls": list(backend_index.backend_url_patterns),
        "environment": {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"},
        "config": {key: dict(value) for key, value in default_user_config.items()},
        "transitions": dict(state_manager._transitions),
        "session": boto3.DEFAULT_SESSION,
        "stubber": botocore_stubber.enabled,
        "count": MockAWS._nested_count,
    }


@pytest.fixture(autouse=True)
def _all_is_as_before(request):
    before = surroundings()
    yield
    if request.cls is None:
        # Around the methods of a decorated class the mock is still active here.
        assert surroundings() == before


# --- what it decorates ---------------------------------------------------------------


def test_it_decorates_a_function_with_and_without_parentheses():
    @mock_bedrock
    def bare(name, *, suffix):
        return make_model(name + suffix)

    @mock_bedrock()
    def with_parentheses(name):
        return make_model(name)

    assert bare("a", suffix="b") == ["ab"]
    assert with_parentheses("c") == ["c"]
    assert bare.__name__ == "bare"
    assert list(inspect.signature(bare).parameters) == ["name", "suffix"]


def test_it_decorates_a_coroutine_function():
    @mock_bedrock
    async def coroutine(name):
        await asyncio.sleep(0)
        return make_model(name)

    assert inspect.iscoroutinefunction(coroutine)
    assert asyncio.run(coroutine("a")) == ["a"]


def test_coroutines_under_one_decorator_may_run_at_the_same_time():
    @mock_bedrock
    async def coroutine(name):
        make_model(name)
        await asyncio.sleep(0)
        return model_names()

    async def both():
        return await asyncio.gather(coroutine("a"), coroutine("b"))

    # The mock nests: one that starts while it is active shares its state.
    assert asyncio.run(both()) == [["b", "a"], ["b", "a"]]


def test_it_decorates_a_generator_and_stays_active_between_its_steps():
    @mock_bedrock
    def generator():
        received = yield make_model("a")
        try:
            yield received
        except KeyError:
            yield make_model("b")
        return model_names()

    steps = generator()
    assert next(steps) == ["a"]
    assert model_names() == ["a"]
    assert steps.send("sent") == "sent"
    assert steps.throw(KeyError) == ["b", "a"]
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert stop.value.value == ["b", "a"]


def test_a_generator_that_is_closed_early_ends_the_mock():
    @mock_bedrock
    def generator():
        yield make_model("a")

    steps = generator()
    next(steps)
    steps.close()
    assert not botocore_stubber.enabled


def test_it_decorates_an_asynchronous_generator():
    closed = []

    @mock_bedrock
    async def generator():
        try:
            received = yield make_model("a")
            try:
                yield received
            except KeyError:
                yield make_model("b")
        finally:
            closed.append(model_names())

    async def walk():
        steps = generator()
        seen = [await anext(steps), await steps.asend("sent"), await steps.athrow(KeyError)]
        async for _ in steps:
            pytest.fail("there is nothing left")
        early = generator()
        await anext(early)
        await early.aclose()
        return seen

    assert inspect.isasyncgenfunction(generator)
    assert asyncio.run(walk()) == [["a"], "sent", ["b", "a"]]
    assert closed == [["b", "a"], ["a"]]


@mock_bedrock
class TestPytestClass:
    def setup_method(self):
        make_model("from-setup")

    def teardown_method(self, method):
        assert method.__name__.startswith("test_")
        assert "from-setup" in model_names()

    def test_sees_what_setup_made(self):
        assert make_model("a") == ["a", "from-setup"]

    def test_sees_nothing_of_its_siblings(self):
        assert make_model("b") == ["b", "from-setup"]

    @pytest.mark.parametrize("name", ["c", "d"])
    def test_takes_parameters_and_fixtures(self, name, tmp_path):
        assert tmp_path.exists()
        assert self.helper(name) == [name, "from-setup"]

    @staticmethod
    def helper(name):
        return make_model(name)

    @mock_aws
    def test_nests_with_mock_aws(self):
        assert model_names() == ["from-setup"]

    class TestInner:
        def test_is_decorated_too(self):
            assert make_model("inner") == ["inner"]


class _Base:
    def test_inherited(self):
        assert make_model("inherited") == ["inherited"]


@mock_bedrock
class TestInheritedTests(_Base):
    pass


@mock_bedrock()
class TestUnittestClass(unittest.TestCase):
    def setUp(self):
        self.addCleanup(lambda: self.assertIn("from-setup", model_names()))  # noqa: PT009
        make_model("from-setup")

    def tearDown(self):
        assert "from-setup" in model_names()

    def test_sees_what_setup_made(self):
        assert make_model("a") == ["a", "from-setup"]

    def test_sees_nothing_of_its_siblings(self):
        assert make_model("b") == ["b", "from-setup"]


@mock_bedrock
class TestAsyncUnittestClass(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        make_model("from-setup")

    async def test_sees_what_setup_made(self):
        assert make_model("a") == ["a", "from-setup"]


def test_a_unittest_class_works_with_unittests_own_runner_and_with_debug():
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(TestUnittestClass).run(result)
    assert (result.testsRun, result.failures, result.errors) == (2, [], [])
    TestUnittestClass("test_sees_what_setup_made").debug()


def test_a_class_whose_setup_fails_leaves_no_mock_behind():
    @mock_bedrock
    class Broken:
        def setup_method(self):
            raise LookupError

    with pytest.raises(LookupError):
        Broken().setup_method(None)


def sequence(cls, *, fails=False):
    """Sets an instance up and tears it down as pytest does, and returns whether it was mocked."""
    instance, mocked = cls(), []

    def both(name):
        method = getattr(instance, name)
        method(None)
        mocked.append(botocore_stubber.enabled)

    both("setup_method")
    try:
        both("teardown_method")
    except ZeroDivisionError:
        assert fails
    return mocked[0] and not botocore_stubber.enabled


@mock_bedrock
class Base:
    """A base that subclasses change in all the ways that pytest allows."""

    made = 0

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.made += 1

    def setup_method(self):
        self.names = make_model()

    def teardown_method(self):
        self.names = None


@mock_bedrock
class Bare:
    """A base with neither method."""


class Neither(Bare):
    pass


class OwnTeardown(Base):
    def teardown_method(self):
        pass


class CallsSuper(Base):
    def setup_method(self):
        super().setup_method()
        assert model_names() == self.names

    def teardown_method(self, method):
        super().teardown_method()


class OwnSetup(Base):
    def setup_method(self, method):
        make_model("other")


@mock_bedrock
class DecoratedTwice(Base):
    def setup_method(self):
        make_model("other")


class Fails(Base):
    def teardown_method(self):
        raise ZeroDivisionError


class Static(Bare):
    @staticmethod
    def setup_method():
        make_model()

    @classmethod
    def teardown_method(cls):
        make_model("other")


@pytest.mark.parametrize(
    "cls", [Base, Neither, OwnTeardown, CallsSuper, OwnSetup, DecoratedTwice, Static]
)
def test_a_subclass_may_have_methods_of_its_own_for_setup_and_teardown(cls):
    assert sequence(cls)
    assert Base.made == 5


def test_a_teardown_that_fails_ends_the_mock():
    assert sequence(Fails, fails=True)


def test_a_function_that_gives_a_coroutine_is_awaited_within_the_mock():
    @mock_bedrock
    def make(name):
        async def body():
            return make_model(name)

        return body()

    assert asyncio.run(make("model-1")) == ["model-1"]


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ({"bedrock": {}}, "did you mean mock_bedrock(config={'bedrock': {}})?"),
        (staticmethod(make_model), "put it below @staticmethod"),
        (classmethod(make_model), "put it below @classmethod"),
    ],
)
def test_a_wrong_decoration_suggests_the_right_one(target, hint):
    with pytest.raises(TypeError, match=re.escape(hint)):
        mock_bedrock(target)


def test_an_attribute_of_the_handle_asked_of_the_mock_suggests_the_handle():
    with pytest.raises(AttributeError, match="'client'; enter it first: with mock_bedrock"):
        mock_bedrock().client()
    with pytest.raises(AttributeError, match=r"has no attribute 'clients'$"):
        mock_bedrock().clients()


def test_it_refuses_what_cannot_be_decorated():
    with pytest.raises(TypeError, match="functions and classes, not 'text'"):
        mock_bedrock()("text")


# --- context manager, start and stop, nesting ----------------------------------------


def test_state_can_outlast_a_mock_as_in_moto():
    mock = mock_bedrock()
    mock.start()
    make_model("kept")
    mock.stop(remove_data=False)
    mock.start(reset=False)
    assert model_names() == ["kept"]
    mock.stop(remove_data=False)
    mock.start()
    assert model_names() == []
    make_model("removed")
    mock.stop()
    mock.start(reset=False)
    assert model_names() == []
    mock.stop()


def test_as_context_manager_it_gives_the_handle():
    with mock_bedrock() as bedrock:
        assert isinstance(bedrock, bedrock_mock.BedrockMock)
        make_model("a")
        backend = bedrock.backend(region_name="us-east-1")
        assert moto.backends.get_backend("bedrock")["123456789012"]["us-east-1"] is backend


def test_start_and_stop():
    mock = mock_bedrock()
    assert isinstance(mock.start(), bedrock_mock.BedrockMock)
    assert make_model("a") == ["a"]
    mock.stop()
    with pytest.raises(RuntimeError, match=r"stop\(\) was called before start\(\)"):
        mock.stop()


def test_one_object_may_be_started_within_itself():
    mock = mock_bedrock()
    with mock:
        make_model("a")
        with mock:
            assert model_names() == ["a"]
        assert model_names() == ["a"]


def test_state_is_gone_with_the_mock():
    with mock_bedrock():
        make_model("a")
    with mock_bedrock():
        assert model_names() == []


@pytest.mark.parametrize(
    ("outer", "inner"),
    [(mock_aws, mock_bedrock), (mock_bedrock, mock_aws), (mock_bedrock, mock_bedrock)],
)
def test_it_nests_with_mock_aws_and_itself(outer, inner):
    with outer():
        boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")
        with inner():
            assert make_model("a") == ["a"]
        assert boto3.client("s3", "us-east-1").head_bucket(Bucket="bucket")


def test_mocks_may_end_in_another_order_than_they_began():
    sloppy = {"bedrock": {"validate_requests": False}}
    first, second, third = mock_bedrock(), mock_bedrock(config=sloppy), mock_bedrock()
    first.start()
    second.start()
    third.start()
    make_model("a")
    second.stop()
    assert model_names() == ["a"]
    first.stop()
    assert model_names() == ["a"]
    third.stop()


@pytest.mark.parametrize(("outer", "inner"), [(mock_aws, mock_bedrock), (mock_bedrock, mock_aws)])
def test_the_slot_is_given_back_in_any_order(outer, inner):
    slot = id(moto.bedrock.bedrock_backends)
    environment, session = dict(os.environ), boto3.DEFAULT_SESSION
    first, second = outer(), inner()
    first.start()
    second.start()
    first.stop()
    second.stop()
    assert id(moto.bedrock.bedrock_backends) == slot
    # moto itself leaves the credentials of the inner mock behind when the outer ends first.
    os.environ.clear()
    os.environ.update(environment)
    boto3.DEFAULT_SESSION = session


def test_within_mock_aws_the_slot_is_ours_only_while_ours_lasts():
    with mock_aws():
        slot = moto.bedrock.bedrock_backends
        with mock_bedrock():
            assert moto.bedrock.bedrock_backends is not slot
            make_model("a")
        assert moto.bedrock.bedrock_backends is slot
        with mock_bedrock():
            assert model_names() == []


def test_every_other_service_stays_mocked():
    with mock_bedrock():
        s3 = boto3.client("s3", "us-east-1")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="k", Body=b"content")
        assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"content"
        runtime = boto3.client("bedrock-runtime", "us-east-1")
        assert runtime.meta.endpoint_url == "https://bedrock-runtime.us-east-1.amazonaws.com"


def test_threads_share_one_mock():
    names = [f"model-{number}" for number in range(8)]
    with mock_bedrock() as bedrock:
        client = bedrock.client()
        threads = [
            threading.Thread(
                target=client.create_model_import_job, kwargs=import_job(f"job-{name}", name)
            )
            for name in names
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(model_names()) == names


# --- what is put back ----------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "", "original"])
def test_the_environment_is_restored_to_the_byte(value):
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    given = {} if value is None else dict.fromkeys(names, value)
    with patch.dict(os.environ, given):
        before = dict(os.environ)
        with mock_bedrock():
            assert os.environ["AWS_ACCESS_KEY_ID"] == "FOOBARKEY"
            del os.environ["AWS_ACCESS_KEY_ID"]
        assert dict(os.environ) == before


def test_an_exception_in_the_body_ends_the_mock_and_is_passed_on():
    @mock_bedrock
    def fails():
        make_model("a")
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        fails()


def test_an_exception_while_starting_leaves_nothing_behind(monkeypatch):
    mock = mock_bedrock()
    with monkeypatch.context() as broken:
        broken.setattr("moto.core.models.MockAWS.start", lambda self, reset=True: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            mock.start()
    with pytest.raises(RuntimeError):
        mock.stop()


@pytest.mark.parametrize("outer", [nullcontext, mock_aws])
def test_a_start_that_fails_half_way_leaves_nothing_behind(monkeypatch, outer):
    with outer():
        before = surroundings()
        with monkeypatch.context() as patched:
            if outer is nullcontext:
                patched.setattr(MockAWS, "_enable_patching", lambda *_, **__: 1 / 0)
            else:
                patched.setattr(bedrock_mock.BedrockMock, "begin", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                mock_bedrock().start()
        assert surroundings() == before
    # The next one is a mock as any.
    with mock_bedrock():
        assert make_model() == ["model-1"]


@pytest.mark.parametrize("place", ["handle", "moto"])
def test_an_end_that_fails_is_an_end(monkeypatch, place):
    mock = mock_bedrock()
    mock.start()
    if place == "handle":
        monkeypatch.setattr(bedrock_mock.BedrockMock, "end", lambda _: 1 / 0)
    else:
        monkeypatch.setattr(MockAWS, "_disable_patching", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        mock.stop()
    monkeypatch.undo()
    assert not botocore_stubber.enabled
    with mock_bedrock():
        assert model_names() == []


def test_the_object_of_a_mock_that_has_ended_changes_nothing():
    with mock_bedrock() as bedrock:
        pass
    with pytest.raises(RuntimeError, match=r"set_transition\(\): this mock has ended"):
        bedrock.set_transition(IMPORT_CLOCK, manual(2))
    with pytest.raises(RuntimeError, match=r"throttle\(\): this mock has ended"):
        bedrock.throttle("GetModelImportJob")


@pytest.mark.parametrize("account_id", ["12", "12345678901x", 5])
def test_an_account_has_twelve_digits(account_id):
    with (
        mock_bedrock() as bedrock,
        pytest.raises(ValueError, match="account_id must be 12 digits, got"),
    ):
        bedrock.client(account_id=account_id)


def test_an_endpoint_in_the_environment_is_not_the_mocks(monkeypatch):
    with monkeypatch.context() as patched, mock_bedrock() as bedrock:
        patched.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        assert bedrock.client().list_imported_models()["modelSummaries"] == []


@pytest.mark.parametrize(
    "url",
    [
        "https://frauddetector.us-east-1.amazonaws.com:443",
        "https://x.bedrock.us-east-1.vpce.AMAZONAWS.com:443",
    ],
)
def test_a_host_of_aws_with_a_port_is_not_reached(url):
    with mock_bedrock():
        client = boto3.client("frauddetector", "us-east-1", endpoint_url=url)
        with pytest.raises(NotImplementedError, match="was about to leave for the real AWS"):
            client.get_detectors()


def test_a_change_within_a_part_of_motos_config_ends_with_the_mock():
    with mock_bedrock():
        default_user_config["core"]["mine"] = True
    assert "mine" not in default_user_config["core"]


@pytest.mark.once
def test_an_installed_config_is_set_and_ends_outside_of_mocks_only():
    run("""
    import bedrock_mock, pytest
    from moto.core.config import default_user_config
    from moto import mock_aws

    before = dict(default_user_config)
    config = {"bedrock": {"validate_requests": False}}
    with bedrock_mock.mock_bedrock():
        with pytest.raises(RuntimeError, match="must come before all mocks, and once"):
            bedrock_mock.install(config=config)
    bedrock_mock.install(config=config)
    bedrock_mock.install(config=config)
    bedrock_mock.install()
    with pytest.raises(RuntimeError, match="must come before all mocks, and once"):
        bedrock_mock.install(config={"bedrock": {"quotas": True}})
    with bedrock_mock.mock_bedrock():
        with pytest.raises(RuntimeError, match="a mock is active that has the config"):
            bedrock_mock.uninstall()
    assert default_user_config["bedrock"] == config["bedrock"]
    bedrock_mock.uninstall()
    assert default_user_config == before
    """)


def test_an_inner_config_ends_with_the_inner_mock():
    sloppy = {"bedrock": {"validate_requests": False}}
    with mock_aws(), mock_bedrock() as bedrock:
        client = bedrock.client()
        with mock_bedrock(config=sloppy):
            client.create_model_import_job(**import_job("job-1", "a", roleArn="testrole"))
        with refused("ValidationException", 400):
            client.create_model_import_job(**import_job("job-2", "b", roleArn="testrole"))


def test_it_takes_motos_config():
    with mock_bedrock(config={"core": {"service_whitelist": ["s3"]}}):
        from moto.core.exceptions import ServiceNotWhitelisted

        boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")
        with pytest.raises(ServiceNotWhitelisted):
            model_names()


def test_a_session_made_before_is_the_default_one_again():
    before = boto3.DEFAULT_SESSION
    boto3.setup_default_session(region_name="eu-west-1")
    session = boto3.DEFAULT_SESSION
    try:
        with mock_bedrock():
            boto3.client("bedrock", "us-east-1")
            assert boto3.DEFAULT_SESSION is not session
        assert boto3.DEFAULT_SESSION is session
    finally:
        boto3.DEFAULT_SESSION = before


# --- no way to the network -----------------------------------------------------------


def test_an_operation_that_is_not_implemented_says_so():
    missing = missing_list().name
    with (
        mock_bedrock() as bedrock,
        pytest.raises(NotImplementedError, match=f"{missing} is not implemented"),
    ):
        getattr(bedrock.client(), xform_name(missing))()


@pytest.mark.parametrize(
    "options", [{"use_fips_endpoint": True}, {"use_dualstack_endpoint": True}], ids=str
)
@pytest.mark.parametrize(
    "region",
    [
        "us-west-2",
        "us-gov-west-1",
        "cn-north-1",
        "eusc-de-east-1",
        "us-iso-east-1",
        "us-isob-east-1",
    ],
)
def test_other_hosts_of_bedrock_are_answered_too(options, region):
    with mock_bedrock() as bedrock:
        try:
            bedrock.backend(region)
            client = boto3.client("bedrock", region, config=Config(**options))
            arn = client.create_model_import_job(**import_job())["jobArn"]
        except (EndpointResolutionError, EndpointVariantError, ValueError) as error:
            pytest.skip(f"this version of botocore knows no such host: {error}")
        assert f":bedrock:{region}:" in arn


def test_plain_requests_to_bedrock_are_answered_too():
    with mock_bedrock():
        answer = requests.get("https://bedrock.us-east-1.amazonaws.com/imported-models", timeout=5)
        assert (answer.status_code, answer.json()) == (200, {"modelSummaries": []})


def test_plain_requests_may_send_a_file():
    with mock_bedrock():
        url = "https://bedrock.us-east-1.amazonaws.com/model-import-jobs"
        answer = requests.post(url, data=io.BytesIO(json.dumps(import_job()).encode()), timeout=5)
        assert answer.status_code == 201
        assert model_names() == ["model-1"]


def test_a_host_of_aws_that_moto_does_not_know_is_refused():
    with (
        mock_bedrock(),
        pytest.raises(NotImplementedError, match="was about to leave for the real AWS"),
    ):
        boto3.client("sqs", "us-east-1", config=Config(use_dualstack_endpoint=True)).list_queues()


@pytest.mark.parametrize(
    "passthrough",
    [{"urls": [r"https://sqs\..*"], "services": []}, {"urls": [], "services": ["sqs"]}],
    ids=str,
)
def test_a_host_that_is_passed_through_is_not(passthrough):
    config = Config(use_dualstack_endpoint=True)
    with mock_bedrock(config={"core": {"passthrough": passthrough}}):
        client = boto3.client("sqs", "us-east-1", config=config)
        with pytest.raises(pytest.fail.Exception, match=r"sqs\.us-east-1\.api\.aws"):
            client.list_queues()


@pytest.mark.parametrize(
    "passthrough",
    [{"urls": [r"https://bedrock\..*"], "services": []}, {"urls": [], "services": ["bedrock"]}],
    ids=str,
)
def test_bedrock_itself_can_be_passed_through(passthrough):
    with mock_bedrock(config={"core": {"passthrough": passthrough}}) as bedrock:
        client = bedrock.client(region_name="us-east-1")
        with pytest.raises(pytest.fail.Exception, match=r"bedrock\.us-east-1\.amazonaws\.com"):
            client.list_imported_models()


def test_motos_recorder_records_calls_to_bedrock(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "_location", str(tmp_path / "recording"))
    with mock_bedrock() as bedrock:
        client = bedrock.client()
        client.list_imported_models()
        recorder.start_recording()
        try:
            client.list_model_import_jobs(maxResults=7)
        finally:
            recorder.stop_recording()
        client.list_imported_models()
    (entry,) = (tmp_path / "recording").read_text(encoding="utf-8").splitlines()
    assert json.loads(entry)["url"].endswith("/model-import-jobs?maxResults=7")


@pytest.mark.once
def test_a_client_that_was_made_before_moto_was_imported_is_answered_too():
    assert run("""
        import boto3, sys
        early = boto3.client(
            "bedrock", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        assert "moto" not in sys.modules
        from bedrock_mock import mock_bedrock
        with mock_bedrock():
            print(len(early.list_imported_models()["modelSummaries"]))
    """) == ["0"]


def test_importing_the_package_loads_nothing_of_moto_or_botocore():
    assert run("""
        import sys, bedrock_mock
        print(any(name in sys.modules for name in ("moto", "boto3", "botocore", "responses")))
        print("mock_bedrock" in dir(bedrock_mock), bedrock_mock.__version__ > "")
    """) == ["False", "True", "True"]


@pytest.mark.parametrize("collects", [True, False])
def test_the_garbage_collector_is_as_before_after_a_first_use(collects, monkeypatch):
    monkeypatch.delitem(vars(bedrock_mock), "Reply", raising=False)
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        assert bedrock_mock.Reply("Paris.").text == "Paris."
        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()


def test_a_name_that_the_package_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'mock_badrock'"):
        _ = bedrock_mock.mock_badrock


# --- install -------------------------------------------------------------------------


@pytest.mark.once
def test_install_gives_plain_mock_aws_our_bedrock():
    assert run("""
        import boto3, bedrock_mock, moto.bedrock
        from moto import mock_aws
        original = moto.bedrock.bedrock_backends
        bedrock_mock.uninstall()
        bedrock_mock.install()
        bedrock_mock.install()
        @mock_aws
        def use():
            client = boto3.client("bedrock", "us-east-1")
            print(len(client.list_imported_models()["modelSummaries"]))
            with bedrock_mock.mock_bedrock():
                print(len(client.list_imported_models()["modelSummaries"]))
        use()
        print(moto.bedrock.bedrock_backends is original)
        bedrock_mock.uninstall()
        print(moto.bedrock.bedrock_backends is original)
    """) == ["0", "0", "False", "True"]


@pytest.mark.once
def test_installed_state_lasts_as_long_as_motos():
    assert run("""
        import boto3, bedrock_mock
        from moto import mock_aws
        bedrock_mock.install()
        job = dict(
            jobName="j", importedModelName="m", roleArn="arn:aws:iam::123456789012:role/r",
            modelDataSource={"s3DataSource": {"s3Uri": "s3://bucket/m/"}},
        )
        def count():
            client = boto3.client("bedrock", "us-east-1")
            return len(client.list_imported_models()["modelSummaries"])
        with mock_aws():
            with bedrock_mock.mock_bedrock() as bedrock:
                bedrock.client().create_model_import_job(**job)
            print(count())
        with mock_aws():
            print(count())
    """) == ["1", "0"]


@pytest.mark.once
def test_install_takes_a_config_for_all_mocks_that_do_not_say_otherwise():
    assert run("""
        import boto3, bedrock_mock
        from moto import mock_aws
        from moto.core.config import default_user_config
        before = dict(default_user_config)
        try:
            bedrock_mock.install(config={"bedrock": {"validate_request": False}})
        except ValueError as error:
            print(str(error).split()[-1])
        bedrock_mock.install(config={"bedrock": {"validate_requests": False}})
        job = dict(
            jobName="my job", importedModelName="m", roleArn="testrole",
            modelDataSource={"s3DataSource": {"s3Uri": "s3://my_bucket"}},
        )
        def try_it(mock):
            with mock:
                try:
                    boto3.client("bedrock", "us-east-1").create_model_import_job(**job)
                    print("accepted")
                except Exception as error:
                    print(type(error).__name__)
        try_it(mock_aws())
        try_it(bedrock_mock.mock_bedrock())
        try_it(bedrock_mock.mock_bedrock(config={"bedrock": {"validate_requests": True}}))
        bedrock_mock.uninstall()
        print(default_user_config == before)
    """) == ["validate_requests?", "accepted", "accepted", "ValidationException", "True"]


# --- the handle ----------------------------------------------------------------------


def test_the_handles_clients_have_their_region_and_account():
    with mock_bedrock() as bedrock:
        client = bedrock.client(region_name="eu-west-1", account_id="111122223333")
        role = "arn:aws:iam::111122223333:role/r"
        arn = client.create_model_import_job(**import_job(roleArn=role))["jobArn"]
        assert arn.startswith("arn:aws:bedrock:eu-west-1:111122223333:model-import-job/")
        backend = bedrock.backend(region_name="eu-west-1", account_id="111122223333")
        assert len(backend.model_import_jobs.store) == 1
        assert model_names() == []


def test_the_handles_region_is_the_environments_or_us_east_1():
    chosen = {"AWS_DEFAULT_REGION": "eu-central-1", "MOTO_ACCOUNT_ID": "444455556666"}
    with mock_bedrock() as bedrock:
        assert bedrock.client().meta.region_name == "us-east-1"
        with patch.dict(os.environ, chosen):
            assert bedrock.client().meta.region_name == "eu-central-1"
            assert bedrock.backend().scope == "444455556666/eu-central-1"


def test_it_is_an_asynchronous_context_manager_too():
    async def use():
        async with mock_bedrock() as bedrock:
            assert bedrock_mock.current() is bedrock
            return bedrock.client().list_imported_models()["modelSummaries"]

    assert asyncio.run(use()) == []


def test_parentheses_that_are_missing_are_named():
    message = "the parentheses are missing: with mock_bedrock"
    with pytest.raises(TypeError, match=message), mock_bedrock as bedrock:
        pytest.fail(repr(bedrock))

    async def use():
        async with mock_bedrock as bedrock:
            pytest.fail(repr(bedrock))

    with pytest.raises(TypeError, match="the parentheses are missing: async with mock_bedrock"):
        asyncio.run(use())
    assert "mock_bedrock" in repr(mock_bedrock)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("freeze", "the fixture bedrock_mock has it: name the fixture as an argument of the test"),
        ("client", "the fixture bedrock_mock has it"),
        ("backend", "the fixture bedrock_mock has it"),
        ("mock_bedrok", "did you mean 'mock_bedrock'"),
        ("something", "has no attribute 'something'$"),
        ("__something__", "has no attribute '__something__'$"),
    ],
)
def test_a_name_that_the_module_lacks_says_who_has_it(name, hint):
    with pytest.raises(AttributeError, match=hint):
        getattr(bedrock_mock, name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mock_bedrock", "the module bedrock_mock has it: from bedrock_mock import mock_bedrock"),
        ("install", "the module bedrock_mock has it"),
        ("throtle", "did you mean 'throttle'"),
        ("something", "has no attribute 'something'$"),
    ],
)
def test_a_name_that_the_handle_lacks_says_who_has_it(name, hint):
    with mock_bedrock() as bedrock, pytest.raises(AttributeError, match=hint):
        getattr(bedrock, name)


@pytest.mark.once
def test_a_name_that_is_misspelt_loads_nothing():
    assert run("""
        import bedrock_mock, sys
        for name in ("freeze", "something"):
            print(hasattr(bedrock_mock, name))
        print(any(name in sys.modules for name in ("moto", "boto3", "botocore")))
    """) == ["False", "False", "False"]


def test_a_region_that_does_not_exist_is_named_with_those_that_are_close():
    message = "There is no region 'us-esat-1'. Did you mean .*us-east-1"
    with mock_bedrock() as bedrock, pytest.raises(ValueError, match=message):
        bedrock.backend(region_name="us-esat-1")


def test_transitions_end_with_the_mock():
    state_manager.set_transition(EVALUATION_CLOCK, manual(7))
    try:
        with mock_bedrock() as bedrock:
            bedrock.set_transition(IMPORT_CLOCK, manual(2))
            state_manager.set_transition(EVALUATION_CLOCK, manual(3))
        assert state_manager.get_transition(IMPORT_CLOCK) == {"progression": "immediate"}
        assert state_manager.get_transition(EVALUATION_CLOCK) == manual(7)
    finally:
        state_manager.unset_transition(EVALUATION_CLOCK)


def test_a_clock_that_does_not_exist_is_refused():
    message = "Known clocks: .*bedrock::custom_model, bedrock::"
    with mock_bedrock() as bedrock, pytest.raises(ValueError, match=message):
        bedrock.set_transition("bedrock::model_import_jobs", manual(1))


@pytest.mark.parametrize(
    "transition",
    [
        {},
        "manual",
        None,
        {"progression": "slow"},
        {"progression": "manual"},
        {"progression": "manual", "times": "2"},
        {"progression": "manual", "times": True},
        {"progression": "time", "seconds": -1},
        {"progression": "time", "times": 1},
    ],
    ids=str,
)
def test_a_transition_that_means_nothing_is_refused(transition):
    with (
        mock_bedrock() as bedrock,
        pytest.raises(ValueError, match="is not a transition of moto's"),
    ):
        bedrock.set_transition(IMPORT_CLOCK, transition)


def test_the_dashboard_shows_what_is_there_and_holds_nothing():
    with mock_bedrock() as bedrock:
        client = bedrock.client()
        client.create_model_import_job(**import_job())
        url = "https://motoapi.amazonaws.com/moto-api/data.json"
        shown = requests.get(url, timeout=5).json()["bedrock"]
        assert [job["job_name"] for job in shown["ModelImportJob"]] == ["job-1"]
        client.list_imported_models()
        client.delete_imported_model(modelIdentifier="model-1")
        assert "ImportedModel" not in requests.get(url, timeout=5).json()["bedrock"]
        requests.post("https://motoapi.amazonaws.com/moto-api/reset", timeout=5)
        assert requests.get(url, timeout=5).json()["bedrock"] == {}


def test_a_bug_of_ours_is_an_exception_and_not_an_answer(monkeypatch):
    with mock_bedrock() as bedrock:
        backend = bedrock.backend()
        monkeypatch.setitem(backend.handlers, "GetImportedModel", lambda request: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bedrock.client().get_imported_model(modelIdentifier="m")


def test_the_mock_is_over_when_it_is_over():
    with mock_bedrock():
        client = boto3.client("bedrock", "us-east-1")
    with pytest.raises(pytest.fail.Exception, match=r"bedrock\.us-east-1\.amazonaws\.com"):
        client.list_imported_models()


@pytest.mark.parametrize("name", ["bedrock", "bedrock-runtime"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_bucket_may_have_the_name_of_the_service(name, region):
    place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with mock_bedrock():
        s3 = boto3.client("s3", region)
        s3.create_bucket(Bucket=name, **(place if region != "us-east-1" else {}))
        s3.put_object(Bucket=name, Key="key", Body=b"content")
        assert s3.get_object(Bucket=name, Key="key")["Body"].read() == b"content"
