"""Write docs/operations.md from the installed service model; notes in it are kept."""

from __future__ import annotations

import re
from pathlib import Path

from botocore.loaders import Loader
from botocore.model import ServiceModel

from bedrock_mock import mock_bedrock

DOCUMENT = Path(__file__).with_name("operations.md")
HEAD = """# Operations

Every operation of `bedrock`, and whether this mock implements it. The others raise
`NotImplementedError`; the server answers 501. `python docs/operations.py` writes the table from the
installed service model, and keeps the notes.

| operation | implemented | note |
|---|---|---|
"""


def rows(text: str) -> dict[str, tuple[str, str]]:
    """Whether each operation is implemented and its note, as a document says."""
    found = re.findall(r"^\| `(\w+)` \| (yes|no) \|(.*)\|$", text, re.MULTILINE)
    return {name: (implemented, note.strip()) for name, implemented, note in found}


def document(text: str) -> str:
    """The document for the installed service model, with the notes of an older one."""
    model = ServiceModel(Loader().load_service_model("bedrock", "service-2"))
    with mock_bedrock() as bedrock:
        handlers = bedrock.backend("us-east-1").handlers
    before = rows(text)
    lines = []
    for name in sorted(model.operation_names):
        note = before.get(name, ("", ""))[1]
        lines.append(
            f"| `{name}` | {'yes' if name in handlers else 'no'} |{f' {note} ' if note else ' '}|\n"
        )
    return HEAD + "".join(lines)


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
