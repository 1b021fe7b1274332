"""Which model a call means: by id, profile or ARN, as far as the control plane knows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from bedrock_mock.protocol.errors import (
    AccessDeniedException,
    ResourceNotFoundException,
    ValidationException,
    kind_of,
)
from bedrock_mock.protocol.messages import message_of
from bedrock_mock.services.bedrock.catalogue import public
from bedrock_mock.services.bedrock_runtime import called_through
from bedrock_mock.services.bedrock_runtime.traits import Traits, traits_of

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.services.bedrock.backend import BedrockBackend

_ARN = re.compile(r"arn:[^:]+:[a-z]+:[^:]*:\d*:(?P<kind>[a-z-]+)/.+")
_VIDEO = ("amazon.nova-reel", "luma.ray")
_INVALID = "The provided model identifier is invalid."
_LEGACY = (
    "Access denied. This Model is marked by provider as Legacy and you have not been actively "
    "using the model in the last 30 days. Please upgrade to an active model on Amazon Bedrock"
)


@dataclass(frozen=True)
class CalledModel:
    """The model that a call means.

    Attributes:
        identifier: as the call names it.
        name: a foundation model's id, or an imported model's name.
        names: all that it can be called, for the globs of rules.
        traits: what it takes and how it answers.
        kind: what says its family: a foundation model's id, or ``imported.<architecture>``.
        converses: whether Converse takes it.
        takes: what it takes as input, ``TEXT`` and so on; ``None`` if that is not known.
        invoked_model_id: what a prompt router has chosen; ``None`` for all else.
    """

    identifier: str
    name: str
    names: Sequence[str]
    kind: str
    traits: Traits = field(repr=False)
    converses: bool = True
    takes: frozenset[str] | None = None
    invoked_model_id: str | None = None

    @property
    def is_asynchronous(self) -> bool:
        """Whether it answers asynchronous calls only: a model that makes videos."""
        return self.kind.startswith(_VIDEO)


def called_model(backend: ServiceBackend, identifier: str) -> CalledModel:
    """The model of an identifier.

    Raises:
        ValidationException: there is no such model, or only a profile serves it.
        AccessDeniedException, ResourceNotFoundException: the test has no access to it.
    """
    arn = _ARN.fullmatch(identifier)
    resolve = _by_id if arn is None else _resolvers().get(arn["kind"], _unknown)
    control: BedrockBackend = backend.sibling("bedrock")
    with control.lock:
        return resolve(control, identifier)


def counted_model(backend: ServiceBackend, identifier: str) -> CalledModel:
    """The model of an identifier for a count of tokens, which needs no profile.

    Raises:
        ValidationException: there is none.
        AccessDeniedException, ResourceNotFoundException: the test has no access to it.
    """
    control: BedrockBackend = backend.sibling("bedrock")
    with control.lock:
        is_foundation = control.foundation_models.id_of(identifier) is not None
        is_profile = control.inference_profiles.route(identifier) is not None
        if is_foundation and not is_profile:
            return _known(control, identifier)
    return called_model(backend, identifier)


def asynchronous_model(backend: ServiceBackend, identifier: str) -> CalledModel:
    """The model of an identifier for an asynchronous invocation, which needs no profile.

    Raises:
        ValidationException: there is no such model.
        AccessDeniedException, ResourceNotFoundException: the test has no access to it.
    """
    control: BedrockBackend = backend.sibling("bedrock")
    with control.lock:
        return _behind_profile(control, identifier) or _known(control, identifier)


def _unknown(control: BedrockBackend, identifier: str) -> NoReturn:  # noqa: ARG001 - see _BY_ARN
    raise ValidationException(_INVALID)


def _by_id(control: BedrockBackend, identifier: str) -> CalledModel:
    """What an id means: a profile of the service, or a model."""
    return _behind_profile(control, identifier) or _model(control, identifier)


def _by_profile(control: BedrockBackend, arn: str) -> CalledModel:
    """The model that an inference profile of either type routes to."""
    return _behind_profile(control, arn) or _unknown(control, arn)


def _known(control: BedrockBackend, identifier: str) -> CalledModel:
    """A foundation model, by id or ARN, whether it serves on demand or by profiles only."""
    models = control.foundation_models
    model_id = models.id_of(identifier)
    if model_id is None or not (model_id in models.listed() or models.has_ended(model_id)):
        raise ValidationException(_INVALID)
    return foundation(control, model_id, identifier)


def _model(control: BedrockBackend, identifier: str) -> CalledModel:
    """A foundation model, by id or ARN, that serves on demand."""
    called = _known(control, identifier)
    model_id = called.name
    listed = control.foundation_models.listed()
    model = listed.get(model_id) or public.ended().get(model_id, {})
    serves = model.get("inferenceTypesSupported", ())
    if serves and "ON_DEMAND" not in serves:
        msg = (
            f"Invocation of model ID {model_id} with on-demand throughput isn't supported. Retry "
            "your request with the ID or ARN of an inference profile that contains this model."
        )
        raise ValidationException(msg)
    return called


def _behind_profile(control: BedrockBackend, identifier: str) -> CalledModel | None:
    """The model that a profile routes to, by the profile's id or ARN; ``None`` without one."""
    route = control.inference_profiles.route(identifier)
    return route and foundation(control, route.model_id, identifier, *route.names)


def foundation(control: BedrockBackend, model_id: str, identifier: str, *names: str) -> CalledModel:
    """A foundation model that a call names so, and that has these names beside its id.

    Raises:
        AccessDeniedException, ResourceNotFoundException: the test has no access to it.
    """
    model: Mapping[str, Any] = (
        control.foundation_models.find(model_id) or public.facts_of(model_id) or {}
    )
    if not control.model_access.allows(model_id, identifier, *names):
        if model.get("modelLifecycle", {}).get("status") == "LEGACY":
            raise ResourceNotFoundException(_LEGACY)
        raise AccessDeniedException(message_of("bedrock-runtime", "AccessDeniedException"))
    takes = frozenset(model.get("inputModalities", ()))
    writes = "TEXT" in model.get("outputModalities", ("TEXT",))
    # A model of speech answers in a bidirectional stream only.
    reads = not takes or "TEXT" in takes
    return CalledModel(
        identifier,
        model_id,
        tuple(dict.fromkeys([identifier, *names, model_id])),
        model_id,
        traits_of(model_id),
        writes and reads and "rerank" not in model_id,
        takes or None,
    )


def _warm_up(backend: ServiceBackend, arn: str) -> None:
    """An imported model is cold for its first calls, if the config says so.

    Raises:
        ModelNotReadyException: it is.
    """
    calls: Any = backend.cold_calls  # type: ignore[attr-defined]  # that of RuntimeBackend
    if calls[arn] < backend.setting("cold_imported_models"):
        calls[arn] += 1
        code = "ModelNotReadyException"
        raise kind_of(code)(message_of("bedrock-runtime", code))


def _imported(control: BedrockBackend, arn: str) -> CalledModel:
    """An imported model, which is there from the end of its job to its deletion."""
    model = control.imported_models.known(arn)
    if model is None:
        raise ValidationException(_INVALID)
    _warm_up(control.sibling("bedrock-runtime"), arn)
    return CalledModel(
        arn,
        model.name,
        (arn, model.name),
        f"imported.{model.model_architecture}",
        traits_of(f"imported.{model.model_architecture}"),
        bool(model.instruct_supported),
    )


@cache
def _resolvers() -> Mapping[str, Callable[[BedrockBackend, str], CalledModel]]:
    # Those modules import each other.
    return {**_BY_ARN, **called_through.RESOLVERS}


#: What gives the model of an ARN, by what kind of resource that names.
_BY_ARN: Mapping[str, Callable[[BedrockBackend, str], CalledModel]] = {
    "foundation-model": _model,
    "inference-profile": _by_profile,
    "application-inference-profile": _by_profile,
    "imported-model": _imported,
}
