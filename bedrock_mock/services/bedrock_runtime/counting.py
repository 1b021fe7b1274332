"""CountTokens: how many tokens a request of Converse or a body of InvokeModel would send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.resources.operations import operation
from bedrock_mock.services.bedrock_runtime.bodies import read
from bedrock_mock.services.bedrock_runtime.models import counted_model
from bedrock_mock.services.bedrock_runtime.tokens import tokens_asked, tokens_of_request

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime.type_defs import CountTokensRequestTypeDef

    from bedrock_mock.resources.backend import ServiceBackend


class Counting:
    """The operation that counts tokens, without asking the model."""

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend

    @operation("CountTokens")
    def count_tokens(self, request: CountTokensRequestTypeDef) -> dict[str, int]:
        """The number of input tokens, as the same request reports them in its usage."""
        model = counted_model(self._backend, request["modelId"])
        # The id of a profile is refused even if the model behind it can be counted for.
        identifier = model.identifier.rpartition(":foundation-model/")[2]
        if not model.traits.counts or identifier != model.name:
            raise ValidationException("The provided model doesn't support counting tokens.")
        counted: Any = request["input"]
        if "converse" in counted:
            return {"inputTokens": tokens_of_request(counted["converse"])}
        _, _, asked = read(model, counted["invokeModel"]["body"])
        return {"inputTokens": tokens_asked(asked)}
