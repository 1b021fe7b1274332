"""The List operations: filters, order, pages that stay right, and their tokens."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from freezegun import freeze_time

from support import (
    EVALUATION_CLOCK,
    body,
    custom_model,
    customization_job,
    data_set,
    evaluation_job,
    import_job,
    in_process,
    manual,
    refused,
    role_of,
)

OTHER = "111122223333"
BAD_TOKEN = "The provided nextToken is invalid. Send it with the filters it was given for."
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


class Imports:
    """Import jobs and their list."""

    operation, items, name = "list_model_import_jobs", "modelImportJobSummaries", "jobName"

    def __init__(self, client):
        self.client = client

    def create(self, name, **members):
        self.client.create_model_import_job(**import_job(name, name, **members))
        return name

    def page(self, **request):
        """The names on a page, and the token of the next one."""
        answer = body(getattr(self.client, self.operation)(**request))
        names = [item[self.name] for item in answer.pop(self.items)]
        token = answer.pop("nextToken", None)
        assert answer == {}
        return names, token

    def names(self, **filters):
        names, token = self.page(**filters)
        assert token is None
        return names

    def created(self):
        """The creation times by name."""
        answer = getattr(self.client, self.operation)()
        return {item[self.name]: item["creationTime"] for item in answer[self.items]}


class Models(Imports):
    """Imported models and their list."""

    operation, items, name = "list_imported_models", "modelSummaries", "modelName"

    def delete(self, name):
        self.client.delete_imported_model(modelIdentifier=name)


class Evaluations(Imports):
    """Evaluation jobs and their list."""

    operation, items, name = "list_evaluation_jobs", "jobSummaries", "jobName"

    def create(self, name, **members):
        self.client.create_evaluation_job(**evaluation_job(name, **members))
        return name

    def delete(self, name):
        (job,) = self.client.list_evaluation_jobs(nameContains=name)["jobSummaries"]
        self.client.batch_delete_evaluation_job(jobIdentifiers=[job["jobArn"]])


class Customizations(Imports):
    """Customization jobs and their list."""

    operation, items = "list_model_customization_jobs", "modelCustomizationJobSummaries"

    def create(self, name, **members):
        self.client.create_model_customization_job(**customization_job(name, name, **members))
        return name


class CustomModels(Models):
    """Custom models and their list."""

    operation = "list_custom_models"

    def create(self, name, **members):
        self.client.create_custom_model(**custom_model(name, **members))
        return name

    def delete(self, name):
        self.client.delete_custom_model(modelIdentifier=name)


KINDS = [Imports, Models, Evaluations, Customizations, CustomModels]


@pytest.fixture(params=KINDS)
def listed(request, client):
    """Each kind of resource that can be listed, in turn."""
    return request.param(client)


@pytest.fixture(params=[Models, Evaluations, CustomModels])
def deletable(request, client):
    """Each kind of resource that can be listed and deleted, in turn."""
    return request.param(client)


@pytest.fixture(params=[Imports, Evaluations, Customizations])
def jobs(request, client):
    """Each kind of job in turn."""
    return request.param(client)


def walk(listed, **request):
    """The names on each page."""
    pages, token = [], None
    while token is not None or not pages:
        names, token = listed.page(**request, **({"nextToken": token} if token else {}))
        pages.append(names)
    return pages


# --- order and filters --------------------------------------------------------------------


def test_an_empty_list_answers_200_with_an_empty_list_and_no_token(listed):
    answer = getattr(listed.client, listed.operation)()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert body(answer) == {listed.items: []}


@pytest.mark.parametrize(
    ("request_", "newest_first"),
    [
        ({}, True),
        ({"sortBy": "CreationTime"}, True),
        ({"sortOrder": "Descending"}, True),
        ({"sortOrder": "Ascending"}, False),
        ({"sortBy": "CreationTime", "sortOrder": "Ascending"}, False),
        ({"sortBy": "CreationTime", "sortOrder": "Descending"}, True),
    ],
)
def test_the_newest_comes_first_unless_asked_otherwise(listed, request_, newest_first):
    # Not in the order of the names.
    names = [listed.create(name) for name in ("b", "c", "a")]
    assert listed.names(**request_) == (names[::-1] if newest_first else names)


def test_the_bounds_of_the_creation_time_are_exclusive(listed):
    for name in ("a", "b", "c"):
        listed.create(name)
    created = listed.created()
    for bound in created.values():
        after = [name for name, moment in created.items() if moment > bound]
        before = [name for name, moment in created.items() if moment < bound]
        assert listed.names(creationTimeAfter=bound) == after
        assert listed.names(creationTimeBefore=bound) == before
        assert listed.names(creationTimeAfter=bound, creationTimeBefore=bound) == []


@in_process
def test_the_creation_time_is_compared_to_the_smallest_step(listed):
    step = timedelta(milliseconds=1)
    for number, name in enumerate(("a", "b", "c")):
        with freeze_time(START + number * step):
            listed.create(name)
    assert listed.created() == {"a": START, "b": START + step, "c": START + 2 * step}
    assert listed.names(creationTimeAfter=START) == ["c", "b"]
    assert listed.names(creationTimeBefore=START + 2 * step) == ["b", "a"]
    bounds = {"creationTimeAfter": START, "creationTimeBefore": START + 2 * step}
    assert listed.names(**bounds) == ["b"]
    assert listed.names(creationTimeBefore=START) == []


def test_name_contains_finds_a_part_of_the_name(listed):
    for name in ("one", "two", "twofold"):
        listed.create(name)
    assert listed.names(nameContains="two") == ["twofold", "two"]
    assert listed.names(nameContains="o") == ["twofold", "two", "one"]
    assert listed.names(nameContains="three") == []


@pytest.mark.parametrize("kind", [Imports, Models, Customizations, CustomModels])
def test_name_contains_is_case_sensitive(client, kind):
    listed = kind(client)
    listed.create("Upper")
    listed.create("upper")
    assert listed.names(nameContains="U") == ["Upper"]
    assert listed.names(nameContains="PP") == []


def test_filters_are_joined(jobs):
    for name in ("ab", "bc"):
        jobs.create(name)
    assert jobs.names(nameContains="a", statusEquals="Completed") == ["ab"]
    assert jobs.names(nameContains="a", statusEquals="Failed") == []
    assert jobs.names(nameContains="a", creationTimeAfter=jobs.created()["ab"]) == []


def test_jobs_are_filtered_by_status(client, bedrock_mock):
    evaluations = Evaluations(client)
    for name in ("completed", "deleting"):
        evaluations.create(name)
    assert len(evaluations.names()) == 2
    bedrock_mock.set_transition(EVALUATION_CLOCK, manual(1000))
    evaluations.create("in-progress")
    evaluations.create("stopping")
    (stopping, *_) = client.list_evaluation_jobs()["jobSummaries"]
    client.stop_evaluation_job(jobIdentifier=stopping["jobArn"])
    evaluations.delete("deleting")
    for status, names in {
        "InProgress": ["in-progress"],
        "Completed": ["completed"],
        "Failed": [],
        "Stopping": ["stopping"],
        "Stopped": [],
        "Deleting": ["deleting"],
    }.items():
        assert evaluations.names(statusEquals=status) == names


def test_evaluation_jobs_are_filtered_by_application_type(client):
    evaluations = Evaluations(client)
    judge = {"bedrockEvaluatorModels": [{"modelIdentifier": "amazon.nova-pro-v1:0"}]}
    config = {"datasetMetricConfigs": [data_set("own")], "evaluatorModelConfig": judge}
    source = {"retrieveSourceConfig": {"ragSourceIdentifier": "my-rag"}}
    evaluations.create("model")
    evaluations.create(
        "rag",
        evaluationConfig={"automated": config},
        inferenceConfig={"ragConfigs": [{"precomputedRagSourceConfig": source}]},
    )
    assert evaluations.names(applicationTypeEquals="ModelEvaluation") == ["model"]
    assert evaluations.names(applicationTypeEquals="RagEvaluation") == ["rag"]


@pytest.mark.parametrize(
    "request_",
    [
        {"maxResults": 1001},
        {"sortBy": "Name"},
        {"sortOrder": "ascending"},
        {"nameContains": "not a name"},
        {"nextToken": "white space"},
        {"nextToken": "a" * 2049},
    ],
)
def test_what_the_model_does_not_allow_is_refused(listed, request_):
    with refused("ValidationException", 400):
        listed.page(**request_)


# --- pages --------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "sizes"), [(0, [0]), (1, [1]), (4, [2, 2]), (5, [2, 2, 1])])
def test_the_last_page_has_no_token(listed, number, sizes):
    names = [listed.create(f"n{n}") for n in range(number)]
    pages = walk(listed, maxResults=2)
    assert [len(page) for page in pages] == sizes
    assert [name for page in pages for name in page] == names[::-1]


def test_paginators_walk_through_what_passes_the_filters(listed):
    for name in ("a1", "b1", "a2", "b2", "a3"):
        listed.create(name)
    paginator = listed.client.get_paginator(listed.operation)
    pages = paginator.paginate(
        nameContains="a", sortOrder="Ascending", PaginationConfig={"PageSize": 2}
    )
    names = [[item[listed.name] for item in page[listed.items]] for page in pages]
    assert names == [["a1", "a2"], ["a3"]]


def test_a_page_has_100_items_unless_asked_otherwise(client):
    for number in range(101):
        Imports(client).create(f"n{number}")
    for listed in (Imports(client), Models(client)):
        assert [len(page) for page in walk(listed)] == [100, 1]
        assert [len(page) for page in walk(listed, maxResults=1000)] == [101]


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_a_walk_meets_what_is_there_throughout_exactly_once(deletable, order):
    names = [deletable.create(f"n{n}x") for n in range(7)]
    if order == "Descending":
        names.reverse()
    request = {"maxResults": 2, "sortOrder": order}
    met, token = deletable.page(**request)
    assert met == names[:2]
    # The last that was met, one that was not yet met, and new ones.
    deletable.delete(names[1])
    deletable.delete(names[3])
    deletable.create("new")
    second, token = deletable.page(**request, nextToken=token)
    assert second == [names[2], names[4]]
    deletable.delete(names[4])
    deletable.create("newer")
    while token:
        more, token = deletable.page(**request, nextToken=token)
        second += more
    new = ["new", "newer"] if order == "Ascending" else []
    assert second == [names[2], *names[4:], *new]


def test_new_jobs_do_not_move_the_pages(listed):
    names = [listed.create(f"n{n}") for n in range(4)]
    met, token = listed.page(maxResults=2)
    listed.create("new")
    rest, none = listed.page(maxResults=2, nextToken=token)
    assert (met + rest, none) == (names[::-1], None)


def test_a_token_gives_the_same_page_again_and_pages_may_change_their_size(listed):
    names = [listed.create(f"n{n}") for n in range(5)][::-1]
    _, token = listed.page(maxResults=2)
    assert listed.page(maxResults=2, nextToken=token)[0] == names[2:4]
    assert listed.page(maxResults=2, nextToken=token)[0] == names[2:4]
    assert listed.names(nextToken=token) == names[2:]


def test_the_rest_may_be_gone_when_its_page_is_asked_for(deletable):
    for name in ("a", "b"):
        deletable.create(name)
    _, token = deletable.page(maxResults=1)
    deletable.delete("a")
    assert deletable.page(maxResults=1, nextToken=token) == ([], None)


# --- tokens -------------------------------------------------------------------------------


@pytest.fixture
def token(listed):
    """The token of the second page of all there is, the oldest first."""
    for number in range(3):
        listed.create(f"n{number}")
    _, token = listed.page(maxResults=1, sortOrder="Ascending", nameContains="n")
    return token


def test_a_token_is_opaque_and_without_white_space(token):
    assert 0 < len(token) <= 2048
    assert not set(token) & set(" \t\r\n")
    assert not token.isdigit()


@pytest.mark.parametrize(
    "change",
    [
        {"nameContains": "n1"},
        {"nameContains": None},
        {"sortOrder": "Descending"},
        {"sortOrder": None},
        {"creationTimeAfter": START},
        {"creationTimeBefore": START + timedelta(days=36500)},
    ],
)
def test_a_token_is_of_use_only_with_the_filters_it_was_given_for(listed, token, change):
    request = {"sortOrder": "Ascending", "nameContains": "n", **change}
    request = {name: value for name, value in request.items() if value is not None}
    with refused("ValidationException", 400, BAD_TOKEN):
        listed.page(**request, nextToken=token)


def test_a_token_with_a_status_is_of_no_use_with_another(jobs):
    for name in ("a", "b"):
        jobs.create(name)
    assert jobs.names() == ["b", "a"]
    _, token = jobs.page(statusEquals="Completed", maxResults=1)
    with refused("ValidationException", 400, BAD_TOKEN):
        jobs.page(statusEquals="InProgress", nextToken=token)
    assert jobs.names(statusEquals="Completed", nextToken=token) == ["a"]


def test_a_token_is_of_no_use_elsewhere(listed, bedrock_mock, token):
    request = {"sortOrder": "Ascending", "nameContains": "n", "nextToken": token}
    others = [
        type(listed)(bedrock_mock.client(region_name="eu-west-1")),
        type(listed)(bedrock_mock.client(account_id=OTHER)),
        *(kind(listed.client) for kind in set(KINDS) - {type(listed)}),
    ]
    others[0].create("n")
    others[1].create("n", roleArn=role_of(OTHER))
    for other in others:
        with refused("ValidationException", 400, BAD_TOKEN):
            other.page(**request)
    assert listed.names(**request) == ["n1", "n2"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "garbage",
        lambda token: "AAAA" * 8,
        lambda token: "\u00e9" * 8,
        lambda token: token[:-4],
        lambda token: token + "AAAA",
        lambda token: token[::-1],
    ],
    ids=["garbage", "zeros", "not ascii", "cut off", "longer", "reversed"],
)
def test_a_token_that_was_not_given_by_the_service_is_refused(listed, token, spoil):
    with refused("ValidationException", 400, BAD_TOKEN):
        listed.page(sortOrder="Ascending", nameContains="n", nextToken=spoil(token))


def test_a_token_with_any_character_changed_is_refused(client):
    listed = Models(client)
    for name in ("a", "b"):
        listed.create(name)
    _, token = listed.page(maxResults=1)
    for place, character in enumerate(token):
        # The next letter: what it stands for differs in the last bit only.
        spoilt = f"{token[:place]}{chr(ord(character) + 1)}{token[place + 1 :]}"
        with refused("ValidationException", 400, BAD_TOKEN):
            listed.page(maxResults=1, nextToken=spoilt)
