"""Bedrock's name and what its service does not take from its own model."""

from __future__ import annotations

from typing import Any

from bedrock_mock.protocol.service import Service
from bedrock_mock.resources.response import ServiceResponse


class BedrockResponse(ServiceResponse):
    """Answers the requests to Bedrock."""

    # Real jobs have the task type "General", which the model's enum does not list.
    service = Service("bedrock", open_enums={"EvaluationTaskType"})

    @staticmethod
    def backends() -> Any:
        """The backends by account and region."""
        from bedrock_mock.services.bedrock.backend import bedrock_backends  # noqa: PLC0415 - they import us

        return bedrock_backends
