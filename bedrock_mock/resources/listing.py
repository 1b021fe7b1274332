"""What the List operations share: filters by suffix, order, and pages that stay right."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bedrock_mock.protocol.encoding import Page
from bedrock_mock.protocol.errors import NotImplementedException, ValidationException
from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.lifecycle import Lifecycle
from bedrock_mock.resources.store import Position, R, Store

#: The page size of a request without ``maxResults``; the service's own is not documented.
DEFAULT_PAGE_SIZE = 100
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere in the stores
_DIGEST_SIZE = 16

#: Takes a resource and the value in the request.
Filter = Callable[[Any, Any], bool]
#: Filters by the member of the request.
Filters = Mapping[str, Filter]
#: A filter with its value.
Test = Callable[[Any], bool]


def page(store: Store[R], request: Mapping[str, Any], filters: Filters, scope: str) -> Page[R]:
    """The page of a store that a List request asks for.

    Every member of the request is a filter of the kind, or one of ``sortBy``,
    ``sortOrder``, ``maxResults`` and ``nextToken``. Without ``sortOrder`` the newest comes
    first. A job that is returned or left out is looked at, which may move its status on: it
    is returned if it passes the filters then, because clients also poll for the status that
    they wait for.

    Args:
        store: what is listed.
        request: the decoded request.
        filters: the filters of the kind by member of the request.
        scope: what a page token is bound to, beside the request's filters: the account
            and region.

    Raises:
        ValidationException: the token is malformed or belongs to another request.
        NotImplementedException: the kind does not declare one of the members.
    """
    tests = [_test(filters, member, request[member]) for member in request.keys() - CONTROLS]
    newest_first = request.get("sortOrder") != "Ascending"
    tokens = _Tokens(f"{scope}/{store.kind}", request)
    size = max(1, request.get("maxResults", DEFAULT_PAGE_SIZE))
    items: list[R] = []
    last: Position | None = None
    for position, resource in store.walk(tokens.start(request), newest_first=newest_first):
        if len(items) == size and _passes(resource, tests):
            # There is at least one more, so a page after this one, which looks at it.
            return Page(items, tokens.after(last))
        if isinstance(resource, Lifecycle):
            resource.look()
        if _passes(resource, tests):
            if len(items) == size:
                return Page(items, tokens.after(last))
            items.append(resource)
        last = position
    return Page(items, None)


#: Members of a List request that do not filter.
CONTROLS = frozenset({"sortBy", "sortOrder", "maxResults", "nextToken"})


def _passes(resource: R, tests: list[Test]) -> bool:
    """Whether a resource is there as of now, and passes the filters."""
    if isinstance(resource, Lifecycle):
        resource.settle()
        if resource.is_gone:
            return False
    return all(passes(resource) for passes in tests)


def _test(filters: Filters, member: str, value: Json) -> Test:
    if member not in filters:
        # A newer service model may have filters that an older release of ours lacks.
        msg = f"The filter {member} is not implemented by bedrock_mock: leave it out."
        raise NotImplementedException(msg)
    passes = filters[member]
    return lambda resource: passes(resource, value)


def equals(attribute: str) -> Filter:
    """A filter: an attribute is the value that the request gives."""
    return lambda resource, value: bool(getattr(resource, attribute) == value)


def contains(attribute: str) -> Filter:
    """A filter: an attribute contains the text that the request gives; case matters."""
    return lambda resource, value: value in getattr(resource, attribute)


def later(attribute: str) -> Filter:
    """A filter: a moment is after the one that the request gives."""
    return lambda resource, value: bool(getattr(resource, attribute) > value)


def earlier(attribute: str) -> Filter:
    """A filter: a moment is before the one that the request gives."""
    return lambda resource, value: bool(getattr(resource, attribute) < value)


#: The filters that nearly all List operations have.
BY_CREATION_TIME: Filters = {
    "creationTimeAfter": later("creation_time"),
    "creationTimeBefore": earlier("creation_time"),
}


class _Tokens:
    """Page tokens: a position and a digest that binds it to scope and filters."""

    def __init__(self, scope: str, request: Mapping[str, Any]) -> None:
        bound = {k: str(v) for k, v in request.items() if k not in ("maxResults", "nextToken")}
        self._key = hashlib.blake2b(json.dumps([scope, bound], sort_keys=True).encode()).digest()

    def after(self, position: Position | None) -> str:
        """The token of the page that begins behind a position."""
        assert position is not None  # noqa: S101 - a full page has a last item
        moment, serial = position
        payload = f"{(moment - _EPOCH) // timedelta(microseconds=1)}.{serial}".encode()
        return self._encoded(payload)

    def start(self, request: Mapping[str, Any]) -> Position | None:
        """The position that the request's token names, ``None`` where it has no token."""
        token = request.get("nextToken")
        if token is None:
            return None
        try:
            raw = base64.b64decode(token, altchars=b"-_", validate=True)
        except ValueError:
            raw = b""
        payload = raw[_DIGEST_SIZE:]
        # Decoding is lenient in the last character, so the token is encoded again and compared.
        if token != self._encoded(payload):
            msg = "The provided nextToken is invalid. Send it with the filters it was given for."
            raise ValidationException(msg)
        microseconds, serial = map(int, payload.split(b"."))
        return _EPOCH + timedelta(microseconds=microseconds), serial

    def _encoded(self, payload: bytes) -> str:
        digest = hashlib.blake2b(payload, key=self._key, digest_size=_DIGEST_SIZE).digest()
        return base64.urlsafe_b64encode(digest + payload).decode()
