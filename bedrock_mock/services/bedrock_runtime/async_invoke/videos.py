"""Nova Reel and Luma Ray, which make videos.

Source: https://docs.aws.amazon.com/nova/latest/userguide/video-gen-access.html and
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-luma.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from bedrock_mock.protocol.errors import ValidationException
from bedrock_mock.services.bedrock_runtime.async_invoke.mp4 import video
from bedrock_mock.services.bedrock_runtime.async_invoke.producers import Producer, as_json
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Said, prompted
from bedrock_mock.services.bedrock_runtime.families.schema import (
    BOOLEAN,
    INTEGER,
    OBJECT,
    STRING,
    Schema,
    body,
)

#: The seconds of a shot of Nova Reel.
_SHOT = 6
_MOST_SECONDS = 120
_MOST_SHOTS = 20
_MOST_CHARACTERS = 4000
_OUTPUT = "output.mp4"
_TEXT = body("text", text=Schema("String", 1, 512), images=Schema("JSONArray"))
#: The parameters that each task of Nova Reel needs.
_TASKS = {
    "TEXT_VIDEO": "textToVideoParams",
    "MULTI_SHOT_AUTOMATED": "multiShotAutomatedParams",
    "MULTI_SHOT_MANUAL": "multiShotManualParams",
}
_DURATIONS = {"5s": 5, "9s": 9}


class _Video(Producer):
    data = "video"

    def made(self, said: Said, seconds: int) -> bytes:
        """The video of the reply, or a placeholder of this length."""
        raw = said.reply.raw
        if raw is None:
            return video(seconds)
        if not isinstance(raw, bytes):
            msg = f"The reply for {said.model.name} is not a video: give Reply(raw=...) bytes."
            raise ValidationException(msg)
        return raw


class NovaReel(_Video):
    """Nova Reel: one shot of six seconds, or several."""

    schema: ClassVar = body(
        "taskType",
        taskType=STRING,
        textToVideoParams=_TEXT,
        multiShotAutomatedParams=body("text", text=Schema("String", 1, _MOST_CHARACTERS)),
        multiShotManualParams=body("shots", shots=Schema("JSONArray", 1, _MOST_SHOTS)),
        videoGenerationConfig=body(
            durationSeconds=Schema("Integer", _SHOT, _MOST_SECONDS),
            fps=INTEGER,
            dimension=STRING,
            seed=INTEGER,
        ),
    )

    def check(self, body: Mapping[str, Any]) -> None:
        """Refuses also a task that is not known, and one without its parameters."""
        super().check(body)
        task = body["taskType"]
        if task not in _TASKS:
            self.refuse(f"#/taskType: {task} is not a valid enum value")
        if _TASKS[task] not in body:
            self.refuse(f"#: required key [{_TASKS[task]}] not found")

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text of the task, or those of its shots."""
        params = body[_TASKS[body["taskType"]]]
        shots = params.get("shots", [params])
        return prompted("\n".join(shot["text"] for shot in shots))

    def files(self, said: Said, folder: str) -> dict[str, bytes]:
        """The whole video, each shot where there are several, a manifest, and the status."""
        number = _number_of_shots(said.body)
        whole = {_OUTPUT: self.made(said, number * _SHOT)}
        shots = {}
        if said.body["taskType"] != "TEXT_VIDEO":
            names = (f"shot_{place:04d}.mp4" for place in range(1, number + 1))
            shots = {name: self.made(said, _SHOT) for name in names}
        status = {
            "schemaVersion": "1.0",
            "shots": list(_statuses(shots, folder)),
            "fullVideo": next(_statuses(whole, folder)),
        }
        manifest = {"files": [*whole, *shots, _STATUS]}
        return {**whole, **shots, _STATUS: as_json(status), "manifest.json": as_json(manifest)}

    def files_of_failure(self, message: str, folder: str) -> dict[str, bytes]:  # noqa: ARG002
        """The status alone."""
        full = {"status": "FAILURE", "failureMessage": message}
        return {_STATUS: as_json({"schemaVersion": "1.0", "shots": [], "fullVideo": full})}


_STATUS = "video-generation-status.json"


def _statuses(files: Mapping[str, bytes], folder: str) -> Iterator[dict[str, str]]:
    for name in files:
        yield {"status": "SUCCESS", "location": f"{folder}{name}"}


def _number_of_shots(body: Mapping[str, Any]) -> int:
    if body["taskType"] == "MULTI_SHOT_MANUAL":
        return len(body["multiShotManualParams"]["shots"])
    seconds: int = body.get("videoGenerationConfig", {}).get("durationSeconds", _SHOT)
    return seconds // _SHOT


class LumaRay(_Video):
    """Luma Ray 2: one video of five or nine seconds."""

    schema: ClassVar = body(
        "prompt",
        prompt=Schema("String", 1, 5000),
        aspect_ratio=STRING,
        loop=BOOLEAN,
        duration=STRING,
        resolution=STRING,
        keyframes=OBJECT,
    )

    def files(self, said: Said, folder: str) -> dict[str, bytes]:  # noqa: ARG002
        """The video."""
        seconds = _DURATIONS.get(said.body.get("duration", ""), 5)
        return {_OUTPUT: self.made(said, seconds)}
