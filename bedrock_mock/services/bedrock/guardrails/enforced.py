"""The enforced guardrail: at most one configuration for an account and region."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from bedrock_mock.resources.operations import operation

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        DeleteEnforcedGuardrailConfigurationRequestTypeDef,
        PutEnforcedGuardrailConfigurationRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_ID_LENGTH = 12
_ALL = "ALL"


class Enforced:
    """A configuration; its attributes are the members of ListEnforcedGuardrailsConfiguration."""

    owner = "ACCOUNT"
    # What clients could once choose; the service still reports it.
    input_tags = "HONOR"

    def __init__(self, caller: str) -> None:
        self.config_id = "".join(mock_random.choices(_ALPHABET, k=_ID_LENGTH))
        self.created_at = utcnow()
        self.created_by = caller

    def fill(self, config: Mapping[str, Any], arn: str, caller: str) -> None:
        """Replaces what is configured."""
        self.guardrail_arn = arn
        self.guardrail_id = arn.rpartition("/")[2]
        self.guardrail_version: str = config["guardrailVersion"]
        self.selective_content_guarding: Any = config.get("selectiveContentGuarding")
        self.model_enforcement: Any = config.get("modelEnforcement")
        self.updated_at = utcnow()
        self.updated_by = caller

    def covers(self, names: Collection[str]) -> bool:
        """Whether calls to a model with these names are evaluated."""
        enforcement = self.model_enforcement or {"includedModels": [_ALL], "excludedModels": []}
        if set(names) & set(enforcement["excludedModels"]):
            return False
        included = set(enforcement["includedModels"])
        return _ALL in included or bool(set(names) & included)


class EnforcedGuardrails:
    """The operations on the configuration.

    Attributes:
        config: the configuration, ``None`` before a Put and after a Delete.
    """

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend
        self.config: Enforced | None = None

    @operation("PutEnforcedGuardrailConfiguration")
    def put(self, request: PutEnforcedGuardrailConfigurationRequestTypeDef) -> Enforced:
        """Makes the configuration, or replaces the one that the request names."""
        config: Mapping[str, Any] = request["guardrailInferenceConfig"]
        guardrail = self._backend.guardrails.staying(config["guardrailIdentifier"])
        version = guardrail.versions.find(config["guardrailVersion"])
        if version.automated_reasoning_policy:
            msg = "A guardrail with an Automated Reasoning policy cannot be enforced."
            raise ValidationException(msg)
        if "configId" in request:
            enforced = self._find(request["configId"])
        elif self.config is not None:
            msg = (
                "An enforced guardrail configuration exists already. Send its configId "
                f"'{self.config.config_id}' to change it."
            )
            raise ConflictException(msg)
        else:
            enforced = Enforced(self._caller)
        enforced.fill(config, guardrail.arn, self._caller)
        self.config = enforced
        return enforced

    @operation("ListEnforcedGuardrailsConfiguration")
    def list(self, request: object) -> Page[Enforced]:  # noqa: ARG002 - there is one page
        """The configuration, if there is one."""
        return Page([] if self.config is None else [self.config], None)

    @operation("DeleteEnforcedGuardrailConfiguration")
    def delete(self, request: DeleteEnforcedGuardrailConfigurationRequestTypeDef) -> None:
        """Removes the configuration."""
        self._find(request["configId"])
        self.config = None

    def uses(self, arn: str, version: str | None) -> bool:
        """Whether a guardrail, or a version of it, is enforced."""
        config = self.config
        return (
            config is not None
            and config.guardrail_arn == arn
            and version in (None, config.guardrail_version)
        )

    def _find(self, config_id: str) -> Enforced:
        if self.config is None or self.config.config_id != config_id:
            msg = "The provided enforced guardrail configuration was not found."
            raise ResourceNotFoundException(msg)
        return self.config

    @property
    def _caller(self) -> str:
        """Who calls, as moto's STS says it of callers that it does not know."""
        return f"arn:{self._backend.arn_partition}:sts::{self._backend.account_id}:user/moto"
