"""What a test asks of the calls that were made: filtered by operation, counted, compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from difflib import get_close_matches, ndiff
from pprint import pformat
from typing import Any, overload

from bedrock_mock.mock.asked import asked_of, meets
from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.calls import Call, matches
from bedrock_mock.scripting.model_call import ModelCall

__all__ = ["Call", "Calls"]

#: How many of the calls that come nearest to what was expected are shown.
_NEAREST = 3


class Calls(Sequence[Call]):
    """Calls in the order in which they were answered.

    Example::

        call = bedrock.calls.of("CreateModelImportJob").once(importedModelName="model")
        assert call.response["jobArn"].startswith("arn:aws:bedrock:eu-west-1:")
    """

    def __init__(
        self, calls: Iterable[Call], models: Sequence[Any] = (), of: str = "any operation"
    ) -> None:
        self._calls = tuple(calls)
        #: botocore's ServiceModels, which know operations and their members.
        self._models = models
        self._of = of

    @classmethod
    def from_record(cls, record: Iterable[Mapping[str, Any]]) -> Calls:
        """The calls that the verb ``calls`` gives, in the process or as JSON."""
        from bedrock_mock.services import SERVICES  # noqa: PLC0415 - it loads moto

        protocols = {service.name: service.protocol for service in SERVICES}
        found = []
        for call in record:
            request = dict(call["request"])
            moments = protocols[call["service"]].operation(call["operation"]).moments
            for name in moments & request.keys():
                request[name] = _moment(request[name])
            asked = call["asked"] and ModelCall(**call["asked"])
            more = {"request": request, "time": _moment(call["time"]), "asked": asked}
            found.append(Call(**{**call, **more}))
        return cls(found, [protocol.model for protocol in protocols.values()])

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> Calls: ...
    def __getitem__(self, index: int | slice) -> Call | Calls:
        """One call, or a stretch of them."""
        if isinstance(index, slice):
            return Calls(self._calls[index], self._models, self._of)
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __repr__(self) -> str:
        return f"<{len(self)} calls of {self._of}>"

    def of(
        self, operation: str, *, region_name: str | None = None, account_id: str | None = None
    ) -> Calls:
        """The calls of one operation, from anywhere unless a region or account is given.

        Raises:
            ValueError: the service has no such operation.
        """
        names = [name for model in self._models for name in model.operation_names]
        if operation not in names:
            close = ", ".join(get_close_matches(operation, names))
            msg = f"Unknown operation {operation!r}. Did you mean: {close or 'another one'}?"
            raise ValueError(msg)
        return Calls(
            (
                call
                for call in self
                if call.operation == operation
                and region_name in (None, call.region_name)
                and account_id in (None, call.account_id)
            ),
            self._models,
            operation,
        )

    def once(self, **members: Json) -> Call:
        """The one call whose request has these members.

        Args:
            members: what the request must have at least; a dict among them, too, is what
                must at least be there. Of Converse, InvokeModel and their streams also what
                the model was asked, for every family: ``model``, ``user`` and ``system`` as
                in ``reply``, ``tools`` (names that were offered) and ``messages`` (in the form
                of Converse).

        Raises:
            AssertionError: no call matches, or more than one; it shows the nearest calls.
        """
        (call,) = self.times(1, **members)
        return call

    def never(self, **members: Json) -> None:
        """No call has a request with these members.

        Raises:
            AssertionError: there is one.
        """
        self.times(0, **members)

    def times(self, count: int, **members: Json) -> Calls:
        """The calls whose request has these members; their number must be ``count``.

        Raises:
            AssertionError: they are more, or fewer; it shows what comes nearest.
            ValueError: the operation has no such member.
        """
        asked = asked_of(self._of, members)
        self._check_members(members.keys() - asked.keys())
        met = [call for call in self if _meets(call, members, asked)]
        if len(met) != count:
            raise AssertionError(self._difference(count, met, members))
        return Calls(met, self._models, self._of)

    def _check_members(self, members: Collection[str]) -> None:
        """A member that is misspelt would never be there."""
        model = next((each for each in self._models if self._of in each.operation_names), None)
        if model is None:
            return
        known = model.operation_model(self._of).input_shape.members
        for member in members:
            if member not in known:
                has = ", ".join(get_close_matches(member, known) or known) or "no members"
                msg = f"{self._of} has no member {member!r}; it has: {has}"
                raise ValueError(msg)

    def _difference(self, count: int, met: list[Call], members: dict[str, Any]) -> str:
        wanted = f" with {_listed(members)}" if members else ""
        lines = [f"{self._of}{wanted}: {len(met)} calls, not {count} (of {len(self)} in all)"]
        asked = asked_of(self._of, members)
        shown = met or sorted(self, key=lambda call: -_likeness(call, members, asked))
        for call in shown[:_NEAREST]:
            answer = call.error["Code"] if call.error else "answered"
            lines.append(
                f"\n{call.operation} from {call.account_id} in {call.region_name} at "
                f"{call.time:%H:%M:%S}: {answer}"
            )
            if members:
                seen = {name: getattr(call, name) for name in asked}
                seen |= _part_of(call.request, _rest(members, asked))
                compared = ndiff(_rows(members), _rows(seen))
                lines += [f"  {line}" for line in compared if not line.startswith("?")]
            else:
                lines += [f"    {row}" for row in _rows(call.request)]
        if members and shown:
            lines.append("\n(- expected, + called)")
        return "\n".join(lines)


def _rest(members: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The expectations that are about members of the request."""
    return {name: value for name, value in members.items() if name not in asked}


def _meets(call: Call, members: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    if asked and not meets(call, asked):
        return False
    return matches(_rest(members, asked), call.request)


def _likeness(call: Call, expected: Mapping[str, Any], asked: Mapping[str, Any]) -> float:
    """How much of what is expected is there; a member of another value counts half."""
    of_members = sum(
        1.0 if matches({name: value}, call.request) else 0.5 * (name in call.request)
        for name, value in _rest(expected, asked).items()
    )
    return of_members + sum(meets(call, {name: value}) for name, value in asked.items())


def _part_of(actual: Json, expected: Json) -> Json:
    """What of ``actual`` is spoken of in ``expected``."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return {n: _part_of(actual[n], value) for n, value in expected.items() if n in actual}
    return actual


def _rows(members: Mapping[str, Any]) -> list[str]:
    return [
        row
        for name, value in sorted(members.items())
        for row in f"{name} = {pformat(value, width=80)}".splitlines()
    ]


def _listed(members: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in members.items())


def _moment(value: Json) -> datetime:
    """A moment as users have it, in UTC: the stores have it naive, and JSON as text."""
    moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
