"""The guardrails of one call to a model: before it is asked, and after it has answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bedrock_mock.services.bedrock_runtime.guardrails.content import (
    GROUNDING_SOURCE,
    GUARD,
    QUERY,
    Block,
)
from bedrock_mock.services.bedrock_runtime.guardrails.evaluation import Evaluation, evaluate
from bedrock_mock.services.bedrock_runtime.guardrails.hits import INPUT, OUTPUT
from bedrock_mock.services.bedrock_runtime.guardrails.stored import content_of, guardrail_version

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend

_REQUEST, _ENFORCED = "REQUEST", "ACCOUNT_ENFORCED"
SELECTIVE, COMPREHENSIVE = "SELECTIVE", "COMPREHENSIVE"


@dataclass
class Guard:
    """One guardrail of a call.

    Attributes:
        version: the version of the guardrail.
        origins: why it is used.
        system, messages: whether what the caller has marked selects what is evaluated.
    """

    version: Any
    origins: list[str]
    system: str = SELECTIVE
    messages: str = SELECTIVE


@dataclass(frozen=True)
class Text:
    """A text of a request that may be masked.

    Attributes:
        holder: the structure that it stands in.
        member: its name in that.
        qualifiers: what it is.
        is_marked: whether the caller has marked it as content to guard.
        is_system: whether it is of a system prompt.
    """

    holder: dict[str, Any]
    member: str = "text"
    qualifiers: Collection[str] = ()
    is_marked: bool = False
    is_system: bool = False

    @property
    def value(self) -> str | None:
        """The text; ``None`` for an image."""
        value: str | None = self.holder.get(self.member)
        return value


@dataclass
class Guarding:
    """What the guardrails of a call have found.

    Attributes:
        backend: whose call it is.
        guards: the guardrails.
        trace: ``enabled``, ``enabled_full`` or ``disabled``, in any case.
        inputs: the evaluations of the request, one for each guardrail.
        outputs: those of the answer.
    """

    backend: ServiceBackend
    guards: Sequence[Guard]
    trace: str = "disabled"
    inputs: list[Evaluation] = field(default_factory=list)
    outputs: list[Evaluation] = field(default_factory=list)
    _grounding: list[Block] = field(default_factory=list)

    @property
    def is_active(self) -> bool:
        """Whether the call has a guardrail."""
        return bool(self.guards)

    @property
    def has_trace(self) -> bool:
        """Whether the answer reports what was found."""
        return self.is_active and self.trace.lower().startswith("enabled")

    @property
    def message(self) -> str | None:
        """The message of the first guardrail that blocks, ``None`` if none does."""
        blocking = [each.outputs[0] for each in (*self.inputs, *self.outputs) if each.is_blocked]
        return blocking[0] if blocking else None

    @property
    def has_intervened(self) -> bool:
        """Whether something was blocked or masked."""
        return any(each.has_intervened for each in (*self.inputs, *self.outputs))

    @property
    def has_changed_answer(self) -> bool:
        """Whether the answer is not that of the model."""
        return any(each.has_intervened for each in self.outputs)

    @property
    def reason(self) -> str:
        """Why, in words: a line for the request, and one for the answer, if one intervened."""
        if not self.has_intervened:
            return self.inputs[0].reason
        return "\n".join(each.reason for each in (*self.inputs, *self.outputs))

    def check_request(self, texts: Sequence[Text], *, has_attacks: bool = True) -> None:
        """Evaluates a request, and masks its texts in place.

        Args:
            texts: all its texts, in order.
            has_attacks: whether prompt attacks are looked for.
        """
        for guard in self.guards:
            blocks = [
                Block(each.value, each.qualifiers, is_selected=is_selected)
                for each, is_selected in zip(texts, _selected(guard, texts), strict=True)
            ]
            evaluation = self._evaluate(guard, INPUT, blocks, has_attacks=has_attacks)
            self.inputs.append(evaluation)
            if not evaluation.is_blocked:
                for each, value in zip(texts, evaluation.texts, strict=True):
                    if value != each.value:
                        each.holder[each.member] = value
            # What is also content to guard was guarded as a part of the request.
            self._grounding = [
                Block(each.text, {*each.qualifiers} - {GUARD})
                for each in blocks
                if {GROUNDING_SOURCE, QUERY} & {*each.qualifiers}
            ]

    def check_answer(self, texts: Sequence[str]) -> list[str]:
        """Evaluates the texts of an answer; they come back with what is masked."""
        for guard in self.guards:
            blocks = [*self._grounding, *(Block(each) for each in texts)]
            evaluation = self._evaluate(guard, OUTPUT, blocks)
            self.outputs.append(evaluation)
            texts = [each or "" for each in evaluation.texts[len(self._grounding) :]]
        return list(texts)

    def _evaluate(
        self, guard: Guard, source: str, blocks: Sequence[Block], *, has_attacks: bool = True
    ) -> Evaluation:
        content = content_of(self.backend, guard.version, source, blocks, has_attacks=has_attacks)
        is_full = self.trace.lower() == "enabled_full"
        return evaluate(content, is_full=is_full, origins=guard.origins)


def _selected(guard: Guard, texts: Sequence[Text]) -> list[bool]:
    """Which texts of a request a guardrail looks at.

    System prompts are looked at only where they are marked, messages as a whole unless
    something in them is marked.

    Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
    """
    has_marks = any(each.is_marked for each in texts if not each.is_system)
    return [
        each.is_marked
        or (
            guard.system == COMPREHENSIVE
            if each.is_system
            else guard.messages == COMPREHENSIVE or not has_marks
        )
        for each in texts
    ]


def guarding_of(
    backend: ServiceBackend,
    names: Collection[str],
    identifier: str | None,
    number: str | None,
    trace: str | None,
) -> Guarding:
    """The guardrails of a call: the one that it names, and the one that the account enforces.

    Args:
        backend: whose call it is.
        names: the names of the model that is called.
        identifier: the guardrail that the call names; empty or ``None`` for no guardrail.
        number: the version that it names.
        trace: what the call asks for.

    Raises:
        ValidationException: the guardrail or the version that the call names does not exist.
    """
    guards = []
    if identifier:
        guards.append(Guard(guardrail_version(backend, identifier, number or ""), [_REQUEST]))
    enforced = _enforced(backend, names)
    if enforced is not None:
        if guards and guards[0].version is enforced.version:
            enforced.origins = [_REQUEST, _ENFORCED]
            guards = []
        guards.append(enforced)
    return Guarding(backend, guards, trace or "disabled")


def _enforced(backend: ServiceBackend, names: Collection[str]) -> Guard | None:
    """The guardrail that the account enforces for calls to a model."""
    control: Any = backend.sibling("bedrock")
    config = control.enforced_guardrails.config
    if config is None or not config.covers(names):
        return None
    version = guardrail_version(backend, config.guardrail_arn, config.guardrail_version)
    modes: Mapping[str, str] = config.selective_content_guarding or {}
    return Guard(version, [_ENFORCED], **modes)
