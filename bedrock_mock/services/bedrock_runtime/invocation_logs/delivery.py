"""Where records go: objects in S3 under the service's keys, and events in CloudWatch Logs."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.services.bedrock_runtime.invocation_logs.records import Record

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

_STREAM = "aws/bedrock/modelinvocations"
_HALF_OF_ID = 8
_SERIAL = count()

_log = logging.getLogger(__name__)


def deliver(backend: ServiceBackend, config: Mapping[str, Any], record: Record) -> None:
    """Delivers a record to each destination of a configuration that is there.

    The call has been answered: what fails here is logged, and does not fail the call.
    """
    destinations = {"s3Config": _to_s3, "cloudWatchConfig": _to_cloud_watch}
    for name, to_destination in destinations.items():
        if name in config:
            try:
                to_destination(backend, config[name], record)
            except Exception:  # noqa: BLE001 - the call has been answered
                _log.exception("bedrock_mock could not deliver an invocation log")


def _to_s3(backend: ServiceBackend, s3: Mapping[str, Any], record: Record) -> None:
    bucket = neighbours.bucket_of(backend, _uri(s3))
    if bucket is None:
        return
    now = utcnow()
    line = record.line(_put_apart(backend, bucket, s3, record, now))
    moment = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z"
    # It grows, so that files of the same millisecond are in the order of their calls.
    name = f"{next(_SERIAL):08x}{mock_random.getrandbits(4 * _HALF_OF_ID):08x}"
    key = f"{_folder(backend, s3, now)}/{moment}_{name}.json.gz"
    bucket.put(key, _packed(line))


def _to_cloud_watch(backend: ServiceBackend, logs: Mapping[str, Any], record: Record) -> None:
    paths: dict[str, str] = {}
    large = logs.get("largeDataDeliveryS3Config")
    group = logs["logGroupName"]
    if not neighbours.has_log_group(backend, group):
        return
    bucket = neighbours.bucket_of(backend, _uri(large)) if large else None
    if large and bucket is not None:
        paths = _put_apart(backend, bucket, large, record, utcnow())
    message = record.line(paths).decode()
    neighbours.put_log_event(backend, group, _STREAM, message, record.moment)


def _put_apart(
    backend: ServiceBackend,
    bucket: neighbours.Bucket,
    s3: Mapping[str, Any],
    record: Record,
    now: datetime,
) -> dict[str, str]:
    """Writes the bodies that stand apart; the S3 URI of each, by the name of its part."""
    identifier = UUID(int=mock_random.getrandbits(128), version=4)
    paths = {}
    for part in record.parts:
        if part.stands_apart:
            key = f"{_folder(backend, s3, now)}/data/{identifier}_{part.name}.json.gz"
            bucket.put(key, _packed(part.encoded))
            paths[part.name] = f"{_uri(s3)}{key}"
    return paths


def _uri(s3: Mapping[str, Any]) -> str:
    return f"s3://{s3['bucketName']}/"


def _folder(backend: ServiceBackend, s3: Mapping[str, Any], now: datetime) -> str:
    prefix = s3.get("keyPrefix", "").strip("/")
    place = (
        f"AWSLogs/{backend.account_id}/BedrockModelInvocationLogs/{backend.region_name}/"
        f"{now:%Y/%m/%d/%H}"
    )
    return f"{prefix}/{place}" if prefix else place


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
