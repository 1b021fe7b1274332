"""Endpoints of moto's SageMaker: found, made, changed and deleted in its backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import moto.backends

from bedrock_mock.moto_bridge.neighbours import neighbour

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend


def endpoint_arn(backend: ServiceBackend, name: str) -> str:
    """The ARN that SageMaker gives an endpoint of this name."""
    where = f"{backend.region_name}:{backend.account_id}"
    return f"arn:{backend.arn_partition}:sagemaker:{where}:endpoint/{name}"


def hosted_endpoint(backend: ServiceBackend, name: str) -> Any:  # noqa: ANN401 - moto's
    """The endpoint of moto's SageMaker of this name, or ``None``."""
    sagemaker = neighbour("sagemaker", backend.account_id, backend.region_name)
    return None if sagemaker is None else sagemaker.endpoints.get(name)


def endpoint_config(backend: ServiceBackend, name: str) -> dict[str, Any] | None:
    """The instances and the role of an endpoint that SageMaker has.

    ``None`` if it has no instances, or its configuration or model was deleted.
    """
    from moto.sagemaker.exceptions import ValidationError  # noqa: PLC0415 - loaded, as SageMaker is

    sagemaker = neighbour("sagemaker", backend.account_id, backend.region_name)
    config = sagemaker.endpoint_configs.get(sagemaker.endpoints[name].endpoint_config_name)
    variant = config.production_variants[0] if config is not None else {}
    if "InstanceType" not in variant:
        return None
    try:
        model = sagemaker.describe_model(variant.get("ModelName"))
    except ValidationError:
        return None
    return {
        "initialInstanceCount": variant.get("InitialInstanceCount", 1),
        "instanceType": variant["InstanceType"],
        "executionRole": model.execution_role_arn,
    }


def host_endpoint(
    backend: ServiceBackend,
    name: str,
    config: Mapping[str, Any],
    tags: list[dict[str, str]],
    status: str,
) -> None:
    """Has moto's SageMaker have an endpoint with a model and a configuration of its name.

    One that is there is replaced, with its age and tags kept.
    """
    slot: Any = "sagemaker"
    sagemaker: Any = moto.backends.get_backend(slot)[backend.account_id][backend.region_name]
    before = sagemaker.endpoints.get(name)
    sagemaker.create_model(name, config["executionRole"], None, None, None, None)
    # moto knows fewer types of instances than there are, so it is not asked to check them.
    made = sagemaker.create_endpoint_config(name, [], {}, {}, [], config.get("kmsEncryptionKey"))
    made.production_variants = [
        {
            "VariantName": "AllTraffic",
            "ModelName": name,
            "InstanceType": config["instanceType"],
            "InitialInstanceCount": config["initialInstanceCount"],
        }
    ]
    endpoint = sagemaker.create_endpoint(name, name, tags)
    endpoint.endpoint_status = status
    if before is not None:
        endpoint.creation_time, endpoint.tags = before.creation_time, before.tags


def drop_endpoint(backend: ServiceBackend, name: str) -> None:
    """Deletes an endpoint of moto's SageMaker, if it is there."""
    if hosted_endpoint(backend, name) is not None:
        neighbour("sagemaker", backend.account_id, backend.region_name).delete_endpoint(name)
