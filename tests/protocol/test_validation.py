"""Requests checked against the service model: what is refused, and in which words."""

from __future__ import annotations

import pytest
from botocore.model import ServiceModel
from model_strategies import call, changed

from bedrock_mock.protocol.validation import Checks
from support import ROLE, data_set, evaluation_job, import_job, refused, tags

NAME = "[0-9a-zA-Z-_.]+"
JOB_NAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9\+\-\.])*"
TAG_TEXT = r"[a-zA-Z0-9\s._:/=+@-]*"
ROLE_ARN = "arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+"
KB_MODEL = "amazon.nova-pro-v1:0"
AN_ARN = "arn:aws:bedrock:us-east-1:123456789012:evaluation-job/abcdefghijkl"
EVALUATION_ARN = "(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:evaluation-job/[a-z0-9]{12})"
S3_URI = (
    "s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?"
)


def judge():
    return {"bedrockEvaluatorModels": [{"modelIdentifier": KB_MODEL}]}


def automated(metric="Correctness", **inference):
    definition = {
        "name": "wit",
        "instructions": "Judge.",
        "ratingScale": [{"definition": "yes", "value": {"floatValue": 1.0}}],
    }
    config = {
        "datasetMetricConfigs": [data_set(f"Builtin.{metric}", "wit")],
        "evaluatorModelConfig": judge(),
        "customMetricConfig": {
            "customMetrics": [{"customMetricDefinition": definition}],
            "evaluatorModelConfig": judge(),
        },
    }
    return evaluation_job(evaluationConfig={"automated": config}, **inference)


OWN = {"name": "own", "datasetLocation": {"s3Uri": "s3://my-bucket/own.jsonl"}}


def human():
    workers = {
        "flowDefinitionArn": "arn:aws:sagemaker:us-east-1:123456789012:flow-definition/flow",
        "instructions": "Read.",
    }
    metric = {"name": "wit", "ratingMethod": "ThumbsUpDown", "description": "Is it funny?"}
    config = {
        "datasetMetricConfigs": [data_set("wit", **OWN)],
        "customMetrics": [metric],
        "humanWorkflowConfig": workers,
    }
    return evaluation_job(evaluationConfig={"human": config}, jobDescription="Wit.")


def retrieval():
    def recent():
        return {"greaterThan": {"key": "year", "value": 2000}}

    reranker = {
        "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/cohere.rerank-v3-5:0",
        "additionalModelRequestFields": {"top": {"n": None}},
    }
    search = {
        "numberOfResults": 5,
        "filter": {"andAll": [recent(), {"orAll": [recent(), recent()]}]},
        "rerankingConfiguration": {
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {"modelConfiguration": reranker},
        },
    }
    config = {
        "knowledgeBaseId": "KB12345678",
        "knowledgeBaseRetrievalConfiguration": {"vectorSearchConfiguration": search},
    }
    rag = {"knowledgeBaseConfig": {"retrieveConfig": config}}
    return automated("ContextRelevance", inferenceConfig={"ragConfigs": [rag]})


def generation():
    config = {
        "type": "KNOWLEDGE_BASE",
        "knowledgeBaseConfiguration": {
            "knowledgeBaseId": "KB12345678",
            "modelArn": KB_MODEL,
            "generationConfiguration": {
                "kbInferenceConfig": {"textInferenceConfig": {"temperature": 0, "maxTokens": 1}}
            },
        },
    }
    rag = {"knowledgeBaseConfig": {"retrieveAndGenerateConfig": config}}
    return automated(inferenceConfig={"ragConfigs": [rag]})


#: Valid requests, one member of which is changed by each row of the tables below.
VALID = {
    "import": (
        "CreateModelImportJob",
        import_job(
            jobTags=tags(a="b", c="d"),
            vpcConfig={"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]},
        ),
    ),
    "models": ("CreateEvaluationJob", automated()),
    "human": ("CreateEvaluationJob", human()),
    "retrieval": ("CreateEvaluationJob", retrieval()),
    "generation": ("CreateEvaluationJob", generation()),
    "imports": ("ListModelImportJobs", {}),
    "evaluations": ("ListEvaluationJobs", {}),
    "get evaluation": ("GetEvaluationJob", {"jobIdentifier": AN_ARN}),
    "batch": ("BatchDeleteEvaluationJob", {"jobIdentifiers": [AN_ARN]}),
    "untag": ("UntagResource", {"resourceARN": AN_ARN, "tagKeys": ["a", "b"]}),
}

DATA_SETS = "evaluationConfig.automated.datasetMetricConfigs"
CUSTOM = "evaluationConfig.automated.customMetricConfig.customMetrics.1.member"
DEFINITION = f"{CUSTOM}.customMetricDefinition"
WORKERS = "evaluationConfig.human.humanWorkflowConfig"
KB = "inferenceConfig.ragConfigs.1.member.knowledgeBaseConfig"
SEARCH = f"{KB}.retrieveConfig.knowledgeBaseRetrievalConfiguration.vectorSearchConfiguration"
RERANKER = (
    f"{SEARCH}.rerankingConfiguration.bedrockRerankingConfiguration"
    ".modelConfiguration.additionalModelRequestFields"
)
TEXT = (
    f"{KB}.retrieveAndGenerateConfig.knowledgeBaseConfiguration"
    ".generationConfiguration.kbInferenceConfig.textInferenceConfig"
)

NOT_NULL = "Member must not be null"


def pattern(expression):
    return f"Member must satisfy regular expression pattern: {expression}"


def at_most(number, noun="length"):
    return f"Member must have {noun} less than or equal to {number}"


def at_least(number, noun="length"):
    return f"Member must have {noun} greater than or equal to {number}"


def enum(*values):
    return f"Member must satisfy enum value set: [{', '.join(values)}]"


def exactly_one_of(*members):
    return f"Member must set exactly one of: [{', '.join(members)}]"


def fault(path, constraint, shown=None):
    value = "Value" if shown is None else f"Value {shown}"
    return f"{value} at '{path}' failed to satisfy constraint: {constraint}"


def detected(*faults):
    noun = "error" if len(faults) == 1 else "errors"
    return f"{len(faults)} validation {noun} detected: {'; '.join(faults)}"


def but(name, path, value):
    """One of the valid requests with another value at a path, which is as the service writes it."""
    operation, request = VALID[name]
    steps = [step for step in path.split(".") if step != "member"]
    steps = [int(step) - 1 if step.isdigit() else step for step in steps]
    return operation, changed(request, steps, value)


def check_refused(operation, request, *faults):
    """The operation refuses the request for exactly these faults."""
    response = call(operation, request)
    assert response.json() == {"message": detected(*faults)}
    assert response.status_code == 400
    assert response.headers["x-amzn-ErrorType"] == "ValidationException"


@pytest.fixture(autouse=True)
def _mocked(bedrock_mock):
    """Bedrock is mocked in all tests here."""


@pytest.mark.parametrize("name", ["import", "models", "human", "retrieval", "generation"])
def test_the_requests_that_the_tables_change_are_valid(name):
    assert call(*VALID[name]).json()["jobArn"]


PRINTED = [
    ("import", "jobName", "-", pattern(JOB_NAME)),
    ("import", "jobName", "job-1\n", pattern(JOB_NAME)),
    ("import", "jobName", "a" * 64, at_most(63)),
    ("import", "roleArn", f"x{ROLE}", pattern(ROLE_ARN)),
    ("import", "roleArn", f"{ROLE}\n", pattern(ROLE_ARN)),
    ("import", "roleArn", ROLE.replace("1", "\u0661"), pattern(ROLE_ARN)),
    ("import", "modelDataSource.s3DataSource.s3Uri", "https://bucket", pattern(S3_URI)),
    ("import", "vpcConfig.subnetIds.2.member", "no_id", pattern("[-0-9a-zA-Z]+")),
    ("import", "jobTags.2.member.value", "100%", pattern(TAG_TEXT)),
    ("imports", "nextToken", "a b", pattern(r"\S*")),
    ("imports", "nextToken", "", at_least(1)),
    ("imports", "maxResults", 0, at_least(1, "value")),
    ("imports", "maxResults", 1001, at_most(1000, "value")),
    ("imports", "statusEquals", "Complete", enum("InProgress", "Completed", "Failed")),
    ("evaluations", "sortOrder", "ascending", enum("Ascending", "Descending")),
    ("evaluations", "sortBy", "Name", enum("CreationTime")),
    ("models", "applicationType", "Model", enum("ModelEvaluation", "RagEvaluation")),
    ("models", f"{DATA_SETS}.1.member.taskType", "Gen!eral", pattern("[A-Za-z0-9]+")),
    ("models", f"{DATA_SETS}.1.member.taskType", "a" * 64, at_most(63)),
    ("retrieval", f"{SEARCH}.numberOfResults", 101, at_most(100, "value")),
    ("generation", f"{TEXT}.temperature", 1.5, at_most(1, "value")),
    ("generation", f"{TEXT}.maxTokens", -1, at_least(0, "value")),
]


@pytest.mark.parametrize(("name", "path", "value", "constraint"), PRINTED)
def test_one_fault_is_reported_with_its_value_path_and_constraint(name, path, value, constraint):
    check_refused(*but(name, path, value), fault(path, constraint, f"'{value}'"))


ARN_OR_NAME = (
    r"(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:model-import-job/[a-z0-9]{12})"
    rf"|({JOB_NAME})"
)


def test_boto3_raises_the_error_for_a_label_of_the_path_too(client):
    expected = fault("jobIdentifier", pattern(ARN_OR_NAME), "'a/b'")
    with refused("ValidationException", 400, detected(expected)):
        client.get_model_import_job(jobIdentifier="a/b")


TAG = "{key=k, value=v}"
LISTS = [
    ("vpcConfig.subnetIds", [], at_least(1), "[]"),
    ("vpcConfig.securityGroupIds", list("abcdef"), at_most(5), "[a, b, c, d, e, f]"),
    (
        "jobTags",
        tags(k="v") * 201,
        at_most(200),
        f"[{', '.join([TAG] * 201)}]",
    ),
]


@pytest.mark.parametrize(("path", "value", "constraint", "shown"), LISTS)
def test_a_list_of_the_wrong_size_is_printed_whole(path, value, constraint, shown):
    check_refused(*but("import", path, value), fault(path, constraint, f"'{shown}'"))


NULLS = [
    ("import", "roleArn"),
    ("import", "modelDataSource.s3DataSource.s3Uri"),
    ("import", "jobTags.1.member"),
    ("import", "jobTags.2.member.value"),
    ("import", "vpcConfig.subnetIds.2.member"),
    ("untag", "tagKeys.1.member"),
    ("batch", "jobIdentifiers"),
    ("batch", "jobIdentifiers.1.member"),
    ("models", f"{DATA_SETS}.1.member.dataset.name"),
    ("retrieval", f"{SEARCH}.filter.andAll.2.member.orAll.1.member.greaterThan.value"),
]


@pytest.mark.parametrize(("name", "path"), NULLS)
def test_null_is_refused_where_a_member_is_required_and_as_an_element(name, path):
    check_refused(*but(name, path, None), fault(path, NOT_NULL, "null"))


def test_a_required_member_that_is_left_out_is_null():
    check_refused("TagResource", {"resourceARN": AN_ARN}, fault("tags", NOT_NULL, "null"))


def test_a_member_that_may_be_left_out_may_be_null():
    assert call("CreateModelImportJob", import_job(vpcConfig=None, jobTags=None)).ok
    assert "vpcConfig" not in call("GetModelImportJob", {"jobIdentifier": "job-1"}).json()


SENSITIVE = [
    ("get evaluation", "jobIdentifier", "secret", pattern(EVALUATION_ARN)),
    ("batch", "jobIdentifiers.1.member", "secret", pattern(EVALUATION_ARN)),
    ("batch", "jobIdentifiers", [AN_ARN] * 26, at_most(25)),
    ("batch", "jobIdentifiers", [], at_least(1)),
    ("human", "jobDescription", "secret" * 40, at_most(200)),
    ("human", f"{WORKERS}.instructions", "secret" * 1000, at_most(5000)),
    ("human", "evaluationConfig.human.customMetrics.1.member.name", "a b", pattern(NAME)),
    ("human", "evaluationConfig.human.customMetrics.1.member.description", "\n", pattern(".+")),
    ("human", "evaluationConfig.human.customMetrics", [], at_least(1)),
    ("models", f"{DATA_SETS}.1.member.dataset.name", "a b", pattern(NAME)),
    ("models", f"{DATA_SETS}.1.member.metricNames.2.member", "a b", pattern(NAME)),
    # What contains something sensitive would print it.
    ("models", f"{DATA_SETS}.1.member.metricNames", ["secret"] * 26, at_most(25)),
    ("models", DATA_SETS, [data_set()] * 6, at_most(5)),
    # And so would what is contained in something sensitive.
    ("models", f"{DEFINITION}.name", "a b", pattern(NAME)),
    ("models", f"{DEFINITION}.instructions", "secret" * 1000, at_most(5000)),
    ("models", f"{DEFINITION}.ratingScale", [], at_least(1)),
    ("models", f"{DEFINITION}.ratingScale.1.member.definition", "secret" * 20, at_most(100)),
    ("retrieval", f"{SEARCH}.filter.andAll", [], at_least(2)),
    (
        "retrieval",
        f"{SEARCH}.filter.andAll.2.member.orAll.1.member.greaterThan.key",
        "secret" * 20,
        at_most(100),
    ),
]


@pytest.mark.parametrize(("name", "path", "value", "constraint"), SENSITIVE)
def test_a_value_that_is_or_holds_something_sensitive_is_not_printed(name, path, value, constraint):
    check_refused(*but(name, path, value), fault(path, constraint))


UNIONS = [
    ("import", "modelDataSource", {}, ["s3DataSource"]),
    ("import", "modelDataSource", {"s3DataSource": None}, ["s3DataSource"]),
    ("models", "evaluationConfig", {}, ["automated", "human"]),
    (
        "models",
        "evaluationConfig",
        automated()["evaluationConfig"] | human()["evaluationConfig"],
        ["automated", "human"],
    ),
    (
        "models",
        "inferenceConfig.models.1.member",
        {
            "bedrockModel": {"modelIdentifier": KB_MODEL},
            "precomputedInferenceSource": {"inferenceSourceIdentifier": "mine"},
        },
        ["bedrockModel", "precomputedInferenceSource"],
    ),
    (
        "models",
        f"{DEFINITION}.ratingScale.1.member.value",
        {"stringValue": "secret", "floatValue": 1},
        ["stringValue", "floatValue"],
    ),
]


@pytest.mark.parametrize(("name", "path", "value", "members"), UNIONS)
def test_a_union_has_exactly_one_member(name, path, value, members):
    check_refused(*but(name, path, value), fault(path, exactly_one_of(*members)))


def test_the_keys_of_a_map_are_checked():
    key = "k" * 101
    words = f"Map keys must satisfy constraint: [{at_most(100)}]"
    request = but("retrieval", RERANKER, {"short": 1, key: 2})
    check_refused(*request, fault(RERANKER, words, f"'{key}'"))


@pytest.mark.parametrize("special", ["NaN", "Infinity", "-Infinity"])
def test_a_special_float_breaks_bounds_and_is_printed_as_sent(special):
    path = f"{TEXT}.temperature"
    response = call(*but("generation", path, special))
    assert f"Value '{special}' at '{path}' failed to satisfy" in response.json()["message"]


def test_null_in_a_list_is_printed_as_null():
    expected = [
        fault("tagKeys", at_most(200), f"'[{'a, ' * 200}null]'"),
        fault("tagKeys.201.member", NOT_NULL, "null"),
    ]
    check_refused(*but("untag", "tagKeys", ["a"] * 200 + [None]), *expected)


def test_all_faults_are_reported_at_once_in_the_order_of_the_model():
    request = {
        "vpcConfig": {"subnetIds": ["_", None], "securityGroupIds": []},
        "jobTags": [{"key": "", "value": "v"}],
        "modelDataSource": {"s3DataSource": {}},
        "importedModelName": "",
        "roleArn": "role",
    }
    expected = [
        fault("jobName", NOT_NULL, "null"),
        fault("importedModelName", pattern("([0-9a-zA-Z][_-]?)+"), "''"),
        fault("importedModelName", at_least(1), "''"),
        fault("roleArn", pattern(ROLE_ARN), "'role'"),
        fault("modelDataSource.s3DataSource.s3Uri", NOT_NULL, "null"),
        fault("jobTags.1.member.key", at_least(1), "''"),
        fault("vpcConfig.subnetIds.1.member", pattern("[-0-9a-zA-Z]+"), "'_'"),
        fault("vpcConfig.subnetIds.2.member", NOT_NULL, "null"),
        fault("vpcConfig.securityGroupIds", at_least(1), "'[]'"),
    ]
    check_refused("CreateModelImportJob", request, *expected)


def test_the_pattern_of_a_member_comes_before_its_length(client):
    name = "!" * 64
    expected = [
        fault("jobName", pattern(JOB_NAME), f"'{name}'"),
        fault("jobName", at_most(63), f"'{name}'"),
    ]
    with refused("ValidationException", 400, detected(*expected)):
        client.create_model_import_job(**import_job(name))


ALLOWED = [
    ("import", "jobName", "a" * 63),
    ("import", "jobName", "0--a+b.c-"),
    ("import", "importedModelName", "a_b-c_"),
    ("import", "roleArn", "arn:aws-us-gov:iam::123456789012:role/path/name with blanks"),
    ("import", "roleArn", "arn:aws:iam:::role/anybody"),
    ("import", "modelDataSource.s3DataSource.s3Uri", "s3://abc"),
    ("import", "jobTags.1.member.value", ""),
    ("import", "jobTags.1.member.key", "a\tb\n"),
    ("import", "clientRequestToken", "a" * 256),
    ("import", "vpcConfig.securityGroupIds", list("abcde")),
    ("import", "jobTags", []),
    ("models", f"{DATA_SETS}.1.member.taskType", "General"),
    ("models", DATA_SETS, [data_set()] * 5),
    ("human", "jobDescription", "\u00e9" * 200),
    ("generation", f"{TEXT}.temperature", 1),
    ("generation", f"{TEXT}.maxTokens", 0),
    ("retrieval", RERANKER, {"k" * 100: [None, {"any": "JSON"}]}),
    ("retrieval", RERANKER, {}),
]


@pytest.mark.parametrize(("name", "path", "value"), ALLOWED)
def test_what_lies_within_the_bounds_is_accepted(name, path, value):
    assert call(*but(name, path, value)).json()["jobArn"]


def test_a_refused_request_changes_nothing(client):
    request = import_job(clientRequestToken="token")
    bad_tag = fault("jobTags.1.member.key", pattern(TAG_TEXT), "'!'")
    with refused("ValidationException", 400, detected(bad_tag)):
        client.create_model_import_job(**request, jobTags=tags(**{"!": "v"}))
    assert client.list_model_import_jobs()["modelImportJobSummaries"] == []
    assert client.list_imported_models()["modelSummaries"] == []
    # Neither the names nor the token are taken.
    job = client.create_model_import_job(**request)["jobArn"]
    assert client.get_model_import_job(jobIdentifier="job-1")["jobArn"] == job


def test_one_bad_identifier_saves_the_whole_batch(client):
    job = client.create_evaluation_job(**evaluation_job())["jobArn"]
    assert client.get_evaluation_job(jobIdentifier=job)["status"] == "Completed"
    expected = fault("jobIdentifiers.2.member", pattern(EVALUATION_ARN))
    with refused("ValidationException", 400, detected(expected)):
        client.batch_delete_evaluation_job(jobIdentifiers=[job, "secret"])
    assert client.get_evaluation_job(jobIdentifier=job)["status"] == "Completed"


def test_one_bad_tag_saves_the_others(client):
    job = client.create_model_import_job(**import_job(jobTags=tags(a="b")))["jobArn"]
    expected = fault("tags.2.member.value", pattern(TAG_TEXT), "'100%'")
    with refused("ValidationException", 400, detected(expected)):
        client.tag_resource(resourceARN=job, tags=tags(c="d", e="100%"))
    assert client.list_tags_for_resource(resourceARN=job)["tags"] == tags(a="b")


# --- without the checks of values ----------------------------------------------------

sloppy = pytest.mark.bedrock_mock(config={"bedrock": {"validate_requests": False}})


@sloppy
@pytest.mark.parametrize(
    ("name", "path", "value"),
    [(name, path, value) for name, path, value, _ in PRINTED if name in ("import", "models")],
)
def test_sloppy_values_are_accepted_if_the_suite_says_so(name, path, value):
    assert call(*but(name, path, value)).json()["jobArn"]


@sloppy
def test_a_sloppy_value_comes_back_as_sent(client):
    job = client.create_model_import_job(**import_job("my job!", roleArn="testrole"))["jobArn"]
    got = client.get_model_import_job(jobIdentifier="my job!")
    assert (got["jobArn"], got["roleArn"]) == (job, "testrole")


@sloppy
@pytest.mark.parametrize(("name", "path"), NULLS)
def test_required_members_stay_required(name, path):
    check_refused(*but(name, path, None), fault(path, NOT_NULL, "null"))


@sloppy
@pytest.mark.parametrize(("name", "path", "value", "members"), UNIONS)
def test_unions_stay_unions(name, path, value, members):
    check_refused(*but(name, path, value), fault(path, exactly_one_of(*members)))


@sloppy
def test_types_stay_types():
    response = call("CreateModelImportJob", import_job(5))
    assert response.status_code == 400
    assert response.headers["x-amzn-ErrorType"] == "SerializationException"


@sloppy
def test_an_empty_token_is_ignored():
    # boto3 makes up a missing token; other clients need not.
    tokens = ({}, {"clientRequestToken": ""}, {}, {"clientRequestToken": ""})
    arns = [
        call("CreateModelImportJob", import_job(f"job-{n}", f"model-{n}", **token)).json()["jobArn"]
        for n, token in enumerate(tokens)
    ]
    assert len(set(arns)) == len(tokens)


def test_a_shape_that_contains_itself_is_checked_and_shown():
    members = {"leaf": {"shape": "Leaf"}, "branches": {"shape": "Branches"}}
    shapes = {
        "Tree": {"type": "structure", "members": members},
        "Branches": {"type": "list", "max": 1, "member": {"shape": "Tree"}},
        "Leaf": {"type": "string"},
    }
    check = Checks().of(ServiceModel({"shapes": shapes}).shape_for("Tree"))
    two = [{"leaf": "a"}, {"leaf": "b"}]
    assert check({"branches": [{"branches": two[:1]}]}) == []
    (fault,) = check({"branches": [{"branches": two}]})
    assert str(fault).startswith(
        "Value '[{leaf=a}, {leaf=b}]' at 'branches.1.member.branches' failed to satisfy constraint"
    )
