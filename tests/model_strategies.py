"""Requests by botocore's service model: generated, and broken in one place."""

from __future__ import annotations

import base64
import copy
import json
from datetime import timezone
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import requests
from botocore.loaders import Loader
from botocore.model import ServiceModel
from hypothesis import strategies as st

from bedrock_mock.protocol.patterns import compiled
from bedrock_mock.services import SERVICES
from support import endpoint_of

#: Enums that the real service does not enforce.
OPEN_ENUMS = {"EvaluationTaskType"}
#: Shapes whose maximum and pattern it checks with texts of its own, which name no member.
OPEN_LIMITS = {name for service in SERVICES for name in service.departures.open_limits}
CHARACTERS = st.characters(codec="utf-8")
NUMBERS = ("integer", "long", "float", "double")
# By these a server behind localhost knows whom a request is for.
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20300101/us-east-1/bedrock/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
#: A body larger than this is not worth a test.
LARGEST = 200_000


class Wire:
    """A service as it is asked past all that an SDK would put right or refuse.

    Args:
        service: its name in botocore.
    """

    def __init__(self, service):
        self.service = service
        self.model = ServiceModel(Loader().load_service_model(service, "service-2"), service)

    @property
    def endpoint(self):
        """Where the mocked service is: in this process or in a server."""
        return endpoint_of(self.service)

    def send(self, method, path, body=b"", **headers):
        """Sends an HTTP request as it is."""
        return requests.request(
            method,
            self.endpoint + path,
            data=body if isinstance(body, bytes) else json.dumps(body),
            headers={"Authorization": AUTHORIZATION, **headers},
            timeout=30,
        )

    def call(self, name, request):
        """Sends a request, given in wire names, to an operation of the model."""
        operation = self.model.operation_model(name)
        shape = operation.input_shape
        path, query, headers, body = operation.http["requestUri"], {}, {}, dict(request)
        for member in request.keys() & shape.members.keys():
            location = shape.members[member].serialization.get("location")
            wire_name = shape.members[member].serialization.get("name")
            if location == "uri":
                path = path.replace(f"{{{member}}}", quote(body.pop(member), safe=""))
            elif location == "header":
                headers[wire_name] = body.pop(member)
            elif location == "querystring":
                value = body.pop(member)
                query[wire_name or member] = json.dumps(value) if isinstance(value, bool) else value
        if payload := shape.serialization.get("payload"):
            body = base64.b64decode(body.get(payload) or "")
        if operation.http["method"] in ("POST", "PUT", "PATCH"):
            return self.send(operation.http["method"], path, body, **headers)
        return self.send(operation.http["method"], f"{path}?{urlencode(query)}")


CONTROL, RUNTIME = Wire("bedrock"), Wire("bedrock-runtime")
#: Most tests are about the control plane.
MODEL, send, call = CONTROL.model, CONTROL.send, CONTROL.call


# --- valid values --------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=5,
)


class Valid:
    """Strategies of the values that a shape allows, as they stand on the wire.

    Args:
        known: strategies for shapes, by name, of which not every value is of use:
            identifiers of what exists, roles of the own account.
    """

    def __init__(self, known):
        self._strategies = dict(known)

    def of(self, shape):
        """The strategy of a shape."""
        if shape.name not in self._strategies:
            # A shape may contain itself.
            self._strategies[shape.name] = st.deferred(lambda: made)
            made = self._make(shape)
            self._strategies[shape.name] = made
        return self._strategies[shape.name]

    def _make(self, shape):
        low, high = bounds(shape)
        if kind(shape) == "document":
            return JSON.filter(lambda value: value is not None)
        if shape.type_name == "structure":
            members = {name: self.of(member) for name, member in shape.members.items()}
            if getattr(shape, "is_tagged_union", False):
                return st.one_of(
                    [st.fixed_dictionaries({name: value}) for name, value in members.items()]
                )
            required = {name: members.pop(name) for name in shape.required_members}
            return st.fixed_dictionaries(required, optional=members)
        if shape.type_name == "list":
            return st.lists(self.of(shape.member), min_size=low, max_size=min(high, low + 2))
        if shape.type_name == "map":
            size = {"min_size": low, "max_size": min(high, low + 2)}
            return st.dictionaries(self.of(shape.key), self.of(shape.value), **size)
        return {
            "string": self._string,
            "blob": lambda *_: st.binary(min_size=low, max_size=20).map(
                lambda value: base64.b64encode(value).decode()
            ),
            "timestamp": lambda *_: st.datetimes(timezones=st.just(timezone.utc)).map(
                lambda moment: moment.isoformat().replace("+00:00", "Z")
            ),
            "boolean": lambda *_: st.booleans(),
            "integer": lambda *_: st.integers(low, high),
            "long": lambda *_: st.integers(low, high),
            "float": lambda *_: st.floats(low, high),
            "double": lambda *_: st.floats(low, high),
        }[shape.type_name](shape, low, high)

    @staticmethod
    def _string(shape, low, high):
        if enum := shape.metadata.get("enum"):
            return st.sampled_from(enum + ["General"] * (shape.name in OPEN_ENUMS))
        if pattern := shape.metadata.get("pattern"):
            strings = st.from_regex(compiled(pattern), fullmatch=True, alphabet=CHARACTERS)
            return strings.filter(lambda value: low <= len(value) <= high)
        return st.text(CHARACTERS, min_size=low, max_size=min(high, low + 20))


def kind(shape):
    """The type of a shape; a document, which may be any JSON, is one of its own."""
    return "document" if getattr(shape, "is_document_type", False) else shape.type_name


def bounds(shape):
    """The least and the greatest length or value; without a bound, a big one."""
    default = (-(2**31), 2**31 - 1) if shape.type_name in NUMBERS else (0, 10**9)
    return shape.metadata.get("min", default[0]), shape.metadata.get("max", default[1])


# --- broken requests -----------------------------------------------------------------

ABSENT = object()


def changed(request, steps, value):
    """A copy of a request with another value, or none, at the end of these keys and indices."""
    if not steps:
        return value
    request = copy.deepcopy(request)
    at = request
    for step in steps[:-1]:
        at = at[step]
    if value is ABSENT:
        del at[steps[-1]]
    else:
        at[steps[-1]] = value
    return request


class Broken(NamedTuple):
    """A request with one fault: where it is, in the service's words, and what must answer it."""

    request: dict[str, Any]
    path: str
    fault: str
    code: str


class Place(NamedTuple):
    """A value in a request, and another one that breaks it."""

    steps: tuple[str | int, ...]
    path: tuple[str, ...]
    shape: Any
    fault: str
    value: Any


@st.composite
def broken(draw, shape, valid):
    """All that is to be had from one valid request by breaking it in one place."""
    request = draw(valid.of(shape))
    return [_break(draw, valid, request, place) for place in _places(shape, request, (), ())]


def _break(draw, valid, request, place):
    steps, path, shape, fault, value = place
    if fault == "two members":
        other = draw(st.sampled_from([name for name in shape.members if name not in value]))
        value = {**value, other: draw(valid.of(shape.members[other]))}
    elif fault == "too many" and shape.type_name == "list":
        value = [draw(valid.of(shape.member))] * (bounds(shape)[1] + 1)
    code = "SerializationException" if fault == "wrong type" else "ValidationException"
    return Broken(changed(request, steps, value), ".".join(path), fault, code)


def _places(shape, value, steps, path):
    """All places in this value."""
    location = shape.serialization.get("location")
    faults = [*_type_faults(shape, location), *_FAULTS.get(kind(shape), _none)(shape, value)]
    for fault, new in faults:
        # A request is an object, which leaves its type as it is.
        if _can_be_sent(location, new) and (steps or fault != "wrong type"):
            yield Place(steps, path, shape, fault, new)
    if kind(shape) == "structure":
        payload = shape.serialization.get("payload")
        for name, member in shape.members.items():
            if name == payload:
                # The body has any bytes.
                continue
            at = (*steps, name), (*path, name), member
            if name in shape.required_members and member.serialization.get("location") != "uri":
                yield Place(*at, "missing", ABSENT)
                yield Place(*at, "null", None)
            if name in value:
                yield from _places(member, value[name], *at[:2])
    elif kind(shape) == "list":
        for index, element in enumerate(value):
            at = (*steps, index), (*path, str(index + 1), "member")
            yield Place(*at, shape.member, "null", None)
            yield from _places(shape.member, element, *at)


def _can_be_sent(location, value):
    """Whether HTTP has room for a value: no path has an empty label, no header a new line."""
    if location == "header":
        return bool(value) and value.strip() == value
    return location != "uri" or bool(value)


_WRONG_TYPES = {"structure": [], "list": {}, "map": [], **dict.fromkeys(NUMBERS, "5")}


def _type_faults(shape, location):
    if location is None and kind(shape) != "document":
        yield "wrong type", _WRONG_TYPES.get(shape.type_name, 5)
    elif location and shape.type_name in (*NUMBERS, "timestamp"):
        yield "wrong type", "five"


def _none(_shape, _value):
    return ()


def _structure_faults(shape, value):
    if getattr(shape, "is_tagged_union", False):
        yield "no member", {}
        if len(shape.members) > 1:
            yield "two members", value


def _list_faults(shape, value):
    if shape.metadata.get("min"):
        yield "too few", value[: shape.metadata["min"] - 1]
    if "max" in shape.metadata and shape.name not in OPEN_LIMITS:
        yield "too many", value


def _map_faults(shape, _value):
    # All maps that have limits hold strings, or anything.
    fewest, most = bounds(shape)
    if fewest:
        yield "too few", {}
    if most < LARGEST:
        yield "too many", {f"key-{number}": "value" for number in range(most + 1)}
    if (longest := bounds(shape.key)[1]) < LARGEST:
        yield "key too long", {"k" * (longest + 1): "value"}


def _number_faults(shape, _value):
    if "min" in shape.metadata:
        yield "too small", shape.metadata["min"] - 1
    if "max" in shape.metadata:
        yield "too large", shape.metadata["max"] + 1


def _blob_faults(shape, _value):
    if bounds(shape)[0]:
        yield "too short", ""


def _string_faults(shape, value):
    low, high = bounds(shape)
    if low:
        yield "too short", value[: low - 1]
    has_limits = shape.name not in OPEN_LIMITS
    if high < LARGEST and has_limits:
        yield "too long", (value or "a") * (high // max(len(value), 1) + 1)
    if "enum" in shape.metadata and shape.name not in OPEN_ENUMS:
        yield "enum", f"{value}s"
    pattern = shape.metadata.get("pattern")
    if pattern and has_limits:
        for candidate in (f"{value}\n", "!" * max(low, 1), " ", "\n"):
            if low <= len(candidate) <= high and not compiled(pattern).fullmatch(candidate):
                yield "pattern", candidate
                break


_FAULTS = {
    "structure": _structure_faults,
    "list": _list_faults,
    "map": _map_faults,
    "blob": _blob_faults,
    "string": _string_faults,
    **dict.fromkeys(NUMBERS, _number_faults),
}
