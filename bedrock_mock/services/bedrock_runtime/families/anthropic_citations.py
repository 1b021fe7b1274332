"""Citations of Claude in its own form and in that of Converse.

Source: https://docs.anthropic.com/en/docs/build-with-claude/citations
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SEARCH = "searchResultLocation"
#: The places of a citation by Converse's names: Claude's, and what Claude counts there.
_PLACES: Mapping[str, tuple[str, str]] = {
    "documentChar": ("char_location", "char_index"),
    "documentPage": ("page_location", "page_number"),
    "documentChunk": ("content_block_location", "block_index"),
    _SEARCH: ("search_result_location", "block_index"),
}


def sent_citation(citation: Mapping[str, Any]) -> dict[str, Any] | None:
    """A citation of Converse as Claude sends it; ``None`` if its place is of another kind."""
    location = citation.get("location", {})
    for name, (kind, _) in _PLACES.items():
        if name in location:
            place = location[name]
            return {
                "type": kind,
                "cited_text": "".join(
                    each.get("text", "") for each in citation.get("sourceContent", ())
                ),
                _title(name): citation.get("title"),
                **{claudes: place.get(ours) for ours, claudes in _numbers(name).items()},
            }
    return None


def read_citation(sent: Mapping[str, Any]) -> dict[str, Any] | None:
    """A citation of Claude as Converse sends it; ``None`` if its place is of another kind."""
    for name, (kind, _) in _PLACES.items():
        if sent.get("type") == kind:
            place = {ours: sent.get(claudes) for ours, claudes in _numbers(name).items()}
            title = sent.get(_title(name))
            return {
                "location": {name: place},
                "sourceContent": [{"text": sent.get("cited_text", "")}],
                **({} if title is None else {"title": title}),
            }
    return None


def _title(name: str) -> str:
    return "title" if name == _SEARCH else "document_title"


def _numbers(name: str) -> dict[str, str]:
    """The numbers of a place: Claude's names by Converse's."""
    _, counted = _PLACES[name]
    index = ("documentIndex", "document_index")
    if name == _SEARCH:
        index = ("searchResultIndex", "search_result_index")
    return dict([index, ("start", f"start_{counted}"), ("end", f"end_{counted}")])
