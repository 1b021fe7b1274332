"""Answers the requests to Bedrock's control plane."""

from bedrock_mock.resources.response import ServiceResponse


class BedrockResponse(ServiceResponse):
    """Bedrock's response class in moto's sense."""
