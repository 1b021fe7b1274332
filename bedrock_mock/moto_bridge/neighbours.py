"""What moto holds of other services: read and written in their backends, nothing is sent."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import IO, TYPE_CHECKING, Any

import moto.backends

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

_CHUNK = 64 * 1024
#: The longest line that is read of an object unless said otherwise: more than a text has.
MAX_LINE = 1024 * 1024


def split_uri(uri: str) -> tuple[str, str]:
    """The bucket and the key of ``s3://bucket/key``."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


class Bucket:
    """A bucket of moto's S3."""

    def __init__(self, s3: Any, name: str) -> None:  # noqa: ANN401 - moto's, loaded or not
        self._s3 = s3
        self._name = name

    def keys(self, prefix: str) -> list[str]:
        """The keys of the objects that are there, and begin like this."""
        names = list(self._s3.get_bucket(self._name).keys)
        return [name for name in names if name.startswith(prefix) and self._object(name)]

    def lines(self, key: str, longest: int = MAX_LINE) -> Iterator[bytes] | None:
        """The lines of an object, read as they are asked for; ``None`` if it is not there.

        Of a line with more bytes than ``longest``, the first ``longest + 1`` bytes.
        """
        found = self._object(key)
        return None if found is None else _lines(found, longest)

    def read(self, key: str, most: int = MAX_LINE) -> bytes | None:
        """An object, or ``None``; of one with more bytes than ``most``, the first ``most + 1``."""
        found = self._object(key)
        return None if found is None else _piece(found, 0, most + 1)

    def has(self, prefix: str) -> bool:
        """Whether there is an object of this key, or below it."""
        return bool(self.keys(prefix))

    def put(self, key: str, value: bytes) -> None:
        """Makes this an object."""
        self._s3.put_object(self._name, key, value)

    def put_file(self, key: str, file: IO[bytes]) -> None:
        """Makes the content of a file an object, which moto keeps on disk if it is large."""
        from moto.s3 import notifications  # noqa: PLC0415 - loaded, as S3 is

        made = self._s3.put_object(self._name, key, b"", disable_notification=True)
        file.seek(0)
        with made.lock:
            # The object's ``value`` would take all of it at once.
            shutil.copyfileobj(file, made._value_buffer, _CHUNK)  # noqa: SLF001 - see the canaries
            made.contentsize = file.tell()
        event = notifications.S3NotificationEvent.OBJECT_CREATED_PUT_EVENT
        notifications.send_event(self._s3.account_id, event, self._s3.get_bucket(self._name), made)

    def _object(self, key: str) -> Any:  # noqa: ANN401 - moto's FakeKey
        return self._s3.get_object(self._name, key)


def _lines(found: Any, longest: int) -> Iterator[bytes]:  # noqa: ANN401 - moto's FakeKey
    offset = 0
    #: Of the line that goes on in the next chunk, as much as is kept.
    begun = bytearray()
    while chunk := _piece(found, offset, _CHUNK):
        offset += len(chunk)
        first, *others = chunk.split(b"\n")
        begun += first[: longest + 1 - len(begun)]
        if others:
            yield bytes(begun)
            yield from others[:-1]
            begun = bytearray(others[-1])
    if begun:
        yield bytes(begun)


def _piece(found: Any, offset: int, size: int) -> bytes:  # noqa: ANN401 - moto's FakeKey
    # The object's ``value`` would be all of it, as a copy.
    buffer = found._value_buffer  # noqa: SLF001 - see the canaries
    with found.lock:
        buffer.seek(offset)
        return bytes(buffer.read(size))


def bucket_of(backend: ServiceBackend, uri: str, owner: str | None = None) -> Bucket | None:
    """The bucket of an S3 URI, if moto has it.

    Args:
        backend: who asks for it.
        uri: where it is, ``s3://bucket/key``.
        owner: the account that it belongs to; default: that of the backend.
    """
    # moto loads S3 and IAM with the first request, to authorise it.
    s3 = moto.backends.get_backend("s3")[owner or backend.account_id][backend.partition]
    name, _ = split_uri(uri)
    try:
        s3.get_bucket(name)
    except _client_error():
        return None
    return Bucket(s3, name)


def has_role(backend: ServiceBackend, arn: str) -> bool:
    """Whether moto's IAM has a role."""
    iam = moto.backends.get_backend("iam")[backend.account_id][backend.partition]
    return any(role.arn == arn for role in iam.get_roles())


def key_of(backend: ServiceBackend, arn: str) -> str | None:
    """The ARN of the key of moto's KMS that an ARN of a key or an alias means, or ``None``."""
    region, account = arn.split(":")[3:5]
    kms = neighbour("kms", account, region or backend.region_name)
    if kms is None:
        return None
    resource = arn.split(":", 5)[5]
    for key in kms.list_keys():
        if resource in (f"key/{key.id}", *key.aliases):
            return str(key.arn)
    return None


def has_log_group(backend: ServiceBackend, name: str) -> bool:
    """Whether moto's CloudWatch Logs has a log group."""
    logs = neighbour("logs", backend.account_id, backend.region_name)
    return logs is not None and name in logs.groups


def put_log_event(
    backend: ServiceBackend, group: str, stream: str, message: str, at: datetime
) -> None:
    """Adds an event to a stream of moto's CloudWatch Logs, which is made at its first event.

    Args:
        backend: whose region and account it is.
        group: the log group, which is there.
        stream: the log stream.
        message: what the event says.
        at: when it happened, in naive UTC.
    """
    logs = neighbour("logs", backend.account_id, backend.region_name)
    logs.ensure_log_stream(group, stream)
    milliseconds = (at - datetime(1970, 1, 1)) // timedelta(milliseconds=1)  # noqa: DTZ001
    logs.put_log_events(group, stream, [{"timestamp": milliseconds, "message": message}])


def put_event(
    backend: ServiceBackend,
    detail_type: str,
    resources: Sequence[str],
    detail: Mapping[str, Any],
    at: datetime,
) -> None:
    """Sends an event of the service to the default bus of moto's EventBridge, at best.

    Args:
        backend: whose event it is.
        detail_type: what the event is about.
        resources: the ARNs that it is about.
        detail: what it says.
        at: when it happened, in naive UTC.
    """
    entry = {
        "Source": f"aws.{backend.service}",
        "DetailType": detail_type,
        "Resources": list(resources),
        "Detail": json.dumps(detail),
        "Time": at.replace(tzinfo=timezone.utc).timestamp(),
    }
    # moto raises where it lacks a target, or a target is gone; the service tries no more either.
    with suppress(Exception):
        neighbour("events", backend.account_id, backend.region_name).put_events([entry])


def has_subnet(backend: ServiceBackend, subnet_id: str) -> bool:
    """Whether moto's EC2 has a subnet."""
    ec2 = neighbour("ec2", backend.account_id, backend.region_name)
    return ec2 is not None and any(subnet_id in subnets for subnets in ec2.subnets.values())


def has_security_group(backend: ServiceBackend, group_id: str) -> bool:
    """Whether moto's EC2 has a security group."""
    ec2 = neighbour("ec2", backend.account_id, backend.region_name)
    return ec2 is not None and ec2.get_security_group_from_id(group_id) is not None


def neighbour(service: Any, account_id: str, region: str) -> Any:  # noqa: ANN401 - moto's backend
    """The backend of a service; ``None`` if no test has used it: then it is empty.

    Loading one takes long, so only those that are loaded already are asked.
    """
    if f"moto.{service}.models" not in sys.modules:
        return None
    try:
        return moto.backends.get_backend(service)[account_id][region]
    except KeyError:
        # An ARN may name a region that there is not.
        return None


def _client_error() -> Any:  # noqa: ANN401 - a class of moto's, loaded or not
    from moto.s3.exceptions import S3ClientError  # noqa: PLC0415 - loaded, if S3 is

    return S3ClientError
