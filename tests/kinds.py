"""Every kind of resource, once: how to make one, and what is true of it.

A new kind is one more entry in ALL. What holds for all kinds (lists, pages, filters, sorting,
tags, clocks, tokens, policies, deletion, generated requests) runs over the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from botocore import xform_name

from bedrock_mock.services.bedrock.service import BEDROCK
from support import (
    BATCH_CLOCK,
    COPY_CLOCK,
    CUSTOM_MODEL_CLOCK,
    CUSTOMIZATION_CLOCK,
    DEPLOYMENT_CLOCK,
    ENDPOINT_CLOCK,
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    ROLE,
    THROUGHPUT_CLOCK,
    batch_job,
    body,
    copy_job,
    custom_model,
    customization_job,
    deployment,
    endpoint_config,
    evaluation_job,
    guardrail,
    import_job,
    inference_profile,
    marketplace_endpoint,
    prompt_router,
    throughput,
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
        tags: the member of that request with the tags of the resource; ``None`` if it cannot be
            tagged.
        created: the member of the answer with the ARN, or a function that finds it.
        get: the operation that gets one, and the member that names it.
        listing: the operation that lists them, and the member with the items.
        named: the member of an item that has its name.
        status: the member with the status, or ``None`` for a kind without one.
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
        not_stopped: the error of that operation for one that has ended.
        ends_as: the last status, if it is not the second one.
        moment: the member of an item with the time of its creation; the names of the filters by
            it begin like it, without ``At``.
        token_alone: whether a token makes a request a repetition even if other members differ.
        needs: gives members of the request that need something else: it takes a function that
            calls an operation, and the role to pass.
        wrapped: the member that holds the resource in the answers of Create and Get, or ``None``.
        service: whose ARN it has.
        lists_status: whether an item of the list has the status.
        selected: what List needs so that it lists this kind.
        newest_first: whether List has the newest first unless asked otherwise.
        unique: whether no two may have the same name.
    """

    name: str
    arn_type: str
    create: str
    request: Callable[..., dict[str, Any]]
    tags: str | None
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
    not_stopped: str = "ConflictException"
    ends_as: str | None = None
    moment: str = "creationTime"
    token_alone: bool = True
    needs: Callable[..., dict[str, Any]] = lambda ask, role: {}
    wrapped: str | None = None
    service: str = "bedrock"
    lists_status: bool = True
    selected: Mapping[str, str] = field(default_factory=dict)
    newest_first: bool = True
    unique: bool = True

    @property
    def last(self):
        """The status that lasts."""
        return self.ends_as or self.statuses[1]

    def by_moment(self, member):
        """The name of a filter by the time of creation; other names stay as they are."""
        return member.replace("creationTime", self.moment.removesuffix("At"))

    def prepare(self, client, role=ROLE):
        """Makes what one of them needs, once; gives the members of the request for it."""
        return self.needs(partial(call, client), role)

    def asking(self, client, name, tag_list=(), **members):
        """A valid request to create one."""
        needed = self.prepare(client, members.get("roleArn", ROLE))
        if not self.takes_role:
            members.pop("roleArn", None)
        if self.tags:
            members[self.tags] = list(tag_list)
        return self.request(name, **{**needed, **members})

    def make(self, client, tag_list=(), number=1, name=None, **members):
        """The ARN of a new resource with these tags."""
        request = self.asking(client, name or f"n{number}", tag_list, **members)
        answer = self.unwrapped(call(client, self.create, **request))
        return self.created(client, answer) if callable(self.created) else answer[self.created]

    def look(self, client, identifier):
        """What Get answers."""
        operation, member = self.get
        return self.unwrapped(call(client, operation, **{member: identifier}))

    def unwrapped(self, answer):
        """The members of a resource in an answer."""
        return answer[self.wrapped] if self.wrapped else answer

    def items(self, client, **request):
        """What List answers."""
        operation, member = self.listing
        request = {self.by_moment(name): value for name, value in request.items()}
        return call(client, operation, **self.selected, **request)[member]

    def name_of(self, item):
        """The name of an item of a list."""
        return item[self.named] if self.named in item else self.arn_of(item).rpartition("/")[2]

    def in_order(self, made):
        """What was made, the oldest first, in the order of List."""
        return list(made)[::-1] if self.newest_first else list(made)

    def accepts(self, *members):
        """Whether its List takes all these members."""
        return set(map(self.by_moment, members)) <= shape_of(self.listing[0]).members.keys()

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
    """All that the lists and tags of an account and region show; it is a look at each job."""
    items = []
    for kind in {kind.listing: kind for kind in ALL}.values():
        for item in kind.items(client):
            arn = Kind.arn_of(item)
            tags = client.list_tags_for_resource(resourceARN=arn)["tags"] if kind.tags else []
            items.append((item, tags))
    return items


def with_custom_model(member):
    """Gives the ARN of a custom model, which is made once, as this member of a request."""

    def needs(ask, role):
        # The token has it made once, without a look at anything.
        request = custom_model("needed", roleArn=role, clientRequestToken="needed")
        return {member: ask("CreateCustomModel", **request)["modelArn"]}

    return needs


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
        "model-invocation-job",
        "model-invocation-job",
        create="CreateModelInvocationJob",
        request=batch_job,
        tags="tags",
        created="jobArn",
        get=("GetModelInvocationJob", "jobIdentifier"),
        listing=("ListModelInvocationJobs", "invocationJobSummaries"),
        named="jobName",
        stop="StopModelInvocationJob",
        not_stopped="ValidationException",
        clock=BATCH_CLOCK,
        statuses=("Submitted", "Validating"),
        ends_as="Completed",
        moment="submitTime",
        token_alone=False,
        # CreateModelInvocationJob declares no TooManyTagsException.
        too_many_tags="ValidationException",
    ),
    Kind(
        "provisioned-model",
        "provisioned-model",
        create="CreateProvisionedModelThroughput",
        request=throughput,
        tags="tags",
        created="provisionedModelArn",
        get=("GetProvisionedModelThroughput", "provisionedModelId"),
        listing=("ListProvisionedModelThroughputs", "provisionedModelSummaries"),
        named="provisionedModelName",
        deletion="DeleteProvisionedModelThroughput",
        deleted="provisionedModelId",
        clock=THROUGHPUT_CLOCK,
        statuses=("Creating", "InService"),
        by_name="provisionedModelName",
        takes_role=False,
    ),
    Kind(
        "custom-model-deployment",
        "custom-model-deployment",
        create="CreateCustomModelDeployment",
        request=deployment,
        needs=with_custom_model("modelArn"),
        tags="tags",
        created="customModelDeploymentArn",
        get=("GetCustomModelDeployment", "customModelDeploymentIdentifier"),
        listing=("ListCustomModelDeployments", "modelDeploymentSummaries"),
        named="customModelDeploymentName",
        deletion="DeleteCustomModelDeployment",
        deleted="customModelDeploymentIdentifier",
        clock=DEPLOYMENT_CLOCK,
        moment="createdAt",
        statuses=("Creating", "Active"),
        by_name="modelDeploymentName",
        takes_role=False,
    ),
    Kind(
        "model-copy-job",
        "model-copy-job",
        create="CreateModelCopyJob",
        request=copy_job,
        needs=with_custom_model("sourceModelArn"),
        tags=None,
        created="jobArn",
        get=("GetModelCopyJob", "jobArn"),
        listing=("ListModelCopyJobs", "modelCopyJobSummaries"),
        named="targetModelName",
        clock=COPY_CLOCK,
        takes_role=False,
    ),
    Kind(
        "prompt-router",
        "prompt-router",
        create="CreatePromptRouter",
        request=prompt_router,
        tags="tags",
        created="promptRouterArn",
        get=("GetPromptRouter", "promptRouterArn"),
        listing=("ListPromptRouters", "promptRouterSummaries"),
        selected={"type": "custom"},
        named="promptRouterName",
        deletion="DeletePromptRouter",
        deleted="promptRouterArn",
        takes_role=False,
    ),
    Kind(
        "endpoint",
        "endpoint",
        create="CreateMarketplaceModelEndpoint",
        request=marketplace_endpoint,
        needs=lambda ask, role: {"endpointConfig": endpoint_config(role)},
        wrapped="marketplaceModelEndpoint",
        service="sagemaker",
        tags=None,
        created="endpointArn",
        get=("GetMarketplaceModelEndpoint", "endpointArn"),
        listing=("ListMarketplaceModelEndpoints", "marketplaceModelEndpoints"),
        named="endpointName",
        deletion="DeleteMarketplaceModelEndpoint",
        deleted="endpointArn",
        clock=ENDPOINT_CLOCK,
        status="endpointStatus",
        lists_status=False,
        statuses=("Creating", "InService"),
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
#: The clocks of what is no kind of resource, and of the runtime's kind, which has no names: its
#: own tests are in services/bedrock_runtime/test_async_invokes.py.
OTHER_CLOCKS = {"bedrock::foundation_model_agreement", "bedrock-runtime::async_invoke"}
#: The kinds by the names of their entries.
KINDS = {kind.name: kind for kind in ALL}
WITH_CLOCKS = [kind for kind in ALL if kind.clock]
#: Those that the tag operations know.
TAGGED = [kind for kind in ALL if kind.tags]


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
