"""Reads invocation logs from files: those that the mock wrote, and those of the real service."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any

from bedrock_mock.protocol.json_text import strict
from bedrock_mock.protocol.types import Json

_GZIP = b"\x1f\x8b"
_SUFFIXES = (".json", ".jsonl", ".log", ".gz")
#: The number of names that a message lists if no name in the folder is similar.
_SHOWN = 5
#: Objects beside the logs: bodies that were delivered apart.
_BODIES = ("_input.json", "_output.json", "_input.json.gz", "_output.json.gz")


def read_logs(path: str | PathLike[str]) -> list[dict[str, Any]]:
    """The records of a file or of all files of a folder, the oldest first.

    Bodies that were delivered apart are put into their records, if they lie beside them.

    Args:
        path: a file of ModelInvocationLogs, one a line, plain or gzip; or a folder.

    Raises:
        ValueError: a file is not an invocation log, or a folder contains no such file.
        FileNotFoundError: there is no such file or folder; the message names similar ones.
        OSError: it cannot be read.
    """
    start = Path(path)
    if not start.exists():
        raise FileNotFoundError(_missing(start))
    files = _files(start) if start.is_dir() else [start]
    if not files:
        msg = f"replay: the folder {start} has no file of invocation logs ({', '.join(_SUFFIXES)})"
        raise ValueError(msg)
    records = [record for file in files for record in _records(file)]
    # Files are delivered in the order in which calls end.
    return sorted(records, key=lambda record: str(record.get("timestamp", "")))


def _missing(path: Path) -> str:
    """The message about a path that does not exist, with names that do."""
    folder = path.absolute().parent
    if not folder.is_dir():
        there = next(each for each in folder.parents if each.is_dir())
        hint = f"The folder {folder} is missing, too: of its path only {there} is there"
    else:
        names = sorted(each.name for each in folder.iterdir())
        close = get_close_matches(path.name, names) or names[:_SHOWN]
        hint = f"In {folder} there is: {', '.join(close)}" if close else f"{folder} is empty"
    return f"replay: there is no file or folder {str(path)!r}. {hint}"


def _files(folder: Path) -> list[Path]:
    found = sorted(each for each in folder.rglob("*") if each.is_file())
    return [
        each
        for each in found
        if each.name.endswith(_SUFFIXES) and not each.name.endswith(_BODIES)
        if "permission-check" not in each.name
    ]


def _records(file: Path) -> Iterator[dict[str, Any]]:
    number = 0
    try:
        for line in _unpacked(file).split(b"\n"):
            number += 1
            if line.strip():
                yield _record(line, file)
    except (ValueError, RecursionError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        where = f"{file}, line {number}" if number else str(file)
        msg = f"replay: {where} is not an invocation log: {error}"
        raise ValueError(msg) from None


def _record(line: bytes, file: Path) -> dict[str, Any]:
    record = strict(line)
    if not isinstance(record, dict) or record.get("schemaType") != "ModelInvocationLog":
        msg = "it is not an object with the schemaType ModelInvocationLog"
        raise ValueError(msg)
    for part in ("input", "output"):
        _put_together(record, part, file)
    return record


def _put_together(record: dict[str, Any], part: str, file: Path) -> None:
    """Puts a body that was delivered apart into its record, if it lies beside the file."""
    members = record.get(part) or {}
    name = str(members.get(f"{part}BodyS3Path", "")).rpartition("/")[2]
    for candidate in (file.parent / "data" / name, file.parent / name):
        if name and candidate.is_file():
            members[f"{part}BodyJson"] = _json_or_bytes(_unpacked(candidate))
            return


def _json_or_bytes(content: bytes) -> Json:
    try:
        return strict(content)
    except (ValueError, RecursionError):
        return content


def _unpacked(file: Path) -> bytes:
    content = file.read_bytes()
    return gzip.decompress(content) if content.startswith(_GZIP) else content
