"""Access to foundation models: availability, offers, agreements, and the use-case form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import NAMESPACE_URL, uuid5

from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.operations import operation
from bedrock_mock.resources.settings import globs
from bedrock_mock.services.bedrock.catalogue import public

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreateFoundationModelAgreementRequestTypeDef,
        DeleteFoundationModelAgreementRequestTypeDef,
        GetFoundationModelAvailabilityRequestTypeDef,
        ListFoundationModelAgreementOffersRequestTypeDef,
        PutUseCaseForModelAccessRequestTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

NO_ACCESS = globs()
_AVAILABLE, _NOT_AVAILABLE = "AVAILABLE", "NOT_AVAILABLE"
#: The models of this provider need no agreement.
_OWN_PROVIDER = "Amazon"
_LEGAL_URL = "https://aws.amazon.com/legal/bedrock/third-party-models/"
_REFUNDS = "No refunds: see the terms of the provider."
_NO_FORM = "You have not filled out the request form. Fill out the form before getting access."


class Agreement(Lifecycle):
    """An agreement on a model; it comes into force by its clock."""

    clock = "bedrock::foundation_model_agreement"
    transitions: ClassVar = {"PENDING": _AVAILABLE}
    failed = "ERROR"

    def __init__(self, request: CreateFoundationModelAgreementRequestTypeDef) -> None:
        super().__init__("PENDING", utcnow(), request)
        #: Scripts and the record of them name it by the model.
        self.arn = self.name = request["modelId"]


class ModelAccess:
    """Which models the account may use.

    Without any agreement all models can be used, but those of the setting ``no_access``. An
    agreement gives access to a model; when it is deleted, the account loses its access.
    """

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend
        #: The agreements by what they are on; ``None`` where one was deleted.
        self._agreements: dict[str, Agreement | None] = {}
        self._form: bytes | None = None

    @operation("GetFoundationModelAvailability")
    def availability(self, request: GetFoundationModelAvailabilityRequestTypeDef) -> dict[str, Any]:
        """Whether a model can be used, and what is missing; its agreement is looked at."""
        model_id = request["modelId"]
        self._find(model_id)
        agreement = self._agreements.get(_product(model_id))
        if agreement is not None:
            agreement.look()
        is_here = self._backend.foundation_models.find(model_id) is not None
        return {
            # Real answers have the id without its version.
            "modelId": _product(model_id),
            "agreementAvailability": {
                "status": self._agreement_status(model_id),
                "errorMessage": agreement and agreement.failure_message,
            },
            "authorizationStatus": (
                "AUTHORIZED" if self._is_authorised(model_id) else "NOT_AUTHORIZED"
            ),
            "entitlementAvailability": _AVAILABLE,
            "regionAvailability": _AVAILABLE if is_here else _NOT_AVAILABLE,
        }

    @operation("ListFoundationModelAgreementOffers")
    def offers(self, request: ListFoundationModelAgreementOffersRequestTypeDef) -> dict[str, Any]:
        """The one public offer for a model; its prices are made up, and nothing costs anything."""
        model_id = request["modelId"]
        self._find(model_id)
        token = self._offer_token(model_id)
        rates = [
            {"dimension": f"{what}TokenCount", "price": "0.00", "unit": "1K tokens"}
            for what in ("Input", "Output")
        ]
        terms = {
            "usageBasedPricingTerm": {"rateCard": rates},
            "legalTerm": {"url": _LEGAL_URL},
            "supportTerm": {"refundPolicyDescription": _REFUNDS},
        }
        offer = {"offerId": f"offer-{token[:13]}", "offerToken": token, "termDetails": terms}
        return {"modelId": model_id, "offers": [offer]}

    @operation("CreateFoundationModelAgreement")
    def create(self, request: CreateFoundationModelAgreementRequestTypeDef) -> dict[str, str]:
        """Accepts the offer for a model; it is in force when its clock says so."""
        model_id = request["modelId"]
        self._find(model_id)
        if request["offerToken"] != self._offer_token(model_id):
            msg = (
                f"The provided offer token is invalid for the model {model_id}: use one of "
                "ListFoundationModelAgreementOffers."
            )
            raise ValidationException(msg)
        product = _product(model_id)
        before = {**self._agreements}
        if before.get(product) is not None and self._agreement_status(model_id) != Agreement.failed:
            raise ConflictException("Agreement already exists.")
        agreement = self._agreements[product] = Agreement(request)
        try:
            self._backend.started(agreement)
        except Exception:
            # A function of the test has raised: the call fails, so it changes nothing.
            self._agreements = before
            agreement.withdraw()
            raise
        return {"modelId": model_id}

    @operation("DeleteFoundationModelAgreement")
    def delete(self, request: DeleteFoundationModelAgreementRequestTypeDef) -> None:
        """Cancels the agreement on a model; without one the model cannot be used."""
        model_id = request["modelId"]
        self._find(model_id)
        agreement = self._agreements.get(_product(model_id))
        if agreement is None:
            msg = f"No agreement exists to cancel for the model {model_id}."
            raise ValidationException(msg)
        self._agreements[_product(model_id)] = None
        agreement.withdraw()

    @operation("PutUseCaseForModelAccess")
    def put_form(self, request: PutUseCaseForModelAccessRequestTypeDef) -> None:
        """Keeps the form that says what models are used for."""
        form: Any = request["formData"]
        self._form = form

    @operation("GetUseCaseForModelAccess")
    def get_form(self, request: object) -> Mapping[str, bytes]:  # noqa: ARG002 - it has no members
        """The form as it was put."""
        if self._form is None:
            raise ResourceNotFoundException(_NO_FORM)
        return {"formData": self._form}

    def allows(self, model_id: str, *names: str) -> bool:
        """Whether a call to a model has access to it.

        Args:
            model_id: the foundation model's id.
            names: what the call names: a profile's id or ARN.
        """
        return (
            self._is_authorised(model_id, *names)
            and self._agreement_status(model_id, *names) == _AVAILABLE
        )

    def agreements(self) -> Sequence[Agreement]:
        """The agreements, in force or not yet."""
        return [each for each in self._agreements.values() if each is not None]

    def _is_closed(self, *names: str) -> bool:
        globs = self._backend.setting("no_access")
        return bool(globs) and any(fnmatchcase(name, glob) for glob in globs for name in names)

    def _is_authorised(self, model_id: str, *names: str) -> bool:
        """Without access, a model of Amazon is not authorised; others have no agreement."""
        return not (self._is_closed(model_id, *names) and self._needs_no_agreement(model_id))

    def _agreement_status(self, model_id: str, *names: str) -> str:
        product = _product(model_id)
        agreement = self._agreements.get(product)
        if agreement is not None:
            agreement.settle()
            return agreement.status
        if product in self._agreements:
            return _NOT_AVAILABLE
        is_free = not self._is_closed(model_id, *names) or self._needs_no_agreement(model_id)
        return _AVAILABLE if is_free else _NOT_AVAILABLE

    def _needs_no_agreement(self, model_id: str) -> bool:
        model = self._backend.foundation_models.find(model_id) or public.facts_of(model_id) or {}
        return bool(model.get("providerName") == _OWN_PROVIDER)

    def _find(self, model_id: str) -> None:
        """The model must be known, here or in another region.

        Raises:
            ResourceNotFoundException: it is not.
        """
        is_ours = self._backend.setting("foundation_models") is None
        known = self._backend.foundation_models.find(model_id)
        if known is None and not (is_ours and public.facts_of(model_id)):
            msg = f"Could not resolve the foundation model from the model ID {model_id}."
            raise ResourceNotFoundException(msg)

    def _offer_token(self, model_id: str) -> str:
        return uuid5(NAMESPACE_URL, self._backend.arn(f"offer/{_product(model_id)}")).hex


def _product(model_id: str) -> str:
    """What an agreement is on: the model without its version."""
    return model_id.partition(":")[0]
