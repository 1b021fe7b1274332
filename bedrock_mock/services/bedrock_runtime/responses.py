"""What moto's URL tables of bedrock-runtime point to."""

from __future__ import annotations

from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.response import ServiceResponse
from bedrock_mock.services.bedrock_runtime import openai_paths


class RuntimeResponse(ServiceResponse):
    """Answers the requests to bedrock-runtime, whose wire differs a little."""

    error_suffix = ":http://internal.amazon.com/coral/com.amazon.bedrock/"
    authentication_suffix = ":http://internal.amazon.com/coral/com.amazon.coral.service/"
    is_compact = True
    #: Whether the request came by a path of OpenAI's API, whose errors have another form.
    is_openais = False

    def serve(self) -> tuple[int, Json]:
        """Also requests to the paths of OpenAI's API."""
        self.is_openais = self.method == "POST" and self.raw_path in openai_paths.PATHS
        if self.is_openais:
            return openai_paths.served(self, super().serve)
        return super().serve()

    def refusal(self, error_type: str, message: str) -> dict[str, Json]:
        """Also in the form of OpenAI's API."""
        if self.is_openais:
            return openai_paths.refusal(error_type, message)
        return super().refusal(error_type, message)
