"""Rerank of Cohere and Amazon: documents by how well they suit a query.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-supported.html
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Family, Said, prompted
from bedrock_mock.services.bedrock_runtime.families.schema import (
    COUNT,
    INTEGER,
    STRING,
    Schema,
    open_body,
)

_DIGITS = 6
_MOST = 2**32


#: What the bodies of both have.
_MEMBERS = {"query": STRING, "documents": Schema("JSONArray", 1), "top_n": COUNT}


class Rerank(Family):
    """The best documents come first; scores are made from the texts, or those of a reply."""

    schema: ClassVar = open_body("query", "documents", **_MEMBERS)
    streams = False
    counts_input = counts_output = False
    is_text = False

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The query."""
        return prompted(body["query"])

    def answer(self, said: Said) -> dict[str, Any]:
        """The documents by their scores."""
        documents = said.body["documents"]
        given = said.reply.scores
        scores = [_score(said.body["query"], each) for each in documents]
        if given is not None:
            scores = [*given, *scores[len(given) :]][: len(documents)]
        ranked = sorted(enumerate(scores), key=lambda each: -each[1])
        results = [{"index": index, "relevance_score": score} for index, score in ranked]
        return {"results": results[: said.body.get("top_n", len(results))]}


class CohereRerank(Rerank):
    """Cohere's, which needs the version of its interface."""

    schema: ClassVar = open_body(
        "query", "documents", "api_version", **_MEMBERS, api_version=INTEGER
    )


def _score(query: str, document: Json) -> float:
    digest = sha256(f"{query}\n{document}".encode()).digest()
    return round(int.from_bytes(digest[:4], "big") / _MOST, _DIGITS)
