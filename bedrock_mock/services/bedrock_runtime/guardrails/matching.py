"""What stands in the texts: words, personal data, and what matches regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol import bounded_patterns
from bedrock_mock.protocol.errors import NotImplementedException, ValidationException
from bedrock_mock.services.bedrock_runtime.guardrails import entities
from bedrock_mock.services.bedrock_runtime.guardrails.evaluated import Content
from bedrock_mock.services.bedrock_runtime.guardrails.hits import NONE, Hit, action_of

if TYPE_CHECKING:
    from bedrock_mock.scripting.detections import Detection

_SENSITIVE = "sensitiveInformationPolicy"
#: The characters of scripts that have no spaces between words: Thai and Lao, Burmese, Khmer, kana,
#: and the ideographs of Chinese and Japanese.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\U00020000-\U0003ffff"
)
#: A character that words are made of, in the other scripts.
_SPACED = rf"[^\W{_UNSPACED}]"


def words(content: Content) -> Iterator[Hit]:
    """The custom words and the profanities that stand in the texts, in any case."""
    for word in content.entries("word_policy", "words"):
        action = action_of(word, content.source)
        yield from _words(content, [word["text"]], "customWords", {}, action)
    for each in content.entries("word_policy", "managedWordLists"):
        action = action_of(each, content.source)
        more = {"type": each["type"]}
        yield from _words(content, content.profanities, "managedWordLists", more, action)


def _words(
    content: Content, wanted: Sequence[str], part: str, more: Mapping[str, str], action: str
) -> Iterator[Hit]:
    for place, text in content.texts:
        folded = text.casefold()
        for word in wanted:
            # Most words are not there, and this finds it out sooner.
            for found in _word(word).finditer(text) if word.casefold() in folded else ():
                item = {"match": found[0], **more, "action": action}
                yield Hit("wordPolicy", part, item, place, found.span())


def _word(word: str) -> re.Pattern[str]:
    """A word or phrase that is not part of a longer word."""
    before = f"(?<!{_SPACED})" if re.match(_SPACED, word) else ""
    after = f"(?!{_SPACED})" if re.search(rf"{_SPACED}\Z", word) else ""
    return re.compile(f"{before}{re.escape(word)}{after}", re.IGNORECASE)


def personal_data(content: Content) -> Iterator[Hit]:
    """The entities that patterns find, or that the test says are there."""
    for entity in content.entries("sensitive_information_policy", "piiEntities"):
        kind, action = entity["type"], action_of(entity, content.source)
        is_found = False
        for place, text in content.texts:
            for start, end in entity_spans(kind, text, content.detected[place]):
                is_found = True
                item = {"match": text[start:end], "type": kind, "action": action}
                mask = f"{{{kind}}}"
                yield Hit(_SENSITIVE, "piiEntities", item, place, (start, end), mask)
        if not is_found:
            item = {"match": "", "type": kind, "action": NONE}
            yield Hit(_SENSITIVE, "piiEntities", item, is_detected=False)


def entity_spans(kind: str, text: str, detected: Sequence[Detection]) -> list[tuple[int, int]]:
    """Where a text has an entity of a type, by a pattern or by what the test says."""
    said = {each for one in detected for each in one.entities.get(kind, ())}
    spans = [found.span() for each in said for found in re.finditer(re.escape(each), text)]
    return sorted({*spans, *entities.find(kind, text)})


def expressions(content: Content) -> Iterator[Hit]:
    """What matches the regular expressions of the guardrail."""
    for each in content.entries("sensitive_information_policy", "regexes"):
        action = action_of(each, content.source)
        for place, text in content.texts:
            for start, end in _matches(each, text):
                item = {
                    "name": each["name"],
                    "match": text[start:end],
                    "regex": each["pattern"],
                    "action": action,
                }
                yield Hit(_SENSITIVE, "regexes", item, place, (start, end), f"{{{each['name']}}}")


def _matches(regex: Mapping[str, Any], text: str) -> Sequence[tuple[int, int]]:
    try:
        return bounded_patterns.spans(regex["pattern"], text)
    except (re.error, OverflowError, RecursionError) as error:
        msg = (
            f"bedrock_mock evaluates regular expressions as Python does, which cannot read "
            f"{regex['name']!r} of the guardrail: {error}."
        )
        raise NotImplementedException(msg) from None
    except bounded_patterns.TooSlowError as error:
        msg = f"The regular expression {regex['name']!r} of the guardrail is too slow: {error}."
        raise ValidationException(msg) from None
