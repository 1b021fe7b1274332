"""Every kind of resource, once: how to make one, and what is true of it.

A new kind is one more entry in KINDS. The tests of tags, lists, clocks, tokens and policies that
hold for all kinds run over the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support import (
    CUSTOM_MODEL_CLOCK,
    CUSTOMIZATION_CLOCK,
    EVALUATION_CLOCK,
    IMPORT_CLOCK,
    custom_model,
    customization_job,
    evaluation_job,
    guardrail,
    import_job,
)

GUARDRAIL_CLOCK = "bedrock::guardrail"


@dataclass(frozen=True)
class Kind:
    """One kind of resource.

    Attributes:
        name: of the entry: a kind may be made in two ways.
        arn_type: the part of the ARN that names it.
        create: the operation that makes one, or the job that makes one.
        request: a valid request for it, from a number.
        tags: the member of that request with the tags of the resource.
        created: the member of the answer with the ARN, or a function that finds it.
        get: the operation that gets one, and the member that names it.
        listing: the operation that lists them, and the member with the items.
        status: the member with the status, or ``None`` if it has none.
        statuses: the first status and the one that follows.
        clock: what moves the status on, or ``None``.
        by_name: the member of Get's answer that names the resource, too; ``None`` if only
            its ARN does.
        takes_role: whether its request passes a role.
    """

    name: str
    arn_type: str
    create: str
    request: Callable[..., dict[str, Any]]
    tags: str
    created: str | Callable[[Any, Any], str]
    get: tuple[str, str]
    listing: tuple[str, str]
    status: str | None = "status"
    statuses: tuple[str, str] = ("InProgress", "Completed")
    clock: str | None = None
    by_name: str | None = None
    takes_role: bool = True

    def make(self, client, tag_list=(), number=1, **members):
        """The ARN of a new resource with these tags."""
        if not self.takes_role:
            members.pop("roleArn", None)
        request = self.request(number, **{self.tags: list(tag_list)}, **members)
        answer = getattr(client, self.create)(**request)
        return self.created(client, answer) if callable(self.created) else answer[self.created]

    def look(self, client, identifier):
        """What Get answers."""
        operation, member = self.get
        return getattr(client, operation)(**{member: identifier})

    def items(self, client, **request):
        """What List answers."""
        operation, member = self.listing
        return getattr(client, operation)(**request)[member]


def of_job(get, member):
    """Finds the ARN of what a completed job has made."""
    return lambda client, answer: getattr(client, get)(jobIdentifier=answer["jobArn"])[member]


IMPORTS = {
    "create": "create_model_import_job",
    "request": lambda n, **members: import_job(f"job-{n}", f"model-{n}", **members),
}
CUSTOMIZATIONS = {
    "create": "create_model_customization_job",
    "request": lambda n, **members: customization_job(f"job-{n}", f"model-{n}", **members),
}
CUSTOM_MODELS = {
    "arn_type": "custom-model",
    "get": ("get_custom_model", "modelIdentifier"),
    "listing": ("list_custom_models", "modelSummaries"),
    "by_name": "modelName",
    "status": "modelStatus",
}
ALL = [
    Kind(
        "model-import-job",
        "model-import-job",
        **IMPORTS,
        tags="jobTags",
        created="jobArn",
        get=("get_model_import_job", "jobIdentifier"),
        listing=("list_model_import_jobs", "modelImportJobSummaries"),
        clock=IMPORT_CLOCK,
        by_name="jobName",
    ),
    Kind(
        "imported-model",
        "imported-model",
        **IMPORTS,
        tags="importedModelTags",
        created=of_job("get_model_import_job", "importedModelArn"),
        get=("get_imported_model", "modelIdentifier"),
        listing=("list_imported_models", "modelSummaries"),
        status=None,
        by_name="modelName",
    ),
    Kind(
        "evaluation-job",
        "evaluation-job",
        create="create_evaluation_job",
        request=lambda n, **members: evaluation_job(f"evaluation-{n}", **members),
        tags="jobTags",
        created="jobArn",
        get=("get_evaluation_job", "jobIdentifier"),
        listing=("list_evaluation_jobs", "jobSummaries"),
        clock=EVALUATION_CLOCK,
    ),
    Kind(
        "model-customization-job",
        "model-customization-job",
        **CUSTOMIZATIONS,
        tags="jobTags",
        created="jobArn",
        get=("get_model_customization_job", "jobIdentifier"),
        listing=("list_model_customization_jobs", "modelCustomizationJobSummaries"),
        clock=CUSTOMIZATION_CLOCK,
        by_name="jobName",
    ),
    Kind(
        "custom-model",
        **CUSTOM_MODELS,
        **CUSTOMIZATIONS,
        tags="customModelTags",
        created=of_job("get_model_customization_job", "outputModelArn"),
    ),
    Kind(
        "brought custom-model",
        **CUSTOM_MODELS,
        create="create_custom_model",
        request=lambda n, **members: custom_model(f"custom-{n}", **members),
        tags="modelTags",
        created="modelArn",
        clock=CUSTOM_MODEL_CLOCK,
        statuses=("Creating", "Active"),
    ),
    Kind(
        "guardrail",
        "guardrail",
        create="create_guardrail",
        request=lambda n, **members: guardrail(f"guardrail-{n}", **members),
        tags="tags",
        created="guardrailArn",
        get=("get_guardrail", "guardrailIdentifier"),
        listing=("list_guardrails", "guardrails"),
        clock=GUARDRAIL_CLOCK,
        statuses=("CREATING", "READY"),
        by_name="guardrailId",
        takes_role=False,
    ),
]
#: The kinds by the names of their entries.
KINDS = {kind.name: kind for kind in ALL}
WITH_CLOCKS = [kind for kind in ALL if kind.clock]
