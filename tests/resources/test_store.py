"""Stores and pages: a walk meets what is there throughout exactly once, at a price that adds up."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_strategies import call

import bedrock_mock
from bedrock_mock import mock_bedrock
from bedrock_mock.protocol.errors import ResourceNotFoundException
from bedrock_mock.resources.store import Store
from support import evaluation_job, import_job, in_process, tags

quick = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


# --- the store alone -----------------------------------------------------------------


def item(name, second=0):
    """A resource that was created this number of seconds after a fixed moment."""
    created = datetime(2024, 2, 29) + timedelta(seconds=second)  # noqa: DTZ001 - as in the stores
    return SimpleNamespace(arn=f"arn:{name}", name=name, creation_time=created, tags={})


def store_of(*items):
    store = Store("thing")
    for each in items:
        store.add(each)
    return store


def names(walk):
    return [resource.name for _, resource in walk]


def test_resources_are_found_by_arn_and_name():
    one, two = item("one"), item("two")
    store = store_of(one, two)
    assert store.get("arn:one") is store.get("one") is one
    assert store.find("two") is two
    assert "arn:two" in store
    assert len(store) == 2


def test_what_is_removed_is_gone_and_its_name_free():
    one = item("one")
    store = store_of(one)
    store.remove(one)
    assert store.get("one") is store.get("arn:one") is None
    assert "one" not in store
    assert (len(store), list(store)) == (0, [])
    with pytest.raises(ResourceNotFoundException, match="The provided thing was not found"):
        store.find("one")
    again = item("one")
    store.add(again)
    assert list(store) == [again]


def test_the_order_is_that_of_creation_and_then_of_arrival():
    store = store_of(item("c", 2), item("a", 1), item("b", 1), item("d", 2))
    assert names(store.walk()) == ["a", "b", "c", "d"]
    assert names(store.walk(newest_first=True)) == ["d", "c", "b", "a"]


SECONDS = st.integers(0, 3)
#: What happens to a store between two steps of a walk: creations and removals.
CHANGES = st.lists(
    st.tuples(st.just("add"), SECONDS) | st.tuples(st.just("remove"), st.integers(0, 9))
)


@quick
@given(
    first=st.lists(SECONDS, max_size=10),
    changes=st.lists(CHANGES, max_size=12),
    newest_first=st.booleans(),
    resume=st.integers(1, 4),
)
def test_a_walk_meets_what_is_there_throughout_exactly_once(first, changes, newest_first, resume):
    here = [item(str(index), second) for index, second in enumerate(first)]
    store, count, met = store_of(*here), len(here), []
    throughout = {each.name for each in here}
    walk = store.walk(newest_first=newest_first)
    while (step := next(walk, None)) is not None:
        after, resource = step
        met.append(resource)
        for what, number in changes.pop() if changes else ():
            if what == "add":
                here.append(item(str(count), number))
                store.add(here[-1])
                count += 1
            elif number < len(here):
                gone = here.pop(number)
                throughout.discard(gone.name)
                store.remove(gone)
        # A page ends, and the next one goes on behind it.
        if len(met) % resume == 0:
            walk = store.walk(after, newest_first=newest_first)
    found = [each.name for each in met]
    assert len(found) == len(set(found))
    assert throughout <= set(found)
    assert met == sorted(met, key=lambda each: each.creation_time, reverse=newest_first)


# --- pages ---------------------------------------------------------------------------


def create_evaluation(client, name):
    return client.create_evaluation_job(**evaluation_job(name))["jobArn"]


def delete_evaluation(client, arn):
    assert not client.batch_delete_evaluation_job(jobIdentifiers=[arn])["errors"]


def create_model(client, name):
    client.create_model_import_job(**import_job(name, name))
    return name


def delete_model(client, name):
    client.delete_imported_model(modelIdentifier=name)


@pytest.mark.parametrize(
    ("create", "delete", "listing", "member"),
    [
        (create_evaluation, delete_evaluation, "list_evaluation_jobs", "jobName"),
        (create_model, delete_model, "list_imported_models", "modelName"),
    ],
)
@pytest.mark.long
@in_process
def test_all_pages_show_what_is_there_throughout_exactly_once(create, delete, listing, member):
    with mock_bedrock() as bedrock:
        client = bedrock.client(region_name="us-east-1")

    @quick
    @given(
        first=st.integers(0, 7),
        # Between two pages: creations (None) and deletions (of the n-th that is there).
        changes=st.lists(st.lists(st.none() | st.integers(0, 9), max_size=3), max_size=5),
        request=st.fixed_dictionaries(
            {"maxResults": st.integers(1, 4)},
            optional={
                "sortOrder": st.sampled_from(["Ascending", "Descending"]),
                "nameContains": st.sampled_from(["job", "2"]),
            },
        ),
    )
    def check(first, changes, request):
        created, here, seen = [], {}, []

        def create_next():
            # Two at each moment.
            clock.tick(len(created) % 2)
            created.append(f"job-{len(created)}")
            here[created[-1]] = create(client, created[-1])

        with mock_bedrock():
            for _ in range(first):
                create_next()
            throughout = {name for name in here if request.get("nameContains", "") in name}
            for page in pages(getattr(client, listing), **request):
                assert len(page) <= request["maxResults"]
                seen += [each[member] for each in page]
                for change in changes.pop() if changes else ():
                    if change is None:
                        create_next()
                    elif change < len(here):
                        name = list(here)[change]
                        throughout.discard(name)
                        delete(client, here.pop(name))
        assert len(seen) == len(set(seen))
        assert throughout <= set(seen)
        newest_first = request.get("sortOrder") != "Ascending"
        assert seen == sorted(seen, key=created.index, reverse=newest_first)

    with freeze_time("2024-02-29") as clock:
        check()


def pages(listing, **request):
    """All pages of a list, each fetched when it is asked for."""
    while True:
        response = listing(**request)
        yield next(value for value in response.values() if isinstance(value, list))
        if "nextToken" not in response:
            return
        request["nextToken"] = response["nextToken"]


# --- what it costs -------------------------------------------------------------------

PACKAGE = str(Path(bedrock_mock.__file__).parent)


def cost(function):
    """How many functions of the package a call runs, steps of generators counted each."""
    calls = 0

    def profile(frame, event, _argument):
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.startswith(PACKAGE)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(before)
    return calls


@contextmanager
def world(size):
    """A mock with this number of jobs of each kind, and the ARNs of the oldest of each."""
    with mock_bedrock():
        for number in range(size):
            request = import_job(f"job-{number}", f"model-{number}", jobTags=tags(a="b"))
            evaluation = call("CreateEvaluationJob", evaluation_job(f"job-{number}")).json()
            job = call("CreateModelImportJob", request).json()
            if number == 0:
                model = call("GetModelImportJob", {"jobIdentifier": job["jobArn"]}).json()
                arns = job["jobArn"], model["importedModelArn"], evaluation["jobArn"]
        call("ListImportedModels", {})
        yield arns


def walk(operation, request):
    def fetch(**request):
        response = call(operation, request)
        assert response.status_code == 200
        return response.json()

    return lambda: list(pages(fetch, **request))


@pytest.mark.once
@in_process
@pytest.mark.parametrize(
    "operation", ["ListModelImportJobs", "ListImportedModels", "ListEvaluationJobs"]
)
@pytest.mark.parametrize(
    "request_",
    [
        {"maxResults": 3},
        {"maxResults": 3, "sortOrder": "Ascending"},
        {"maxResults": 2, "nameContains": "1"},
        {"nameContains": "nothing"},
    ],
)
def test_walking_all_pages_costs_in_proportion_to_the_number_of_jobs(operation, request_):
    function = walk(operation, request_)
    with world(1):
        function()
    costs = []
    for size in (20, 40):
        with world(size):
            costs.append(cost(function))
    assert costs[0] > 20
    # If every page began at the beginning, it would be near to 4 times.
    assert costs[1] < 2.2 * costs[0]


LOOK_UPS = {
    "a job by name": lambda *_: ("GetModelImportJob", {"jobIdentifier": "job-0"}),
    "a job by ARN": lambda job, *_: ("GetModelImportJob", {"jobIdentifier": job}),
    "no job": lambda *_: ("GetModelImportJob", {"jobIdentifier": "nobody"}),
    "a model by name": lambda *_: ("GetImportedModel", {"modelIdentifier": "model-0"}),
    "a model by ARN": lambda _, model, __: ("GetImportedModel", {"modelIdentifier": model}),
    "no model": lambda *_: ("GetImportedModel", {"modelIdentifier": "nobody"}),
    "an evaluation job": lambda *arns: ("GetEvaluationJob", {"jobIdentifier": arns[2]}),
    "the tags of a job": lambda job, *_: ("ListTagsForResource", {"resourceARN": job}),
    "the tags of a model": lambda *arns: ("ListTagsForResource", {"resourceARN": arns[1]}),
    "a new tag": lambda job, *_: ("TagResource", {"resourceARN": job, "tags": tags(c="d")}),
    "a tag less": lambda job, *_: ("UntagResource", {"resourceARN": job, "tagKeys": ["a"]}),
    "a new job": lambda *_: ("CreateModelImportJob", import_job("new", "new")),
    "a job name in use": lambda *_: ("CreateModelImportJob", import_job("job-0", "new")),
    "a model name in use": lambda *_: ("CreateModelImportJob", import_job("new", "model-0")),
    "a new evaluation job": lambda *_: ("CreateEvaluationJob", evaluation_job("new")),
    "an evaluation name in use": lambda *_: ("CreateEvaluationJob", evaluation_job("job-0")),
    "a stop": lambda *arns: ("StopEvaluationJob", {"jobIdentifier": arns[2]}),
    "a deletion": lambda *arns: ("BatchDeleteEvaluationJob", {"jobIdentifiers": [arns[2]]}),
    "a model's deletion": lambda *_: ("DeleteImportedModel", {"modelIdentifier": "model-0"}),
}


@pytest.mark.once
@in_process
@pytest.mark.parametrize("look_up", LOOK_UPS.values(), ids=LOOK_UPS)
def test_a_look_up_costs_the_same_however_much_there_is(look_up):
    def cost_among(size):
        with world(size) as arns:
            return cost(partial(call, *look_up(*arns)))

    # What is compiled at first use is compiled here.
    cost_among(1)
    # The header Date is made anew where a second has passed.
    costs = [min(cost_among(size) for _ in range(3)) for size in (2, 20)]
    assert costs[0] == costs[1] > 0
