"""Airflow's operators, sensors and triggers for Bedrock, each run without a scheduler."""

from __future__ import annotations

import asyncio
import atexit
import os
from importlib.util import find_spec
from tempfile import TemporaryDirectory

import pytest
from botocore.exceptions import ClientError, WaiterError

from support import (
    BASE_MODEL,
    BATCH_CLOCK,
    CUSTOMIZATION_CLOCK,
    NOT_IN,
    NOT_OUT,
    PROVISIONED_MODEL,
    REGION,
    ROLE,
    THROUGHPUT_CLOCK,
    batch_job,
    evaluation_job,
    manual,
    throughput,
)

REASON = "is not installed: the tox environment airflow has it"
if find_spec("airflow") is None:
    pytest.skip(f"apache-airflow-providers-amazon {REASON}", allow_module_level=True)

# It writes its configuration there when it is imported.
HOME = TemporaryDirectory(prefix="airflow-")
atexit.register(HOME.cleanup)
os.environ.setdefault("AIRFLOW_HOME", HOME.name)

from airflow.providers.amazon.aws.operators import (  # noqa: E402 - after the skip
    bedrock as operators,
)
from airflow.providers.amazon.aws.sensors import bedrock as sensors  # noqa: E402
from airflow.sdk.exceptions import AirflowException, TaskDeferred  # noqa: E402

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
#: How long operators and triggers sleep between two looks, in seconds.
SOON = {"waiter_delay": 0, "waiter_max_attempts": 20}


@pytest.fixture
def client(bedrock):
    return bedrock.client("bedrock")


def task(kind, **options):
    """An operator or a sensor, without a connection of Airflow's."""
    return kind(task_id="task", aws_conn_id=None, region_name=REGION, **options)


def run(kind, **options):
    """What an operator returns."""
    return task(kind, **options).execute({})


def run_deferred(kind, **options):
    """What an operator returns that gives its waiting to a trigger, as a triggerer runs it."""
    pytest.importorskip("aiobotocore", reason=f"aiobotocore {REASON}")
    operator = task(kind, deferrable=True, **SOON, **options)
    with pytest.raises(TaskDeferred) as deferred:
        operator.execute({})

    async def event():
        return await anext(deferred.value.trigger.run())

    payload = asyncio.run(event()).payload
    return getattr(operator, deferred.value.method_name)({}, event=payload)


class TestGuardrails:
    MESSAGES = {  # noqa: RUF012 - options
        "blocked_input_messaging": NOT_IN,
        "blocked_outputs_messaging": NOT_OUT,
    }
    WORDS = {"word_policy_config": {"wordsConfig": [{"text": "secret"}]}}  # noqa: RUF012

    def create(self, **options):
        return run(
            operators.BedrockCreateGuardrailOperator,
            **{"guardrail_name": "guardrail-1", **self.MESSAGES, **self.WORDS, **options},
        )

    def test_one_is_created_published_updated_and_deleted(self, client):
        made = self.create(description="The first.", tags=[{"key": "a", "value": "b"}])
        which = {"guardrail_identifier": made}
        assert run(operators.BedrockCreateGuardrailVersionOperator, **which) == "1"
        update = {"guardrail_name": "guardrail-2", **self.MESSAGES, **self.WORDS, **which}
        assert run(operators.BedrockUpdateGuardrailOperator, **update) == made
        # An update replaces all that it does not send.
        draft = client.get_guardrail(guardrailIdentifier=made)
        assert (draft["name"], draft.get("description")) == ("guardrail-2", None)
        assert draft["status"] == "READY"

        delete = operators.BedrockDeleteGuardrailOperator
        run(delete, **which, guardrail_version="1")
        (left,) = client.list_guardrails(guardrailIdentifier=made)["guardrails"]
        assert left["version"] == "DRAFT"
        run(delete, **which)
        assert client.list_guardrails()["guardrails"] == []

    @pytest.mark.usefixtures("client")
    def test_one_that_exists_is_skipped(self):
        made = self.create()
        assert self.create(if_exists="skip") == made
        with pytest.raises(ClientError, match="already has this name"):
            self.create(if_exists="fail")


class TestBatchInference:
    OPTIONS = {  # noqa: RUF012
        "job_name": "batch-1",
        "role_arn": ROLE,
        "model_id": HAIKU,
        "input_uri": "s3://my-bucket/input/",
        "output_uri": "s3://my-bucket/output/",
    }

    @pytest.fixture(autouse=True)
    def _slow(self, bedrock):
        bedrock.set_transition(BATCH_CLOCK, manual(2))

    def sensor(self, arn, state):
        return task(sensors.BedrockBatchInferenceSensor, job_arn=arn, success_state=state)

    def test_the_operator_waits_until_the_job_has_completed(self, client):
        arn = run(operators.BedrockBatchInferenceOperator, **self.OPTIONS, **SOON)
        assert client.get_model_invocation_job(jobIdentifier=arn)["status"] == "Completed"

    def test_the_trigger_waits_until_the_job_has_completed(self, client):
        arn = run_deferred(operators.BedrockBatchInferenceOperator, **self.OPTIONS)
        assert client.get_model_invocation_job(jobIdentifier=arn)["status"] == "Completed"

    def test_the_operator_fails_with_the_job(self, bedrock):
        bedrock.fail_next(BATCH_CLOCK, "It broke.")
        with pytest.raises(WaiterError, match="terminal failure state"):
            run(operators.BedrockBatchInferenceOperator, **self.OPTIONS, **SOON)

    @pytest.mark.parametrize(
        ("state", "status"), [("scheduled", "Scheduled"), ("completed", "Completed")]
    )
    def test_the_sensor_sees_a_state(self, client, state, status):
        created = run(
            operators.BedrockBatchInferenceOperator, **self.OPTIONS, wait_for_completion=False
        )
        sensor = self.sensor(created, state)
        pokes = [sensor.poke({})]
        while not pokes[-1]:
            pokes.append(sensor.poke({}))
        assert len(pokes) > 2
        (job,) = client.list_model_invocation_jobs()["invocationJobSummaries"]
        assert job["status"] == status

    def test_the_sensor_fails_when_the_job_is_stopped(self, client):
        arn = client.create_model_invocation_job(**batch_job())["jobArn"]
        client.stop_model_invocation_job(jobIdentifier=arn)
        sensor = self.sensor(arn, "completed")
        assert sensor.poke({}) is False
        with pytest.raises(AirflowException, match="batch inference job sensor failed"):
            [sensor.poke({}) for _ in range(10)]


class TestProvisionedThroughput:
    OPERATOR = operators.BedrockCreateProvisionedModelThroughputOperator
    OPTIONS = {  # noqa: RUF012
        "model_units": 1,
        "provisioned_model_name": "throughput-1",
        "model_id": PROVISIONED_MODEL,
    }

    @pytest.fixture(autouse=True)
    def _slow(self, bedrock):
        bedrock.set_transition(THROUGHPUT_CLOCK, manual(2))

    @pytest.mark.parametrize("wait", [run, run_deferred])
    def test_it_is_waited_for(self, client, wait):
        soon = SOON if wait is run else {}
        arn = wait(self.OPERATOR, **self.OPTIONS, **soon)
        found = client.get_provisioned_model_throughput(provisionedModelId=arn)
        assert found["status"] == "InService"

    def test_the_sensor_goes_on_until_it_is_in_service(self, client):
        client.create_provisioned_model_throughput(**throughput())
        kind = sensors.BedrockProvisionModelThroughputCompletedSensor
        sensor = task(kind, model_id="throughput-1")
        assert [sensor.poke({}) for _ in range(2)] == [False, True]

    def test_the_operator_fails_with_it(self, bedrock):
        bedrock.fail_next(THROUGHPUT_CLOCK, "No capacity.")
        with pytest.raises(WaiterError, match="terminal failure state"):
            run(self.OPERATOR, **self.OPTIONS, **SOON)


class TestCustomization:
    OPTIONS = {  # noqa: RUF012
        "job_name": "customization-1",
        "role_arn": ROLE,
        "base_model_id": BASE_MODEL,
        "training_data_uri": "s3://my-bucket/training.jsonl",
        "output_data_uri": "s3://my-bucket/results/",
        "hyperparameters": {"epochCount": "1"},
    }

    def create(self, model, **options):
        options = {**self.OPTIONS, "custom_model_name": model, **SOON, **options}
        return run(operators.BedrockCustomizeModelOperator, **options)

    def test_a_name_in_use_gets_a_suffix(self, bedrock, client):
        bedrock.set_transition(CUSTOMIZATION_CLOCK, manual(2))
        arns = [self.create(model) for model in ("model-1", "model-2")]
        jobs = [client.get_model_customization_job(jobIdentifier=arn) for arn in arns]
        assert [job["status"] for job in jobs] == ["Completed", "Completed"]
        first, second = (job["jobName"] for job in jobs)
        assert first == "customization-1"
        assert second.startswith("customization-1-")
        with pytest.raises(ClientError, match="currently in use"):
            self.create("model-3", ensure_unique_job_name=False)

    def test_the_sensor_fails_with_the_job(self, bedrock, client):
        bedrock.fail_next(CUSTOMIZATION_CLOCK, "It broke.")
        self.create("model-1", wait_for_completion=False)
        kind = sensors.BedrockCustomizeModelCompletedSensor
        sensor = task(kind, job_name="customization-1")
        client.get_model_customization_job(jobIdentifier="customization-1")
        with pytest.raises(AirflowException, match="customization job sensor failed"):
            sensor.poke({})


def test_an_evaluation_job_is_created(client):
    request = evaluation_job()
    arn = run(
        operators.BedrockCreateEvaluationJobOperator,
        job_name=request["jobName"],
        role_arn=ROLE,
        evaluation_config=request["evaluationConfig"],
        inference_config=request["inferenceConfig"],
        output_data_config=request["outputDataConfig"],
    )
    assert client.get_evaluation_job(jobIdentifier=arn)["jobName"] == "evaluation-1"


def test_a_model_is_invoked(bedrock):
    bedrock.reply("Paris.", user="capital")
    question = {"role": "user", "content": "What is the capital of France?"}
    data = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 9,
        "messages": [question],
    }
    answer = run(operators.BedrockInvokeModelOperator, model_id=HAIKU, input_data=data)
    assert answer["content"] == [{"type": "text", "text": "Paris."}]
