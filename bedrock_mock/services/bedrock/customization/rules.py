"""What the service asks of a customization beyond its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.services.bedrock.references import check_bucket, check_objects, check_vpc

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        CreateCustomModelRequestTypeDef,
        CreateModelCustomizationJobRequestTypeDef,
    )

    from bedrock_mock.resources.backend import ServiceBackend

#: What each member of ``customizationConfig`` configures.
_CONFIGURED = {
    "distillationConfig": "DISTILLATION",
    "rftConfig": "REINFORCEMENT_FINE_TUNING",
}


def customization_type(request: CreateModelCustomizationJobRequestTypeDef) -> str:
    """The type that a request names, or else that of its configuration, or else fine-tuning."""
    default = _CONFIGURED.get(_configuration(request), "FINE_TUNING")
    return request.get("customizationType", default)


def check_customization(request: CreateModelCustomizationJobRequestTypeDef) -> None:
    """Checks how the parts of a CreateModelCustomizationJob request go together.

    Raises:
        ValidationException: they do not.
    """
    kind = customization_type(request)
    if kind == "IMPORTED":
        msg = "No job makes a model of the customizationType 'IMPORTED': use CreateCustomModel."
        raise ValidationException(msg)
    member = _configuration(request)
    if _CONFIGURED.get(member, kind) != kind:
        msg = f"The member 'customizationConfig.{member}' is not for the type {kind}."
        raise ValidationException(msg)
    if kind == "DISTILLATION" and not member:
        msg = f"The member 'customizationConfig.distillationConfig' is required for {kind}."
        raise ValidationException(msg)
    if not request["trainingDataConfig"]:
        msg = "The member 'trainingDataConfig' must set 's3Uri' or 'invocationLogsConfig'."
        raise ValidationException(msg)


def _configuration(request: CreateModelCustomizationJobRequestTypeDef) -> str:
    """The member of ``customizationConfig`` that is set: it is a union."""
    return next(iter(request.get("customizationConfig", ())), "")


def check_references(
    backend: ServiceBackend, request: CreateModelCustomizationJobRequestTypeDef
) -> None:
    """The buckets, subnets and security groups must be there, where that is asked for.

    Raises:
        ValidationException: one is not.
    """
    training = request["trainingDataConfig"]
    if "s3Uri" in training:
        check_objects(backend, "trainingDataConfig.s3Uri", training["s3Uri"])
    logs = training.get("invocationLogsConfig", {}).get("invocationLogSource", {})
    if "s3Uri" in logs:
        member = "trainingDataConfig.invocationLogsConfig.invocationLogSource.s3Uri"
        check_bucket(backend, member, logs["s3Uri"])
    for validator in request.get("validationDataConfig", {"validators": []})["validators"]:
        check_objects(backend, "validationDataConfig.validators.s3Uri", validator["s3Uri"])
    check_bucket(backend, "outputDataConfig.s3Uri", request["outputDataConfig"]["s3Uri"])
    check_vpc(backend, request.get("vpcConfig"))


def check_source(backend: ServiceBackend, request: CreateCustomModelRequestTypeDef) -> None:
    """Checks where a CreateCustomModel request has its model from.

    Raises:
        ValidationException: it says so twice, not at all, or without the role it takes, or
            the bucket is not there and references are strict.
    """
    if ("modelSourceConfig" in request) == ("customModelDataSource" in request):
        msg = "Set exactly one of the members 'modelSourceConfig' and 'customModelDataSource'."
        raise ValidationException(msg)
    if "modelSourceConfig" in request and "roleArn" not in request:
        raise ValidationException("The member 'roleArn' is required with 'modelSourceConfig'.")
    source = request.get("modelSourceConfig", {}).get("s3DataSource")
    if source:
        check_bucket(backend, "modelSourceConfig.s3DataSource.s3Uri", source["s3Uri"])
