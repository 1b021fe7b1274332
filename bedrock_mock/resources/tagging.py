"""The three tag operations, for every resource that has an ARN."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import (
    ResourceNotFoundException,
    TooManyTagsException,
    ValidationException,
)
from bedrock_mock.resources.operations import operation

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        ListTagsForResourceRequestTypeDef,
        TagResourceRequestTypeDef,
        TagTypeDef,
        UntagResourceRequestTypeDef,
    )

    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.resources.store import Resource

#: What the tag operations say of an ARN that names nothing, and some others do.
NO_SUCH_ARN = (
    "The specified resource Amazon Resource Name (ARN) was not found. "
    "Check the Amazon Resource Name (ARN) and try your request again."
)
#: How many tags a resource can have.
MAX_TAGS = 50
#: AWS's own tags begin with it, in any case.
_RESERVED = "aws:"


def as_dict(tags: Collection[TagTypeDef]) -> dict[str, str]:
    """A TagList as a dict.

    Raises:
        TooManyTagsException: there are more than a resource can have.
        ValidationException: a key is reserved.
    """
    _check_keys(tag["key"] for tag in tags)
    return _within_limit({tag["key"]: tag["value"] for tag in tags})


def _check_keys(keys: Iterable[str]) -> None:
    """Refuses keys that only AWS itself may set and remove.

    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    for key in keys:
        if key.lower().startswith(_RESERVED):
            msg = (
                f"The tag key '{key}' is reserved: keys that begin with aws: are for AWS's own use."
            )
            raise ValidationException(msg)


def _within_limit(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > MAX_TAGS:
        msg = f"A resource can have {MAX_TAGS} tags; with this request it would have {len(tags)}."
        raise TooManyTagsException(msg)
    return tags


class Tagging:
    """TagResource, UntagResource and ListTagsForResource over all stores of a backend."""

    def __init__(self, backend: ServiceBackend) -> None:
        self._backend = backend

    @operation("TagResource")
    def tag(self, request: TagResourceRequestTypeDef) -> None:
        """Adds tags; a key that is there gets the new value."""
        resource = self._find(request["resourceARN"])
        resource.tags.update(_within_limit({**resource.tags, **as_dict(request["tags"])}))

    @operation("UntagResource")
    def untag(self, request: UntagResourceRequestTypeDef) -> None:
        """Removes tags; an unknown key is ignored."""
        resource = self._find(request["resourceARN"])
        _check_keys(request["tagKeys"])
        for key in request["tagKeys"]:
            resource.tags.pop(key, None)

    @operation("ListTagsForResource")
    def list(self, request: ListTagsForResourceRequestTypeDef) -> dict[str, Any]:
        """The tags of a resource, in the order in which their keys came."""
        tags = self._find(request["resourceARN"]).tags
        return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}

    def arns_of(self, request: Mapping[str, Any]) -> Sequence[str]:
        """The ARN that a request names; policies are checked against it."""
        return [request["resourceARN"]] if request.get("resourceARN") else []

    def _find(self, arn: str) -> Resource:
        resource = self._backend.resource(arn)
        if resource is None:
            raise ResourceNotFoundException(NO_SUCH_ARN)
        return resource
