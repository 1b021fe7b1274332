"""Base of what asynchronous models produce: the check of a request, and files in S3."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import ClassVar

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock_runtime.families.base import Family, Said


class Producer(Family):
    """A family as StartAsyncInvoke asks it."""

    is_text: ClassVar[bool] = False

    @abstractmethod
    def files(self, said: Said, folder: str) -> dict[str, bytes]:
        """The files of an invocation that completes, by their names.

        Args:
            said: the reply, and what was asked.
            folder: the S3 URI of the folder that they go to; it ends with a slash.
        """

    def files_of_failure(self, message: str, folder: str) -> dict[str, bytes]:  # noqa: ARG002
        """The files of an invocation that fails with this message: most models write none."""
        return {}


def as_json(value: Json) -> bytes:
    """A value as a file of JSON."""
    return json.dumps(value).encode()


def as_lines(values: list[Json]) -> bytes:
    """Values as a file of JSON Lines."""
    return b"".join(as_json(value) + b"\n" for value in values)
