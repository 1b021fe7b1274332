"""The Resource Groups Tagging API sees and changes the tags of our resources too.

moto has a way in for outside backends since 5.2.2 only, and that one fails a whole
request for one bad ARN, so this wraps the methods of moto's backend on all versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain
from typing import Any

from bedrock_mock.moto_bridge import permissions
from bedrock_mock.moto_bridge.backends import backends_of
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.protocol.operation import Operation
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.resources.service import MockedService

#: moto's service, as it is named in its backends.
SERVICE = "resourcegroupstaggingapi"


@contextmanager
def joined(service: MockedService) -> Iterator[None]:
    """While this lasts, moto's Resource Groups Tagging API knows our resources."""
    from moto.resourcegroupstaggingapi import models  # noqa: PLC0415 - it imports all of moto

    cls = models.ResourceGroupsTaggingAPIBackend
    wrappers = {
        "_get_resources_generator": partial(_resources, getattr(models, "TaggedResource", None)),
        "_get_tag_keys_generator": _tag_keys,
        "_get_tag_values_generator": _tag_values,
        "tag_resources": partial(_change_all, service, "TagResource"),
        "untag_resources": partial(_change_all, service, "UntagResource"),
    }
    with ExitStack() as stack:
        for name, wrapper in wrappers.items():
            method = _wrapped(getattr(cls, name), wrapper, service)
            stack.enter_context(REPLACED.attribute(cls, name, method))
        stack.enter_context(permissions.known())
        yield


def _wrapped(original: Foreign, wrapper: Foreign, service: MockedService) -> Foreign:
    """A method of moto's backend that has ours, too, to answer from."""

    def method(self: Foreign, *args: Foreign, **kwargs: Foreign) -> Foreign:
        ours = backends_of(service)[self.account_id][self.region_name]
        return wrapper(partial(original, self), ours, *args, **kwargs)

    return method


def _resources(
    tagged_resource: Foreign,
    original: Foreign,
    ours: ServiceBackend,
    *args: Foreign,
    **kwargs: Foreign,
) -> Iterator[Any]:
    found = (_as_moto_has_it(tagged_resource, *each) for each in _found(ours, **kwargs))
    return chain(original(*args, **kwargs), found)


def _tag_keys(original: Foreign, ours: ServiceBackend) -> Iterator[str]:
    found = (key for _, _, tags in _found(ours) for key in tags)
    return iter(dict.fromkeys(chain(original(), found)))


def _tag_values(original: Foreign, ours: ServiceBackend, tag_key: str) -> Iterator[str]:
    found = (tags[tag_key] for _, _, tags in _found(ours) if tag_key in tags)
    return iter(dict.fromkeys(chain(original(tag_key), found)))


def _change_all(
    service: MockedService,
    operation: str,
    original: Foreign,
    ours: ServiceBackend,
    *args: Foreign,
    **kwargs: Foreign,
) -> dict[str, Any]:
    # The ARNs and the tags or keys, which each method calls by other names.
    arns, change = (*args, *kwargs.values())
    our_arns = [arn for arn in arns if _is_of(ours, arn)]
    failed: dict[str, Any] = original([arn for arn in arns if arn not in our_arns], change)
    for arn in our_arns:
        status, message = 403, permissions.refusal(f"{service.signing_name}:{operation}", arn)
        if message is None:
            status, message = 400, _change(ours, service.protocol.operation(operation), arn, change)
        if message is not None:
            failed[arn] = {
                "StatusCode": status,
                "ErrorCode": "InvalidParameterException",
                "ErrorMessage": message,
            }
    return failed


def _is_of(backend: ServiceBackend, arn: str) -> bool:
    """Whether the tags of an ARN are changed by a backend."""
    # Of services that share a name in ARNs, one has the tag operations for all.
    return arn.split(":")[2:3] == [backend.service] and "TagResource" in backend.handlers


Found = tuple[str, str, Mapping[str, str]]


def _found(
    backend: ServiceBackend,
    tag_filters: Sequence[Mapping[str, Any]] | None = None,
    resource_type_filters: Sequence[str] | None = None,
    resource_arn_list: Sequence[str] | None = None,
) -> Iterator[Found]:
    """The tagged resources (ARN, type, tags) that pass the filters of GetResources."""
    with backend.lock:
        found = [(each.arn, kind, each.tags) for kind, each in backend.resources()]
    for arn, kind, tags in found:
        resource_type = f"{backend.service}:{kind}"
        wanted_type = not resource_type_filters or not {
            resource_type,
            backend.service,
        }.isdisjoint(resource_type_filters)
        wanted_arn = not resource_arn_list or arn in resource_arn_list
        wanted_tags = all(
            each["Key"] in tags and (not each.get("Values") or tags[each["Key"]] in each["Values"])
            for each in tag_filters or ()
        )
        if tags and wanted_type and wanted_arn and wanted_tags:
            yield arn, resource_type, tags


def _as_moto_has_it(
    tagged_resource: Foreign, arn: str, resource_type: str, tags: Mapping[str, str]
) -> Foreign:
    """A resource in the form of this version of moto: a class of its own, or (older) a dict."""
    if tagged_resource is not None:
        return tagged_resource(arn=arn, tags=dict(tags), resource_type=resource_type)
    return {  # pragma: no cover - moto before 5.2.2, where the environment "lowest" gets here
        "ResourceARN": arn,
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }


def _change(backend: ServiceBackend, operation: Operation, arn: str, change: Foreign) -> str | None:
    """Changes the tags of one resource; the message of the error if that is refused."""
    request: dict[str, Any] = {"resourceARN": arn}
    if operation.name == "TagResource":
        request["tags"] = [{"key": key, "value": value} for key, value in change.items()]
    else:
        request["tagKeys"] = change
    try:
        values = backend.setting("validate_requests")
        operation.validate(request, values=values)
        with backend.lock:
            backend.handlers[operation.name](request)
    except ServiceError as error:
        return error.message
    return None
