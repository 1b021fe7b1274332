"""The rules of the house: which folder of the package may import what."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bedrock_mock

ROOT = Path(bedrock_mock.__file__).parent
#: The modules of moto_bridge that import nothing of ours.
LEAVES = {
    f"moto_bridge.{name}"
    for name in ("access_keys", "caller", "clock", "headers", "ids", "neighbours", "sagemaker")
}
#: What each folder may import of ours, beside itself.
ALLOWED = {
    "protocol": set(),
    "resources": {
        "protocol",
        "scripting.scripts",
        "scripting.scripted",
        "scripting.exchange",
        *LEAVES,
    },
    "services": {
        "resources",
        "protocol",
        "scripting.detections",
        "scripting.exchange",
        "scripting.model_call",
        "scripting.reply",
        "scripting.reply_checks",
        *LEAVES,
    },
}
#: The folders that ask the list of services; they load it when a mock or a server starts.
ASKING = {"mock", "server", "moto_bridge", "scripting"}


def modules(folder):
    return sorted(ROOT.joinpath(folder).rglob("*.py"))


def imports(path, *, at_run_time=True):
    """The modules that a file imports, without those for type checkers only."""
    tree = ast.parse(path.read_text("utf-8"))
    hidden = {
        id(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for each in ast.walk(node)
    }
    for node in ast.walk(tree):
        if at_run_time and id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path):
    prefix = "bedrock_mock."
    return {name.removeprefix(prefix) for name in imports(path) if name.startswith(prefix)}


def is_allowed(name, folder):
    allowed = ALLOWED[folder] | {folder}
    return any(
        name == each or name.startswith(f"{each}.") or each.startswith(f"{name}.")
        for each in allowed
    )


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_imports_only_what_it_may(folder):
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in ours(path)
        if not is_allowed(name, folder)
    }
    assert wrong == set()


def test_the_list_of_services_is_asked_by_four_folders():
    asking = {
        path.relative_to(ROOT).parts[0]
        for path in sorted(ROOT.rglob("*.py"))
        if "services" in ours(path)
    }
    assert asking == ASKING


def test_importing_the_package_loads_no_service():
    code = "import sys, bedrock_mock; print([n for n in sys.modules if n.startswith('moto')])"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout == "[]\n"


def test_protocol_does_not_know_moto():
    assert not [
        path for path in modules("protocol") for name in imports(path) if name.startswith("moto")
    ]


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_the_leaves_of_moto_bridge_import_nothing_else_of_ours(name):
    path = ROOT / f"{name.replace('.', '/')}.py"
    if path.exists():
        # From such a module come the names in it.
        leaves = LEAVES | {"moto_bridge"}
        assert {each for each in ours(path) if not each.startswith(tuple(LEAVES))} <= leaves


@pytest.mark.parametrize(
    "path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_nothing_imports_the_plugin_or_the_command_line(path):
    assert not ours(path) & {"pytest_plugin", "__main__"}
