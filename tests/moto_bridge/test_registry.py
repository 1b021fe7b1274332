"""What moto registers for ``requests`` is made late, and is what moto would have made."""

from __future__ import annotations

import copy
import operator
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import boto3
import pytest
import requests
import responses
from moto import backend_index, mock_aws
from moto.core import custom_responses_mock, models
from moto.core.custom_responses_mock import CallbackResponse
from moto.core.models import MockAWS, override_responses_real_send, responses_mock
from moto.core.responses_custom_registry import CustomRegistry

import bedrock_mock
from bedrock_mock import mock_bedrock
from bedrock_mock.moto_bridge import registry
from bedrock_mock.moto_bridge.registry import Entries
from support import in_process

pytestmark = in_process

JOBS = "https://bedrock.us-east-1.amazonaws.com/model-import-jobs"
SECRETS = "https://secretsmanager.us-east-1.amazonaws.com/"
PAGE = "https://example.com/page"


@pytest.fixture
def installed():
    bedrock_mock.install()
    yield
    bedrock_mock.uninstall()


@pytest.fixture(params=["mock_bedrock", "mock_aws after install()"])
def mock(request):
    if request.param == "mock_bedrock":
        return mock_bedrock
    request.getfixturevalue("installed")
    return mock_aws


@contextmanager
def motos_own(monkeypatch):
    """A mock that starts as moto does by itself, with our patterns in force."""
    with monkeypatch.context() as patched:
        patched.setattr(registry, "callback_of", lambda original: None)
        bedrock_mock.install()
        try:
            yield
        finally:
            bedrock_mock.uninstall()


def everything(entry):
    """The attributes of an entry, in a form that compares."""
    return {
        **vars(entry),
        "_calls": len(entry.calls),
        "type": type(entry),
        "url": (entry.url.pattern, entry.url.flags),
        # In older versions of moto it is a method that we wrap anew each time.
        "callback": (getattr(entry.callback, "__self__", None), entry.callback.__name__),
    }


def made_in(monkeypatch, work):
    """How many entries are made meanwhile."""
    made = []

    class Counted(CallbackResponse):
        def __init__(self, *args, **kwargs):
            made.append(self)
            super().__init__(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(custom_responses_mock, "CallbackResponse", Counted)
        work()
    return len(made)


def test_a_mock_that_sends_nothing_by_requests_makes_no_entries(mock, monkeypatch):
    def work():
        with mock():
            boto3.client("sts", "us-east-1").get_caller_identity()

    assert made_in(monkeypatch, work) == 0


def test_a_request_makes_the_entries_of_its_method_once(mock, monkeypatch):
    def work():
        with mock():
            requests.get(JOBS, timeout=1)
            requests.get(JOBS, timeout=1)

    assert made_in(monkeypatch, work) == len(backend_index.backend_url_patterns) + 1


def test_the_entries_are_those_that_moto_would_have_made(monkeypatch):
    with motos_own(monkeypatch), mock_aws():
        expected = [everything(each) for each in responses_mock.registered()]
    bedrock_mock.install()
    try:
        with mock_aws():
            found = [everything(each) for each in responses_mock.registered()]
    finally:
        bedrock_mock.uninstall()
    assert found == expected
    assert len(found) == 7 * (len(backend_index.backend_url_patterns) + 1)


def test_the_patterns_are_those_of_the_start(mock):
    with mock():
        hosts = dict(backend_index.backend_url_patterns)["bedrock"]
        backend_index.backend_url_patterns.append(("bedrock", re.compile("https://late")))
        try:
            urls = [each.url for each in responses_mock.registered()]
        finally:
            backend_index.backend_url_patterns.pop()
    assert urls.count(hosts) == 7
    assert re.compile("https://late") not in urls


def test_what_a_test_adds_is_dropped_with_the_mock(mock):
    with mock():
        responses_mock.add(responses.GET, PAGE, body="mine")
        assert requests.get(PAGE, timeout=1).text == "mine"
        responses_mock.remove(responses.GET, PAGE)
        responses_mock.add(responses.GET, PAGE, body="again")
    with mock():
        assert PAGE not in [each.url for each in responses_mock.registered()]


def test_a_mock_that_keeps_its_data_keeps_the_entries_as_moto_does(monkeypatch):
    def registered(make):
        first, second = make(), make()
        first.start()
        responses_mock.add(responses.GET, PAGE, body="mine")
        first.stop(remove_data=False)
        second.start(reset=False)
        try:
            text = requests.get(PAGE, timeout=1).text
            return text, [(each.method, each.url) for each in responses_mock.registered()]
        finally:
            second.stop()

    with motos_own(monkeypatch):
        expected = registered(mock_aws)
    assert expected[0] == "mine"
    text, entries = registered(mock_bedrock)
    assert text == "mine"
    # Entries of a method keep moto's order; methods may change places.
    by_method = operator.itemgetter(0)
    assert sorted(entries, key=by_method) == sorted(expected[1], key=by_method)


def test_calls_and_changes_are_not_carried_into_the_next_mock(mock):
    def entry():
        return next(
            each
            for each in responses_mock.registered()
            if each.method == "GET" and each.url.match(JOBS)
        )

    with mock():
        requests.get(JOBS, timeout=1)
        first = entry()
        assert first.call_count == len(responses_mock.calls) == 1
        first.status = 418
    with mock():
        second = entry()
        assert (second.call_count, second.status, len(responses_mock.calls)) == (0, 200, 0)
        requests.get(JOBS, timeout=1)
    # What a test has kept of an earlier mock stays as it was.
    assert first.call_count == 1
    assert first is not second


def test_the_registry_is_a_new_one_for_each_mock(mock):
    with mock():
        first = responses_mock.get_registry()
    with mock():
        second = responses_mock.get_registry()
        assert type(second) is CustomRegistry
        assert second is not first


def test_an_inner_mock_changes_nothing_of_the_registry(mock):
    with mock():
        outer = responses_mock.get_registry()
        for inner in (mock_aws, mock_bedrock):
            with inner():
                assert requests.get(JOBS, timeout=1).ok
                assert responses_mock.get_registry() is outer
        assert requests.get(JOBS, timeout=1).ok


def test_mocks_that_end_out_of_order_still_answer_requests():
    first, second = mock_bedrock(), mock_aws()
    first.start()
    second.start()
    first.stop()
    try:
        # The first has given moto its Bedrock back, the registry is that of the first.
        answer = requests.post(
            SECRETS, headers={"X-Amz-Target": "secretsmanager.ListSecrets"}, json={}, timeout=1
        )
        assert answer.json() == {"SecretList": [], "NextToken": None} or answer.ok
    finally:
        second.stop()


def test_hosts_of_aws_that_nothing_mocks_are_refused(mock):
    with mock():
        answer = requests.get("https://nothing.us-east-1.amazonaws.com/", timeout=1)
        assert (answer.status_code, answer.text) == (400, "The method is not implemented")


def test_responses_of_the_test_come_first(mock):
    @responses.activate
    def work():
        responses.add(responses.GET, JOBS, body="theirs")
        responses.add(responses.GET, PAGE, body="page")
        with mock():
            boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")
            return requests.get(JOBS, timeout=1).text, requests.get(PAGE, timeout=1).text

    assert work() == ("theirs", "page")


def test_responses_beside_the_mock_see_what_is_not_for_aws(mock):
    with responses.RequestsMock() as theirs:
        theirs.add(responses.GET, PAGE, body="theirs")
        with mock():
            override_responses_real_send(theirs)
            try:
                assert requests.get(PAGE, timeout=1).text == "theirs"
                assert requests.get(JOBS, timeout=1).json() == {"modelImportJobSummaries": []}
            finally:
                override_responses_real_send(None)


def test_threads_that_send_the_first_requests_see_one_registry(mock):
    with mock():
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: requests.get(JOBS, timeout=5).ok, range(16)))
        assert all(answers)
        entries = [each for each in responses_mock.registered() if each.method == "GET"]
        assert len(entries) == len(backend_index.backend_url_patterns) + 1


def test_suites_of_other_services_notice_nothing(installed):
    for number in range(3):
        with mock_aws():
            s3 = boto3.client("s3", "us-east-1")
            assert s3.list_buckets()["Buckets"] == []
            s3.create_bucket(Bucket="bucket")
            s3.put_object(Bucket="bucket", Key="key", Body=f"text {number}".encode())
            url = s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "key"})
            assert requests.get(url, timeout=1).text == f"text {number}"
            post = s3.generate_presigned_post("bucket", "posted")
            answer = requests.post(
                post["url"], data=post["fields"], files={"file": b"x"}, timeout=1
            )
            assert answer.status_code == 204
            assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 2

            table = boto3.resource("dynamodb", "us-east-1").create_table(
                TableName="table",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            table.put_item(Item={"id": "1", "number": number})
            assert table.get_item(Key={"id": "1"})["Item"]["number"] == number

            sqs = boto3.client("sqs", "us-east-1")
            queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
            sqs.send_message(QueueUrl=queue, MessageBody=f"message {number}")
            (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
            assert message["Body"] == f"message {number}"


def test_a_class_with_a_set_up_has_what_it_made(installed):
    @mock_aws
    class Suite:
        def setup_method(self):
            boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket")

        def test_it(self):
            (bucket,) = boto3.client("s3", "us-east-1").list_buckets()["Buckets"]
            return bucket["Name"], requests.get("https://s3.amazonaws.com/", timeout=1).ok

    for _ in range(2):
        suite = Suite()
        suite.setup_method()
        assert suite.test_it() == ("bucket", True)
    with mock_aws():
        assert boto3.client("s3", "us-east-1").list_buckets()["Buckets"] == []


# --- moto's own way ------------------------------------------------------------------


def test_where_moto_has_changed_its_own_way_is_taken(monkeypatch):
    original = MockAWS._enable_patching
    steps = []

    def changed(self, *, reset=True):
        steps.append("its own")
        original(self, reset=reset)

    monkeypatch.setattr(MockAWS, "_enable_patching", changed)
    with mock_bedrock():
        assert MockAWS._enable_patching is changed
        entries = responses_mock.get_registry()._registered
        assert not isinstance(entries, Entries)
        assert requests.get(JOBS, timeout=1).ok
    assert steps == ["its own"]


def test_where_the_pattern_of_all_of_aws_has_changed_motos_own_way_is_taken(monkeypatch):
    monkeypatch.setattr(registry, "ALL_OF_AWS", "https://something-else/")
    assert registry.callback_of(MockAWS._enable_patching) is None
    assert registry.callback_of(print) is None


@pytest.mark.parametrize("change", ["another registry", "another store"])
def test_a_registry_that_is_not_known_is_filled_at_once(mock, monkeypatch, change):
    class Other(CustomRegistry):
        def __init__(self):
            super().__init__()
            if change == "another store":
                self._registered = _Store()

    class _Store(dict):
        def __missing__(self, key):
            return self.setdefault(key, [])

    if change == "another store":
        monkeypatch.setattr(
            CustomRegistry, "__init__", lambda self: setattr(self, "_registered", _Store())
        )
    else:
        monkeypatch.setattr("moto.core.responses_custom_registry.CustomRegistry", Other)
    with mock():
        entries = responses_mock.get_registry()._registered
        assert not isinstance(entries, Entries)
        assert sum(map(len, entries.values())) == 7 * (len(backend_index.backend_url_patterns) + 1)
        assert requests.get(JOBS, timeout=1).ok


def test_a_registry_that_moto_has_filled_before_gets_more(installed):
    with mock_aws():
        registered = responses_mock.get_registry()
        registered._registered = defaultdict(list, {"GET": [], "PUT": []})
        responses_mock.add(responses.GET, PAGE, body="mine")
        models.botocore_stubber.enabled = True
        MockAWS._enable_patching(mock_aws(), reset=False)
        assert len(registered._registered["GET"]) == len(backend_index.backend_url_patterns) + 2
        assert requests.get(PAGE, timeout=1).text == "mine"


# --- a dict like any other -----------------------------------------------------------


class Start:
    def entries(self, method):
        yield f"entry of {method}"


@pytest.fixture
def entries():
    found = Entries(list)
    found.expect(Start(), ["GET", "PUT"])
    return found


ALL = {"GET": ["entry of GET"], "PUT": ["entry of PUT"]}


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (dict, ALL),
        (len, 2),
        (list, ["GET", "PUT"]),
        (lambda found: list(reversed(found)), ["PUT", "GET"]),
        (lambda found: list(found.keys()), ["GET", "PUT"]),
        (lambda found: list(found.values()), [["entry of GET"], ["entry of PUT"]]),
        (lambda found: dict(found.items()), ALL),
        (lambda found: "PUT" in found, True),
        (lambda found: found == ALL, True),
        (lambda found: found != ALL, False),
        (lambda found: found.get("PUT"), ["entry of PUT"]),
        (lambda found: found.get("TRACE"), None),
        (lambda found: found.pop("PUT"), ["entry of PUT"]),
        (lambda found: found.popitem(), ("PUT", ["entry of PUT"])),
        (lambda found: found.setdefault("PUT", []), ["entry of PUT"]),
        (lambda found: found | {}, ALL),
        (lambda found: {} | found, ALL),
        (lambda found: dict(found.copy()), ALL),
        (lambda found: dict(copy.copy(found)), ALL),
        (lambda found: {name: found[name] for name in ("PUT", "TRACE")}, {**ALL, "TRACE": []}),
        (repr, f"defaultdict(<class 'list'>, {ALL})"),
    ],
)
def test_a_look_at_the_whole_finds_it_whole(entries, look, expected):
    if isinstance(expected, dict) and "TRACE" in expected:
        expected = {name: expected[name] for name in ("PUT", "TRACE")}
    found = look(entries)
    if isinstance(found, str):
        found = found.replace("Entries(", "defaultdict(")
    assert found == expected


def test_what_is_set_or_deleted_is_not_made_again(entries):
    entries["GET"] = ["mine"]
    del entries["PUT"]
    entries.update({"HEAD": []})
    entries |= {"POST": []}
    assert entries == {"GET": ["mine"], "HEAD": [], "POST": []}


def test_what_is_cleared_is_not_made(entries):
    entries.clear()
    assert entries == {}
    assert entries["GET"] == []


def test_a_method_that_is_there_gets_the_entries_of_the_next_start_behind_its_own(entries):
    assert entries["GET"] == ["entry of GET"]
    entries["GET"].append("mine")
    entries.expect(Start(), ["GET", "PUT"])
    assert entries["GET"] == ["entry of GET", "mine", "entry of GET"]
    assert entries["PUT"] == ["entry of PUT", "entry of PUT"]
