"""What an error says where nothing else is said: the words of the service where known."""

from __future__ import annotations

_MESSAGES = {
    "AccessDeniedException": "You do not have sufficient access to perform this action.",
    "InternalServerException": "The server encountered an internal error. Try again later.",
    "ExpiredTokenException": "The security token included in the request is expired",
    "ThrottlingException": "Too many requests, please wait before trying again.",
    "UnrecognizedClientException": "The security token included in the request is invalid.",
}
_UNEXPECTED = (
    "The system encountered an unexpected error during processing. Try your request again."
)
#: What calls of models say instead: clients tell by these words what to try again.
_OF_MODELS = {
    "AccessDeniedException": "You don't have access to the model with the specified model ID.",
    "InternalServerException": _UNEXPECTED,
    "ModelErrorException": _UNEXPECTED,
    "ModelNotReadyException": (
        "Model is not ready for inference. Wait and try your request again. Refer to "
        "https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html"
        "#handle-model-not-ready-exception."
    ),
    "ModelTimeoutException": (
        "Model has timed out in processing the request. Try your request again."
    ),
    "ServiceUnavailableException": "Bedrock is unable to process your request.",
}


def message_of(service: str, code: str) -> str:
    """The text of an error.

    Args:
        service: ``bedrock`` or ``bedrock-runtime``.
        code: the error.
    """
    known = _MESSAGES | (_OF_MODELS if service == "bedrock-runtime" else {})
    return known.get(code, f"{code}, as the test has scripted it.")
