"""A guardrail, which is its DRAFT, and the numbered versions that are copies of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.resources.lifecycle import GONE, Lifecycle
from bedrock_mock.resources.store import Store
from bedrock_mock.services.bedrock.guardrails.policies import Policy, policies_of
from bedrock_mock.services.bedrock.guardrails.rules import profile_arn, profile_id
from bedrock_mock.services.bedrock.rules import kms_key_arn

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend

DRAFT = "DRAFT"


class Content:
    """What a guardrail and each of its versions have; its attributes are GetGuardrail's members."""

    version: str
    description: str | None
    name: str
    topic_policy: Policy | None
    content_policy: Policy | None
    word_policy: Policy | None
    sensitive_information_policy: Policy | None
    contextual_grounding_policy: Policy | None
    automated_reasoning_policy: Policy | None
    cross_region_details: dict[str, str] | None
    blocked_input_messaging: str
    blocked_outputs_messaging: str
    kms_key_arn: str | None

    def __init__(self, arn: str, created: datetime, tags: dict[str, str]) -> None:
        self.arn = self.guardrail_arn = arn
        self.id = self.guardrail_id = arn.rpartition("/")[2]
        self.creation_time = self.created_at = self.updated_at = created
        self.tags = tags
        # The service sends both of them empty where nothing is wrong.
        self.status_reasons: list[str] = []
        self.failure_recommendations: list[str] = []


class Guardrail(Content, Lifecycle):
    """A guardrail. What it holds is its DRAFT; versions are copies that never change."""

    clock = "bedrock::guardrail"
    failed = "FAILED"
    fallible: ClassVar = frozenset({"CREATING", "UPDATING"})
    is_changeable = True
    reports_recommendations = True
    transitions: ClassVar = {
        "CREATING": "READY",
        "UPDATING": "READY",
        "VERSIONING": "READY",
        "DELETING": GONE,
    }
    version = DRAFT

    def __init__(
        self, backend: BedrockBackend, request: Mapping[str, Any], tags: dict[str, str]
    ) -> None:
        now = utcnow()
        Lifecycle.__init__(self, "CREATING", now, request)
        Content.__init__(self, backend.new_arn("guardrail"), now, tags)
        self._backend = backend
        self._last_number = 0
        #: The DRAFT and the versions, by their numbers.
        self.versions = Store["Guardrail | GuardrailVersion"]("guardrail version", ("version",))
        self.versions.add(self)
        self.fill(request)

    def fill(self, request: Mapping[str, Any]) -> None:
        """Replaces the whole DRAFT: what the request leaves out is gone."""
        # First, because it may refuse the request.
        self.kms_key_arn = kms_key_arn(self._backend, request.get("kmsKeyId"))
        self.name = request["name"]
        self.description = request.get("description")
        for name, policy in policies_of(request).items():
            setattr(self, name, policy)
        self.cross_region_details = None
        if profile := request.get("crossRegionConfig", {}).get("guardrailProfileIdentifier"):
            self.cross_region_details = {
                "guardrailProfileId": profile_id(profile),
                "guardrailProfileArn": profile_arn(self._backend, profile),
            }
        self.blocked_input_messaging = request["blockedInputMessaging"]
        self.blocked_outputs_messaging = request["blockedOutputsMessaging"]

    def entered(self, status: str, at: datetime) -> None:
        """The status has changed; a deleted guardrail is gone with all its versions."""
        self.updated_at = at
        self.status_reasons = self.failure_messages or []
        recommended = getattr(self.failure, "recommendations", ())
        self.failure_recommendations = list(recommended) if status == self.failed else []
        if self.has_ended:
            for each in self.versions:
                if isinstance(each, GuardrailVersion):
                    each.end(status, at)
        if status == GONE:
            self._backend.guardrails.store.remove(self)

    def new_version(self, description: str | None) -> GuardrailVersion:
        """Adds a copy of the DRAFT under the next number."""
        self._last_number += 1
        version = GuardrailVersion(self, str(self._last_number), description)
        self.versions.add(version)
        if self.status == self.failed:
            # It stays so until an update.
            version.end(self.status, version.created_at)
        elif self.has_ended:
            self.move_to("VERSIONING")
            self.settle()
        return version


class GuardrailVersion(Content):
    """A numbered version; it has no ARN and no tags of its own."""

    def __init__(self, guardrail: Guardrail, number: str, description: str | None) -> None:
        self._guardrail = guardrail
        super().__init__(guardrail.arn, utcnow(), guardrail.tags)
        for name in Content.__annotations__:
            setattr(self, name, getattr(guardrail, name))
        self.version = number
        self.description = description
        self._status = "CREATING"
        #: Whether what it is a copy of has failed, or still may.
        self._may_fail = guardrail.status in {*guardrail.fallible, guardrail.failed}

    @property
    def status(self) -> str:
        """``CREATING`` until the guardrail has a status that lasts; it is deleted with that."""
        is_going = self._guardrail.status == "DELETING"
        return self._guardrail.status if is_going else self._status

    def end(self, status: str, at: datetime) -> None:
        """The guardrail has ``status`` from now on: what is being made is made, or has failed."""
        if self._status != "CREATING":
            return
        self.updated_at = at
        has_failed = self._may_fail and status == self._guardrail.failed
        self._status = status if has_failed else "READY"
        if has_failed:
            self.status_reasons = self._guardrail.status_reasons
            self.failure_recommendations = self._guardrail.failure_recommendations
