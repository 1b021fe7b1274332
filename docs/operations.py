"""Write docs/operations.md from the installed service model; notes in it are kept."""

from __future__ import annotations

import re
from pathlib import Path

from bedrock_mock.moto_bridge.backends import backends_of
from bedrock_mock.services import SERVICES

DOCUMENT = Path(__file__).with_name("operations.md")
HEAD = """# Operations

Every operation of `bedrock` and `bedrock-runtime`, and whether this mock implements it. The others
raise `NotImplementedError`; the server answers 501. `python docs/operations.py` writes the tables
from the installed service models, and keeps the notes.
"""
TABLE = """
## {service}

| operation | implemented | note |
|---|---|---|
"""


def rows(text: str) -> dict[str, tuple[str, str]]:
    """Whether each operation is implemented and its note, as a document says."""
    found = re.findall(r"^\| `(\w+)` \| (yes|no) \|(.*)\|$", text, re.MULTILINE)
    return {name: (implemented, note.strip()) for name, implemented, note in found}


def document(text: str) -> str:
    """The document for the installed service models, with the notes of an older one."""
    before = rows(text)
    lines = [HEAD]
    for service in SERVICES:
        lines.append(TABLE.format(service=service.name))
        handlers = backends_of(service)["123456789012"]["us-east-1"].handlers
        for name in sorted(service.protocol.model.operation_names):
            note = before.get(name, ("", ""))[1]
            implemented = "yes" if name in handlers else "no"
            lines.append(f"| `{name}` | {implemented} |{f' {note} ' if note else ' '}|\n")
    return "".join(lines)


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
