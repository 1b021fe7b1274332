"""The scripting verb of customization jobs: the losses that one comes to."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock.customization.model_customization_jobs import (
    ModelCustomizationJob,
)

if TYPE_CHECKING:
    from bedrock_mock.scripting.verb_call import VerbCall


def customization_results(
    call: VerbCall,
    job: str,
    training_loss: Sequence[float],
    validation_loss: Sequence[float] | None,
) -> None:
    """Has a customization job come to these losses."""
    scripted: dict[str, Any] = {"training": _losses("training_loss", training_loss)}
    if validation_loss is not None:
        scripted["validation"] = _losses("validation_loss", validation_loss)
    call.script_job(ModelCustomizationJob.clock, job, None, "scripted_losses", scripted)


def _losses(argument: str, said: Json) -> list[float]:
    if isinstance(said, str) or not said or not all(map(_is_loss, said)):
        msg = (
            f"customization_results: {argument} is a list of at least one number from 0, the "
            f"loss after each step, not {said!r}"
        )
        raise ValueError(msg)
    return list(said)


def _is_loss(said: Json) -> bool:
    # A bool is an int.
    return type(said) in (int, float) and isfinite(said) and said >= 0
