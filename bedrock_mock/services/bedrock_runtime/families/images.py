"""Images of Titan, Nova Canvas and Stability: a dot of one pixel, or those of a reply.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-image.html
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, ClassVar

from bedrock_mock.moto_bridge.ids import mock_random
from bedrock_mock.services.bedrock_runtime.families.base import Asked, Family, Said, prompted
from bedrock_mock.services.bedrock_runtime.families.schema import (
    ARRAY,
    INTEGER,
    STRING,
    Schema,
    open_body,
)

#: A PNG with one transparent pixel.
DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    "gg=="
)
_SEEDS = 2**32


class _Images(Family):
    """A family that answers with images: it does not stream."""

    streams = False
    counts_input = counts_output = False
    is_text = False
    data = "image"


def _made(said: Said, number: int) -> list[str]:
    """The images of the reply, or this number of placeholders; in base64."""
    images = [DOT] * number if said.reply.images is None else said.reply.images
    return [b64encode(image).decode() for image in images]


class TitanImages(_Images):
    """Titan Image Generator and Nova Canvas, by tasks."""

    schema: ClassVar = open_body(
        "taskType", imageGenerationConfig=open_body(numberOfImages=Schema("Integer", 1, 5))
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The text among the parameters of the task."""
        parts = (value for name, value in body.items() if name.endswith("Params"))
        return prompted(next((part["text"] for part in parts if "text" in part), ""))

    def answer(self, said: Said) -> dict[str, Any]:
        """As many images as the request asks for."""
        number = said.body.get("imageGenerationConfig", {}).get("numberOfImages", 1)
        return {"images": _made(said, number)}


class Stability(_Images):
    """Stable Image and Stable Diffusion 3: one image."""

    schema: ClassVar = open_body(prompt=STRING, seed=INTEGER)

    def answer(self, said: Said) -> dict[str, Any]:
        """The image with its seed."""
        images = _made(said, 1)
        seed = said.body.get("seed") or mock_random.randrange(1, _SEEDS)
        return {
            "seeds": [seed] * len(images),
            "finish_reasons": [None] * len(images),
            "images": images,
        }


class StableDiffusionXl(_Images):
    """Stable Diffusion XL 1.0: artifacts, each with its seed."""

    schema: ClassVar = open_body(
        "text_prompts", text_prompts=ARRAY, samples=Schema("Integer", 1, 10), seed=INTEGER
    )

    def asked(self, body: Mapping[str, Any]) -> Asked:
        """The texts of the prompts."""
        return prompted("\n".join(each["text"] for each in body["text_prompts"]))

    def answer(self, said: Said) -> dict[str, Any]:
        """As many artifacts as the request asks for samples."""
        images = _made(said, said.body.get("samples", 1))
        seed = said.body.get("seed", 0)
        artifacts = [{"seed": seed, "base64": image, "finishReason": "SUCCESS"} for image in images]
        return {"result": "success", "artifacts": artifacts}
