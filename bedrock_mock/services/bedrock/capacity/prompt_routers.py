"""The operations on prompt routers: custom ones, and the default ones that a region has."""

from __future__ import annotations

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
from bedrock_mock.services.bedrock.capacity.prompt_router import (
    DefaultPromptRouter,
    PromptRouter,
    default_routers,
)

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreatePromptRouterRequestTypeDef,
        ListPromptRoutersRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

_MOST_MODELS = 2
_FOUNDATION_MODEL, _PROFILE = ":foundation-model/", ":inference-profile/"


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
        """The default routers; they are made when they are asked for."""
        if self._defaults is None:
            self._defaults = default_routers(self._backend)
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
