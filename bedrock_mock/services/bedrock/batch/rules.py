"""What a batch inference job must fulfil when it is created, and the settings for it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.resources.settings import globs, whole_number
from bedrock_mock.services.bedrock.customization.base_models import foundation_model

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend

_UNSUPPORTED = "Batch inference is not supported for the requested model"
#: Models that refused batch jobs when public clients probed them in 2026.
#: Sources: https://github.com/stdapi-ai/stdapi.ai/issues/292 and public batch clients.
_PROBED = (
    "anthropic.claude-fable-5*",
    "anthropic.claude-opus-4-7*",
    "anthropic.claude-opus-4-8*",
    "anthropic.claude-sonnet-5*",
    "moonshot*.kimi-k3*",
    "openai.gpt-5.6-sol*",
)

NO_BATCH = globs(*_PROBED)
#: The service's own minimum cannot be changed; tests may want smaller files.
MINIMUM = whole_number(100, of="records")


def batch_model(backend: BedrockBackend, identifier: str) -> Any:  # noqa: ANN401 - the runtime's
    """The model of a ``modelId``, which answers the records of a job.

    Whether the model supports batch inference comes before whether there is such a model.

    Raises:
        ValidationException: it does not support batch inference, or is not known.
        AccessDeniedException: the test has no access to it.
    """
    _check_supported(backend, [identifier.rpartition("/")[2]])
    answering = backend.sibling("bedrock-runtime").batch_model(identifier)
    _check_supported(backend, answering.model.names)
    if answering.model.is_asynchronous:
        raise ValidationException(_UNSUPPORTED)
    return answering


def model_arn(backend: BedrockBackend, identifier: str, model_id: str) -> str:
    """The ARN by which a job reports its ``modelId``.

    Args:
        backend: whose job it is.
        identifier: of the model: an ARN, or the id of a foundation model or a profile.
        model_id: the id of the foundation model that it means.
    """
    if identifier.startswith("arn:"):
        return identifier
    if identifier == model_id:
        return foundation_model(backend, model_id).arn
    profile = backend.inference_profiles.known(identifier)
    # One that is not listed is a profile of the service.
    return profile.arn if profile else backend.arn(f"inference-profile/{identifier}")


def _check_supported(backend: BedrockBackend, names: Iterable[str]) -> None:
    globs = backend.setting("no_batch")
    for name in names:
        # The id of a profile has its geography in front.
        _, _, model_id = name.partition(".")
        if any(fnmatchcase(each, glob) for glob in globs for each in (name, model_id)):
            raise ValidationException(_UNSUPPORTED)
