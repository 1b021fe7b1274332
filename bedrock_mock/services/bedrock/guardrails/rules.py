"""What the service asks of a guardrail beyond its model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import AccessDeniedException, ValidationException
from bedrock_mock.services.bedrock.guardrails.policies import CLASSIC, STANDARD, policies_of
from bedrock_mock.services.bedrock.quotas import GUARDRAIL_REGEXES, check_quota

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

Request = Mapping[str, Any]

#: Guardrail profiles by geography: the regions, or beginnings of regions, that can use them.
#: Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-cross-region-support.html
_GEOGRAPHIES: Mapping[str, tuple[str, ...]] = {
    "us": ("us-east-", "us-west-"),
    "us-gov": ("us-gov-",),
    "eu": ("eu-central-1", "eu-north-1", "eu-south-", "eu-west-1", "eu-west-3", "il-central-1"),
    "uk": ("eu-west-2",),
    "au": ("ap-southeast-2",),
    "ca": ("ca-central-1",),
    "apac": ("ap-",),
}
_PROFILE = "guardrail-profile/"
#: What follows the geography in the id of each profile.
_PROFILE_VERSION = "guardrail.v1:0"
#: Limits that the service checks with texts of its own.
#: Source: https://docs.aws.amazon.com/general/latest/gr/bedrock.html
_DEFINITION: Mapping[str, int] = {CLASSIC: 200, STANDARD: 1000}
_EXAMPLES = 5
_WORD = 100
_PATTERN = 500
#: The shapes in which the service model has these limits, too.
OPEN_LIMITS = frozenset(
    {
        "GuardrailTopicDefinition",
        "GuardrailTopicExamples",
        "GuardrailWordConfigTextString",
        "GuardrailRegexConfigPatternString",
    }
)


def check_guardrail(backend: ServiceBackend, request: Request) -> None:
    """Checks how the parts of a CreateGuardrail or UpdateGuardrail request go together.

    Raises:
        ValidationException: they do not.
        AccessDeniedException: the guardrail profile is of another account.
    """
    if not any(policies_of(request).values()):
        raise ValidationException("Guardrail must have at least one policy")
    for check in (_check_topics, _check_content, _check_words, _check_sensitive, _check_grounding):
        check(request)
    _check_cross_region(backend, request)
    regexes = _entries(request, "sensitiveInformationPolicyConfig", "regexesConfig")
    # One fewer than there would be: there must be room for the last.
    check_quota(backend, GUARDRAIL_REGEXES, lambda: len(regexes) - 1)


def profile_id(identifier: str) -> str:
    """The id of a guardrail profile, which requests name by id or ARN."""
    return identifier.rpartition(_PROFILE)[2]


def profile_arn(backend: ServiceBackend, identifier: str) -> str:
    """The ARN of a guardrail profile of this account and region."""
    return backend.arn(f"{_PROFILE}{profile_id(identifier)}")


def _entries(request: Request, policy: str, part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = request.get(policy, {}).get(part) or []
    return found


def _refuse_duplicates(
    entries: Iterable[Request], member: str, message: str, key: Callable[[str], str] = str
) -> None:
    values = [key(entry[member]) for entry in entries]
    if len(values) != len(set(values)):
        raise ValidationException(message)


def _check_topics(request: Request) -> None:
    topics = _entries(request, "topicPolicyConfig", "topicsConfig")
    _refuse_duplicates(topics, "name", "Topic policy topic names are not unique")
    tier = request.get("topicPolicyConfig", {}).get("tierConfig", {}).get("tierName", CLASSIC)
    # Where values are not checked, the tier may be any.
    longest = _DEFINITION.get(tier, _DEFINITION[STANDARD])
    if any(len(each["definition"]) > longest for each in topics):
        msg = (
            "One or more of your guardrail topic definitions exceeds the maximum allowed length. "
            "Shorten your topic definitions or update your guardrail topic policy configuration to "
            "support longer definitions."
        )
        raise ValidationException(msg)
    if any(len(each.get("examples", ())) > _EXAMPLES for each in topics):
        raise ValidationException("Number of examples in topic policy exceeds quota limit")


def _check_content(request: Request) -> None:
    filters = _entries(request, "contentPolicyConfig", "filtersConfig")
    if any(
        each["type"] == "PROMPT_ATTACK" and each["outputStrength"] != "NONE" for each in filters
    ):
        msg = "PROMPT ATTACK content filter strength for response must be NONE"
        raise ValidationException(msg)
    _refuse_duplicates(filters, "type", "Content policy must not include duplicate filters")


def _check_words(request: Request) -> None:
    words = _entries(request, "wordPolicyConfig", "wordsConfig")
    if any(len(each["text"]) > _WORD for each in words):
        msg = "The custom word length in this Word policy exceeds quota limit"
        raise ValidationException(msg)
    message = "Custom words cannot have case-insensitive duplicates"
    _refuse_duplicates(words, "text", message, str.casefold)
    lists = _entries(request, "wordPolicyConfig", "managedWordListsConfig")
    _refuse_duplicates(lists, "type", "Managed words cannot have duplicates")


def _check_sensitive(request: Request) -> None:
    policy = "sensitiveInformationPolicyConfig"
    entities = _entries(request, policy, "piiEntitiesConfig")
    _refuse_duplicates(entities, "type", "The PII entity configs cannot have duplicates")
    regexes = _entries(request, policy, "regexesConfig")
    if any(len(each["pattern"]) > _PATTERN for each in regexes):
        msg = "Regex length in sensitive information policy exceeds quota limit"
        raise ValidationException(msg)
    _refuse_duplicates(regexes, "name", "All regex names must be unique")
    _refuse_duplicates(regexes, "pattern", "All regex patterns must be unique")


def _check_grounding(request: Request) -> None:
    filters = _entries(request, "contextualGroundingPolicyConfig", "filtersConfig")
    message = "The Contextual Grounding policy cannot have duplicate types"
    _refuse_duplicates(filters, "type", message)
    if any(each["threshold"] >= 1 for each in filters):
        raise ValidationException("grounding threshold cannot be greater than or equal to 1")


def _check_cross_region(backend: ServiceBackend, request: Request) -> None:
    profile = request.get("crossRegionConfig", {}).get("guardrailProfileIdentifier")
    policies = [policy for policy in policies_of(request).values() if policy]
    if profile is None:
        if any(policy.get("tier", {}).get("tierName") == STANDARD for policy in policies):
            msg = "Enable cross-Region inference for your guardrail to use Standard tier"
            raise ValidationException(msg)
        if "automatedReasoningPolicyConfig" in request:
            msg = (
                "To use Automated Reasoning checks, your guardrail must have a cross-Region "
                "inference profile"
            )
            raise ValidationException(msg)
        return
    for arn in request.get("automatedReasoningPolicyConfig", {}).get("policies", ()):
        if _region_and_account(arn)[0] != backend.region_name:
            msg = "The provided automated reasoning policy ARN is invalid for the service region"
            raise ValidationException(msg)
    _check_profile(backend, profile)


def _check_profile(backend: ServiceBackend, profile: str) -> None:
    if profile.startswith("arn:"):
        region, account = _region_and_account(profile)
        if region != backend.region_name:
            raise ValidationException("The provided ARN is invalid for the service region")
        if account != backend.account_id:
            msg = "The provided resource ARN is from a different account"
            raise AccessDeniedException(msg)
    geography, _, rest = profile_id(profile).partition(".")
    is_known = rest == _PROFILE_VERSION and geography in _GEOGRAPHIES
    if not is_known or not backend.region_name.startswith(_GEOGRAPHIES[geography]):
        msg = (
            "Guardrail cross-Region profile ID is invalid. Specify a guardrail profile ID that's "
            "supported in your current AWS Region"
        )
        raise ValidationException(msg)


def _region_and_account(arn: str) -> tuple[str, str]:
    # Where values are not checked, an ARN may lack parts.
    region, account = [*arn.split(":"), "", "", "", ""][3:5]
    return region, account
