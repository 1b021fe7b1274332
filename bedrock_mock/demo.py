"""``bedrock-mock demo``: the whole story, run against the mock in this process."""

from __future__ import annotations

import json
from shutil import get_terminal_size
from textwrap import fill
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bedrock_mock import mock_bedrock
from bedrock_mock.protocol.types import Foreign

if TYPE_CHECKING:
    from bedrock_mock import BedrockMock

_ROLE = "arn:aws:iam::123456789012:role/BedrockRole"
_MODEL_DATA = {"s3DataSource": {"s3Uri": "s3://my-models/llama-3.1-8b/"}}


def run() -> None:
    """Prints the story; it takes a few seconds, and no request leaves the process."""
    print("Amazon Bedrock, mocked in this process: no account, no network, no bill.")
    with mock_bedrock() as bedrock:
        # Each job is looked at twice before it is done, so that its progress can be seen.
        for clock in ("bedrock::model_import_job", "bedrock::evaluation_job"):
            bedrock.set_transition(clock, {"progression": "manual", "times": 2})
        client: Foreign = bedrock.client(region_name="us-east-1")
        _import_a_model(client)
        _evaluate_it(client, bedrock)
        _talk_to_it(client, bedrock)
        _guard_it(client, bedrock)
        _make_a_mistake(client)
        _script_trouble(client, bedrock)
        _sum_up(client, bedrock)


def _import_a_model(client: Foreign) -> None:
    _title("1. A model import job")
    _say("create_model_import_job(jobName='import-1', importedModelName='my-llama', ...)")
    created = client.create_model_import_job(
        jobName="import-1",
        importedModelName="my-llama",
        roleArn=_ROLE,
        modelDataSource=_MODEL_DATA,
        importedModelTags=[{"key": "team", "value": "search"}],
    )
    _show("HTTP status", created["ResponseMetadata"]["HTTPStatusCode"])
    _show("jobArn", created["jobArn"])
    for look in ("first", "second"):
        _say(f"get_model_import_job(jobIdentifier='import-1')   the {look} look")
        job = client.get_model_import_job(jobIdentifier="import-1")
        _show("status", job["status"])
        _show("importedModelArn", job.get("importedModelArn", "(not yet)"))
    _say("get_imported_model(modelIdentifier='my-llama')")
    model = client.get_imported_model(modelIdentifier="my-llama")
    for member in ("modelArn", "modelArchitecture", "instructSupported", "customModelUnits"):
        _show(member, model[member])
    _say("list_tags_for_resource(resourceARN=modelArn)")
    _show("tags", client.list_tags_for_resource(resourceARN=model["modelArn"])["tags"])
    _say("list_model_import_jobs(statusEquals='Completed') and list_imported_models()")
    jobs = client.list_model_import_jobs(statusEquals="Completed")["modelImportJobSummaries"]
    _show("jobs", [job["jobName"] for job in jobs])
    models = client.list_imported_models()["modelSummaries"]
    _show("models", [each["modelName"] for each in models])


def _talk_to_it(client: Foreign, bedrock: BedrockMock) -> None:
    _title("3. The model answers as a test has said")
    model_arn = client.get_imported_model(modelIdentifier="my-llama")["modelArn"]
    _say("bedrock.reply('Paris.', user='capital of France')")
    bedrock.reply("Paris.", user="capital of France")
    runtime: Foreign = bedrock.client("bedrock-runtime", region_name="us-east-1")
    _say("converse(modelId=modelArn, messages=[...])")
    question = {"role": "user", "content": [{"text": "What is the capital of France?"}]}
    answer = runtime.converse(modelId=model_arn, messages=[question])
    _show("answer", answer["output"]["message"]["content"][0]["text"])
    _show("usage", answer["usage"])
    _say("invoke_model(modelId=modelArn, body=...)")
    body = json.dumps({"prompt": "What is the capital of France?"})
    invoked = runtime.invoke_model(modelId=model_arn, body=body)
    _show("body", invoked["body"].read().decode())


def _guard_it(client: Foreign, bedrock: BedrockMock) -> None:
    _title("4. A guardrail masks what it finds, and blocks what a test says is found")
    _say("create_guardrail(name='support', ...)")
    made = client.create_guardrail(
        name="support",
        topicPolicyConfig={
            "topicsConfig": [{"name": "Elections", "definition": "Who wins.", "type": "DENY"}]
        },
        sensitiveInformationPolicyConfig={
            "piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]
        },
        blockedInputMessaging="Let us talk about something else.",
        blockedOutputsMessaging="I would rather not say.",
    )["guardrailId"]
    _say("bedrock.detect('vote', topics=['Elections'])")
    bedrock.detect("vote", topics=["Elections"])
    runtime: Foreign = bedrock.client("bedrock-runtime", region_name="us-east-1")
    for text in ("Write to ada@example.com.", "Who gets my vote?"):
        _say(f"apply_guardrail(source='INPUT', content=[{text!r}])")
        answer = runtime.apply_guardrail(
            guardrailIdentifier=made,
            guardrailVersion="DRAFT",
            source="INPUT",
            content=[{"text": {"text": text}}],
        )
        _show(answer["actionReason"].rstrip("."), answer["outputs"][0]["text"])


def _evaluate_it(client: Foreign, bedrock: BedrockMock) -> None:
    _title("2. Evaluation jobs: one completes, one is stopped, one still runs")
    model_arn = client.get_imported_model(modelIdentifier="my-llama")["modelArn"]
    arns = {name: _evaluation(client, name, model_arn) for name in ("accuracy", "toxicity", "bold")}
    _say("get_evaluation_job(jobIdentifier=<accuracy>), twice")
    for _ in range(2):
        _show("status", client.get_evaluation_job(jobIdentifier=arns["accuracy"])["status"])
    _say("stop_evaluation_job(jobIdentifier=<toxicity>), then two looks")
    client.stop_evaluation_job(jobIdentifier=arns["toxicity"])
    for _ in range(2):
        _show("status", client.get_evaluation_job(jobIdentifier=arns["toxicity"])["status"])
    _say("batch_delete_evaluation_job(jobIdentifiers=[all three])")
    answer = client.batch_delete_evaluation_job(jobIdentifiers=list(arns.values()))
    names = {arn: name for name, arn in arns.items()}
    for item in answer["evaluationJobs"]:
        _show(names[item["jobIdentifier"]], item["jobStatus"])
    for error in answer["errors"]:
        _show(names[error["jobIdentifier"]], f"refused, {error['code']}: {error['message']}")
    # From here on every change is made at once: what is being deleted goes.
    bedrock.set_transition("bedrock::evaluation_job", {"progression": "immediate"})
    _say("list_evaluation_jobs(), a moment later")
    for job in client.list_evaluation_jobs()["jobSummaries"]:
        _show(job["jobName"], f"{job['status']}, {', '.join(job['evaluationTaskTypes'])}")


def _evaluation(client: Foreign, name: str, model_arn: str) -> str:
    _say(f"create_evaluation_job(jobName='{name}', ...)")
    data_set = {
        "taskType": "QuestionAndAnswer",
        "dataset": {"name": "Builtin.BoolQ"},
        "metricNames": ["Builtin.Accuracy"],
    }
    created = client.create_evaluation_job(
        jobName=name,
        roleArn=_ROLE,
        evaluationConfig={"automated": {"datasetMetricConfigs": [data_set]}},
        inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": model_arn}}]},
        outputDataConfig={"s3Uri": "s3://my-results/"},
    )
    arn: str = created["jobArn"]
    _show("jobArn", arn)
    return arn


def _make_a_mistake(client: Foreign) -> None:
    _title("5. Mistakes are answered as the service answers them")
    _say("create_model_import_job(jobName='import 2', importedModelName='my--llama', ...)")
    try:
        client.create_model_import_job(
            jobName="import 2",
            importedModelName="my--llama",
            roleArn=_ROLE,
            modelDataSource=_MODEL_DATA,
        )
    except ClientError as error:
        _show(error.response["Error"]["Code"], error.response["Error"]["Message"])


def _script_trouble(client: Foreign, bedrock: BedrockMock) -> None:
    _title("6. A test scripts what goes wrong")
    _say("bedrock.fail_next('bedrock::model_import_job', 'The model is too large.')")
    bedrock.fail_next("bedrock::model_import_job", "The model is too large.")
    _say("bedrock.throttle('CreateModelImportJob')")
    bedrock.throttle("CreateModelImportJob")
    _say("create_model_import_job(jobName='import-3', importedModelName='my-giant', ...)")
    created = client.create_model_import_job(
        jobName="import-3",
        importedModelName="my-giant",
        roleArn=_ROLE,
        modelDataSource=_MODEL_DATA,
    )
    _show("attempts of boto3", 1 + created["ResponseMetadata"]["RetryAttempts"])
    for call in bedrock.calls.of("CreateModelImportJob").times(2, jobName="import-3"):
        _show("call", call.error["Code"] if call.error else "answered")
    _say("bedrock.complete('import-3')")
    _show("status", bedrock.complete("import-3"))
    job = client.get_model_import_job(jobIdentifier="import-3")
    _show("failureMessage", job["failureMessage"])


def _sum_up(client: Foreign, bedrock: BedrockMock) -> None:
    _title("What this was")
    operations = sorted(bedrock.backend("us-east-1").handlers)
    everything = client.meta.service_model.operation_names
    print(f"  {len(operations)} of the service's {len(everything)} operations are implemented,")
    print("  and those that call models:")
    print(_wrapped(", ".join(operations), "    "))
    print("  Among them are all that moto's own Bedrock has.")
    print("  Use it as @mock_bedrock, as the pytest fixture bedrock_mock, or as a server:")
    print("  bedrock-mock serve")
    print("  Read on in README.md and docs/ of the project, or in Python:")
    print("  help(bedrock_mock.BedrockMock)")


def _title(text: str) -> None:
    print(f"\n{text}")


def _say(call: str) -> None:
    print(f"\n{_wrapped(call, '  > ', '      ')}")


def _show(name: str, value: object) -> None:
    line = f"    {name}: {value}"
    if len(line) > _width():
        line = f"    {name}:\n{_wrapped(str(value), '      ')}"
    print(line)


def _wrapped(text: str, first: str, others: str | None = None) -> str:
    """The text in lines that fit the terminal; an ARN or a pattern is never broken."""
    return fill(
        text,
        width=_width(),
        initial_indent=first,
        subsequent_indent=first if others is None else others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _width() -> int:
    return get_terminal_size().columns
