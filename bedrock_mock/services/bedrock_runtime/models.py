"""Which model a call means: by id, profile or ARN, as far as the control plane knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import (
    AccessDeniedException,
    ResourceNotFoundException,
    ValidationException,
    kind_of,
)
from bedrock_mock.services.bedrock_runtime.traits import Traits, traits_of

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

#: Where a system-defined profile routes to stands before the model's id.
_PROFILE = re.compile(r"(?:us|eu|apac|au|ca|in|jp|global|us-gov)\.(?P<model>.+)")
_ARN = re.compile(
    r"arn:[^:]+:bedrock:(?P<region>[^:]*):(?P<account>\d*):(?P<kind>[a-z-]+)/(?P<name>.+)"
)
#: Models that the public lists have no more, and that recorded programs call.
_RETIRED = (
    "ai21.j2-mid-v1",
    "ai21.j2-ultra-v1",
    "amazon.titan-image-generator-v1",
    "amazon.titan-tg1-large",
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "anthropic.claude-3-7-sonnet-20250219-v1:0",
    "anthropic.claude-3-opus-20240229-v1:0",
    "anthropic.claude-3-sonnet-20240229-v1:0",
    "anthropic.claude-instant-v1",
    "anthropic.claude-v2",
    "anthropic.claude-v2:1",
    "cohere.command-light-text-v14",
    "cohere.command-text-v14",
    "meta.llama2-13b-chat-v1",
    "meta.llama2-70b-chat-v1",
    "meta.llama3-2-1b-instruct-v1:0",
    "meta.llama3-2-3b-instruct-v1:0",
    "meta.llama3-2-11b-instruct-v1:0",
    "meta.llama3-2-90b-instruct-v1:0",
    "meta.llama3-1-405b-instruct-v1:0",
    "stability.sd3-large-v1:0",
    "stability.stable-diffusion-xl-v1",
    "stability.stable-image-core-v1:0",
    "stability.stable-image-ultra-v1:0",
)
_VIDEO = ("amazon.nova-reel", "luma.ray")
_INVALID = "The provided model identifier is invalid."
_COLD = (
    "Model is not ready for inference. Wait and try your request again. Refer to "
    "https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html"
    "#handle-model-not-ready-exception."
)
_NO_ACCESS = "You don't have access to the model with the specified model ID."
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
        ValidationException: there is none, or only a profile serves it.
        AccessDeniedException, ResourceNotFoundException: the test has no access to it.
    """
    arn = _ARN.fullmatch(identifier)
    if arn and arn["kind"] == "imported-model":
        return _imported(backend, identifier)
    named = identifier
    if arn and arn["kind"] in ("foundation-model", "inference-profile"):
        named = arn["name"]
    models = _catalogue(backend)
    profile = _PROFILE.fullmatch(named)
    model_id = profile["model"] if profile else named
    model = models.get(model_id)
    if model is None and model_id not in _RETIRED:
        raise ValidationException(_INVALID)
    _check_access(backend, model_id, identifier, model or {})
    serves = (model or {}).get("inferenceTypesSupported", ())
    if not profile and serves and "ON_DEMAND" not in serves:
        msg = (
            f"Invocation of model ID {named} with on-demand throughput isn't supported. Retry "
            "your request with the ID or ARN of an inference profile that contains this model."
        )
        raise ValidationException(msg)
    takes = frozenset((model or {}).get("inputModalities", ()))
    writes = "TEXT" in (model or {}).get("outputModalities", ("TEXT",))
    # A model of speech answers in a bidirectional stream only.
    reads = not takes or "TEXT" in takes
    return CalledModel(
        identifier,
        model_id,
        (identifier, named, model_id),
        model_id,
        traits_of(model_id),
        writes and reads and "rerank" not in model_id,
        takes or None,
    )


def _catalogue(backend: ServiceBackend) -> Mapping[str, dict[str, Any]]:
    """The foundation models by their ids."""
    models: Mapping[str, dict[str, Any]] = backend.sibling("bedrock").foundation_models.by_id
    return models


def _check_access(
    backend: ServiceBackend, model_id: str, identifier: str, model: dict[str, Any]
) -> None:
    globs = backend.setting("no_access")
    if not any(fnmatchcase(each, glob) for glob in globs for each in (model_id, identifier)):
        return
    if model.get("modelLifecycle", {}).get("status") == "LEGACY":
        raise ResourceNotFoundException(_LEGACY)
    raise AccessDeniedException(_NO_ACCESS)


def _warm_up(backend: ServiceBackend, arn: str) -> None:
    """An imported model is cold for its first calls, if the config says so.

    Raises:
        ModelNotReadyException: it is.
    """
    calls: Any = backend.cold_calls  # type: ignore[attr-defined]  # that of RuntimeBackend
    if calls[arn] < backend.setting("cold_imported_models"):
        calls[arn] += 1
        raise kind_of("ModelNotReadyException")(_COLD)


def _imported(backend: ServiceBackend, arn: str) -> CalledModel:
    """An imported model, which is there from the end of its job to its deletion."""
    kind = backend.sibling("bedrock").imported_models
    with backend.sibling("bedrock").lock:
        kind.settle(arn)
        model = kind.store.get(arn)
    if model is None:
        raise ValidationException(_INVALID)
    _warm_up(backend, arn)
    return CalledModel(
        arn,
        model.name,
        (arn, model.name),
        f"imported.{model.model_architecture}",
        traits_of(f"imported.{model.model_architecture}"),
        bool(model.instruct_supported),
    )
