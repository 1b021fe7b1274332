"""What a test says that guardrails detect: the findings that need a model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.scripting.replies import TextTest, passes
from bedrock_mock.scripting.where import Where

#: Confidences and the least score of each, for checks that report scores.
CONFIDENCES: Mapping[str, float] = {"NONE": 0.0, "LOW": 0.3, "MEDIUM": 0.6, "HIGH": 0.9}
_SOURCES = ("INPUT", "OUTPUT")
_DETECTED = ("topics", "filters", "entities", "grounding", "relevance", "findings")


@dataclass(frozen=True)
class Detection:
    """One declaration of a test.

    Attributes:
        where: the region and the account that it is for.
        text: a test of the text; ``None``: any text, and images.
        guardrail: the id, ARN or name of the guardrail; ``None``: any.
        source: ``INPUT`` or ``OUTPUT``; ``None``: both.
        topics: the names of the topics that are found.
        filters: the score from 0 to 1 of each category of harmful content or prompt attack.
        entities: the texts that are entities, by type.
        grounding, relevance: scores from 0 to 1.
        findings: findings of automated reasoning, in the form of the service.
    """

    where: Where
    text: TextTest | None
    guardrail: str | None
    source: str | None
    topics: Collection[str]
    filters: Mapping[str, float]
    entities: Mapping[str, Sequence[str]]
    grounding: float | None
    relevance: float | None
    findings: Sequence[Mapping[str, Any]]

    def is_about(self, text: str | None, names: Collection[str], source: str | None) -> bool:
        """Whether it is for this text (``None``: an image), guardrail and direction."""
        if self.guardrail is not None and self.guardrail not in names:
            return False
        if source is not None and self.source not in (None, source):
            return False
        return self.text is None or (text is not None and passes(self.text, text))


class Detections:
    """All declarations; those that fit a text hold together, a later one before an earlier."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._all: list[Detection] = []

    def clear(self) -> None:
        """Forgets all declarations."""
        with self._lock:
            self._all = []

    def add(self, detection: Detection) -> None:
        """From now on, guardrails detect this."""
        with self._lock:
            self._all.append(detection)

    def of(
        self,
        text: str | None,
        names: Collection[str],
        source: str | None,
        where: tuple[str, str],
    ) -> list[Detection]:
        """The declarations for a text, the latest first.

        Args:
            text: the text, or ``None`` for an image.
            names: the id, ARN and name of the guardrail; empty without a guardrail.
            source: ``INPUT`` or ``OUTPUT``; ``None`` without a direction.
            where: the region and the account of the call.
        """
        with self._lock:
            known = [each for each in self._all if each.where.includes(*where)]
        # A function of the test is called without the lock: it may call the service.
        return [each for each in reversed(known) if each.is_about(text, names, source)]


def detection(
    where: Where, said: Mapping[str, Any], types: Mapping[str, Collection[str]]
) -> Detection:
    """A declaration, checked.

    Args:
        where: the region and the account that it is for.
        said: the other arguments of the verb ``detect``; ``None`` for those that are not given.
        types: the known names of ``filters``, ``entities`` and ``findings``.

    Raises:
        ValueError: a value makes no sense; the message says which values do.
    """
    if all(said[name] is None for name in _DETECTED):
        msg = f"detect: say what is detected, by at least one of {', '.join(_DETECTED)}"
        raise ValueError(msg)
    if said["source"] not in (None, *_SOURCES):
        msg = f"detect: source must be {' or '.join(_SOURCES)}, got {said['source']!r}"
        raise ValueError(msg)
    topics = said["topics"] or ()
    if isinstance(topics, str) or not all(isinstance(each, str) for each in topics):
        msg = f"detect: topics must be a list of names, got {topics!r}"
        raise ValueError(msg)
    filters, entities = said["filters"] or {}, said["entities"] or {}
    findings = said["findings"] or ()
    if not all(_is_finding(each) for each in findings):
        msg = (
            "detect: a finding is an object with one member, as in "
            f'{{"valid": {{"translation": {{...}}}}}}, got {findings!r}'
        )
        raise ValueError(msg)
    _check_names("filters", filters, types)
    _check_names("entities", entities, types)
    _check_names("findings", [name for each in findings for name in each], types)
    return Detection(
        where,
        said["text"],
        said["guardrail"],
        said["source"],
        tuple(topics),
        {name: _score(name, value) for name, value in filters.items()},
        {name: tuple(_texts(name, value)) for name, value in entities.items()},
        _optional_score("grounding", said["grounding"]),
        _optional_score("relevance", said["relevance"]),
        tuple(findings),
    )


def _check_names(what: str, names: Collection[str], types: Mapping[str, Collection[str]]) -> None:
    unknown = sorted(set(names) - set(types[what]))
    if unknown:
        known = ", ".join(sorted(types[what]))
        msg = f"detect: unknown {what}: {', '.join(unknown)}. Known {what}: {known}"
        raise ValueError(msg)


def _is_finding(finding: Json) -> bool:
    """Whether it has the form of a finding: a union, whose one member says what it is."""
    if not isinstance(finding, Mapping) or len(finding) != 1:
        return False
    (result,) = finding.values()
    translation = result.get("translation", {}) if isinstance(result, Mapping) else None
    return isinstance(translation, Mapping) and isinstance(
        translation.get("confidence", 1), (int, float)
    )


def _optional_score(name: str, value: Json) -> float | None:
    return None if value is None else _score(name, value)


def _score(name: str, value: Json) -> float:
    if isinstance(value, str) and value in CONFIDENCES:
        return CONFIDENCES[value]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    msg = f"detect: {name} must be {', '.join(CONFIDENCES)} or a score from 0 to 1, got {value!r}"
    raise ValueError(msg)


def _texts(name: str, value: Json) -> Iterator[str]:
    for each in value if isinstance(value, (list, tuple)) else [value]:
        if not isinstance(each, str) or not each:
            msg = f"detect: the entity {name} must be a text or a list of texts, got {value!r}"
            raise ValueError(msg)
        yield each


def confidence_of(score: float) -> str:
    """The confidence that a score stands for: the highest one that it reaches."""
    return [name for name, least in CONFIDENCES.items() if score >= least][-1]
