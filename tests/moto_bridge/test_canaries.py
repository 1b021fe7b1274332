"""One test for each private name of moto and botocore that is used: it says what broke.

Each test looks at the name itself and at what we rely on it for. When one fails after an
update of moto, its name and message say which module of ours has to follow.
"""

from __future__ import annotations

import asyncio
import http.client
import inspect
import re
from collections import defaultdict
from types import SimpleNamespace

import aiohttp
import httpx
import moto.backends
import moto.bedrock
import pytest
import responses
import urllib3
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, HeadersDict
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from moto import backend_index, settings
from moto.core import botocore_stubber as moto_stubber
from moto.core import model_instances
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend, backend_lock
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.config import default_user_config, passthrough_service, passthrough_url
from moto.core.custom_responses_mock import (
    CallbackResponse,
    not_implemented_callback,
    reset_responses_mock,
)
from moto.core.models import (
    DEFAULT_ACCOUNT_ID,
    RESPONSES_METHODS,
    MockAWS,
    ServerModeMockAWS,
    botocore_stubber,
    responses_mock,
)
from moto.core.responses import BaseResponse
from moto.core.responses_custom_registry import CustomRegistry
from moto.core.utils import convert_to_flask_response, utcnow
from moto.iam import models as iam_models
from moto.moto_api import recorder, state_manager
from moto.moto_api._internal import mock_random, urls
from moto.moto_api._internal.state_manager import StateManager

from bedrock_mock.moto_bridge.registry import callback_of


def parameters(function):
    return list(inspect.signature(function).parameters)


def test_takeover_the_slot_is_read_at_every_call(monkeypatch):
    slot = object()
    monkeypatch.setattr(moto.bedrock, "bedrock_backends", slot)
    assert moto.backends.get_backend("bedrock") is slot


def test_takeover_the_index_of_urls_is_a_list_of_service_and_pattern():
    services = [service for service, _ in backend_index.backend_url_patterns]
    assert services.count("bedrock") == 1
    assert "resourcegroupstaggingapi" in services
    assert all(isinstance(pattern, re.Pattern) for _, pattern in backend_index.backend_url_patterns)


def test_takeover_the_stubber_answers_a_request_or_lets_it_pass():
    assert parameters(botocore_stubber.__call__)[:2] == ["event_name", "request"]
    assert botocore_stubber.enabled is False
    assert botocore_stubber("before-send", None) is None


def test_due_requests_and_flask_come_through_one_method_each():
    assert parameters(CallbackResponse.get_response) == ["self", "request"]
    assert parameters(convert_to_flask_response.__call__) == ["self", "args", "kwargs"]


def test_transitions_are_set_and_unset_by_one_method_each():
    assert type(state_manager) is StateManager
    assert parameters(StateManager.set_transition) == ["self", "model_name", "transition"]
    assert parameters(StateManager.unset_transition) == ["self", "model_name"]


def test_environment_sessions_read_the_config_by_these_names(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    session = Session()
    assert session._config is None
    assert session.full_config == {"profiles": {}}
    assert session._config == {"profiles": {}}
    assert isinstance(Session.full_config, property)
    assert session.get_scoped_config() == {}
    assert session.instance_variables() == {}
    session.set_config_variable("profile", "mine")
    assert session.instance_variables() == {"profile": "mine"}


def test_environment_configured_endpoints_come_from_one_method(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK", "http://127.0.0.1:9")
    provider = ConfiguredEndpointProvider({}, {}, "bedrock")
    assert provider.provide() == "http://127.0.0.1:9"


def test_nesting_a_mock_keeps_what_it_found_by_these_names(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    mock = MockAWS()
    fake = {"AWS_ACCESS_KEY_ID": "FOOBARKEY", "AWS_SECRET_ACCESS_KEY": "FOOBARSECRET"}
    assert mock._fake_creds == fake
    mock.start()
    try:
        assert mock._orig_creds == {"AWS_ACCESS_KEY_ID": "mine", "AWS_SECRET_ACCESS_KEY": None}
        assert callable(mock._default_session_mock.stop)
        assert callable(mock._user_config_mock.stop)
    finally:
        mock.stop()


def test_stubber_all_requests_pass_one_method_that_gives_an_answer_or_none():
    assert parameters(BotocoreStubber.process_request) == ["self", "request"]


def test_stubber_a_body_is_wrapped_by_a_name_that_is_looked_up_at_every_answer(monkeypatch):
    monkeypatch.setattr(moto_stubber, "MockRawResponse", lambda body: ("wrapped", body))
    stubber = BotocoreStubber()
    stubber.enabled = True
    stubber.process_request = lambda request: (200, {}, "body")
    answer = stubber("before-send", SimpleNamespace(url="https://example.com/"))
    assert answer.raw == ("wrapped", "body")


def test_stubber_the_recorder_says_whether_it_records():
    assert recorder._user_enabled is False
    recorder.start_recording()
    assert recorder._user_enabled is True
    recorder.stop_recording()
    assert recorder._user_enabled is False


def test_takeover_moto_has_locks_that_a_forked_child_needs_open():
    for lock in (backend_lock, MockAWS._mock_init_lock, responses_mock._thread_lock):
        assert callable(lock._at_fork_reinit)


def test_takeover_botocore_sends_through_one_method():
    assert parameters(URLLib3Session.send) == ["self", "request"]


def test_takeover_what_is_passed_through_is_asked_by_url_and_by_service():
    assert passthrough_url("https://bedrock.us-east-1.amazonaws.com/") is False
    assert passthrough_service("bedrock") is False


def test_mock_moto_changes_what_we_put_back():
    mock = MockAWS()
    assert mock._fake_creds.keys() == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    assert isinstance(default_user_config, dict)
    assert default_user_config["core"]["reset_boto3_session"] is True


def test_mock_the_state_manager_keeps_what_was_set_apart_from_the_defaults():
    assert state_manager._transitions == {}
    assert parameters(state_manager.register_default_transition) == ["model_name", "transition"]
    assert parameters(state_manager.set_transition) == ["model_name", "transition"]


def test_backend_is_made_for_a_region_and_an_account():
    backend = BaseBackend("us-gov-west-1", "123456789012")
    assert (backend.region_name, backend.account_id) == ("us-gov-west-1", "123456789012")
    assert backend.partition == "aws-us-gov"
    assert {"urls", "flask_paths", "_url_module"} <= set(dir(BaseBackend))


def test_backend_regions_may_be_given_lazily():
    class Lazy(list):
        def __bool__(self):
            return True

        def __iter__(self):
            return iter(["mars-north-1"])

    backends = BackendDict(
        BaseBackend, "bedrock", use_boto3_regions=False, additional_regions=Lazy()
    )
    assert isinstance(backends["123456789012"], AccountSpecificBackend)
    assert backends["123456789012"].regions == ["mars-north-1"]
    with pytest.raises(KeyError):
        backends["123456789012"]["venus-north-1"]
    BackendDict._instances.remove(backends)


def test_backend_ids_come_from_motos_random_numbers():
    mock_random.seed(42)
    first = mock_random.choices("abc", k=12)
    mock_random.seed(42)
    assert mock_random.choices("abc", k=12) == first


def test_response_moto_finds_the_caller_in_headers_and_query_string():
    response = BaseResponse("bedrock")
    response.headers = {"x-moto-account-id": "111122223333"}
    response.querystring = {}
    assert response.get_access_key() == "AKIAEXAMPLE"
    assert response.get_current_account() == "111122223333"
    url = "https://bedrock.eu-west-1.amazonaws.com/"
    request = AWSPreparedRequest("GET", url, {}, b"", stream_output=False)
    assert response.get_region_from_url(request, request.url) == "eu-west-1"
    scope = "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/bedrock/aws4_request"
    response.headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
    assert response.get_access_key() == "AKIAIOSFODNN7EXAMPLE"
    assert parameters(iam_models.mark_account_as_visited) == [
        "account_id",
        "access_key",
        "service",
        "region",
    ]


def test_caller_botocore_keeps_headers_in_a_dict_by_keys_in_lower_case():
    ((key, value),) = HeadersDict({"X-Amz-Date": b"now"})._dict.items()
    assert (key._lower, value) == ("x-amz-date", b"now")
    request = AWSRequest("GET", "https://bedrock.us-east-1.amazonaws.com/")
    assert type(request.prepare().headers) is HeadersDict


def test_caller_moto_finds_accounts_by_the_access_keys_of_its_iam():
    assert iam_models.IAMBackend("aws", "123456789012").access_keys == {}
    assert iam_models.get_account_id_from("unknown") == DEFAULT_ACCOUNT_ID
    assert "access_keys" in inspect.getsource(iam_models.get_account_id_from)
    assert "access_keys" in inspect.getsource(iam_models.mark_account_as_visited)


def test_response_authorisation_reads_what_we_set():
    method = ActionAuthenticatorMixin._authenticate_and_authorize_normal_action
    assert parameters(method) == ["self", "resource"]
    read = set(re.findall(r"self\.(\w+)", inspect.getsource(ActionAuthenticatorMixin)))
    ours = {"headers", "uri", "raw_path", "current_account", "method", "data", "raw_body"}
    others = {"_get_action", "_authenticate_and_authorize_action", "region"}
    assert read <= ours | others, "ServiceResponse._read has to set more"


def test_response_settings_are_read_at_every_request():
    assert settings.PRETTIFY_RESPONSES is False


def test_lifecycle_motos_clock_is_naive_utc():
    assert utcnow().tzinfo is None


def test_dashboard_reads_instances_by_service_and_name():
    model_instances.model_data["canary"]["Canary"] = canary = SimpleNamespace(instances_tracked=[1])
    try:
        model_instances.reset_model_data()
        assert canary.instances_tracked == []
    finally:
        del model_instances.model_data["canary"]


def test_resource_groups_has_the_methods_that_are_wrapped():
    from moto.resourcegroupstaggingapi import models

    cls = models.ResourceGroupsTaggingAPIBackend
    assert parameters(cls._get_resources_generator)[1:3] == ["tag_filters", "resource_type_filters"]
    assert parameters(cls._get_tag_keys_generator) == ["self"]
    assert parameters(cls._get_tag_values_generator) == ["self", "tag_key"]
    assert parameters(cls.tag_resources) == ["self", "resource_arns", "tags"]
    assert parameters(cls.untag_resources) == ["self", "resource_arn_list", "tag_keys"]


def test_permissions_moto_asks_for_an_action_that_we_set():
    from moto.iam.access_control import IAMRequest
    from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

    assert "_action" in IAMRequest.check_action_permitted.__code__.co_names
    assert parameters(IAMRequest.check_action_permitted) == ["self", "resource"]
    assert parameters(IAMRequest.__init__) == [
        *("self", "account_id", "method", "path", "data", "body", "headers", "action")
    ]
    assert callable(ResourceGroupsTaggingAPIResponse._authenticate_and_authorize_normal_action)


def test_moto_api_paths_are_a_dict_of_handlers():
    assert callable(urls.url_paths["{0}/moto-api/reset"])


def test_server_main_takes_the_flags():
    from moto import server

    assert parameters(server.main) == ["argv"]


def test_registry_motos_own_way_to_register_is_known():
    # Where this fails, mocks cost what moto's do until the module follows.
    assert parameters(MockAWS._enable_patching) == ["self", "reset"]
    assert callback_of(MockAWS._enable_patching) in {"process_prepared_request", "process_request"}
    assert RESPONSES_METHODS == ["GET", "DELETE", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    assert not_implemented_callback(None) == (400, {}, "The method is not implemented")


def test_registry_moto_keeps_its_entries_by_method():
    assert isinstance(responses_mock, responses.RequestsMock)
    assert type(responses_mock.get_registry()) is CustomRegistry
    registry = CustomRegistry()
    assert isinstance(registry._registered, defaultdict)
    entry = registry.add(responses.Response("GET", "https://example.com/"))
    assert registry._registered == {"GET": [entry]}
    assert registry.registered == [entry]


def test_neighbours_an_object_of_s3_has_a_buffer_and_a_lock():
    from moto.s3.models import FakeKey

    found = FakeKey("key", b"a\nb", "123456789012", "us-east-1")
    with found.lock:
        found._value_buffer.seek(2)
        assert found._value_buffer.read(10) == b"b"
    found.dispose()


def test_application_the_recorder_takes_a_request():
    assert parameters(recorder._record_request)[0] == "request"


def test_nesting_in_server_mode_a_mock_of_moto_has_two_patches_of_boto3(monkeypatch):
    monkeypatch.setenv("MOTO_CALL_RESET_API", "false")
    mock = ServerModeMockAWS()
    mock.start()
    try:
        assert callable(mock._client_patcher.stop)
        assert callable(mock._resource_patcher.stop)
    finally:
        mock.stop()


def test_logs_has_its_groups_by_their_names():
    from moto.logs.models import LogsBackend

    # Looked at where references are strict: core/neighbours.py.
    assert LogsBackend("us-east-1", "123456789012").groups == {}


def test_mock_a_reset_of_moto_forgets_the_backends_that_were_used():
    backends = BackendDict(BaseBackend, "bedrock", use_boto3_regions=False)
    backends["123456789012"]
    assert backends in BackendDict._instances
    BackendDict.reset()
    assert BackendDict._instances == []
    reset_responses_mock(responses_mock)
    assert responses_mock.registered() == []


def test_logs_takes_events_of_a_stream_that_it_makes():
    from moto.logs.models import LogsBackend

    # Invocation logs are written so: moto_bridge/neighbours.py.
    assert parameters(LogsBackend.ensure_log_stream)[1:] == ["log_group_name", "log_stream_name"]
    taken = ["log_group_name", "log_stream_name", "log_events"]
    assert parameters(LogsBackend.put_log_events)[1:] == taken


def test_sts_says_who_calls():
    from moto.sts.models import STSBackend

    # The identity in invocation logs: moto_bridge/caller.py.
    taken = ["access_key_id", "region"]
    assert parameters(STSBackend.get_caller_identity)[1:] == taken


def test_moto_counts_its_mocks_before_it_patches():
    from moto.core.models import MockAWS, ProxyModeMockAWS, ServerModeMockAWS

    # Put back where a start fails: _mock.py.
    for cls in (MockAWS, ServerModeMockAWS, ProxyModeMockAWS):
        assert isinstance(cls._nested_count, int)
        assert isinstance(cls._mocks_active, bool)


def test_motos_authorisation_counts_requests():
    from moto.core.authorization import ActionAuthenticatorMixin

    # A batch is one request, however many resources it is checked against: core/response.py.
    assert isinstance(ActionAuthenticatorMixin.request_count, int)


def test_neighbours_s3_keeps_the_content_of_an_object_in_a_file(bedrock_mock):
    from moto.s3 import notifications
    from moto.s3.models import S3Backend

    assert "disable_notification" in parameters(S3Backend.put_object)
    assert parameters(notifications.send_event) == ["account_id", "event_name", "bucket", "key"]
    assert notifications.S3NotificationEvent.OBJECT_CREATED_PUT_EVENT
    s3 = moto.backends.get_backend("s3")["123456789012"]["aws"]
    s3.create_bucket("bucket", "us-east-1")
    made = s3.put_object("bucket", "key", b"", disable_notification=True)
    with made.lock:
        made._value_buffer.write(b"content")
        made.contentsize = 7
    assert made.value == b"content"
    # Of the content, and not of the empty value.
    assert made.etag == '"9a0364b9e99bb480dd25e1f0284c8555"'


def test_neighbours_events_takes_entries_with_a_time():
    from moto.events.models import EventsBackend

    assert parameters(EventsBackend.put_events) == ["self", "events"]
    assert 'event.get("Time"' in inspect.getsource(EventsBackend.put_events)


# --- interception: what stands in for a part of a library, and what it is asked for --------


def test_interception_http_client_keeps_its_tunnel_by_these_names():
    connection = http.client.HTTPSConnection("proxy.example", 8080)
    assert (connection._tunnel_host, connection._tunnel_port) == (None, None)
    connection.set_tunnel("bedrock.example", 443)
    assert (connection._tunnel_host, connection._tunnel_port) == ("bedrock.example", 443)
    assert connection.default_port == 443
    assert parameters(http.client.HTTPConnection.putrequest)[:3] == ["self", "method", "url"]


def test_interception_urllib3_connects_by_a_method_of_each_class():
    for cls in (urllib3.connection.HTTPConnection, urllib3.connection.HTTPSConnection):
        assert issubclass(cls, http.client.HTTPConnection)
        assert "connect" in vars(cls)
    assert urllib3.connection.HTTPSConnection("example.com").is_verified is False


def test_interception_httpx_sends_through_one_method_of_each_transport():
    assert parameters(httpx.HTTPTransport.handle_request) == ["self", "request"]
    assert parameters(httpx.AsyncHTTPTransport.handle_async_request) == ["self", "request"]


def test_interception_aiohttp_connects_through_one_method():
    assert parameters(aiohttp.BaseConnector.connect)[:2] == ["self", "req"]
    assert parameters(Connection.__init__)[1:] == ["connector", "key", "protocol", "loop"]
    assert "self._connector._release(" in inspect.getsource(Connection.close)
    # Newer versions also ask whether the connection is closed after its request.
    source = inspect.getsource(Connection) + inspect.getsource(ClientRequest)
    asked = re.findall(r"\b_connector\.(\w+)", source)
    assert {*asked} - {"force_close"} == {"_release"}


def test_interception_aiohttp_reads_answers_by_a_protocol():
    assert issubclass(ResponseHandler, asyncio.Protocol)
    assert parameters(ResponseHandler.__init__) == ["self", "loop"]
    assert "read_bufsize" in parameters(ResponseHandler.set_response_params)
    assert parameters(ResponseHandler.set_exception)[:2] == ["self", "exc"]


def test_interception_aiobotocore_asks_by_events_and_reads_by_these_names():
    endpoint = pytest.importorskip("aiobotocore.endpoint", reason="only some environments have it")
    from aiobotocore.awsrequest import AioAWSResponse
    from aiobotocore.eventstream import AioEventStream
    from aiobotocore.response import StreamingBody

    assert parameters(endpoint.AioEndpoint.prepare_request) == ["self", "request"]
    assert parameters(AioAWSResponse.__init__) == ["self", "url", "status_code", "headers", "raw"]
    assert "content.iter_chunks()" in inspect.getsource(AioEventStream)
    assert "content.read(" in inspect.getsource(StreamingBody)


def test_sagemaker_has_endpoints_that_are_made_and_changed_by_these_names():
    from moto.sagemaker.models import SageMakerModelBackend

    # Endpoints of the marketplace: moto_bridge/sagemaker.py.
    sagemaker = SageMakerModelBackend("us-east-1", "123456789012")
    model = sagemaker.create_model("name", "role", None, None, None, None)
    config = sagemaker.create_endpoint_config("name", [], {}, {}, [], None)
    config.production_variants = [{"VariantName": "all", "InstanceType": "unknown to moto"}]
    endpoint = sagemaker.create_endpoint("name", "name", [{"Key": "a", "Value": "b"}])
    assert sagemaker.endpoints == {"name": endpoint}
    assert sagemaker.endpoint_configs[endpoint.endpoint_config_name] is config
    assert sagemaker.describe_model("name").execution_role_arn == model.execution_role_arn == "role"
    for attribute in ("arn", "creation_time", "tags", "endpoint_status", "failure_reason"):
        assert hasattr(endpoint, attribute)
    sagemaker.delete_endpoint("name")
    assert sagemaker.endpoints == {}
