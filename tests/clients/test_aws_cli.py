"""The AWS CLI, version 1, as a program of its own against a real port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
from botocore import xform_name

from support import (
    BATCH_CLOCK,
    EVALUATION_CLOCK,
    NEVER,
    NOT_IN,
    NOT_OUT,
    NOVA,
    REGION,
    ROLE,
    evaluation_job,
    import_job,
    manual,
    missing_list,
)

if find_spec("awscli") is None:
    pytest.skip("awscli is not installed: the tox environment cli has it", allow_module_level=True)

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"


@pytest.fixture
def server(bedrock_server_env):
    """The server that the environment points at."""
    return bedrock_server_env


@pytest.fixture
def run(server):
    """Runs ``aws`` and gives its exit status, what it prints and what it complains of."""

    def run(*arguments, **variables):
        done = subprocess.run(
            [sys.executable, "-m", "awscli", *arguments],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr.strip()

    return run


@pytest.fixture
def bedrock(run):
    """Runs a command of ``aws bedrock`` that must succeed, and gives its JSON."""

    def bedrock(*arguments):
        status, output, errors = run("bedrock", *arguments)
        assert (status, errors) == (0, ""), errors
        return json.loads(output) if output else None

    return bedrock


@pytest.fixture
def refused(run):
    """Runs a command of ``aws bedrock`` that the service must refuse: what the CLI says of it."""

    def refused(*arguments):
        status, output, errors = run("bedrock", *arguments)
        assert (status, output) == (255, "")
        return errors

    return refused


def test_a_model_is_imported_read_and_deleted(bedrock, refused):
    arn = bedrock(
        "create-model-import-job",
        *("--job-name", "import-1", "--imported-model-name", "my-model", "--role-arn", ROLE),
        *("--model-data-source", "s3DataSource={s3Uri=s3://my-bucket/my-model/}"),
        *("--vpc-config", "subnetIds=subnet-0123,subnet-4567,securityGroupIds=sg-0123"),
    )["jobArn"]
    job = bedrock("get-model-import-job", "--job-identifier", arn)
    assert job["status"] == "Completed"
    assert job["vpcConfig"]["subnetIds"] == ["subnet-0123", "subnet-4567"]
    by_name = ("--model-identifier", "my-model")
    assert bedrock("get-imported-model", *by_name)["modelArn"] == job["importedModelArn"]
    assert bedrock("delete-imported-model", *by_name) is None
    assert refused("get-imported-model", *by_name) == (
        "An error occurred (ResourceNotFoundException) when calling the GetImportedModel "
        "operation: The provided imported model was not found."
    )


def test_a_request_that_breaks_rules_is_refused_with_all_of_them(refused):
    assert refused(
        "create-model-import-job",
        *("--job-name", "import 1", "--imported-model-name", "my model", "--role-arn", ROLE),
        *("--model-data-source", "s3DataSource={s3Uri=s3://my-bucket/my-model/}"),
    ) == (
        "An error occurred (ValidationException) when calling the CreateModelImportJob operation: "
        "2 validation errors detected: Value 'import 1' at 'jobName' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: "
        r"[a-zA-Z0-9](-*[a-zA-Z0-9\+\-\.])*; "
        "Value 'my model' at 'importedModelName' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: ([0-9a-zA-Z][_-]?)+"
    )


def test_lists_are_filtered_queried_and_read_in_pages(server, run, bedrock):
    client = server.client()
    names = [f"import-{n}" for n in range(5)]
    for name in names:
        client.create_model_import_job(**import_job(name, f"model-of-{name}"))
    command = ("list-model-import-jobs", "--sort-order", "Ascending")
    query = ("--query", "modelImportJobSummaries[].jobName", "--output", "text")
    assert run("bedrock", *command, *query, "--page-size", "2")[1].split() == names

    first = bedrock(*command, "--page-size", "2", "--max-items", "3")
    rest = bedrock(*command, "--page-size", "2", "--starting-token", first["NextToken"])
    summaries = [page["modelImportJobSummaries"] for page in (first, rest)]
    assert [[job["jobName"] for job in page] for page in summaries] == [names[:3], names[3:]]
    assert "NextToken" not in rest

    filters = ("--name-contains", "t-3", "--status-equals", "Completed")
    since = ("--creation-time-after", "2020-01-01T00:00:00Z")
    assert run("bedrock", *command, *filters, *since, *query)[1].split() == [names[3]]
    one_page = bedrock(*command, "--no-paginate", "--max-results", "2")
    assert len(one_page["modelImportJobSummaries"]) == 2
    assert one_page["nextToken"]


def test_a_page_that_cannot_be_is_refused(refused):
    assert refused("list-imported-models", "--max-results", "1001") == (
        "An error occurred (ValidationException) when calling the ListImportedModels operation: "
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: "
        "Member must have value less than or equal to 1000"
    )


def test_evaluation_jobs_are_stopped_and_deleted_in_a_batch(server, bedrock, tmp_path):
    server.set_transition(EVALUATION_CLOCK, manual(2))
    request = tmp_path / "request.json"
    arns = []
    for name in ("stopped", "running"):
        request.write_text(json.dumps(evaluation_job(name)), encoding="utf-8")
        created = bedrock("create-evaluation-job", "--cli-input-json", f"file://{request}")
        arns.append(created["jobArn"])
    stopped, running = arns
    bedrock("stop-evaluation-job", "--job-identifier", stopped)
    status = ("get-evaluation-job", "--job-identifier", stopped, "--query", "status")
    assert [bedrock(*status), bedrock(*status)] == ["Stopping", "Stopped"]

    unknown = f"{running[:-12]}unknown12345"
    answer = bedrock("batch-delete-evaluation-job", "--job-identifiers", *arns, unknown)
    assert answer["evaluationJobs"] == [{"jobIdentifier": stopped, "jobStatus": "Deleting"}]
    refusals = [(error["jobIdentifier"], error["code"]) for error in answer["errors"]]
    assert refusals == [(running, "400"), (unknown, "404")]


def test_a_batch_job_is_created_found_and_stopped(server, bedrock, refused):
    server.set_transition(BATCH_CLOCK, NEVER)
    create = (
        "create-model-invocation-job",
        *("--job-name", "batch-1", "--role-arn", ROLE, "--model-id", HAIKU),
        *("--input-data-config", "s3InputDataConfig={s3Uri=s3://my-bucket/input/}"),
        *("--output-data-config", "s3OutputDataConfig={s3Uri=s3://my-bucket/output/}"),
        *("--timeout-duration-in-hours", "72", "--tags", "key=team,value=red"),
    )
    arn = bedrock(*create)["jobArn"]
    which = ("--job-identifier", arn)
    job = bedrock("get-model-invocation-job", *which)
    assert (job["status"], job["timeoutDurationInHours"]) == ("Submitted", 72)
    active = ("list-model-invocation-jobs", "--status-equals", "Submitted")
    assert [each["jobName"] for each in bedrock(*active)["invocationJobSummaries"]] == ["batch-1"]
    assert bedrock("stop-model-invocation-job", *which) is None
    assert bedrock("get-model-invocation-job", *which)["status"] == "Stopping"
    assert bedrock(*active)["invocationJobSummaries"] == []
    unsupported = tuple("anthropic.claude-opus-4-7" if each == HAIKU else each for each in create)
    assert "(ValidationException)" in refused(*unsupported)


def test_a_custom_model_gets_a_deployment_and_throughput(bedrock, refused):
    model = bedrock(
        "create-custom-model",
        *("--model-name", "custom-1", "--role-arn", ROLE),
        *("--model-source-config", "s3DataSource={s3Uri=s3://my-bucket/model/}"),
    )["modelArn"]
    made = bedrock(
        "create-custom-model-deployment",
        *("--model-deployment-name", "deployment-1", "--model-arn", model),
    )["customModelDeploymentArn"]
    which = ("--custom-model-deployment-identifier", made)
    assert bedrock("get-custom-model-deployment", *which)["status"] == "Active"
    bedrock(
        "create-provisioned-model-throughput",
        *("--provisioned-model-name", "throughput-1", "--model-id", model, "--model-units", "1"),
    )
    named = ("--provisioned-model-id", "throughput-1")
    found = bedrock("get-provisioned-model-throughput", *named)
    assert (found["status"], found["modelArn"]) == ("InService", model)

    delete = ("delete-custom-model", "--model-identifier", model)
    assert "(ConflictException)" in refused(*delete)
    assert bedrock("delete-provisioned-model-throughput", *named) is None
    assert bedrock("delete-custom-model-deployment", *which) is None
    assert bedrock(*delete) is None


def test_an_inference_profile_is_created_and_deleted(bedrock, refused):
    made = bedrock(
        "create-inference-profile",
        *("--inference-profile-name", "profile-1"),
        *("--model-source", f"copyFrom=arn:aws:bedrock:{REGION}::foundation-model/{NOVA}"),
    )["inferenceProfileArn"]
    listed = bedrock("list-inference-profiles", "--type-equals", "APPLICATION")
    assert [each["inferenceProfileArn"] for each in listed["inferenceProfileSummaries"]] == [made]
    which = ("--inference-profile-identifier", made)
    assert bedrock("delete-inference-profile", *which) is None
    assert "(ResourceNotFoundException)" in refused("get-inference-profile", *which)


def test_a_guardrail_is_published_updated_and_deleted(bedrock, refused):
    messages = ("--blocked-input-messaging", NOT_IN, "--blocked-outputs-messaging", NOT_OUT)
    words = ("--word-policy-config", "wordsConfig=[{text=secret}]")
    made = bedrock("create-guardrail", "--name", "guardrail-1", *words, *messages)["guardrailId"]
    which = ("--guardrail-identifier", made)
    assert bedrock("create-guardrail-version", *which)["version"] == "1"
    assert bedrock("update-guardrail", *which, "--name", "guardrail-2", *words, *messages)
    listed = bedrock("list-guardrails", *which)["guardrails"]
    assert {each["version"]: each["name"] for each in listed} == {
        "DRAFT": "guardrail-2",
        "1": "guardrail-1",
    }
    assert bedrock("delete-guardrail", *which, "--guardrail-version", "1") is None
    assert bedrock("delete-guardrail", *which) is None
    assert "(ResourceNotFoundException)" in refused("get-guardrail", *which)


def test_tags_are_put_on_and_taken_off(server, bedrock):
    arn = server.client().create_model_import_job(**import_job())["jobArn"]
    resource = ("--resource-arn", arn)
    assert bedrock("tag-resource", *resource, "--tags", "key=a,value=1", "key=b,value=2") is None
    assert bedrock("untag-resource", *resource, "--tag-keys", "a") is None
    tags = bedrock("list-tags-for-resource", *resource)["tags"]
    assert tags == [{"key": "b", "value": "2"}]


def test_the_endpoint_is_an_option_or_a_variable(server, run):
    arn = server.client("eu-west-1").create_model_import_job(**import_job())["jobArn"]
    query = ("--query", "modelImportJobSummaries[].jobArn", "--output", "text")
    command = ("bedrock", "list-model-import-jobs", *query)
    nowhere = {"AWS_ENDPOINT_URL_BEDROCK": "http://127.0.0.1:9"}
    option = ("--endpoint-url", server.endpoint_url)
    assert run("--region", "eu-west-1", *command) == (0, f"{arn}\n", "")
    assert run("--region", "eu-west-1", *option, *command, **nowhere) == (0, f"{arn}\n", "")
    assert run(*command, AWS_DEFAULT_REGION="us-west-2") == (0, "", "")


def test_no_signature_is_needed(server, run):
    server.client().create_model_import_job(**import_job())
    command = ("bedrock", "list-imported-models", "--query", "length(modelSummaries)")
    assert run(*command, "--no-sign-request") == (0, "1\n", "")


def test_a_bearer_token_takes_the_place_of_credentials(run, https_server):
    url, authority = https_server.endpoint_url, https_server.ca_bundle
    command = ("bedrock", "list-imported-models", "--endpoint-url", url, "--ca-bundle", authority)
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    assert run(*command, **none)[0] == 255
    status, output, _ = run(*command, **none, AWS_BEARER_TOKEN_BEDROCK="an-api-key")
    assert (status, json.loads(output)) == (0, {"modelSummaries": []})


def test_what_the_mock_lacks_is_said_at_the_first_attempt(refused):
    missing = missing_list().name
    said = refused(xform_name(missing, "-"), "--debug")
    assert said.splitlines()[-1].startswith(
        f"An error occurred (NotImplementedException) when calling the {missing} operation: "
        f"The operation {missing} is not implemented by bedrock_mock."
    )
    assert said.count("Sending http request: ") == 1
