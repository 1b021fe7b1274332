"""What completed evaluation jobs have written to S3, read back with boto3."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from functools import partial

import boto3
import pytest
import requests
from freezegun import freeze_time

from bedrock_mock import Reply, mock_bedrock
from support import (
    ACCOUNT,
    EVALUATION_CLOCK,
    MOTO_API,
    REGION,
    data_set,
    evaluation_job,
    import_job,
    in_process,
    refused,
)

pytestmark = in_process

MODEL = "amazon.titan-text-lite-v1"
JUDGE = "anthropic.claude-3-haiku-20240307-v1:0"
LINES = [
    {"prompt": "Two and two?", "referenceResponse": "Four", "category": "Sums"},
    {"prompt": "Three and three?", "referenceResponse": "Six", "category": "Sums"},
]
TURN = {
    "prompt": {"content": [{"text": "Two and two?"}]},
    "referenceResponses": [{"content": [{"text": "Four"}]}],
}


@pytest.fixture
def put(s3):
    def put(*records, key="data/mine.jsonl"):
        body = b"\n".join(
            each if isinstance(each, bytes) else json.dumps(each).encode() for each in records
        )
        s3.put_object(Bucket="my-bucket", Key=key, Body=body)

    return put


@pytest.fixture
def results(s3):
    """The records of each file of results, by its key without what is made up."""

    def results(prefix="results/"):
        found = {}
        listed = s3.list_objects_v2(Bucket="my-bucket", Prefix=prefix)
        for each in listed.get("Contents", ()):
            if not each["Key"].endswith("_output.jsonl"):
                continue
            body = s3.get_object(Bucket="my-bucket", Key=each["Key"])["Body"].read()
            place = re.sub(r"/[0-9a-f-]{36}_output\.jsonl$", "", each["Key"])
            found[place] = [json.loads(line) for line in body.splitlines()]
        return found

    return results


def mine(*metrics, **members):
    return data_set(
        *metrics,
        name="Mine",
        datasetLocation={"s3Uri": "s3://my-bucket/data/mine.jsonl"},
        **members,
    )


def automated(*data_sets, judge=None, **members):
    config = {"datasetMetricConfigs": list(data_sets)}
    if judge:
        config["evaluatorModelConfig"] = {"bedrockEvaluatorModels": [{"modelIdentifier": judge}]}
    return evaluation_job(evaluationConfig={"automated": config}, **members)


def create(client, request):
    arn = client.create_evaluation_job(**request)["jobArn"]
    return arn, arn.rpartition("/")[2]


def test_a_programmatic_job_has_a_record_for_each_line(client, s3, put, results):
    put(*LINES)
    _, job_id = create(client, automated(mine("Builtin.Accuracy", "Builtin.Robustness")))
    ((place, records),) = results().items()
    folder = "taskTypes/QuestionAndAnswer/datasets/Mine"
    assert place == f"results/evaluation-1/{job_id}/models/{MODEL}/{folder}"
    assert [record["inputRecord"] for record in records] == LINES
    for record in records:
        assert record.keys() == {"automatedEvaluationResult", "inputRecord", "modelResponses"}
        (response,) = record["modelResponses"]
        assert response["modelIdentifier"] == MODEL
        assert record["inputRecord"]["prompt"] in response["response"]
        scores = record["automatedEvaluationResult"]["scores"]
        assert [score["metricName"] for score in scores] == [
            "Builtin.Accuracy",
            "Builtin.Robustness",
        ]
        assert all(0 <= score["result"] <= 1 for score in scores)
        assert all(score.keys() == {"metricName", "result"} for score in scores)
    key = "results/evaluation-1/amazon-bedrock-evaluations-permission-check"
    assert s3.get_object(Bucket="my-bucket", Key=key)["Body"].read() == b""


@pytest.mark.parametrize(
    ("uri", "folder"),
    [("s3://my-bucket/a/b", "a/b/"), ("s3://my-bucket/a/b/", "a/b/"), ("s3://my-bucket", "")],
)
def test_the_folder_is_that_of_the_request_with_or_without_a_slash(client, results, uri, folder):
    _, job_id = create(client, evaluation_job(outputDataConfig={"s3Uri": uri}))
    (place,) = results("")
    assert place.startswith(f"{folder}evaluation-1/{job_id}/models/")


def test_a_judged_job_has_the_judges_explanations(client, put, results):
    put(*LINES)
    create(client, automated(mine("Builtin.Correctness"), judge=JUDGE))
    ((record, _),) = results().values()
    (score,) = record["automatedEvaluationResult"]["scores"]
    (details,) = score["evaluatorDetails"]
    assert details["modelIdentifier"] == JUDGE
    assert details["explanation"]


def custom(*values):
    """A request for a job with the metric "brevity", whose scale has these values."""
    kinds = {str: "stringValue", float: "floatValue"}
    metric = {"name": "brevity", "instructions": "Is {{prediction}} short?"}
    if values:
        metric["ratingScale"] = [
            {"definition": "so", "value": {kinds[type(value)]: value}} for value in values
        ]
    request = automated(mine("Builtin.Correctness", "brevity"), judge=JUDGE)
    request["evaluationConfig"]["automated"]["customMetricConfig"] = {
        "customMetrics": [{"customMetricDefinition": metric}],
        "evaluatorModelConfig": {"bedrockEvaluatorModels": [{"modelIdentifier": MODEL}]},
    }
    return request


def ratings(results):
    """What the judge says of brevity, record by record."""
    (records,) = results().values()
    scores = [record["automatedEvaluationResult"]["scores"][1] for record in records]
    assert {score["metricName"] for score in scores} == {"brevity"}
    return [score["result"] for score in scores]


SCALES = {
    "numbers": (1.0, 2.5, 5.0),
    "texts": ("poor", "fair", "good"),
    "with -1": (-1.0, 3.0),
}


@pytest.mark.parametrize("values", SCALES.values(), ids=SCALES)
def test_a_custom_metric_has_the_values_of_its_scale(client, put, results, values):
    put(*LINES * 20)
    create(client, custom(*values))
    assert set(ratings(results)) == set(values)


def test_a_custom_metric_without_a_scale_has_a_number(client, put, results):
    put(*LINES)
    create(client, custom())
    assert all(0 <= rating <= 1 for rating in ratings(results))


@pytest.mark.parametrize(
    ("values", "said", "written"),
    [
        ((1.0, 5.0), 5, 5),
        ((1.0, 5.0), 5.0, 5.0),
        ((1.0, 5.0), -1, None),
        ((1.0, 5.0), None, None),
        ((-1.0, 5.0), -1, -1),
        (("poor", "good"), "good", "good"),
        (("poor", "good"), -1, None),
        ((), 17.5, 17.5),
        ((), "verbose", "verbose"),
        ((), -1, None),
    ],
)
def test_a_custom_score_can_be_scripted(client, bedrock_mock, put, results, values, said, written):
    put(LINES[0])
    bedrock_mock.evaluation_results("evaluation-1", {"brevity": {"score": said}})
    create(client, custom(*values))
    assert ratings(results) == [written]


@pytest.mark.parametrize(
    ("values", "said", "words"),
    [
        ((1.0, 5.0), 3, "one of 1.0, 5.0, or -1 for 'not applicable'"),
        ((1.0, 5.0), "5", "one of 1.0, 5.0, or -1 for 'not applicable'"),
        (("poor", "good"), "Good", "one of 'poor', 'good', or -1 for 'not applicable'"),
        ((), ["a"], "a number or a text"),
    ],
)
@pytest.mark.parametrize("is_early", [True, False])
def test_a_score_off_the_scale_is_refused(client, bedrock_mock, put, values, said, words, is_early):
    put(LINES[0])
    bedrock_mock.freeze()
    message = (
        f"the score of 'brevity' is {words}, None, or {{'score': ..., 'explanation': ...}}, "
        f"not {said!r}"
    )
    scores = {"brevity": said}
    if is_early and values:
        # Whether a value is on the scale is known once there is a job.
        bedrock_mock.evaluation_results("evaluation-1", scores)
        with pytest.raises(ValueError, match=re.escape(message)):
            create(client, custom(*values))
        assert client.list_evaluation_jobs()["jobSummaries"] == []
        return
    create(client, custom(*values))
    with pytest.raises(ValueError, match=re.escape(message)):
        bedrock_mock.evaluation_results("evaluation-1", scores)


def test_the_definitions_of_custom_metrics_are_in_a_folder_of_their_own(client, put, s3):
    put(*LINES)
    request = custom("poor", "good")
    _, job_id = create(client, request)
    key = f"results/evaluation-1/{job_id}/custom_metrics/brevity.json"
    body = s3.get_object(Bucket="my-bucket", Key=key)["Body"].read()
    config = request["evaluationConfig"]["automated"]["customMetricConfig"]
    assert json.loads(body) == config["customMetrics"][0]


@pytest.mark.parametrize(
    ("metric", "steps"),
    [("Correctness", {0, 0.5, 1}), ("Completeness", {0, 0.25, 0.5, 0.75, 1})],
)
def test_made_up_scores_come_in_the_steps_of_the_judge(client, put, results, metric, steps):
    put(*LINES * 50)
    create(client, automated(mine(f"Builtin.{metric}"), judge=JUDGE))
    assert set(scores(results)) == steps


def test_the_judges_of_custom_metrics_explain_those(client, put, results):
    put(*LINES)
    create(client, custom(1.0))
    ((record, _),) = results().values()
    said = record["automatedEvaluationResult"]["scores"]
    judges = [[each["modelIdentifier"] for each in score["evaluatorDetails"]] for score in said]
    assert judges == [[JUDGE], [MODEL]]


def knowledge_base(client):
    """Evaluates a knowledge base with a model that generates; gives that model's ARN."""
    arn = f"arn:aws:bedrock:{REGION}::foundation-model/{JUDGE}"
    kb = {"knowledgeBaseId": "KB12345678", "modelArn": arn}
    generate = {"type": "KNOWLEDGE_BASE", "knowledgeBaseConfiguration": kb}
    rag = {"ragConfigs": [{"knowledgeBaseConfig": {"retrieveAndGenerateConfig": generate}}]}
    create(client, automated(data_set("Builtin.Faithfulness"), judge=JUDGE, inferenceConfig=rag))
    return arn


def test_models_answer_by_the_same_rules_as_everywhere(client, bedrock_mock, put, results):
    put(*LINES)
    bedrock_mock.reply("Four.", model=MODEL, user="Two and two")
    bedrock_mock.reply(Reply(json={"sum": 6}), model=MODEL, user="Three")
    bedrock_mock.reply(lambda call: f"I judge {call.user[:19]}.", model="anthropic.*")
    create(client, automated(mine("Builtin.Correctness"), judge=JUDGE))
    (records,) = results().values()
    texts = [record["modelResponses"][0]["response"] for record in records]
    assert texts == ["Four.", '{"sum": 6}']
    for record in records:
        (score,) = record["automatedEvaluationResult"]["scores"]
        (details,) = score["evaluatorDetails"]
        assert details["explanation"] == "I judge Builtin.Correctness."


def test_the_model_of_a_knowledge_base_answers_by_them_too(client, bedrock_mock, results):
    bedrock_mock.reply("By the rules.", user="planet", operation="Converse", model="*")
    knowledge_base(client)
    (records,) = results().values()
    texts = [record["conversationTurns"][0]["output"]["text"] for record in records]
    assert texts[0] == "By the rules."
    assert all(text.startswith("A made-up answer to") for text in texts[1:])


def test_what_is_made_up_for_a_knowledge_base_names_it_and_its_model(client, results):
    arn = knowledge_base(client)
    ((record, *_),) = results().values()
    output = record["conversationTurns"][0]["output"]
    assert (output["modelIdentifier"], output["knowledgeBaseIdentifier"]) == (arn, "KB12345678")


def test_answers_given_beforehand_are_those_of_the_data_set(client, put, results):
    answer = {"response": "Four.", "modelIdentifier": "my-source"}
    other = {"response": "Five.", "modelIdentifier": "other-source"}
    put({**LINES[0], "modelResponses": [answer, other]})
    source = {"precomputedInferenceSource": {"inferenceSourceIdentifier": "my-source"}}
    create(client, automated(mine(), inferenceConfig={"models": [source]}))
    ((place, (record,)),) = results().items()
    assert "/models/my-source/" in place
    assert record["modelResponses"] == [{"modelIdentifier": "my-source", "response": "Four."}]


RAG = {
    "ragConfigs": [
        {
            "knowledgeBaseConfig": {
                "retrieveConfig": {
                    "knowledgeBaseId": "KB12345678",
                    "knowledgeBaseRetrievalConfiguration": {
                        "vectorSearchConfiguration": {"numberOfResults": 3}
                    },
                }
            }
        }
    ]
}


def test_a_rag_job_has_its_turns(client, put, results):
    put({"conversationTurns": [TURN]})
    metrics = mine("Builtin.ContextRelevance")
    _, job_id = create(client, automated(metrics, judge=JUDGE, inferenceConfig=RAG))
    ((place, (record,)),) = results().items()
    assert place == f"results/evaluation-1/{job_id}/inference_configs/0/datasets/Mine"
    (turn,) = record["conversationTurns"]
    assert turn["inputRecord"] == TURN
    assert turn["output"]["knowledgeBaseIdentifier"] == "KB12345678"
    assert turn["output"].keys() == {
        "text",
        "modelIdentifier",
        "knowledgeBaseIdentifier",
        "retrievedPassages",
    }
    (result,) = turn["results"]
    assert result["metricName"] == "Builtin.ContextRelevance"
    assert result["evaluatorDetails"][0]["modelIdentifier"] == JUDGE


def beforehand(identifier="KB12345678"):
    return {
        "ragConfigs": [
            {
                "precomputedRagSourceConfig": {
                    "retrieveSourceConfig": {"ragSourceIdentifier": identifier}
                }
            }
        ]
    }


def test_turns_given_beforehand_are_those_of_the_data_set(client, put, results):
    output = {"text": "Four.", "knowledgeBaseIdentifier": "KB12345678"}
    put({"conversationTurns": [{**TURN, "output": output}]})
    request = automated(mine("Builtin.ContextRelevance"), judge=JUDGE, inferenceConfig=beforehand())
    create(client, request)
    ((record,),) = results().values()
    assert record["conversationTurns"][0]["output"] == output
    request["inferenceConfig"] = beforehand("KB87654321")
    message = (
        "The provided dataset in your RAG evaluation configuration has different "
        "KnowledgeBaseIdentifiers in output than your RAGConfig."
    )
    with refused("ValidationException", 400, message):
        client.create_evaluation_job(**{**request, "jobName": "evaluation-2"})


def each(*results):
    return [{"modelResponseId": str(n), "result": result} for n, result in enumerate(results)]


@pytest.mark.parametrize(
    "rating",
    [
        ("ThumbsUpDown", 0.75, each(*[True] * 2)),
        ("IndividualLikertScale", 0.75, each(4, 4)),
        ("IndividualLikertScale", None, each(None, None)),
        (
            "ComparisonLikertScale",
            0.25,
            [{"leftModelResponseId": "0", "rightModelResponseId": "1", "result": 2}],
        ),
        ("ComparisonChoice", 0.25, [{"result": {"modelResponseId": "1"}}]),
        (
            "ComparisonRank",
            0.75,
            [
                {
                    "result": [
                        {"modelResponseId": "0", "rank": 1},
                        {"modelResponseId": "1", "rank": 2},
                    ]
                }
            ],
        ),
    ],
)
def test_a_human_job_has_the_ratings_of_people(client, bedrock_mock, put, results, rating):
    method, score, values = rating
    key = method[0].lower() + method[1:]
    put(LINES[0])
    flow = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:flow-definition/flow"
    human = {
        "datasetMetricConfigs": [mine("wit")],
        "customMetrics": [{"name": "wit", "ratingMethod": method}],
        "humanWorkflowConfig": {"flowDefinitionArn": flow},
    }
    models = [{"bedrockModel": {"modelIdentifier": name}} for name in (MODEL, JUDGE)]
    bedrock_mock.evaluation_results("evaluation-1", {"wit": score})
    request = evaluation_job(evaluationConfig={"human": human}, inferenceConfig={"models": models})
    _, job_id = create(client, request)
    ((place, (record,)),) = results().items()
    assert place == f"results/evaluation-1/{job_id}/datasets/Mine"
    assert record["inputRecord"] == LINES[0]
    assert [each["modelIdentifier"] for each in record["modelResponses"]] == [MODEL, JUDGE]
    (result,) = record["humanEvaluationResult"]
    assert result["flowDefinitionArn"] == flow
    assert result["modelResponseIdMap"] == {"0": MODEL, "1": JUDGE}
    (answer,) = result["humanAnswers"]
    # The job has ended at once, so no time was spent on it.
    assert answer["acceptanceTime"] == answer["submissionTime"]
    assert answer["timeSpentInSeconds"] == 0
    assert answer["acceptanceTime"].endswith("Z")
    ratings = answer["answerContent"]["evaluationResults"][key]
    assert ratings == [{"metricName": "wit", **value} for value in values]


# --- scores ----------------------------------------------------------------------------


def scores(results):
    return [
        score["result"]
        for records in results().values()
        for record in records
        for score in record["automatedEvaluationResult"]["scores"]
    ]


def test_scores_are_repeatable_by_motos_seed(results):
    found = []
    for _ in range(2):
        with mock_bedrock() as bedrock:
            requests.post(f"{MOTO_API}/reset", timeout=5).raise_for_status()
            boto3.client("s3", REGION).create_bucket(Bucket="my-bucket")
            requests.post(f"{MOTO_API}/seed?a=42", timeout=5).raise_for_status()
            create(bedrock.client(REGION), evaluation_job())
            found.append(scores(results))
    assert found[0] == found[1]
    assert len(set(found[0])) > 1


@pytest.mark.parametrize("early", [True, False], ids=["before it is created", "under way"])
def test_scores_and_explanations_can_be_scripted(client, bedrock_mock, put, results, early):
    put(*LINES)
    scripted = {"Builtin.Correctness": {"score": 0.25, "explanation": "It is half wrong."}}
    bedrock_mock.freeze()
    if early:
        bedrock_mock.evaluation_results("evaluation-1", scripted)
    metrics = mine("Builtin.Correctness", "Builtin.Completeness")
    create(client, automated(metrics, judge=JUDGE))
    if not early:
        bedrock_mock.evaluation_results("evaluation-1", scripted)
    bedrock_mock.complete("evaluation-1")
    for record in next(iter(results().values())):
        first, second = record["automatedEvaluationResult"]["scores"]
        assert first["result"] == 0.25
        assert first["evaluatorDetails"][0]["explanation"] == "It is half wrong."
        assert 0 <= second["result"] <= 1


def test_scores_can_be_a_function_of_the_record(client, bedrock_mock, put, results):
    put(*LINES)
    bedrock_mock.evaluation_results(
        "evaluation-1", lambda record: {"Builtin.Accuracy": len(record["prompt"]) / 100}
    )
    create(client, automated(mine()))
    assert scores(results) == [0.12, 0.16]


SCORE_FORMS = "is a number from 0 to 1, None, or {'score': ..., 'explanation': ...}"


@pytest.mark.parametrize(
    "said",
    [1.1, -1, "0.5", True, {}, {"explanation": "?"}, {"score": 2}, {"score": 1, "explanation": 7}],
)
def test_a_wrong_score_is_refused(client, bedrock_mock, put, said):
    message = f"the score of 'Builtin.Accuracy' {SCORE_FORMS}, not {said!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        bedrock_mock.evaluation_results("evaluation-1", {"Builtin.Accuracy": said})
    # A function is called, and refused, when the job is looked at.
    put(*LINES)
    bedrock_mock.evaluation_results("evaluation-1", lambda _: {"Builtin.Accuracy": said})
    bedrock_mock.freeze()
    create(client, automated(mine()))
    with pytest.raises(ValueError, match=re.escape(message)):
        bedrock_mock.complete("evaluation-1")


def test_a_function_that_gives_no_scores_is_refused(client, bedrock_mock, put):
    put(*LINES)
    bedrock_mock.evaluation_results("evaluation-1", lambda _: 7)
    with pytest.raises(ValueError, match="scores is a dict or a function of the record, not 7"):
        create(client, automated(mine()))


@pytest.mark.parametrize("clock", ["immediate", "frozen"])
def test_an_error_of_a_function_is_seen_once_with_the_name_of_the_job(
    client, bedrock_mock, put, results, clock
):
    put(*LINES)
    bedrock_mock.set_transition("bedrock::evaluation_job", {"progression": clock})
    bedrock_mock.evaluation_results("evaluation-1", lambda record: record["missing"])
    request = {**automated(mine()), "clientRequestToken": "token-1"}
    if clock == "frozen":
        create(client, request)
    is_frozen = clock == "frozen"
    ends = partial(bedrock_mock.complete, "evaluation-1") if is_frozen else None
    with pytest.raises(KeyError, match="missing") as caught:
        (ends or partial(create, client, request))()
    (note,) = caught.value.__notes__
    assert note == "raised by a function in evaluation_results, for the job 'evaluation-1'"
    # A call that fails makes nothing, and a job that is there stays as it was.
    there = [each["status"] for each in client.list_evaluation_jobs()["jobSummaries"]]
    assert there == (["InProgress"] if clock == "frozen" else [])
    arn, _ = create(client, request)
    if clock == "frozen":
        bedrock_mock.complete("evaluation-1")
    assert client.get_evaluation_job(jobIdentifier=arn)["status"] == "Completed"
    assert len(scores(results)) == 2


@pytest.mark.parametrize("is_early", [True, False])
def test_an_error_of_a_function_that_chooses_a_job_is_seen_once(client, bedrock_mock, is_early):
    bedrock_mock.freeze()

    def choose(request):
        raise LookupError(request["jobName"])

    clock = "bedrock::evaluation_job"
    if is_early:
        bedrock_mock.fail_next(clock, "no", matching=choose)
        with pytest.raises(LookupError, match="evaluation-1") as caught:
            create(client, evaluation_job())
        assert client.list_evaluation_jobs()["jobSummaries"] == []
        create(client, evaluation_job())
    else:
        create(client, evaluation_job())
        with pytest.raises(LookupError, match="evaluation-1") as caught:
            bedrock_mock.fail_next(clock, "no", matching=choose)
    assert "for the job 'evaluation-1'" in caught.value.__notes__[0]
    assert bedrock_mock.unused() == []
    assert bedrock_mock.complete("evaluation-1") == "Completed"


def test_the_files_have_the_form_of_the_services_own(client, bedrock_mock, put, s3):
    put({"prompt": "Où?"}, {"prompt": "Qui?"})
    create(client, automated(mine("Builtin.Correctness", task_type="General"), judge=JUDGE))
    listed = s3.list_objects_v2(Bucket="my-bucket", Prefix="results/")["Contents"]
    (key,) = (each["Key"] for each in listed if each["Key"].endswith("_output.jsonl"))
    body = s3.get_object(Bucket="my-bucket", Key=key)["Body"].read().decode()
    lines = body.split("\n")
    assert len(lines) == 2
    assert '"inputRecord":{"prompt":"Où?"}' in lines[0]
    for line in lines:
        (score,) = json.loads(line)["automatedEvaluationResult"]["scores"]
        assert [*score] == ["metricName", "evaluatorDetails", "result"]


def test_a_function_may_give_the_scores_of_all_metrics_of_the_job(
    client, bedrock_mock, put, results
):
    put({"prompt": "?", "confidence": 0.5})
    every = {"Builtin.Accuracy": 0.5, "Builtin.Toxicity": 0.25}
    bedrock_mock.evaluation_results("evaluation-1", lambda _: every)
    toxicity = data_set("Builtin.Toxicity", task_type="Generation")
    create(client, automated(mine("Builtin.Accuracy"), toxicity))
    assert set(scores(results)) == {0.5, 0.25}


def test_a_metric_that_is_misspelt_does_not_pass_silently(client, bedrock_mock):
    misspelt = {"Builtin.Acuracy": 0.5}
    bedrock_mock.freeze()
    create(client, evaluation_job("evaluation-2"))
    bedrock_mock.evaluation_results("evaluation-1", misspelt)
    create(client, evaluation_job())
    assert bedrock_mock.unused() == [f"evaluation_results('evaluation-1', {misspelt})"]
    message = "'evaluation-1' has no metric 'Builtin.Acuracy'; it has: Builtin.Accuracy"
    with pytest.raises(ValueError, match=re.escape(message)):
        bedrock_mock.evaluation_results("evaluation-1", misspelt)
    requests.post(f"{MOTO_API}/reset", timeout=5).raise_for_status()


def test_a_score_can_be_missing(client, bedrock_mock, put, results):
    put({"conversationTurns": [TURN]})
    bedrock_mock.evaluation_results("evaluation-1", {"Builtin.ContextRelevance": None})
    metrics = mine("Builtin.ContextRelevance")
    create(client, automated(metrics, judge=JUDGE, inferenceConfig=RAG))
    ((record,),) = results().values()
    assert record["conversationTurns"][0]["results"][0]["result"] is None


# --- data sets -------------------------------------------------------------------------


def test_a_built_in_data_set_has_a_few_made_up_prompts(client, results):
    create(client, evaluation_job())
    ((place, records),) = results().items()
    assert place.endswith("/datasets/Builtin.BoolQ")
    assert 1 < len(records) < 10
    assert {"prompt", "referenceResponse"} <= records[0]["inputRecord"].keys()


def status_of(client, request):
    """The status of a new job, and why it has failed."""
    job = client.get_evaluation_job(jobIdentifier=create(client, request)[0])
    return job["status"], *job.get("failureMessages", ())


TASK_TYPES = ("QuestionAndAnswer", "Summarization")
TOO_MANY = ("Failed", "The data sets have more than 1000 prompts.")


@pytest.mark.parametrize("sets", [1, 2])
def test_a_job_takes_at_most_1000_prompts_in_all_its_data_sets(client, put, results, sets):
    prompts = [{"prompt": str(number)} for number in range(1_000 // sets)]
    put(*prompts)
    # Files of one folder have one name apart from their ids.
    request = automated(*({**mine(), "taskType": each} for each in TASK_TYPES[:sets]))
    assert status_of(client, request) == ("Completed",)
    assert sum(len(records) for records in results().values()) == 1_000
    put(*prompts, {"prompt": "one more"})
    assert status_of(client, {**request, "jobName": "evaluation-2"}) == TOO_MANY


def test_lines_may_be_longer_than_what_is_read_at_once(client, put, results):
    prompts = [f"{number}{'x' * 100_000}" for number in range(20)]
    put(*({"prompt": prompt} for prompt in prompts))
    create(client, automated(mine()))
    (records,) = results().values()
    assert [record["inputRecord"]["prompt"] for record in records] == prompts


def test_no_more_is_read_of_a_data_set_than_is_needed(client, put):
    put(*[{"prompt": "?"}] * 1_001, b"no JSON")
    assert status_of(client, automated(mine())) == TOO_MANY


SEARCH = {"vectorSearchConfiguration": {}}
TURN = {"prompt": {"content": [{"text": "?"}]}}


@pytest.mark.parametrize(
    ("source", "metric", "most"),
    [("retrieveConfig", "ContextCoverage", 1), ("retrieveAndGenerateConfig", "Correctness", 5)],
)
def test_a_conversation_has_as_many_turns_as_the_job_can_evaluate(
    client, put, source, metric, most
):
    config = {
        "retrieveConfig": {"knowledgeBaseId": "KB1", "knowledgeBaseRetrievalConfiguration": SEARCH},
        "retrieveAndGenerateConfig": {
            "type": "KNOWLEDGE_BASE",
            "knowledgeBaseConfiguration": {"knowledgeBaseId": "KB1", "modelArn": MODEL},
        },
    }[source]
    request = automated(
        mine(f"Builtin.{metric}"),
        judge=JUDGE,
        inferenceConfig={"ragConfigs": [{"knowledgeBaseConfig": {source: config}}]},
    )
    put({"conversationTurns": [TURN] * most})
    assert status_of(client, request) == ("Completed",)
    put({"conversationTurns": [TURN] * (most + 1)})
    message = f"A conversation of this job can have {most} turns, not {most + 1}."
    for number, bucket in enumerate(("my-bucket", "missing-bucket"), start=2):
        changes = {
            "jobName": f"evaluation-{number}",
            "outputDataConfig": {"s3Uri": f"s3://{bucket}/"},
        }
        assert status_of(client, {**request, **changes}) == ("Failed", message)


def test_a_metric_that_is_defined_nowhere_fails_the_job(client, put):
    put(*LINES)
    request = automated(mine("Builtin.Accuracy", "brevity", "wit"))
    message = "The metrics brevity, wit are neither built in nor defined."
    assert status_of(client, request) == ("Failed", message)


@pytest.mark.parametrize(
    "case",
    [
        ([LINES[0], b"", b"no JSON"], "line 3 is not a JSON object with prompt"),
        ([b"[" * 100_000], "line 1 is not a JSON object with prompt"),
        ([LINES[0], {"prompt": 7}], "line 2: prompt is not a string"),
        ([b'["prompt"]'], "line 1 is not a JSON object with prompt"),
        ([{"question": "?"}], "line 1 is not a JSON object with prompt"),
        ([b"\xff"], "line 1 is not a JSON object with prompt"),
        # Python reads these, and would write what other readers refuse.
        ([b'{"prompt": "?", "x": NaN}'], "line 1 is not a JSON object with prompt"),
        ([b'{"prompt": "?", "x": 1e999}'], "line 1 is not a JSON object with prompt"),
        ([b"\n\n"], "is empty"),
        (None, "was not found: there is no object s3://my-bucket/data/mine.jsonl"),
    ],
)
@pytest.mark.parametrize("output", ["my-bucket", "other"])
def test_a_data_set_that_cannot_be_used_fails_the_job(client, put, results, case, output):
    lines, message = case
    if lines is not None:
        put(*lines)
    request = automated(mine(), outputDataConfig={"s3Uri": f"s3://{output}/results/"})
    arn, _ = create(client, request)
    job = client.get_evaluation_job(jobIdentifier=arn)
    assert job["status"] == "Failed"
    assert message in job["failureMessages"][0]
    assert results() == {}


def prompting(prompt):
    return [{"conversationTurns": [TURN, {"prompt": prompt}]}]


@pytest.mark.parametrize(
    "case",
    [
        ([{"conversationTurns": "?"}], "conversationTurns is not a list with at least one element"),
        ([{"conversationTurns": []}], "conversationTurns is not a list with at least one element"),
        ([{"conversationTurns": ["?"]}], "conversationTurns.1 is not a JSON object with prompt"),
        (prompting("?"), "conversationTurns.2.prompt is not a JSON object with content"),
        (prompting({"content": []}), "conversationTurns.2.prompt.content is not a list"),
        (prompting({"content": [{"text": 7}]}), "prompt.content.1.text is not a string"),
    ],
)
def test_a_malformed_turn_fails_the_job_and_is_named(client, put, case):
    records, message = case
    put(*records)
    request = automated(mine("Builtin.ContextRelevance"), judge=JUDGE, inferenceConfig=RAG)
    arn, _ = create(client, request)
    (said,) = client.get_evaluation_job(jobIdentifier=arn)["failureMessages"]
    assert said.startswith("The data set s3://my-bucket/data/mine.jsonl is malformed: line 1: ")
    assert message in said


@pytest.mark.parametrize(
    "case",
    [
        (LINES[0], "line 1 is not a JSON object with prompt and modelResponses"),
        ({**LINES[0], "modelResponses": "?"}, "line 1: modelResponses is not a list"),
        ({**LINES[0], "modelResponses": ["?"]}, "modelResponses.1 is not a JSON object with"),
        ({**LINES[0], "modelResponses": [{"response": 7}]}, "1.response is not a string"),
        (
            {**LINES[0], "modelResponses": [{"response": "4", "modelIdentifier": "other"}]},
            "The data set has no response of 'my-source' to the prompt 'Two and two?'.",
        ),
    ],
)
def test_answers_given_beforehand_are_checked_against_their_form(client, put, case):
    record, message = case
    put(record)
    source = {"precomputedInferenceSource": {"inferenceSourceIdentifier": "my-source"}}
    arn, _ = create(client, automated(mine(), inferenceConfig={"models": [source]}))
    assert message in client.get_evaluation_job(jobIdentifier=arn)["failureMessages"][0]


@pytest.mark.parametrize("output", [{}, {"output": "Four."}], ids=["none", "no object"])
def test_outputs_given_beforehand_are_checked_against_their_form(client, put, output):
    put({"conversationTurns": [{**TURN, **output}]})
    request = automated(mine("Builtin.ContextRelevance"), judge=JUDGE, inferenceConfig=beforehand())
    arn, _ = create(client, request)
    said = client.get_evaluation_job(jobIdentifier=arn)["failureMessages"][0]
    assert "line 1: conversationTurns.1" in said
    assert "output" in said


# --- when ------------------------------------------------------------------------------


HUMAN = {
    "human": {
        "datasetMetricConfigs": [mine("wit")],
        "customMetrics": [{"name": "wit", "ratingMethod": "ThumbsUpDown"}],
    }
}


@pytest.mark.parametrize("lasts", [30, 86_400])
def test_people_answer_while_the_job_lasts(client, bedrock_mock, put, results, lasts):
    put(*LINES)
    with freeze_time(datetime(2026, 1, 2, tzinfo=timezone.utc)) as clock:
        bedrock_mock.set_transition(EVALUATION_CLOCK, {"progression": "time", "seconds": lasts})
        begin = datetime.now(timezone.utc)
        create(client, evaluation_job(evaluationConfig=HUMAN))
        clock.tick(lasts)
        (records,) = results().values()
    for record in records:
        (answer,) = record["humanEvaluationResult"][0]["humanAnswers"]
        accepted, submitted = (
            datetime.fromisoformat(answer[name].replace("Z", "+00:00"))
            for name in ("acceptanceTime", "submissionTime")
        )
        assert begin <= accepted < submitted == begin + timedelta(seconds=lasts)
        assert (submitted - accepted).total_seconds() == answer["timeSpentInSeconds"]


@pytest.mark.parametrize("later", ["overwritten", "deleted", "added"])
def test_a_data_set_is_read_as_it_was_when_the_job_began(
    client, bedrock_mock, put, results, s3, later
):
    if later != "added":
        put(LINES[0])
    bedrock_mock.freeze()
    arn, _ = create(client, automated(mine()))
    if later == "deleted":
        s3.delete_object(Bucket="my-bucket", Key="data/mine.jsonl")
    else:
        put(LINES[1], b"no JSON")
    bedrock_mock.complete(arn)
    job = client.get_evaluation_job(jobIdentifier=arn)
    if later == "added":
        assert "was not found" in job["failureMessages"][0]
    else:
        ((record,),) = results().values()
        assert record["inputRecord"] == LINES[0]


def test_results_are_there_once_the_job_is_completed_and_stay(client, bedrock_mock, results):
    bedrock_mock.freeze()
    arn, _ = create(client, evaluation_job())
    assert results() == {}
    bedrock_mock.complete(arn)
    before = results()
    assert before
    client.batch_delete_evaluation_job(jobIdentifiers=[arn])
    bedrock_mock.complete(arn)
    assert results() == before


@pytest.mark.parametrize("end", ["failed", "stopped"])
def test_a_job_that_does_not_complete_writes_nothing(client, bedrock_mock, s3, end):
    bedrock_mock.freeze()
    arn, _ = create(client, evaluation_job())
    if end == "failed":
        bedrock_mock.fail_next("bedrock::evaluation_job", "no", job=arn)
    else:
        client.stop_evaluation_job(jobIdentifier=arn)
    bedrock_mock.complete(arn)
    assert s3.list_objects_v2(Bucket="my-bucket")["KeyCount"] == 0


def test_without_a_bucket_nothing_is_written_and_the_job_completes():
    with mock_bedrock() as bedrock:
        client = bedrock.client()
        arn, _ = create(client, evaluation_job())
        assert client.get_evaluation_job(jobIdentifier=arn)["status"] == "Completed"
        assert boto3.client("s3", REGION).list_buckets()["Buckets"] == []


# --- quotas ----------------------------------------------------------------------------


def over(name, limit):
    message = f"You have reached the quota of this account: {name}, {limit}."
    return refused("ServiceQuotaExceededException", 400, message)


@pytest.mark.bedrock_mock(config={"bedrock": {"quotas": True}})
def test_quotas_hold_where_they_are_asked_for(client, bedrock_mock):
    bedrock_mock.freeze()
    client.create_model_import_job(**import_job("job-1", "model-1"))
    with over("concurrent model import jobs", 1):
        client.create_model_import_job(**import_job("job-2", "model-2"))
    bedrock_mock.complete("job-1")
    for number in (2, 3):
        client.create_model_import_job(**import_job(f"job-{number}", f"model-{number}"))
        bedrock_mock.complete(f"job-{number}")
    with over("imported models", 3):
        client.create_model_import_job(**import_job("job-4", "model-4"))
    client.delete_imported_model(modelIdentifier="model-1")
    client.create_model_import_job(**import_job("job-4", "model-4"))


@pytest.mark.bedrock_mock(
    config={"bedrock": {"quotas": {"concurrent_automatic_evaluation_jobs": 2}}}
)
def test_a_quota_can_have_another_number(client, bedrock_mock):
    bedrock_mock.freeze()
    for number in (1, 2):
        create(client, evaluation_job(f"evaluation-{number}"))
    with over("concurrent automatic evaluation jobs", 2):
        client.create_evaluation_job(**evaluation_job("evaluation-3"))
    bedrock_mock.complete("evaluation-1")
    create(client, evaluation_job("evaluation-3"))


def test_without_quotas_there_is_no_limit(client, bedrock_mock):
    bedrock_mock.freeze()
    for number in range(25):
        create(client, evaluation_job(f"evaluation-{number}"))
        client.create_model_import_job(**import_job(f"job-{number}", f"model-{number}"))
    assert len(bedrock_mock.advance_all()) == 50
