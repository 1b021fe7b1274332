"""The operations on guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.errors import ConflictException, kind_of
from bedrock_mock.protocol.types import Members
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.listing import page
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock.guardrails.guardrail import DRAFT, Guardrail, GuardrailVersion
from bedrock_mock.services.bedrock.guardrails.rules import check_guardrail
from bedrock_mock.services.bedrock.quotas import (
    GUARDRAIL_TEXT_UNITS,
    GUARDRAIL_VERSIONS,
    GUARDRAILS,
    check_quota,
    limit_of,
)

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreateGuardrailRequestTypeDef,
        CreateGuardrailVersionRequestTypeDef,
        DeleteGuardrailRequestTypeDef,
        GetGuardrailRequestTypeDef,
        ListGuardrailsRequestTypeDef,
        UpdateGuardrailRequestTypeDef,
    )

    from bedrock_mock.resources.tokens import Answer
    from bedrock_mock.services.bedrock.backend import BedrockBackend

_DELETING = "DELETING"


class Guardrails(Kind[Guardrail]):
    """Guardrails, named by id or ARN; their versions live inside them."""

    arn_type = "guardrail"
    keys = ("arn", "guardrail_id")
    identifier = "guardrailIdentifier"
    selects = frozenset({"guardrailIdentifier"})
    operations: ClassVar = {"create": "CreateGuardrail"}
    _backend: BedrockBackend

    @property
    def text_units(self) -> int | None:
        """How much text content filters take in one request; ``None`` where quotas do not hold."""
        return limit_of(self._backend, GUARDRAIL_TEXT_UNITS)

    def new(self, request: CreateGuardrailRequestTypeDef) -> Guardrail:
        """A guardrail, if its name is free and its parts go together."""
        check_guardrail(self._backend, request)
        self._check_name(request["name"])
        check_quota(self._backend, GUARDRAILS, lambda: len(self.store))
        return Guardrail(self._backend, request, as_dict(request.get("tags", ())))

    def answer(self, resource: Guardrail) -> Answer:
        """What CreateGuardrail answers."""
        return {
            "guardrailId": resource.guardrail_id,
            "guardrailArn": resource.arn,
            "version": DRAFT,
            "createdAt": resource.created_at,
        }

    @operation("GetGuardrail")
    def get(self, request: GetGuardrailRequestTypeDef) -> Members:
        """The DRAFT, or the version that the request names."""
        guardrail = super().get(request)
        return guardrail.versions.find(request.get("guardrailVersion", DRAFT))

    @operation("ListGuardrails")
    def list(self, request: ListGuardrailsRequestTypeDef) -> Page[Any]:
        """A page of guardrails, or of the versions of the one that the request names."""
        if "guardrailIdentifier" not in request:
            return super().list(request)
        guardrail = self.find(request["guardrailIdentifier"])
        rest = {name: value for name, value in request.items() if name not in self.selects}
        return page(guardrail.versions, rest, {}, f"{self._backend.scope}/{guardrail.arn}")

    @operation("UpdateGuardrail")
    def update(self, request: UpdateGuardrailRequestTypeDef) -> Guardrail:
        """Replaces the DRAFT; versions keep what they have."""
        guardrail = self.staying(request["guardrailIdentifier"])
        check_guardrail(self._backend, request)
        self._check_name(request["name"], guardrail)
        guardrail.fill(request)
        self._backend.change(guardrail, "UPDATING")
        return guardrail

    @operation("DeleteGuardrail")
    def delete(self, request: DeleteGuardrailRequestTypeDef) -> None:
        """Deletes a guardrail with all its versions, or the one version that is named."""
        guardrail = self.find(request["guardrailIdentifier"])
        number = request.get("guardrailVersion")
        if number is not None:
            guardrail.versions.find(number)
        if self._backend.enforced_guardrails.uses(guardrail.arn, number):
            msg = (
                "The guardrail is used by the enforced guardrail configuration of the account. "
                "Delete the configuration first."
            )
            raise kind_of("ResourceInUseException")(msg)
        if number is not None:
            guardrail.versions.remove(guardrail.versions.find(number))
        elif guardrail.status != _DELETING:
            guardrail.move_to(_DELETING)

    @operation("CreateGuardrailVersion")
    def create_version(self, request: CreateGuardrailVersionRequestTypeDef) -> object:
        """Copies the DRAFT into a new version, or answers as before to a repeated token."""
        guardrail = self.find(request["guardrailIdentifier"])
        tokens, name = self._backend.tokens, f"CreateGuardrailVersion of {guardrail.arn}"
        answer = tokens.answer(name, request)
        if answer is not None:
            return answer
        self.staying(guardrail.arn)
        check_quota(
            self._backend, GUARDRAIL_VERSIONS, lambda: len(guardrail.versions) - len([DRAFT])
        )
        version: GuardrailVersion = guardrail.new_version(request.get("description"))
        answer = {"guardrailId": guardrail.guardrail_id, "version": version.version}
        tokens.remember(name, request, answer)
        return answer

    def staying(self, identifier: str) -> Guardrail:
        """A guardrail that is not being deleted.

        Raises:
            ResourceNotFoundException: there is no such guardrail.
            ConflictException: it is being deleted.
        """
        guardrail = self.find(identifier)
        if guardrail.status == _DELETING:
            msg = f"The guardrail {guardrail.guardrail_id!r} is being deleted. Use another one."
            raise ConflictException(msg)
        return guardrail

    def _check_name(self, name: str, but: Guardrail | None = None) -> None:
        self.settle()
        if any(each.name == name and each is not but for each in self.store):
            msg = (
                "Another guardrail in your account already has this name. Retry your request "
                "with a different name."
            )
            raise ConflictException(msg)
