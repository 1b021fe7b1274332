"""A prompt router, and the default ones that the regions have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bedrock_mock.resources.store import Store

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend

#: The default routers: id, name, family, and models, of which the last one is the fallback.
#: The models are those of the user guide and the ids those that public clients use; names,
#: descriptions, the moment and the profiles are inferred.
#: Source: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-routing.html
_DEFAULTS = (
    (
        "anthropic.claude:1",
        "Anthropic Prompt Router",
        "Claude",
        "anthropic.claude-3-haiku-20240307-v1:0",
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
    ),
    (
        "meta.llama:1",
        "Meta Prompt Router",
        "LLaMA",
        "meta.llama3-1-8b-instruct-v1:0",
        "meta.llama3-1-70b-instruct-v1:0",
    ),
    (
        "amazon.nova:1",
        "Nova Prompt Router",
        "Nova",
        "amazon.nova-lite-v1:0",
        "amazon.nova-pro-v1:0",
    ),
)
#: The profiles that they route to, by the beginning of the region. Meta's are in the US only.
_PROFILES = {"us-": "us", "eu-": "eu", "ap-": "apac"}
_META = "meta.llama:1"
_SINCE = datetime(2024, 11, 20)  # noqa: DTZ001 - naive UTC, as everywhere in the stores

Target = Mapping[str, str]


class PromptRouter:
    """One router; its attributes are the members of GetPromptRouter."""

    status = "AVAILABLE"
    type = "custom"

    def __init__(
        self, arn: str, request: Mapping[str, Any], created: datetime, tags: dict[str, str]
    ) -> None:
        self.arn = self.prompt_router_arn = arn
        self.name = self.prompt_router_name = request["promptRouterName"]
        self.description = request.get("description")
        self.routing_criteria = request["routingCriteria"]
        self.models: Sequence[Target] = request["models"]
        self.fallback_model: Target = request["fallbackModel"]
        self.creation_time = self.created_at = self.updated_at = created
        self.tags = tags


class DefaultPromptRouter(PromptRouter):
    """A router of the service; it cannot be changed."""

    type = "default"

    def __init__(
        self,
        backend: BedrockBackend,
        geography: str,
        router_id: str,
        name: str,
        family: str,
        *models: str,
    ) -> None:
        profiles = [backend.arn(f"inference-profile/{geography}.{model}") for model in models]
        targets = [{"modelArn": profile} for profile in profiles]
        request = {
            "promptRouterName": name,
            "description": f"Routes requests among models in the {family} family",
            "routingCriteria": {"responseQualityDifference": 0.0},
            "models": targets,
            "fallbackModel": targets[-1],
        }
        super().__init__(backend.arn(f"default-prompt-router/{router_id}"), request, _SINCE, {})


def default_routers(backend: BedrockBackend) -> Store[DefaultPromptRouter]:
    """The default routers of a region, which may be empty."""
    store = Store[DefaultPromptRouter]("default prompt router", ("arn",))
    geography = _PROFILES.get(backend.region_name[:3], "")
    # Of the same moment the later one is listed first.
    for row in reversed(_DEFAULTS):
        if geography == "us" or (geography and row[0] != _META):
            store.add(DefaultPromptRouter(backend, geography, *row))
    return store
