"""The scripting verb that has models answer as they did in logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.errors import ServiceError
from bedrock_mock.scripting.reply import blocks_of
from bedrock_mock.services.bedrock_runtime.backend import RuntimeBackend
from bedrock_mock.services.bedrock_runtime.replaying.recording import Recording

if TYPE_CHECKING:
    from bedrock_mock.scripting.verb_call import VerbCall


def replay(
    call: VerbCall,
    path: str | PathLike[str] | None,
    records: Sequence[Mapping[str, Any]] | None,
) -> int:
    """Has models answer as logged."""
    shown = "records=..." if path is None else repr(fspath(path))
    if records is None:
        msg = f"replay({shown}): send the records of the file: a server cannot read it"
        raise ValueError(msg)
    if not all(isinstance(record, Mapping) for record in records):
        msg = f"replay({shown}): each of the records is an object, a ModelInvocationLog"
        raise ValueError(msg)
    recording = Recording(records, _decoded)
    if not recording.size:
        msg = (
            f"replay({shown}): none of the {len(records)} records has both a request and an "
            "answer: calls that failed have no answer, and bodies that were delivered apart "
            "must lie beside the file or in a folder data/ there"
        )
        raise ValueError(msg)
    call.answer_by(f"replay({shown})", recording.has, recording.reply, recording.rewind)
    return recording.size


def _decoded(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Logged blocks as replies take them, where base64 is bytes.

    Blocks that the service model lacks are left out, and calls of tools of which a broken
    stream had only sent the beginning.
    """
    return [decoded for block in blocks if (decoded := _decoded_block(block))]


def _decoded_block(block: dict[str, Any]) -> dict[str, Any] | None:
    try:
        decoded: dict[str, Any] = RuntimeBackend.mocked.protocol.read("ContentBlock", block)
        # A block without what it needs cannot be sent.
        blocks_of(decoded)
    except (ServiceError, ValueError):
        return None
    is_begun = isinstance(decoded.get("toolUse", {}).get("input"), str)
    return None if is_begun else decoded
