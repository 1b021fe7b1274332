"""Citations of Claude in its own form and in that of Converse.

Source: https://docs.anthropic.com/en/docs/build-with-claude/citations
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: The places of a citation: what Converse and Claude call them, and their three numbers.
_PLACES = (
    (
        "documentChar",
        "char_location",
        ("document_index", "start_char_index", "end_char_index"),
    ),
    (
        "documentPage",
        "page_location",
        ("document_index", "start_page_number", "end_page_number"),
    ),
    (
        "documentChunk",
        "content_block_location",
        ("document_index", "start_block_index", "end_block_index"),
    ),
    (
        "searchResultLocation",
        "search_result_location",
        ("search_result_index", "start_block_index", "end_block_index"),
    ),
)
_SEARCH = "searchResultLocation"


def sent_citation(citation: Mapping[str, Any]) -> dict[str, Any] | None:
    """A citation of Converse as Claude sends it; ``None`` if its place is of another kind."""
    location = citation.get("location", {})
    for name, kind, members in _PLACES:
        if name in location:
            values = [location[name].get(member) for member in _numbers(name)]
            title = "title" if name == _SEARCH else "document_title"
            return {
                "type": kind,
                "cited_text": "".join(
                    each.get("text", "") for each in citation.get("sourceContent", ())
                ),
                title: citation.get("title"),
                **dict(zip(members, values, strict=True)),
            }
    return None


def read_citation(sent: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same the other way round."""
    for name, kind, members in _PLACES:
        if sent.get("type") == kind:
            place = zip(_numbers(name), (sent.get(member) for member in members), strict=True)
            title = sent.get("title" if name == _SEARCH else "document_title")
            return {
                "location": {name: dict(place)},
                "sourceContent": [{"text": sent.get("cited_text", "")}],
                **({} if title is None else {"title": title}),
            }
    return None


def _numbers(name: str) -> tuple[str, str, str]:
    return "searchResultIndex" if name == _SEARCH else "documentIndex", "start", "end"
