"""Which operation of a service a method and path mean."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from botocore.model import ServiceModel

_LABEL = re.compile(r"\{(\w+)\+?\}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

#: How many paths are kept with what they mean.
_KEPT = 256

#: An operation and the labels of its path.
Route = tuple[str, dict[str, str]]


class Routes:
    """The paths of a service model."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        # A program calls the same few paths over and over.
        self._route = lru_cache(maxsize=_KEPT)(self._searched)

    def route(self, method: str, path: str) -> Route | None:
        """The operation that a request means, and its path labels, or ``None``.

        ``path`` is the path as it was sent. A label may be percent-encoded or not, so an
        ARN's slashes may stand in it as they are.
        """
        found = self._route(method, path)
        return found and (found[0], {**found[1]})

    def _searched(self, method: str, path: str) -> Route | None:
        path = path.rstrip("/")
        name = self._literal.get((method, path))
        if name is not None:
            return name, {}
        for pattern, candidate in self._labelled.get(method, ()):
            if match := pattern.fullmatch(path):
                return candidate, {k: unquote(v) for k, v in match.groupdict().items()}
        return None

    def knows(self, path: str) -> bool:
        """Whether any operation has this path, with any HTTP method."""
        return any(self.route(method, path) for method in _METHODS)

    @cached_property
    def _literal(self) -> dict[tuple[str, str], str]:
        return {(method, uri): name for name, method, uri in self._uris() if not _LABEL.search(uri)}

    @cached_property
    def _labelled(self) -> dict[str, list[tuple[re.Pattern[str], str]]]:
        """By method, the paths with labels; those with more fixed text come first."""
        routes: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        uris = [entry for entry in self._uris() if _LABEL.search(entry[2])]
        for name, method, uri in sorted(uris, key=lambda entry: -len(_LABEL.sub("", entry[2]))):
            pattern = re.compile(_LABEL.sub(r"(?P<\1>.+)", uri), re.DOTALL)
            routes.setdefault(method, []).append((pattern, name))
        return routes

    def _uris(self) -> list[tuple[str, str, str]]:
        models = map(self._model.operation_model, self._model.operation_names)
        return [
            (m.name, m.http["method"], m.http["requestUri"].split("?")[0].rstrip("/"))
            for m in models
        ]
