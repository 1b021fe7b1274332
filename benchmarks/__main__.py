"""Runs the benchmarks one after the other, on a machine that it describes first.

    python -m benchmarks [--quick] [NAME ...]

Each compares this package with what a user has otherwise, in one run, and prints both. What lacks
a package is named and left out. The exit status is 1 where a script has failed.
"""

from __future__ import annotations

import argparse
import ast
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parent
#: What scripts need beside what they import: they start programs that do.
HIDDEN = {
    "server_throughput": ("cheroot", "flask"),
    "soak": ("cheroot", "flask"),
    "start": ("pytest",),
    "install": ("hatchling", "pip"),
}
#: What a package is installed by, where that is not its name.
INSTALLED_BY = {
    "cheroot": "'bedrock-mock[server]'",
    "flask": "'bedrock-mock[server]'",
    "bedrock_mock": "-e .",
}
QUICK = {
    "call": ("--calls", "50", "--rounds", "3"),
    "growth": ("--rounds", "1"),
    "server_throughput": ("--seconds", "0.5", "--rounds", "2"),
    "soak": ("--seconds", "5", "--rounds", "3"),
    "start": ("--rounds", "3"),
}
PACKAGES = ("bedrock-mock", "moto", "boto3", "botocore", "responses", "cheroot")


def main(arguments: Sequence[str] | None = None) -> int:
    scripts = {path.stem: path for path in sorted(FOLDER.glob("[!_]*.py"))}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a first impression")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(scripts)}")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(scripts):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    print(machine(), flush=True)
    results = [
        ran(scripts[name], QUICK.get(name, ()) if options.quick else ())
        for name in options.names or scripts
    ]
    return 0 if all(results) else 1


def machine() -> str:
    """What the figures depend on."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores{load}\n"
        f"{', '.join(f'{name} {installed(name)}' for name in PACKAGES)}"
    )


def installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


def ran(script: Path, arguments: Sequence[str]) -> bool:
    """Runs a script; whether it has not failed. One that lacks a package has not."""
    print(f"\n== {script.name} {' '.join(arguments)}".rstrip(), flush=True)
    if missing := [name for name in needed(script) if find_spec(name) is None]:
        packages = dict.fromkeys(INSTALLED_BY.get(name, name) for name in missing)
        print(f"left out: it lacks {', '.join(missing)}; pip install {' '.join(packages)}")
        return True
    done = subprocess.run([sys.executable, str(script), *arguments], check=False)
    if done.returncode:
        print(f"FAILED with status {done.returncode}", flush=True)
    return done.returncode == 0


def needed(script: Path) -> Iterator[str]:
    """The packages that a script imports, and those that it needs without."""
    found: dict[str, None] = {}
    for node in ast.walk(ast.parse(script.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update((alias.name.split(".")[0], None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found[node.module.split(".")[0]] = None
    found.update(dict.fromkeys(HIDDEN.get(script.stem, ())))
    return iter(found)


if __name__ == "__main__":
    sys.exit(main())
