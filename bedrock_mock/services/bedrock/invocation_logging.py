"""Model invocation logging: one configuration for an account and region.

The runtime logs by it: see ``bedrock_runtime/invocation_logs``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.resources.operations import operation
from bedrock_mock.services.bedrock.references import check_bucket, check_log_group
from bedrock_mock.services.bedrock.rules import check_role

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        PutModelInvocationLoggingConfigurationRequestTypeDef,
        S3ConfigTypeDef,
    )

    from bedrock_mock.services.bedrock.backend import BedrockBackend

_PERMISSION_CHECK = "amazon-bedrock-logs-permission-check"


class InvocationLogging:
    """The operations on the configuration.

    Attributes:
        config: the ``loggingConfig`` that was put, ``None`` before a Put and after a Delete.
    """

    def __init__(self, backend: BedrockBackend) -> None:
        self._backend = backend
        self.config: Any = None

    @operation("PutModelInvocationLoggingConfiguration")
    def put(self, request: PutModelInvocationLoggingConfigurationRequestTypeDef) -> None:
        """Replaces the whole configuration."""
        config = request["loggingConfig"]
        destinations = [("s3Config", config.get("s3Config"))]
        if "cloudWatchConfig" in config:
            logs = config["cloudWatchConfig"]
            check_role(self._backend, logs["roleArn"])
            check_log_group(self._backend, "cloudWatchConfig.logGroupName", logs["logGroupName"])
            large = "cloudWatchConfig.largeDataDeliveryS3Config"
            destinations.append((large, logs.get("largeDataDeliveryS3Config")))
        for member, s3 in destinations:
            if s3:
                uri = f"s3://{s3['bucketName']}/"
                check_bucket(self._backend, f"{member}.bucketName", uri)
        self.config = config
        for _, s3 in destinations:
            if s3:
                self._check_permission(s3)

    @operation("GetModelInvocationLoggingConfiguration")
    def get(self, request: object) -> dict[str, Any]:  # noqa: ARG002 - it has no members
        """The configuration, if there is one."""
        return {"loggingConfig": self.config}

    @operation("DeleteModelInvocationLoggingConfiguration")
    def delete(self, request: object) -> None:  # noqa: ARG002 - it has no members
        """Removes the configuration, if there is one."""
        self.config = None

    def _check_permission(self, s3: S3ConfigTypeDef) -> None:
        """Leaves the object by which the service finds out whether it may write."""
        bucket = neighbours.bucket_of(self._backend, f"s3://{s3['bucketName']}/")
        if bucket is not None:
            prefix = s3.get("keyPrefix", "").strip("/")
            bucket.put(f"{prefix}/{_PERMISSION_CHECK}" if prefix else _PERMISSION_CHECK, b"")
