"""Every kind of resource, once: how to make one, and what is true of it.

A new kind is one more entry in ALL. What holds for all kinds (lists, pages, filters, sorting,
tags, clocks, tokens, policies, deletion, generated requests) runs over the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore import xform_name

from bedrock_mock.services.bedrock.service import BEDROCK
from support import (
    CUSTOM_MODEL_CLOCK,
    CUSTOMIZATION_CLOCK,
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    body,
    custom_model,
    customization_job,
    evaluation_job,
    guardrail,
    import_job,
    inference_profile,
)

GUARDRAIL_CLOCK = "bedrock::guardrail"


@dataclass(frozen=True)
class Kind:
    """One kind of resource.

    Attributes:
        name: of the entry: a kind may be made in two ways.
        arn_type: the part of the ARN that names it.
        create: the operation that makes one, or the job that makes one.
        request: a valid request for it, from its name.
        tags: the member of that request with the tags of the resource.
        created: the member of the answer with the ARN, or a function that finds it.
        get: the operation that gets one, and the member that names it.
        listing: the operation that lists them, and the member with the items.
        named: the member of an item that has its name.
        status: the member with the status, or ``None`` if it has none.
        statuses: the first status and the one that follows.
        clock: what moves the status on, or ``None``.
        by_name: the member of Get's answer that names the resource, too; ``None`` if only
            its ARN does.
        takes_role: whether its request passes a role.
        takes_capitals: whether a name may have them.
        too_many_tags: the error of Create for the 51st tag.
        deletion: the operation that deletes one, or ``None``.
        deleted: the member of that request, which takes an ARN; a list where it takes several.
        stop: the operation that stops one, or ``None``.
        selected: what List needs so that it lists this kind.
        newest_first: whether List has the newest first unless asked otherwise.
        unique: whether no two may have the same name.
    """

    name: str
    arn_type: str
    create: str
    request: Callable[..., dict[str, Any]]
    tags: str
    created: str | Callable[[Any, Any], str]
    get: tuple[str, str]
    listing: tuple[str, str]
    named: str
    status: str | None = "status"
    statuses: tuple[str, str] = ("InProgress", "Completed")
    clock: str | None = None
    by_name: str | None = None
    takes_role: bool = True
    takes_capitals: bool = True
    too_many_tags: str = "TooManyTagsException"
    deletion: str | None = None
    deleted: str | list[str] = ""
    stop: str | None = None
    selected: Mapping[str, str] = field(default_factory=dict)
    newest_first: bool = True
    unique: bool = True

    def make(self, client, tag_list=(), number=1, name=None, **members):
        """The ARN of a new resource with these tags."""
        if not self.takes_role:
            members.pop("roleArn", None)
        request = self.request(name or f"n{number}", **{self.tags: list(tag_list)}, **members)
        answer = call(client, self.create, **request)
        return self.created(client, answer) if callable(self.created) else answer[self.created]

    def look(self, client, identifier):
        """What Get answers."""
        operation, member = self.get
        return call(client, operation, **{member: identifier})

    def items(self, client, **request):
        """What List answers."""
        operation, member = self.listing
        return call(client, operation, **self.selected, **request)[member]

    def in_order(self, made):
        """What was made, the oldest first, in the order of List."""
        return list(made)[::-1] if self.newest_first else list(made)

    def accepts(self, *members):
        """Whether its List takes all these members."""
        return set(members) <= shape_of(self.listing[0]).members.keys()

    @property
    def status_filter(self):
        """The member of List that filters by the status, or ``None``."""
        return next(filter(self.accepts, ("statusEquals", "modelStatus")), None)

    def delete(self, client, arn):
        """Deletes one; what the operation answers."""
        several = isinstance(self.deleted, list)
        member, value = (self.deleted[0], [arn]) if several else (self.deleted, arn)
        return call(client, self.deletion, **{member: value})

    @property
    def created_by_job(self):
        """Whether a job of another kind makes it."""
        return callable(self.created)

    @staticmethod
    def arn_of(item):
        """The ARN of an item of a list: the first of its members that is one."""
        return next(value for name, value in item.items() if name.lower().endswith("arn"))


def shape_of(operation):
    """The shape of an operation's request."""
    return BEDROCK.protocol.model.operation_model(operation).input_shape


def call(client, operation, **request):
    """Calls an operation by its name in the service model."""
    return getattr(client, xform_name(operation))(**request)


def of_job(get, member):
    """Finds the ARN of what a completed job has made."""
    return lambda client, answer: call(client, get, jobIdentifier=answer["jobArn"])[member]


def snapshot(client):
    """All that the lists and tags of an account and region tell; it is a look at each job."""
    items = []
    for kind in {kind.listing: kind for kind in ALL}.values():
        items += kind.items(client)
    return [
        (item, client.list_tags_for_resource(resourceARN=Kind.arn_of(item))["tags"])
        for item in items
    ]


IMPORTS = {
    "create": "CreateModelImportJob",
    "request": lambda name, **members: import_job(name, name, **members),
}
CUSTOMIZATIONS = {
    "create": "CreateModelCustomizationJob",
    "request": lambda name, **members: customization_job(name, name, **members),
}
CUSTOM_MODELS = {
    "arn_type": "custom-model",
    "get": ("GetCustomModel", "modelIdentifier"),
    "listing": ("ListCustomModels", "modelSummaries"),
    "named": "modelName",
    "by_name": "modelName",
    "status": "modelStatus",
    "deletion": "DeleteCustomModel",
    "deleted": "modelIdentifier",
}
ALL = [
    Kind(
        "model-import-job",
        "model-import-job",
        **IMPORTS,
        tags="jobTags",
        created="jobArn",
        get=("GetModelImportJob", "jobIdentifier"),
        listing=("ListModelImportJobs", "modelImportJobSummaries"),
        named="jobName",
        clock=IMPORT_CLOCK,
        by_name="jobName",
    ),
    Kind(
        "imported-model",
        "imported-model",
        **IMPORTS,
        tags="importedModelTags",
        created=of_job("GetModelImportJob", "importedModelArn"),
        get=("GetImportedModel", "modelIdentifier"),
        listing=("ListImportedModels", "modelSummaries"),
        named="modelName",
        deletion="DeleteImportedModel",
        deleted="modelIdentifier",
        status=None,
        by_name="modelName",
    ),
    Kind(
        "evaluation-job",
        "evaluation-job",
        create="CreateEvaluationJob",
        request=evaluation_job,
        tags="jobTags",
        created="jobArn",
        get=("GetEvaluationJob", "jobIdentifier"),
        listing=("ListEvaluationJobs", "jobSummaries"),
        named="jobName",
        clock=EVALUATION_CLOCK,
        takes_capitals=False,
        # CreateEvaluationJob declares no TooManyTagsException.
        too_many_tags="ValidationException",
        deletion="BatchDeleteEvaluationJob",
        deleted=["jobIdentifiers"],
        stop="StopEvaluationJob",
    ),
    Kind(
        "model-customization-job",
        "model-customization-job",
        **CUSTOMIZATIONS,
        tags="jobTags",
        created="jobArn",
        get=("GetModelCustomizationJob", "jobIdentifier"),
        listing=("ListModelCustomizationJobs", "modelCustomizationJobSummaries"),
        named="jobName",
        stop="StopModelCustomizationJob",
        clock=CUSTOMIZATION_CLOCK,
        by_name="jobName",
    ),
    Kind(
        "custom-model",
        **CUSTOM_MODELS,
        **CUSTOMIZATIONS,
        tags="customModelTags",
        created=of_job("GetModelCustomizationJob", "outputModelArn"),
    ),
    Kind(
        "brought custom-model",
        **CUSTOM_MODELS,
        create="CreateCustomModel",
        request=custom_model,
        tags="modelTags",
        created="modelArn",
        clock=CUSTOM_MODEL_CLOCK,
        statuses=("Creating", "Active"),
    ),
    Kind(
        "guardrail",
        "guardrail",
        create="CreateGuardrail",
        request=guardrail,
        tags="tags",
        created="guardrailArn",
        get=("GetGuardrail", "guardrailIdentifier"),
        listing=("ListGuardrails", "guardrails"),
        named="name",
        deletion="DeleteGuardrail",
        deleted="guardrailIdentifier",
        clock=GUARDRAIL_CLOCK,
        statuses=("CREATING", "READY"),
        by_name="guardrailId",
        takes_role=False,
    ),
    Kind(
        "application-inference-profile",
        "application-inference-profile",
        create="CreateInferenceProfile",
        request=inference_profile,
        tags="tags",
        created="inferenceProfileArn",
        get=("GetInferenceProfile", "inferenceProfileIdentifier"),
        listing=("ListInferenceProfiles", "inferenceProfileSummaries"),
        selected={"typeEquals": "APPLICATION"},
        newest_first=False,
        named="inferenceProfileName",
        status=None,
        by_name="inferenceProfileId",
        takes_role=False,
        deletion="DeleteInferenceProfile",
        deleted="inferenceProfileIdentifier",
        unique=False,
    ),
]
#: The clocks of what is no kind of resource.
OTHER_CLOCKS = {"bedrock::foundation_model_agreement"}
#: The kinds by the names of their entries.
KINDS = {kind.name: kind for kind in ALL}
WITH_CLOCKS = [kind for kind in ALL if kind.clock]


def calls_of(name, request, first=None):
    """Create, Get and List of a kind, as functions of a client.

    Args:
        name: of the entry.
        request: gives a valid Create request.
        first: what Get looks at unless another identifier is given.
    """
    kind = KINDS[name]

    def create(client, *args, **members):
        return call(client, kind.create, **request(*args, **members))[kind.created]

    def get(client, identifier=first):
        return body(kind.look(client, identifier))

    return create, get, kind.items


def fixture_of(view, kinds):
    """A fixture that gives a view of each of these kinds in turn: ``view(kind, client)``."""

    @pytest.fixture(params=kinds, ids=lambda kind: kind.name)
    def viewed(request, client):
        return view(request.param, client)

    return viewed
