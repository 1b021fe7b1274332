"""Prompt routers: custom ones, and the default ones that every region has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.listing import page
from bedrock_mock.resources.store import Store
from bedrock_mock.resources.tagging import as_dict

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreatePromptRouterRequestTypeDef,
        ListPromptRoutersRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

#: The default routers: id, name, family, and models, of which the last one is the fallback.
#: Source: an example of the AWS News Blog, "Reduce costs and latency with Amazon Bedrock
#: Intelligent Prompt Routing and prompt caching".
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
_MOST_MODELS = 2
_FOUNDATION_MODEL, _PROFILE = ":foundation-model/", ":inference-profile/"

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


class PromptRouters(Kind[PromptRouter]):
    """The operations on routers, named by ARN. Custom ones only are stored and tagged."""

    arn_type = "prompt-router"
    identifier = "promptRouterArn"
    created = "promptRouterArn"
    selects = frozenset({"type"})
    operations: ClassVar = {
        "create": "CreatePromptRouter",
        "get": "GetPromptRouter",
        "list": "ListPromptRouters",
        "delete": "DeletePromptRouter",
    }
    _backend: BedrockBackend

    def __init__(self, backend: BedrockBackend) -> None:
        super().__init__(backend)
        self._defaults: Store[DefaultPromptRouter] | None = None

    @property
    def defaults(self) -> Store[DefaultPromptRouter]:
        """The default routers."""
        if self._defaults is None:
            self._defaults = Store("default prompt router", ("arn",))
            geography = _PROFILES.get(self._backend.region_name[:3], "")
            # Of the same moment the later one is listed first.
            for row in reversed(_DEFAULTS):
                if geography == "us" or (geography and row[0] != _META):
                    self._defaults.add(DefaultPromptRouter(self._backend, geography, *row))
        return self._defaults

    def new(self, request: CreatePromptRouterRequestTypeDef) -> PromptRouter:
        """A router, if its name is free and its models go together.

        Raises:
            ConflictException: another router has the name.
            ValidationException: the models do not go together.
            ResourceNotFoundException: an application inference profile does not exist.
        """
        name = request["promptRouterName"]
        if name in self.store:
            msg = f"A prompt router with the name '{name}' already exists."
            raise ConflictException(msg)
        self._check_models(request)
        tags = as_dict(request.get("tags", ()))
        return PromptRouter(self._backend.new_arn(self.arn_type), request, utcnow(), tags)

    def get(self, request: Members) -> PromptRouter:
        """The router of this ARN."""
        return self.find(request[self.identifier])

    def list(self, request: ListPromptRoutersRequestTypeDef) -> Page[Any]:
        """A page of the custom routers, or of the default ones, which is the default."""
        rest = {name: value for name, value in request.items() if name not in self.selects}
        store: Store[Any] = self.store if request.get("type") == "custom" else self.defaults
        return page(store, rest, {}, self._backend.scope)

    def delete(self, request: Members) -> None:
        """Deletes a custom router at once.

        Raises:
            ValidationException: it is a default router.
        """
        router = self.find(request[self.identifier])
        if router.type == "default":
            raise ValidationException("A default prompt router cannot be deleted.")
        self.remove(router)

    def uses(self, arn: str) -> bool:
        """Whether a router routes to this application inference profile."""
        return any(
            arn in [each["modelArn"] for each in (*router.models, router.fallback_model)]
            for router in self.store
        )

    def known(self, identifier: str) -> PromptRouter | None:
        """The router of an ARN, custom or default, or ``None``."""
        return self.defaults.get(identifier) or self.store.get(identifier)

    def find(self, identifier: str) -> PromptRouter:
        """The router of an ARN, custom or default.

        Raises:
            ResourceNotFoundException: there is no such router.
        """
        return self.known(identifier) or self.store.find(identifier)

    def _check_models(self, request: CreatePromptRouterRequestTypeDef) -> None:
        arns = [each["modelArn"] for each in request["models"]]
        if not arns:
            raise ValidationException("At least one model must be specified.")
        together = dict.fromkeys([*arns, request["fallbackModel"]["modelArn"]])
        if len(set(arns)) < len(arns) or len(together) > _MOST_MODELS:
            msg = (
                f"A prompt router routes between {_MOST_MODELS} different models at most, the "
                f"fallback model included; the request has: {', '.join(arns)} and the fallback "
                f"model {request['fallbackModel']['modelArn']}."
            )
            raise ValidationException(msg)
        families = dict.fromkeys(self._model_id(arn).partition(".")[0] for arn in together)
        if len(families) > 1:
            msg = (
                "The models of a prompt router must be of one family, not of: "
                f"{', '.join(families)}."
            )
            raise ValidationException(msg)

    def _model_id(self, arn: str) -> str:
        """The id of the foundation model that a target's ARN leads to."""
        if _FOUNDATION_MODEL in arn:
            return arn.partition(_FOUNDATION_MODEL)[2]
        if _PROFILE in arn:
            # What stands before the first dot is where the profile routes to.
            return arn.partition(_PROFILE)[2].partition(".")[2]
        profile: Any = self._backend.resource(arn)
        if profile is None:
            msg = f"The inference profile '{arn}' of the prompt router was not found."
            raise ResourceNotFoundException(msg)
        return self._model_id(profile.models[0]["modelArn"])
