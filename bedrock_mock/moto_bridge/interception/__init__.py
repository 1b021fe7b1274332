"""Interception: what libraries other than boto3 send to Bedrock is answered in the process.

One adapter for each library, which replaces as little as it can, and is put in place when the
library is imported: those who do not use it pay nothing. Behind them is a guard on names.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from threading import get_ident
from types import ModuleType
from typing import Any

from bedrock_mock.moto_bridge.interception import names, requests_
from bedrock_mock.moto_bridge.replaced import REPLACED

_HERE = __name__
#: The module that is adapted, and the adapter.
LIBRARIES: Mapping[str, str] = {
    "http.client": "http_client",
    "urllib3.connection": "urllib3_",
    "httpx": "httpx_",
    # Its successor, which has the same transports.
    "httpx2": "httpx_",
    "aiohttp": "aiohttp_",
    "aiobotocore.endpoint": "aiobotocore_",
}


@contextmanager
def intercepted() -> Iterator[None]:
    """While this lasts, requests to Bedrock are answered, whichever library sends them.

    Without an active mock they go where they went before.
    """
    with ExitStack() as stack:
        adapted: list[ModuleType] = []

        def adapt(module: ModuleType) -> None:
            if any(each is module for each in adapted):
                return
            adapted.append(module)
            adapter = import_module(f"{_HERE}.{LIBRARIES[module.__name__]}")
            stack.enter_context(adapter.adapted(module))

        stack.enter_context(names.guarded())
        stack.enter_context(requests_.adapted())
        for name in LIBRARIES:
            if name in sys.modules:
                adapt(sys.modules[name])
        stack.enter_context(_imports_watched(adapt))
        yield


@contextmanager
def _imports_watched(adapt: Callable[[ModuleType], None]) -> Iterator[None]:
    """While this lasts, libraries are adapted as soon as they are imported."""
    with REPLACED.first(sys.meta_path, _Finder(adapt)):
        yield


class _Finder(MetaPathFinder):
    """Finds what the others find, and has libraries adapted when they have been executed."""

    def __init__(self, adapt: Callable[[ModuleType], None]) -> None:
        self._adapt = adapt
        #: The threads that look for a library, and its name.
        self._finding: set[tuple[int, str]] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's spec, if it is one of our libraries."""
        finding = (get_ident(), fullname)
        # One of the others may ask all finders, too.
        if fullname not in LIBRARIES or finding in self._finding:
            return None
        self._finding.add(finding)
        try:
            others = (each for each in sys.meta_path if each is not self)
            found = (each.find_spec(fullname, path, target) for each in others)
            spec = next(filter(None, found), None)
        finally:
            self._finding.remove(finding)
        if spec is not None:
            self._follow(fullname, spec.loader)
        return spec

    def _follow(self, fullname: str, loader: Any) -> None:  # noqa: ANN401 - of any kind
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            if module.__name__ == fullname:
                # The loader is again what it was, for those who ask the module for it.
                vars(loader).pop("exec_module", None)
                # It is no longer among the finders when interception has ended.
                if any(each is self for each in sys.meta_path):
                    self._adapt(module)

        loader.exec_module = exec_module
