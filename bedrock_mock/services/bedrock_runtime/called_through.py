"""Models that are called through throughput, a deployment, a prompt router or an endpoint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ServiceError, ValidationException, kind_of
from bedrock_mock.services.bedrock_runtime import models
from bedrock_mock.services.bedrock_runtime.traits import traits_of

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.services.bedrock_runtime.models import CalledModel

_INVALID = "The provided model identifier is invalid."
_NOT_READY = "Model is not ready for inference. Wait and try your request again."
_ARN = re.compile(r"arn:[^:]+:(?P<service>[a-z]+):[^:]*:\d*:(?P<kind>[a-z-]+)/.+")
_FOUNDATION_MODEL = "foundation-model/"
#: The parts of a foundation model's id without a context length: name and version.
_VERSIONED = 2

Resolver = Callable[["ServiceBackend", str], "CalledModel"]


def resolver_of(identifier: str) -> Resolver | None:
    """What finds the model of this identifier, if it is called through something else."""
    arn = _ARN.fullmatch(identifier)
    return RESOLVERS.get((arn["service"], arn["kind"])) if arn else None


def throughput(backend: ServiceBackend, arn: str) -> CalledModel:
    """The model that Provisioned Throughput serves; during an update still the old one.

    Raises:
        ValidationException: there is no such throughput, or it has failed.
        ModelNotReadyException: it is being created.
    """
    found = _ready(backend, "provisioned_model_throughputs", arn)
    return _served(backend, arn, found.name, found.model_arn)


def deployment(backend: ServiceBackend, arn: str) -> CalledModel:
    """The custom model of a deployment; during an update still the old one.

    Raises:
        ValidationException: there is no such deployment, or it has failed.
        ModelNotReadyException: it is being created.
    """
    found = _ready(backend, "custom_model_deployments", arn)
    return _served(backend, arn, found.name, found.model_arn)


def router(backend: ServiceBackend, arn: str) -> CalledModel:
    """The model that a router picks: its fallback, unless a rule of the test names another.

    Of the fallback and then the other models, in their order, the first one is picked that
    the ``model=`` of a rule matches, by any of its names.

    Raises:
        ValidationException: there is no such router, or its model cannot be called.
        AccessDeniedException, ResourceNotFoundException: the test has no access to the model.
    """
    control = backend.sibling("bedrock")
    with control.lock:
        routers = control.prompt_routers
        found = routers.defaults.get(arn) or routers.store.get(arn)
    if found is None:
        raise ValidationException(_INVALID)
    fallback = found.fallback_model["modelArn"]
    targets = dict.fromkeys([fallback, *(each["modelArn"] for each in found.models)])
    is_named = backend.scripts.replies.is_named
    picked = next((each for each in targets if is_named(_names_of(backend, each))), fallback)
    model = models.called_model(backend, picked)
    names = (arn, found.name, picked, *model.names)
    if ":application-inference-profile/" in picked:
        # The runtime's model has no ARN of an application inference profile there.
        picked = f"arn:{backend.arn_partition}:bedrock:{backend.region_name}::"
        picked += f"{_FOUNDATION_MODEL}{model.name}"
    return replace(model, identifier=arn, names=names, invoked_model_id=picked)


def endpoint(backend: ServiceBackend, arn: str) -> CalledModel:
    """The model of a marketplace endpoint, which is known by its source in SageMaker's hub.

    Raises:
        ValidationException: there is no such endpoint, or SageMaker cannot serve it.
        ModelNotReadyException: it is being created.
    """
    control = backend.sibling("bedrock")
    with control.lock:
        kind = control.marketplace_model_endpoints
        kind.settle(arn)
        found = kind.store.get(arn)
        status = None if found is None or found.hosted is None else found.hosted.endpoint_status
    _check_ready(status)
    source: str = found.model_source_identifier
    # What follows is the version.
    hub_name = source.partition("/Model/")[2].partition("/")[0]
    kind_name = f"marketplace.{hub_name}"
    names = (arn, found.name, source, hub_name)
    return models.CalledModel(arn, found.name, names, kind_name, traits_of(kind_name))


#: What finds a model, by the service and the type of an ARN.
RESOLVERS: Mapping[tuple[str, str], Resolver] = {
    ("bedrock", "provisioned-model"): throughput,
    ("bedrock", "custom-model-deployment"): deployment,
    ("bedrock", "prompt-router"): router,
    ("bedrock", "default-prompt-router"): router,
    ("sagemaker", "endpoint"): endpoint,
}


def _ready(backend: ServiceBackend, kind_name: str, arn: str) -> Any:  # noqa: ANN401 - a resource
    """The resource of this ARN, if it can serve its model."""
    control = backend.sibling("bedrock")
    with control.lock:
        kind = getattr(control, kind_name)
        kind.settle(arn)
        found = kind.store.get(arn)
    _check_ready(None if found is None else found.status)
    return found


def _check_ready(status: str | None) -> None:
    """Refuses a call through what cannot serve it.

    Args:
        status: its status; ``None`` if it is not there.
    """
    if status in (None, "Failed"):
        raise ValidationException(_INVALID)
    if status == "Creating":
        raise kind_of("ModelNotReadyException")(_NOT_READY)


def _served(backend: ServiceBackend, arn: str, name: str, model_arn: str) -> CalledModel:
    """The model of an ARN, called through something of another ARN and name."""
    if ":imported-model/" in model_arn:
        imported = models.called_model(backend, model_arn)
        return replace(imported, identifier=arn, names=(arn, name, *imported.names))
    control = backend.sibling("bedrock")
    with control.lock:
        custom = control.custom_models.store.get(model_arn)
    names = [arn, name, model_arn]
    base_arn = model_arn
    if custom is not None:
        names.append(custom.name)
        base_arn = custom.foundation_model_arn
    base: str = base_arn.partition(_FOUNDATION_MODEL)[2]
    model_id = ":".join(base.split(":")[:_VERSIONED])
    names += [base, model_id]
    return models.CalledModel(arn, model_id, names, base, traits_of(base), _speaks(backend, base))


def _speaks(backend: ServiceBackend, model_id: str) -> bool:
    """Whether a foundation model answers with text; one that is not in the catalogue does."""
    try:
        found = backend.sibling("bedrock").foundation_models.get({"modelIdentifier": model_id})
    except ServiceError:
        return True
    return "TEXT" in found["modelDetails"].get("outputModalities", ("TEXT",))


def _names_of(backend: ServiceBackend, arn: str) -> Sequence[str]:
    """The names of a model by which a rule can name it; none if it cannot be called."""
    try:
        return models.called_model(backend, arn).names
    except ServiceError:
        return ()
