"""What kinds declare is in the newest service model, and an older model breaks nothing."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import pytest

from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.listing import CONTROLS
from bedrock_mock.resources.operations import declared, handlers, operation
from bedrock_mock.services.bedrock.service import BEDROCK
from support import ACCOUNT, REGION

MODEL = BEDROCK.protocol.model


class Things:
    operations: ClassVar = {"get": "GetThing"}

    def get(self, request):
        return request

    @operation("ListThings")
    def list(self, request):
        return [request]


class MoreThings(Things):
    def get(self, request):
        return super().get(request) * 2


@pytest.fixture(scope="module")
def resources():
    return BEDROCK.backend(REGION, ACCOUNT).resources_with_operations


@pytest.fixture(params=["ListModelImportJobs", "ListCustomModels"])
def listing(request):
    return request.param


def is_oldest():
    """Whether the installed botocore lacks operations that the newest one has."""
    return "GetAutomatedReasoningPolicy" not in MODEL.operation_names


def test_marked_and_inherited_methods_answer_operations():
    assert dict(declared(Things)) == {"GetThing": "get", "ListThings": "list"}
    table = handlers([MoreThings()], {"GetThing", "ListThings"})
    assert table["GetThing"](2) == 4
    assert table["ListThings"](2) == [2]


def test_operations_that_the_installed_model_lacks_are_left_out():
    assert handlers([Things()], {"ListThings"}).keys() == {"ListThings"}


@pytest.mark.skipif(is_oldest(), reason="needs the newest service model")
def test_every_declared_operation_is_one_of_the_model(resources):
    unknown = {
        f"{type(each).__name__}.{method}: {name}"
        for each in resources
        for name, method in declared(type(each))
        if name not in MODEL.operation_names
    }
    assert unknown == set()


def test_no_operation_is_answered_by_two_methods(resources):
    counts = Counter(name for each in resources for name, _ in declared(type(each)))
    assert [name for name, number in counts.items() if number > 1] == []


@pytest.mark.skipif(is_oldest(), reason="needs the newest service model")
def test_the_filters_of_a_kind_are_the_members_of_its_list_operation(resources):
    for kind in resources:
        operations = {method: name for name, method in declared(type(kind))}
        if isinstance(kind, Kind) and "list" in operations:
            members = MODEL.operation_model(operations["list"]).input_shape.members
            assert set(kind.filters) | kind.selects == set(members) - CONTROLS, operations["list"]
