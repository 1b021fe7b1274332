"""moto's own way to use a backend: its methods, without HTTP."""

from __future__ import annotations

import copy
import re
from datetime import datetime, timedelta, timezone

import pytest
from botocore import xform_name
from moto.backends import get_backend

from bedrock_mock.protocol.errors import ResourceNotFoundException, ValidationException
from support import (
    ACCOUNT,
    BASE_MODEL,
    REGION,
    ROLE,
    body,
    custom_model,
    in_process,
    missing_list,
    tags,
)

pytestmark = in_process


def test_motos_proxy_finds_every_path(backend):
    ((pattern, handler),) = backend.url_paths.items()
    assert re.match(pattern, "/imported-models/any")
    assert handler in backend.flask_paths.values()


@pytest.fixture
def backend(bedrock_mock):
    return get_backend("bedrock")[ACCOUNT][REGION]


def create(backend, **arguments):
    return backend.create_model_customization_job(
        job_name="customization-1",
        custom_model_name="custom-1",
        role_arn=ROLE,
        base_model_identifier=BASE_MODEL,
        training_data_config={"s3Uri": "s3://my-bucket/training.jsonl"},
        output_data_config={"s3Uri": "s3://my-bucket/results/"},
        hyper_parameters={},
        **arguments,
    )


def test_the_backend_is_ours_and_the_clients(backend, bedrock_mock, client):
    assert backend is bedrock_mock.backend(REGION)
    client.create_custom_model(**custom_model())
    assert backend.get_custom_model("custom-1").model_name == "custom-1"


def test_a_create_gives_the_arn_and_a_get_an_object_with_attributes(backend, client):
    arn = create(backend, client_request_token=None, job_tags=tags(a="b"))
    job = backend.get_model_customization_job(job_identifier=arn)
    assert (job.job_arn, job.status) == (arn, "Completed")
    assert job.base_model_arn.endswith(f"foundation-model/{BASE_MODEL}")
    assert backend.list_tags_for_resource(arn) == tags(a="b")
    assert backend.tag_resource(arn, tags(c="d")) is None
    got = body(client.get_model_customization_job(jobIdentifier=arn))
    assert got["outputModelArn"] == job.output_model_arn
    assert "clientRequestToken" not in got


def test_a_list_gives_the_items_and_the_token_of_the_next_page(backend, client):
    for number in range(3):
        client.create_custom_model(**custom_model(f"custom-{number}"))
    first, token = backend.list_custom_models(max_results=2)
    rest, none = backend.list_custom_models(max_results=2, next_token=token)
    assert [model.model_name for model in first + rest] == ["custom-2", "custom-1", "custom-0"]
    assert none is None


def test_what_the_caller_holds_is_not_the_state(backend, client):
    config = {"s3Config": {"bucketName": "my-bucket"}}
    backend.put_model_invocation_logging_configuration(logging_config=config)
    config["s3Config"]["bucketName"] = "other"
    got = client.get_model_invocation_logging_configuration()["loggingConfig"]
    assert got == {"s3Config": {"bucketName": "my-bucket"}}


def test_moments_may_have_any_zone(backend):
    create(backend)
    zone = timezone(timedelta(hours=9))
    now = datetime.now(zone)
    before, _ = backend.list_model_customization_jobs(creation_time_after=now - timedelta(hours=1))
    after, _ = backend.list_model_customization_jobs(creation_time_after=now + timedelta(hours=1))
    assert (len(before), after) == (1, [])


def test_the_logging_configuration_is_taken_and_given_as_it_is(backend):
    config = {"s3Config": {"bucketName": "my-bucket"}}
    backend.put_model_invocation_logging_configuration(logging_config=config)
    assert backend.get_model_invocation_logging_configuration() == config
    backend.delete_model_invocation_logging_configuration()
    assert backend.get_model_invocation_logging_configuration() is None


def test_requests_are_checked_and_refused_as_over_http(backend):
    with pytest.raises(ResourceNotFoundException, match="The provided custom model was not found"):
        backend.get_custom_model("nobody")
    with pytest.raises(ValidationException, match="at 'modelIdentifier' failed"):
        backend.get_custom_model("not a name")
    with pytest.raises(ValidationException, match="Value null at 'modelIdentifier'"):
        backend.get_custom_model()
    with pytest.raises(TypeError, match=r"get_custom_model\(\) takes 1 arguments, not 2"):
        backend.get_custom_model("custom-1", "custom-2")
    with pytest.raises(TypeError, match="has no argument model_id; it has: model_identifier"):
        backend.get_custom_model(model_id="custom-1")


def test_there_is_no_method_for_what_is_no_operation_of_the_backend(backend):
    for name in (xform_name(missing_list().name), "describe_model"):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
            getattr(backend, name)
    assert not hasattr(copy.copy(object.__new__(type(backend))), "get_custom_model")
