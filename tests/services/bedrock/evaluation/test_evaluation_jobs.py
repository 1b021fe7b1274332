"""Evaluation jobs: all their kinds, what the service refuses, stopping and batch deletion."""

from __future__ import annotations

import re

import boto3
import pytest
from botocore.config import Config
from kinds import calls_of, snapshot

from support import (
    ACCOUNT,
    EVALUATION_CLOCK,
    FOREIGN_ROLE,
    JOB_NAME_TAKEN,
    KEY,
    NEVER,
    OTHER,
    REGION,
    body,
    data_set,
    evaluation_job,
    manual,
    many_tags,
    refused,
    role_of,
    send_paths_as_they_are,
    tags,
    wire_answers,
)

NOT_FOUND = "The provided evaluation job was not found."
ARN = re.compile(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:evaluation-job/[a-z0-9]{{12}}")
UNKNOWN = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:evaluation-job/000000000000"

TITAN, LLAMA = "amazon.titan-text-lite-v1", "meta.llama3-1-8b-instruct-v1:0"
NOVA, HAIKU = "amazon.nova-pro-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"
MODEL_ARN = f"arn:aws:bedrock:{REGION}::foundation-model/{HAIKU}"
S3 = {"s3Uri": "s3://my-bucket/prompts.jsonl"}
OWN = {"name": "own", "datasetLocation": S3}


def bedrock(model, **members):
    return {"bedrockModel": {"modelIdentifier": model, **members}}


def answers_of(source):
    return {"precomputedInferenceSource": {"inferenceSourceIdentifier": source}}


def judges(*models):
    return {"bedrockEvaluatorModels": [{"modelIdentifier": model} for model in models]}


def automated(*data_sets, judge=None, **members):
    if judge:
        members["evaluatorModelConfig"] = judges(judge)
    return {"automated": {"datasetMetricConfigs": list(data_sets), **members}}


def human(names, metrics, **members):
    method = {"description": "Thumbs", "ratingMethod": "ThumbsUpDown"}
    metrics = [{"name": name, **method} for name in metrics]
    return {
        "human": {
            "customMetrics": metrics,
            "datasetMetricConfigs": [data_set(*names, **OWN)],
            **members,
        }
    }


def rag(**config):
    return {"ragConfigs": [config]}


def precomputed(kind, source):
    return rag(precomputedRagSourceConfig={kind: {"ragSourceIdentifier": source}})


CUSTOM_METRICS = {
    "customMetrics": [
        {
            "customMetricDefinition": {
                "name": "brevity",
                "instructions": "Rate {{prediction}}, the answer to {{prompt}}.",
                "ratingScale": [
                    {"definition": "short", "value": {"floatValue": 1.5}},
                    {"definition": "long", "value": {"stringValue": "long"}},
                ],
            }
        }
    ],
    "evaluatorModelConfig": judges(NOVA),
}
WORKFLOW = {
    "flowDefinitionArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:flow-definition/flow",
    "instructions": "Read both answers.\nChoose.",
}
RETRIEVAL = {
    "vectorSearchConfiguration": {
        "numberOfResults": 7,
        "overrideSearchType": "HYBRID",
        "filter": {
            "andAll": [
                {"equals": {"key": "year", "value": 2025}},
                {"in": {"key": "kind", "value": ["a", {"b": [None, 1.5, True]}]}},
            ]
        },
        "implicitFilterConfiguration": {
            "metadataAttributes": [{"key": "y", "type": "NUMBER", "description": "year"}],
            "modelArn": MODEL_ARN,
        },
        "rerankingConfiguration": {
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {
                "modelConfiguration": {
                    "modelArn": f"arn:aws:bedrock:{REGION}::foundation-model/cohere.rerank",
                    "additionalModelRequestFields": {"depth": {"of": [1, 2]}},
                },
                "numberOfRerankedResults": 3,
                "metadataConfiguration": {
                    "selectionMode": "SELECTIVE",
                    "selectiveModeConfiguration": {"fieldsToInclude": [{"fieldName": "title"}]},
                },
            },
        },
    }
}
GENERATION = {
    "promptTemplate": {"textPromptTemplate": "Answer from $search_results$."},
    "guardrailConfiguration": {"guardrailId": "abc123", "guardrailVersion": "DRAFT"},
    "kbInferenceConfig": {
        "textInferenceConfig": {
            "temperature": 0.25,
            "topP": 1.0,
            "maxTokens": 100,
            "stopSequences": ["END"],
        }
    },
    "additionalModelRequestFields": {"top_k": 5},
}
JUDGED = data_set("Builtin.Correctness", "Builtin.Helpfulness", task_type="General", **OWN)
RETRIEVED = data_set("Builtin.ContextRelevance", "Builtin.ContextCoverage", **OWN)
GENERATED = data_set("Builtin.Faithfulness", "Builtin.CitationPrecision", **OWN)
RETRIEVE = {"knowledgeBaseId": "KB12345678", "knowledgeBaseRetrievalConfiguration": RETRIEVAL}
RETRIEVE_AND_GENERATE = {
    "type": "KNOWLEDGE_BASE",
    "knowledgeBaseConfiguration": {
        "knowledgeBaseId": "KB12345678",
        "modelArn": MODEL_ARN,
        "retrievalConfiguration": RETRIEVAL,
        "generationConfiguration": GENERATION,
        "orchestrationConfiguration": {
            "queryTransformationConfiguration": {"type": "QUERY_DECOMPOSITION"}
        },
    },
}
DOCUMENT = {"identifier": "doc", "contentType": "text/plain", "data": b"\x00\xff"}
EXTERNAL_SOURCES = {
    "type": "EXTERNAL_SOURCES",
    "externalSourcesConfiguration": {
        "modelArn": MODEL_ARN,
        "sources": [{"sourceType": "BYTE_CONTENT", "byteContent": DOCUMENT}],
        "generationConfiguration": GENERATION,
    },
}


def of_models(**summary):
    return {"inferenceConfigSummary": {"modelConfigSummary": summary}}


def of_rag(**summary):
    return {
        "applicationType": "RagEvaluation",
        "inferenceConfigSummary": {"ragConfigSummary": summary},
    }


TITAN_SUMMARY = {"modelIdentifiers": [TITAN], **of_models(bedrockModelIdentifiers=[TITAN])}
KB_SUMMARY = {
    "ragIdentifiers": ["KB12345678"],
    **of_rag(bedrockKnowledgeBaseIdentifiers=["KB12345678"]),
    "evaluatorModelIdentifiers": [HAIKU],
}

#: Each kind of job: its two configurations, and what its summary has of its own.
KINDS = {
    "automated": (
        automated(
            data_set("Builtin.Accuracy", "Builtin.Robustness"),
            data_set(task_type="Summarization", name="Builtin.Gigaword"),
            data_set("Builtin.Toxicity", **OWN),
        ),
        {
            "models": [
                bedrock(
                    TITAN,
                    inferenceParams='{"inferenceConfig": {"topP":  0.90,\n"é": 1e3}}',
                    performanceConfig={"latency": "optimized"},
                )
            ]
        },
        {"evaluationTaskTypes": ["QuestionAndAnswer", "Summarization"], **TITAN_SUMMARY},
    ),
    "human": (
        human(["fun", "truth"], ["truth", "fun"], humanWorkflowConfig=WORKFLOW),
        {"models": [bedrock(TITAN), bedrock(LLAMA)]},
        {
            "jobType": "Human",
            "modelIdentifiers": [TITAN, LLAMA],
            **of_models(bedrockModelIdentifiers=[TITAN, LLAMA]),
        },
    ),
    "judged": (
        automated(JUDGED, judge=NOVA),
        {"models": [bedrock(TITAN)]},
        {
            "evaluationTaskTypes": ["General"],
            "evaluatorModelIdentifiers": [NOVA],
            **TITAN_SUMMARY,
        },
    ),
    "custom metrics": (
        automated(
            data_set("brevity", "Builtin.Correctness"),
            judge=HAIKU,
            customMetricConfig=CUSTOM_METRICS,
        ),
        {"models": [bedrock(TITAN)]},
        {
            "evaluatorModelIdentifiers": [HAIKU],
            "customMetricsEvaluatorModelIdentifiers": [NOVA],
            **TITAN_SUMMARY,
        },
    ),
    "own answers": (
        automated(JUDGED, judge=HAIKU),
        {"models": [answers_of("my-model")]},
        {
            "evaluationTaskTypes": ["General"],
            "evaluatorModelIdentifiers": [HAIKU],
            **of_models(precomputedInferenceSourceIdentifiers=["my-model"]),
        },
    ),
    "human, own answers and a model": (
        human(["fun"], ["fun"]),
        {"models": [answers_of("my-model"), bedrock(LLAMA)]},
        {
            "jobType": "Human",
            "modelIdentifiers": [LLAMA],
            **of_models(
                bedrockModelIdentifiers=[LLAMA],
                precomputedInferenceSourceIdentifiers=["my-model"],
            ),
        },
    ),
    "retrieve": (
        automated(RETRIEVED, judge=HAIKU),
        rag(knowledgeBaseConfig={"retrieveConfig": RETRIEVE}),
        KB_SUMMARY,
    ),
    "retrieve and generate": (
        automated(GENERATED, judge=HAIKU),
        rag(knowledgeBaseConfig={"retrieveAndGenerateConfig": RETRIEVE_AND_GENERATE}),
        KB_SUMMARY,
    ),
    "external sources": (
        automated(GENERATED, judge=HAIKU),
        rag(knowledgeBaseConfig={"retrieveAndGenerateConfig": EXTERNAL_SOURCES}),
        {"evaluatorModelIdentifiers": [HAIKU], **of_rag()},
    ),
    "own retrieved passages": (
        automated(RETRIEVED, judge=HAIKU),
        precomputed("retrieveSourceConfig", "my-rag"),
        {
            "evaluatorModelIdentifiers": [HAIKU],
            **of_rag(precomputedRagSourceIdentifiers=["my-rag"]),
        },
    ),
    "own generated answers": (
        automated(GENERATED, judge=HAIKU),
        precomputed("retrieveAndGenerateSourceConfig", "my-rag"),
        {
            "evaluatorModelIdentifiers": [HAIKU],
            **of_rag(precomputedRagSourceIdentifiers=["my-rag"]),
        },
    ),
}


create, get, summaries = calls_of("evaluation-job", evaluation_job)


def delete(client, *arns):
    return body(client.batch_delete_evaluation_job(jobIdentifiers=list(arns)))


@pytest.fixture
def job_in(client, bedrock_mock):
    """Gives the ARN of a new job that stays in a status."""

    def job_in(status):
        bedrock_mock.set_transition(EVALUATION_CLOCK, NEVER)
        arn = create(client, status.lower())
        if status in {"Stopping", "Stopped"}:
            client.stop_evaluation_job(jobIdentifier=arn)
        if status in {"Completed", "Stopped", "Deleting"}:
            bedrock_mock.complete(arn)
        if status == "Deleting":
            delete(client, arn)
        return arn

    return job_in


def deleting(*arns):
    return [{"jobIdentifier": arn, "jobStatus": "Deleting"} for arn in arns]


# --- what comes back ------------------------------------------------------------------


def test_create_answers_202_and_the_new_jobs_arn_only(client):
    created = client.create_evaluation_job(**evaluation_job())
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert body(created).keys() == {"jobArn"}
    assert ARN.fullmatch(created["jobArn"])


@pytest.mark.parametrize(("evaluation", "inference", "summary"), KINDS.values(), ids=KINDS.keys())
def test_each_kind_of_job_comes_back_as_sent(client, bedrock_mock, evaluation, inference, summary):
    bedrock_mock.set_transition(EVALUATION_CLOCK, NEVER)
    arn = create(client, evaluationConfig=evaluation, inferenceConfig=inference)
    job = get(client, arn)
    assert job == {
        "jobArn": arn,
        "jobName": "evaluation-1",
        "status": "InProgress",
        "roleArn": role_of(ACCOUNT),
        "jobType": summary.get("jobType", "Automated"),
        "applicationType": summary.get("applicationType", "ModelEvaluation"),
        "evaluationConfig": evaluation,
        "inferenceConfig": inference,
        "outputDataConfig": {"s3Uri": "s3://my-bucket/results/"},
        "creationTime": job["creationTime"],
        "lastModifiedTime": job["creationTime"],
    }
    common = ("jobArn", "jobName", "status", "creationTime", "jobType", "applicationType")
    expected = {"evaluationTaskTypes": ["QuestionAndAnswer"], **summary}
    assert summaries(client) == [{**{name: job[name] for name in common}, **expected}]


def test_a_job_has_the_optional_members_that_were_sent(client):
    sent = {
        "jobDescription": "Is it any good?",
        "customerEncryptionKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY}",
        "applicationType": "RagEvaluation",
    }
    job = get(client, create(client, jobTags=tags(a="b"), **sent))
    assert {name: job[name] for name in sent} == sent
    (summary,) = summaries(client)
    assert summary["applicationType"] == "RagEvaluation"


def test_a_completed_job_has_the_same_members_as_a_fresh_one(client, bedrock_mock):
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(2))
    arn = create(client)
    fresh, done = get(client, arn), get(client, arn)
    modified = done["lastModifiedTime"]
    assert done == {**fresh, "status": "Completed", "lastModifiedTime": modified}
    assert modified >= fresh["lastModifiedTime"]


def test_times_are_sent_in_utc(client):
    arn = create(client)
    answers = wire_answers(client)
    get(client, arn)
    summaries(client)
    (job, listed) = answers
    times = [job["creationTime"], job["lastModifiedTime"]]
    for moment in (*times, *(summary["creationTime"] for summary in listed["jobSummaries"])):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z", moment)


@pytest.mark.parametrize("encoded", [True, False])
def test_arns_in_paths_are_percent_encoded_or_not(client, bedrock_mock, encoded):
    bedrock_mock.set_transition(EVALUATION_CLOCK, NEVER)
    arn = create(client)
    if not encoded:
        send_paths_as_they_are(client)
    client.stop_evaluation_job(jobIdentifier=arn)
    assert get(client, arn)["status"] == "Stopping"


def test_a_job_is_found_by_its_own_arn_only(client, bedrock_mock):
    foreign = [
        create(bedrock_mock.client(region_name="eu-west-1")),
        create(bedrock_mock.client(account_id=OTHER), roleArn=role_of(OTHER)),
    ]
    create(client)
    for operation in (client.get_evaluation_job, client.stop_evaluation_job):
        for arn in (UNKNOWN, *foreign):
            with refused("ResourceNotFoundException", 404, NOT_FOUND):
                operation(jobIdentifier=arn)
        with refused("ValidationException", 400):
            operation(jobIdentifier="evaluation-1")


# --- names, tokens, refusals --------------------------------------------------------------


def test_a_token_seen_before_gives_the_first_job_even_if_other_members_differ(client, bedrock_mock):
    arn = create(client, clientRequestToken="token")
    before = snapshot(client)
    assert create(client, clientRequestToken="token") == arn
    assert create(client, "other", clientRequestToken="token", roleArn=role_of(OTHER)) == arn
    assert snapshot(client) == before
    elsewhere = bedrock_mock.client(region_name="eu-west-1")
    assert create(elsewhere, clientRequestToken="token") != arn
    assert create(client, "other") != arn


def refusal(message=None, code="ValidationException", status=400):
    return code, status, message


def human_names(missing, unknown):
    return (
        "The metricNames of a human evaluation job must be the names of its customMetrics: "
        f"{unknown} of them are not, and {missing} are missing."
    )


NO_JUDGE = "The member 'evaluationConfig.automated.evaluatorModelConfig' is required for "


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"jobName": "taken"}, refusal(JOB_NAME_TAKEN)),
        ({"jobName": "running"}, refusal(JOB_NAME_TAKEN)),
        ({"jobName": "Upper"}, refusal()),
        ({"roleArn": role_of(OTHER)}, refusal(FOREIGN_ROLE, "AccessDeniedException", 403)),
        # The operation declares no TooManyTagsException.
        ({"jobTags": many_tags(51)}, refusal()),
        (
            {"inferenceConfig": {"models": [bedrock(TITAN, inferenceParams="{}")]}},
            refusal(),
        ),
        (
            {"evaluationConfig": automated(JUDGED)},
            refusal(f"{NO_JUDGE}Builtin.Correctness, Builtin.Helpfulness."),
        ),
        (
            {
                "evaluationConfig": automated(RETRIEVED),
                "inferenceConfig": precomputed("retrieveSourceConfig", "my-rag"),
            },
            refusal(f"{NO_JUDGE}a RAG evaluation job."),
        ),
        ({"inferenceConfig": {"models": [bedrock(TITAN), bedrock(LLAMA)]}}, refusal()),
        (
            {
                "evaluationConfig": human(["fun"], ["fun"]),
                "inferenceConfig": {"models": [bedrock(TITAN)] * 3},
            },
            refusal(),
        ),
        ({"evaluationConfig": automated(*[data_set()] * 6)}, refusal()),
        (
            {
                "evaluationConfig": human(["fun"], ["fun"]),
                "inferenceConfig": precomputed("retrieveSourceConfig", "my-rag"),
            },
            refusal(
                "A human evaluation job has the member 'inferenceConfig.models', not 'ragConfigs'."
            ),
        ),
        ({"evaluationConfig": human(["fun"], ["fun", "x"])}, refusal(human_names(1, 0))),
        ({"evaluationConfig": human(["fun", "x"], ["fun"])}, refusal(human_names(0, 1))),
        (
            {
                "evaluationConfig": automated(RETRIEVED, GENERATED, judge=HAIKU),
                "inferenceConfig": precomputed("retrieveAndGenerateSourceConfig", "my-rag"),
            },
            refusal(
                "Retrieve-only metrics cannot be mixed with retrieve-and-generate metrics: "
                "Builtin.ContextCoverage, Builtin.ContextRelevance with "
                "Builtin.CitationPrecision, Builtin.Faithfulness."
            ),
        ),
    ],
)
def test_a_refused_request_changes_nothing(client, bedrock_mock, change, error):
    get(client, create(client, "taken", jobTags=tags(a="b")))
    bedrock_mock.set_transition(EVALUATION_CLOCK, NEVER)
    create(client, "running")
    before = snapshot(client)
    request = evaluation_job(clientRequestToken="token")
    with refused(*error):
        client.create_evaluation_job(**{**request, **change})
    assert snapshot(client) == before
    # Neither the name nor the token has been used up.
    arn = client.create_evaluation_job(**request)["jobArn"]
    assert get(client, arn)["jobName"] == "evaluation-1"


# --- stopping -----------------------------------------------------------------------------


def test_a_job_in_progress_is_stopping_and_then_stopped(client, bedrock_mock):
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(2))
    arn = create(client)
    answers = wire_answers(client)
    stopped = client.stop_evaluation_job(jobIdentifier=arn)
    assert stopped["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answers == [{}]
    job, done = get(client, arn), get(client, arn)
    assert job["status"] == "Stopping"
    assert done == {
        **job,
        "status": "Stopped",
        "lastModifiedTime": done["lastModifiedTime"],
    }


@pytest.mark.parametrize("status", ["Completed", "Stopping", "Stopped", "Deleting"])
def test_a_job_that_is_not_in_progress_cannot_be_stopped(job_in, client, status):
    arn = job_in(status)
    before = snapshot(client)
    message = f"The evaluation job is not in progress: its status is {status}."
    with refused("ConflictException", 400, message):
        client.stop_evaluation_job(jobIdentifier=arn)
    assert snapshot(client) == before


# --- batch deletion -----------------------------------------------------------------------


def test_deletion_answers_202_with_both_lists(client):
    arn = create(client)
    answer = client.batch_delete_evaluation_job(jobIdentifiers=[arn])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert body(answer) == {"evaluationJobs": deleting(arn), "errors": []}
    assert delete(client, UNKNOWN)["evaluationJobs"] == []


def test_each_item_of_a_batch_has_its_own_outcome(job_in, client, bedrock_mock):
    elsewhere = bedrock_mock.client(region_name="eu-west-1")
    other = bedrock_mock.client(account_id=OTHER)
    foreign = [create(elsewhere), create(other, roleArn=role_of(OTHER))]
    deletable = [job_in("Completed"), job_in("Stopped")]
    running = {status: job_in(status) for status in ("InProgress", "Stopping", "Deleting")}
    refusals = [
        {"jobIdentifier": arn, "code": "404", "message": "Unable to locate this job to delete."}
        for arn in (UNKNOWN, *foreign)
    ] + [
        {
            "jobIdentifier": arn,
            "code": "400",
            "message": f"An evaluation job with the status {status} cannot be deleted.",
        }
        for status, arn in running.items()
    ]
    arns = [refusal["jobIdentifier"] for refusal in refusals]
    first, second = deletable
    # Each ARN is answered once.
    answer = delete(client, first, *arns, UNKNOWN, second, first)
    assert answer == {"evaluationJobs": deleting(first, second), "errors": refusals}
    assert [get(client, arn)["status"] for arn in deletable] == ["Deleting"] * 2
    assert {status: get(client, arn)["status"] for status, arn in running.items()} == {
        status: status for status in running
    }
    assert len(summaries(elsewhere)) == len(summaries(other)) == 1


def test_a_deleted_job_is_gone_with_its_tags_and_its_name_is_free(client):
    arn = create(client, jobTags=tags(a="b"))
    kept = create(client, "kept")
    delete(client, arn)
    assert [summary["jobArn"] for summary in summaries(client)] == [kept]
    for operation in (client.get_evaluation_job, client.stop_evaluation_job):
        with refused("ResourceNotFoundException", 404, NOT_FOUND):
            operation(jobIdentifier=arn)
    with refused("ResourceNotFoundException", 404):
        client.list_tags_for_resource(resourceARN=arn)
    assert delete(client, arn)["errors"][0]["code"] == "404"
    again = create(client)
    assert again != arn
    assert client.list_tags_for_resource(resourceARN=again)["tags"] == []


def test_a_batch_may_have_25_items(client):
    arns = [create(client, f"evaluation-{n}") for n in range(25)]
    assert delete(client, *arns) == {"evaluationJobs": deleting(*arns), "errors": []}
    assert summaries(client) == []


@pytest.mark.parametrize(
    "others",
    [
        ["evaluation-1"],
        [f"{UNKNOWN[:-12]}TOO-SHORT"],
        [f"arn:aws:bedrock:{REGION}:{ACCOUNT}:model-import-job/000000000000"],
        [f"{UNKNOWN[:-2]}{n}" for n in range(10, 35)],
    ],
    ids=["a name", "no id", "an import job", "26 items"],
)
def test_with_one_bad_item_or_26_nothing_is_deleted(client, others):
    arn = create(client)
    get(client, arn)
    before = snapshot(client)
    with refused("ValidationException", 400):
        delete(client, arn, *others)
    assert snapshot(client) == before


def test_an_empty_batch_is_refused(client):
    # boto3 itself would refuse it.
    lax = boto3.client("bedrock", REGION, config=Config(parameter_validation=False))
    with refused("ValidationException", 400):
        delete(lax)


# --- data sets, metrics and task types that suit the job ----------------------------------


RAG = precomputed("retrieveAndGenerateSourceConfig", "my-rag")
RETRIEVE = precomputed("retrieveSourceConfig", "my-rag")
NOT_JSONL = {"name": "own", "datasetLocation": {"s3Uri": "s3://my-bucket/prompts.csv"}}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"evaluationConfig": automated(data_set(name="own"))},
            "The member 'datasetLocation' is required for a data set that is not built in.",
        ),
        (
            {"evaluationConfig": automated(data_set(**NOT_JSONL))},
            "The member 'datasetLocation.s3Uri' must be the URI of a file that ends in .jsonl.",
        ),
        (
            {"evaluationConfig": automated(data_set(name="Builtin.Mine"))},
            "There is no built-in data set Builtin.Mine. There are: Builtin.Bold, Builtin.BoolQ, ",
        ),
        (
            {"evaluationConfig": automated(data_set("Builtin.Acuracy"))},
            "There is no built-in metric Builtin.Acuracy.",
        ),
        (
            {
                "evaluationConfig": {
                    "human": {
                        "customMetrics": [{"name": "fun", "ratingMethod": "ThumbsUpDown"}],
                        "datasetMetricConfigs": [data_set("fun")],
                    }
                }
            },
            "A human evaluation job needs a data set of its own, not Builtin.BoolQ.",
        ),
        (
            {
                "evaluationConfig": human(
                    ["fun"], [], customMetrics=[{"name": "fun", "ratingMethod": "Thumbs"}]
                )
            },
            "The member 'ratingMethod' must be one of ThumbsUpDown, IndividualLikertScale, ",
        ),
        (
            {
                "evaluationConfig": automated(data_set("Builtin.Accuracy"), judge=HAIKU),
                "inferenceConfig": RAG,
            },
            "A RAG evaluation job does not take Builtin.Accuracy.",
        ),
        (
            {
                "evaluationConfig": automated(data_set("Builtin.Correctness"), judge=HAIKU),
                "inferenceConfig": RETRIEVE,
            },
            "A retrieve-only evaluation job does not take Builtin.Correctness.",
        ),
        (
            {
                "evaluationConfig": automated(data_set("Builtin.ContextCoverage"), judge=HAIKU),
                "inferenceConfig": RAG,
            },
            "A retrieve-and-generate evaluation job needs at least one metric of its own.",
        ),
        *(
            (
                {
                    "evaluationConfig": automated(
                        data_set("Builtin.Helpfulness", task_type=task_type), judge=HAIKU
                    )
                },
                f"A job that a model judges does not take the taskType {task_type}: use General.",
            )
            for task_type in ("Custom", "Generation")
        ),
    ],
)
def test_what_does_not_suit_the_job_is_refused(client, members, message):
    with refused("ValidationException", 400) as caught:
        create(client, **members)
    assert caught.value.response["Error"]["Message"].startswith(message)
    assert summaries(client) == []


def test_a_rag_job_ignores_the_task_type(client):
    part = data_set("Builtin.Correctness", task_type="Custom")
    assert create(client, evaluationConfig=automated(part, judge=HAIKU), inferenceConfig=RAG)


@pytest.mark.parametrize("key", [KEY, "alias/mine", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/mine"])
def test_a_key_comes_back_as_an_arn(client, key):
    arn = create(client, customerEncryptionKeyId=key)
    found = get(client, arn)["customerEncryptionKeyId"]
    assert re.fullmatch(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/[0-9a-f-]{{36}}", found)
