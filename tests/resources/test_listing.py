"""The List operations: filters, order, pages that stay right, and their tokens."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from botocore import xform_name
from freezegun import freeze_time
from kinds import ALL, KINDS, WITH_CLOCKS, fixture_of

from support import (
    EVALUATION_CLOCK,
    OTHER,
    body,
    data_set,
    import_job,
    in_process,
    manual,
    refused,
    role_of,
)

BAD_TOKEN = "The provided nextToken is invalid. Send it with the filters it was given for."
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


class Listed:
    """The list of one kind of resource, by the names of what is in it."""

    def __init__(self, kind, client):
        self.kind = kind
        self.client = client
        self.operation, self.items = xform_name(kind.listing[0]), kind.listing[1]
        self.name = kind.named

    def create(self, name, **members):
        self.kind.make(self.client, name=name, **members)
        return name

    def page(self, **request):
        """The names on a page, and the token of the next one."""
        request = {self.kind.by_moment(name): value for name, value in request.items()}
        call = getattr(self.client, self.operation)
        answer = body(call(**{**self.kind.selected, **request}))
        names = list(map(self.kind.name_of, answer.pop(self.items)))
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
        return {item[self.name]: item[self.kind.moment] for item in answer[self.items]}

    def delete(self, name):
        items = self.kind.items(self.client)
        arns = {self.kind.name_of(item): self.kind.arn_of(item) for item in items}
        self.kind.delete(self.client, arns[name])

    def known(self, **request):
        """Of a request the members that this List takes."""
        return {name: value for name, value in request.items() if self.kind.accepts(name)}

    def by_status(self, status):
        return {self.kind.status_filter: status}


FILTERS = ("nameContains", "creationTimeAfter", "creationTimeBefore", "sortBy", "sortOrder")
SORTED = [kind for kind in ALL if kind.accepts("sortOrder")]
DELETABLE = [kind for kind in ALL if kind.deletion]


#: All kinds; those whose List filters and sorts; those that can be deleted; with a status filter.
listed = fixture_of(Listed, ALL)
filtered = fixture_of(Listed, [kind for kind in ALL if kind.accepts(*FILTERS)])
deletable = fixture_of(Listed, DELETABLE)
with_status = fixture_of(
    Listed, [kind for kind in WITH_CLOCKS if kind.status_filter and kind.accepts(*FILTERS)]
)
#: A kind whose List calls a filter by another name; its own tests look at it.
OTHERWISE = ("model-copy-job",)


@in_process
def test_a_list_either_filters_and_sorts_or_does_neither():
    for kind in (kind for kind in ALL if kind.name not in OTHERWISE):
        assert kind.accepts(*FILTERS) or not any(map(kind.accepts, FILTERS)), kind.name


def walk(listed, **request):
    """The names on each page."""
    pages, token = [], None
    while token is not None or not pages:
        names, token = listed.page(**request, **({"nextToken": token} if token else {}))
        pages.append(names)
    return pages


# --- order and filters --------------------------------------------------------------------


def test_an_empty_list_answers_200_with_an_empty_list_and_no_token(listed):
    answer = getattr(listed.client, listed.operation)(**listed.kind.selected)
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
def test_the_newest_comes_first_unless_asked_otherwise(filtered, request_, newest_first):
    # Not in the order of the names.
    names = [filtered.create(name) for name in ("b", "c", "a")]
    assert filtered.names(**request_) == (names[::-1] if newest_first else names)


def test_the_bounds_of_the_creation_time_are_exclusive(filtered):
    for name in ("a", "b", "c"):
        filtered.create(name)
    created = filtered.created()
    for bound in created.values():
        after = [name for name, moment in created.items() if moment > bound]
        before = [name for name, moment in created.items() if moment < bound]
        assert filtered.names(creationTimeAfter=bound) == after
        assert filtered.names(creationTimeBefore=bound) == before
        assert filtered.names(creationTimeAfter=bound, creationTimeBefore=bound) == []


@in_process
def test_the_creation_time_is_compared_to_the_smallest_step(filtered):
    step = timedelta(milliseconds=1)
    for number, name in enumerate(("a", "b", "c")):
        with freeze_time(START + number * step):
            filtered.create(name)
    assert filtered.created() == {"a": START, "b": START + step, "c": START + 2 * step}
    assert filtered.names(creationTimeAfter=START) == ["c", "b"]
    assert filtered.names(creationTimeBefore=START + 2 * step) == ["b", "a"]
    bounds = {"creationTimeAfter": START, "creationTimeBefore": START + 2 * step}
    assert filtered.names(**bounds) == ["b"]
    assert filtered.names(creationTimeBefore=START) == []


def test_name_contains_finds_a_part_of_the_name(filtered):
    for name in ("one", "two", "twofold"):
        filtered.create(name)
    assert filtered.names(nameContains="two") == ["twofold", "two"]
    assert filtered.names(nameContains="o") == ["twofold", "two", "one"]
    assert filtered.names(nameContains="three") == []


def test_name_contains_is_case_sensitive(filtered):
    if not filtered.kind.takes_capitals:
        with refused("ValidationException", 400):
            filtered.create("Upper")
        return
    filtered.create("Upper")
    filtered.create("upper")
    assert filtered.names(nameContains="U") == ["Upper"]
    assert filtered.names(nameContains="PP") == []


def test_filters_are_joined(with_status):
    reached, failed = with_status.kind.last, "Failed"
    for name in ("ab", "bc"):
        with_status.create(name)
    assert with_status.names(nameContains="a", **with_status.by_status(reached)) == ["ab"]
    assert with_status.names(nameContains="a", **with_status.by_status(failed)) == []
    created = with_status.created()["ab"]
    assert with_status.names(nameContains="a", creationTimeAfter=created) == []


def test_jobs_are_filtered_by_status(client, bedrock_mock):
    evaluations = Listed(KINDS["evaluation-job"], client)
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
    evaluations = Listed(KINDS["evaluation-job"], client)
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
def test_what_the_model_does_not_allow_is_refused(filtered, request_):
    with refused("ValidationException", 400):
        filtered.page(**request_)


# --- pages --------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "sizes"), [(0, [0]), (1, [1]), (4, [2, 2]), (5, [2, 2, 1])])
def test_the_last_page_has_no_token(listed, number, sizes):
    names = [listed.create(f"n{n}") for n in range(number)]
    pages = walk(listed, maxResults=2)
    assert [len(page) for page in pages] == sizes
    assert [name for page in pages for name in page] == listed.kind.in_order(names)


def test_paginators_walk_through_what_passes_the_filters(filtered):
    for name in ("a1", "b1", "a2", "b2", "a3"):
        filtered.create(name)
    paginator = filtered.client.get_paginator(filtered.operation)
    pages = paginator.paginate(
        nameContains="a", sortOrder="Ascending", PaginationConfig={"PageSize": 2}
    )
    names = [[item[filtered.name] for item in page[filtered.items]] for page in pages]
    assert names == [["a1", "a2"], ["a3"]]


def test_a_page_has_100_items_unless_asked_otherwise(client):
    jobs, models = (Listed(KINDS[name], client) for name in ("model-import-job", "imported-model"))
    for number in range(101):
        client.create_model_import_job(**import_job(f"n{number}", f"n{number}"))
    for listed in (jobs, models):
        assert [len(page) for page in walk(listed)] == [100, 1]
        assert [len(page) for page in walk(listed, maxResults=1000)] == [101]


#: Where a List does not sort, the newest comes first.
WALKS = [(kind, "Descending") for kind in DELETABLE] + [
    (kind, "Ascending") for kind in DELETABLE if kind in SORTED
]


@pytest.mark.parametrize(("kind", "order"), WALKS)
def test_a_walk_meets_what_is_there_throughout_exactly_once(client, kind, order):
    deletable = Listed(kind, client)
    names = [deletable.create(f"n{n}x") for n in range(7)]
    names = names if order == "Ascending" else kind.in_order(names)
    request = {"maxResults": 2, **deletable.known(sortOrder=order)}
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
    is_ascending = order == "Ascending" or not kind.newest_first
    new = ["new", "newer"] if is_ascending else []
    assert second == [names[2], *names[4:], *new]


def test_new_jobs_do_not_move_the_pages(listed):
    names = [listed.create(f"n{n}") for n in range(4)]
    met, token = listed.page(maxResults=2)
    listed.create("new")
    rest, none = listed.page(maxResults=3, nextToken=token)
    new = [] if listed.kind.newest_first else ["new"]
    assert (met + rest, none) == (listed.kind.in_order(names) + new, None)


def test_a_token_gives_the_same_page_again_and_pages_may_change_their_size(listed):
    names = listed.kind.in_order(listed.create(f"n{n}") for n in range(5))
    _, token = listed.page(maxResults=2)
    assert listed.page(maxResults=2, nextToken=token)[0] == names[2:4]
    assert listed.page(maxResults=2, nextToken=token)[0] == names[2:4]
    assert listed.names(nextToken=token) == names[2:]


def test_the_rest_may_be_gone_when_its_page_is_asked_for(deletable):
    for name in ("a", "b"):
        deletable.create(name)
    _, token = deletable.page(maxResults=1)
    deletable.delete(deletable.kind.in_order(["a", "b"])[1])
    assert deletable.page(maxResults=1, nextToken=token) == ([], None)


# --- tokens -------------------------------------------------------------------------------


def token_of(listed):
    """The token of the second page of all there is, and the filters it is for."""
    for number in range(3):
        listed.create(f"n{number}")
    request = listed.known(sortOrder="Ascending", nameContains="n")
    _, token = listed.page(maxResults=1, **request)
    return token, request


def test_a_token_is_opaque_and_without_white_space(listed):
    token, _ = token_of(listed)
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
def test_a_token_is_of_use_only_with_the_filters_it_was_given_for(filtered, change):
    token, _ = token_of(filtered)
    request = {"sortOrder": "Ascending", "nameContains": "n", **change}
    request = {name: value for name, value in request.items() if value is not None}
    with refused("ValidationException", 400, BAD_TOKEN):
        filtered.page(**request, nextToken=token)


def test_a_token_with_a_status_is_of_no_use_with_another(with_status):
    kind = with_status.kind
    first, reached = map(with_status.by_status, (kind.statuses[0], kind.last))
    for name in ("a", "b"):
        with_status.create(name)
    assert with_status.names() == ["b", "a"]
    _, token = with_status.page(**reached, maxResults=1)
    with refused("ValidationException", 400, BAD_TOKEN):
        with_status.page(**first, nextToken=token)
    assert with_status.names(**reached, nextToken=token) == ["a"]


def test_a_token_is_of_no_use_elsewhere(listed, bedrock_mock):
    token, request = token_of(listed)
    others = [
        Listed(listed.kind, bedrock_mock.client(region_name="eu-west-1")),
        Listed(listed.kind, bedrock_mock.client(account_id=OTHER)),
        *(Listed(kind, listed.client) for kind in ALL if kind.listing != listed.kind.listing),
    ]
    others[0].create("n")
    others[1].create("n", roleArn=role_of(OTHER))
    for other in others:
        with refused("ValidationException", 400, BAD_TOKEN):
            other.page(**other.known(**request), nextToken=token)
    is_ascending = listed.kind in SORTED or not listed.kind.newest_first
    rest = ["n1", "n2"] if is_ascending else ["n1", "n0"]
    assert listed.names(**request, nextToken=token) == rest


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
def test_a_token_that_was_not_given_by_the_service_is_refused(listed, spoil):
    token, request = token_of(listed)
    with refused("ValidationException", 400, BAD_TOKEN):
        listed.page(**request, nextToken=spoil(token))


def test_a_token_with_any_character_changed_is_refused(client):
    listed = Listed(KINDS["imported-model"], client)
    for name in ("a", "b"):
        listed.create(name)
    _, token = listed.page(maxResults=1)
    for place, character in enumerate(token):
        # The next letter: what it stands for differs in the last bit only.
        spoilt = f"{token[:place]}{chr(ord(character) + 1)}{token[place + 1 :]}"
        with refused("ValidationException", 400, BAD_TOKEN):
            listed.page(maxResults=1, nextToken=spoilt)
