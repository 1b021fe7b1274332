"""Models that are called through throughput, a deployment, a prompt router or an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bedrock_mock.protocol.errors import ServiceError, ValidationException, kind_of
from bedrock_mock.services.bedrock_runtime import models
from bedrock_mock.services.bedrock_runtime.traits import traits_of

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend
    from bedrock_mock.services.bedrock.capacity.custom_model_deployments import (
        CustomModelDeployment,
    )
    from bedrock_mock.services.bedrock.capacity.provisioned_model_throughputs import (
        ProvisionedModelThroughput,
    )
    from bedrock_mock.services.bedrock_runtime.models import CalledModel

_INVALID = "The provided model identifier is invalid."
_NOT_READY = "Model is not ready for inference. Wait and try your request again."
_FOUNDATION_MODEL = "foundation-model/"
#: The parts of a foundation model's id without a context length: name and version.
_VERSIONED = 2

#: Takes the control plane, whose lock is held, and an ARN.
Resolver = Callable[["BedrockBackend", str], "CalledModel"]


def throughput(control: BedrockBackend, arn: str) -> CalledModel:
    """The model that Provisioned Throughput serves; during an update still the old one.

    Raises:
        ValidationException: there is no such throughput, or it has failed.
        ModelNotReadyException: it is being created.
        AccessDeniedException, ResourceNotFoundException: the test has no access to the model.
    """
    return _ready(control, arn, control.provisioned_model_throughputs.known(arn))


def deployment(control: BedrockBackend, arn: str) -> CalledModel:
    """The custom model of a deployment; during an update still the old one.

    Raises:
        ValidationException: there is no such deployment, or it has failed.
        ModelNotReadyException: it is being created.
        AccessDeniedException, ResourceNotFoundException: the test has no access to the model.
    """
    return _ready(control, arn, control.custom_model_deployments.known(arn))


def _ready(
    control: BedrockBackend,
    arn: str,
    found: ProvisionedModelThroughput | CustomModelDeployment | None,
) -> CalledModel:
    if found is None:
        raise ValidationException(_INVALID)
    _check_ready(found.status)
    return served(control, arn, found.name, found.model_arn)


def router(control: BedrockBackend, arn: str) -> CalledModel:
    """The model that a router picks: its fallback, unless a rule of the test names another.

    Of the fallback and then the other models, in their order, the first one is picked that
    the ``model=`` of a rule matches, by any of its names.

    Raises:
        ValidationException: there is no such router, or its model cannot be called.
        AccessDeniedException, ResourceNotFoundException: the test has no access to the model.
    """
    found = control.prompt_routers.known(arn)
    if found is None:
        raise ValidationException(_INVALID)
    fallback = found.fallback_model["modelArn"]
    targets = dict.fromkeys([fallback, *(each["modelArn"] for each in found.models)])
    is_named = control.scripts.replies.is_named
    picked = next((each for each in targets if is_named(_names_of(control, each))), fallback)
    model = models.called_model(control, picked)
    names = (arn, found.name, picked, *model.names)
    if ":application-inference-profile/" in picked:
        # The runtime's model has no ARN of an application inference profile there.
        picked = f"arn:{control.arn_partition}:bedrock:{control.region_name}::"
        picked += f"{_FOUNDATION_MODEL}{model.name}"
    return replace(model, identifier=arn, names=names, invoked_model_id=picked)


def endpoint(control: BedrockBackend, arn: str) -> CalledModel:
    """The model of a marketplace endpoint, which is known by its source in SageMaker's hub.

    Raises:
        ValidationException: there is no such endpoint, or SageMaker cannot serve it.
        ModelNotReadyException: it is being created.
    """
    found = control.marketplace_model_endpoints.known(arn)
    if found is None:
        raise ValidationException(_INVALID)
    _check_ready(found.endpoint_status)
    source = found.model_source_identifier
    # What follows is the version.
    hub_name = source.partition("/Model/")[2].partition("/")[0]
    kind = f"marketplace.{hub_name}"
    return models.CalledModel(
        arn, found.name, (arn, found.name, source, hub_name), kind, traits_of(kind)
    )


def served(control: BedrockBackend, arn: str, name: str, model_arn: str) -> CalledModel:
    """The model of an ARN, called by another ARN and name, or by its own.

    Raises:
        AccessDeniedException, ResourceNotFoundException: the test has no access to the model.
    """
    if ":imported-model/" in model_arn:
        imported = models.called_model(control, model_arn)
        return replace(imported, identifier=arn, names=(arn, name, *imported.names))
    custom = control.custom_models.known(model_arn)
    names, base_arn = [name, model_arn], model_arn
    if custom is not None:
        names.append(custom.name)
        base_arn = custom.foundation_model_arn
    base = base_arn.partition(_FOUNDATION_MODEL)[2]
    model_id = ":".join(base.split(":")[:_VERSIONED])
    return replace(models.foundation(control, base, arn, *names, model_id), name=model_id)


#: What finds a model, by the type of an ARN.
RESOLVERS: Mapping[str, Resolver] = {
    "provisioned-model": throughput,
    "custom-model-deployment": deployment,
    "prompt-router": router,
    "default-prompt-router": router,
    "endpoint": endpoint,
}


def _check_ready(status: str) -> None:
    """Refuses a call through what has this status and cannot serve its model."""
    if status == "Failed":
        raise ValidationException(_INVALID)
    if status == "Creating":
        raise kind_of("ModelNotReadyException")(_NOT_READY)


def _names_of(control: BedrockBackend, arn: str) -> Sequence[str]:
    """The names of a model by which a rule can name it; none if it cannot be called."""
    try:
        return models.called_model(control, arn).names
    except ServiceError:
        return ()
