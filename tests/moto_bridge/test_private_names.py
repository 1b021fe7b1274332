"""Each private name of moto and botocore that the package touches has a canary.

The names are found by reading the code. A name counts as touched where it stands behind
something imported from another library, behind an object that does not define it, or as the text
of an attribute.
"""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

import bedrock_mock

ROOT = Path(bedrock_mock.__file__).parent
CANARIES = Path(__file__).with_name("test_canaries.py")
LIBRARIES = ("moto", "botocore", "boto3", "responses", "requests", "werkzeug")
#: Names that moto and botocore do not own: those of Python and pytest, and one of ours.
OTHERS = {
    "_perform",  # of bedrock_mock/mock/verb.py, for its subclasses
    "_replace",  # of named tuples
    "_at_fork_reinit",  # of Python's locks: tests/mock/test_fork.py
    "_pytestfixturefunction",
}


def is_private(name):
    return name.startswith("_") and not name.startswith("__") and len(name) > 1


def defined_in(tree):
    """The private names that the classes and functions of a module define."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        if isinstance(node, ast.ClassDef):
            for part in ast.walk(node):
                if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
                    if isinstance(part.value, ast.Name) and part.value.id in ("self", "cls"):
                        yield part.attr
                elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    yield part.id


def imported_by(tree):
    """The names of a module that are of other libraries, by the name of the import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in LIBRARIES:
                    yield (alias.asname or alias.name).split(".")[0], alias.name


def touched_by(code):
    """The private names of other libraries that a module touches."""
    tree = ast.parse(code)
    ours, foreign = set(defined_in(tree)), dict(imported_by(tree))
    # Parts of texts, and what is read of them, are no names.
    in_texts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            owner = node.value
            is_foreign = isinstance(owner, ast.Name) and owner.id in foreign
            if is_foreign or node.attr not in ours:
                yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
            if id(node) not in in_texts and name.isidentifier() and is_private(name):
                yield name
    for name, full_name in foreign.items():
        if any(is_private(part) for part in full_name.split(".")):
            yield name


def named_in(code):
    """All that a module names: attributes, texts, arguments and imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.alias):
            yield node.name


@pytest.mark.parametrize(
    "path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_each_private_name_that_is_touched_has_a_canary(path):
    canaries = {*named_in(CANARIES.read_text("utf-8"))}
    touched = {name for name in touched_by(path.read_text("utf-8")) if "bedrock_mock" not in name}
    assert touched - OTHERS - canaries == set(), f"write their canaries in {CANARIES.name}"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("found._value_buffer.seek(0)", {"_value_buffer"}),
        ("from moto import recorder\nrecorder._user_enabled", {"_user_enabled"}),
        ("from moto.moto_api._internal import urls\nurls.url_paths", {"urls"}),
        ("import moto._private\nmoto.x", {"moto"}),
        ("getattr(cls, '_hidden')", {"_hidden"}),
        ("f'{name}_backends'", set()),
        ("_ = '_'", set()),
        ("def wrapped(self):\n    self._config = None", {"_config"}),
        (
            """
            class Ours(BaseResponse):
                _kept = 1

                def method(self):
                    self._own = self._kept
                    self._method()
                    self._of_the_base()

                def _method(self):
                    pass
            """,
            {"_of_the_base"},
        ),
        (
            """
            from moto.moto_api import state_manager

            class Ours:
                def __init__(self):
                    self._transitions = state_manager._transitions
            """,
            {"_transitions"},
        ),
    ],
)
def test_private_names_are_found_in_code(code, expected):
    assert set(touched_by(textwrap.dedent(code))) == expected
