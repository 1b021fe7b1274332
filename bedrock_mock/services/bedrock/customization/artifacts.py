"""The losses of a customization, and the files with them that a completed job has written to S3.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-analyze.html
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from math import exp
from typing import TYPE_CHECKING, Any

from bedrock_mock.moto_bridge import neighbours

if TYPE_CHECKING:
    from bedrock_mock.resources.backend import ServiceBackend
    from bedrock_mock.services.bedrock.customization.model_customization_jobs import (
        ModelCustomizationJob,
    )

_STEPS_IN_EPOCH = 5
_MAX_EPOCHS = 100
_FIRST_LOSS = 2.0
_VALIDATION_ABOVE_TRAINING = 0.1
#: What exp() can take.
_MAX_EXPONENT = 700.0
_TRAINING = "training_artifacts/step_wise_training_metrics.csv"
_VALIDATION = "validation_artifacts/post_fine_tuning_validation/validation_metrics.csv"


@dataclass(frozen=True)
class Losses:
    """How a customization went.

    Attributes:
        training: the loss after each step.
        validation: the loss after each validation, which is the same for each validator.
        epochs: how many there were.
    """

    training: Sequence[float]
    validation: Sequence[float]
    epochs: int

    @property
    def training_metrics(self) -> dict[str, float]:
        """The ``trainingMetrics`` of the job and of its model."""
        return {"trainingLoss": self.training[-1]}

    def validation_metrics(self, validators: int) -> list[dict[str, float]] | None:
        """The ``validationMetrics``, one for each validator; ``None`` without validators."""
        return [{"validationLoss": self.validation[-1]}] * validators or None


def losses_of(
    hyper_parameters: Mapping[str, str] | None, scripted: Mapping[str, Any] | None
) -> Losses:
    """The losses that a test has scripted; those that it has not are made up and fall.

    Args:
        hyper_parameters: those of the request; ``epochCount`` is the number of epochs.
        scripted: ``training`` and ``validation``, as far as they are scripted.
    """
    count = (hyper_parameters or {}).get("epochCount", "")
    epochs = int(count) if count.isdecimal() and 1 <= int(count) <= _MAX_EPOCHS else 1
    made_up = [_FIRST_LOSS / (1 + step / 4) for step in range(epochs * _STEPS_IN_EPOCH)]
    training = (scripted or {}).get("training") or [round(loss, 6) for loss in made_up]
    # After each epoch.
    ends = [training[-(-len(training) * number // epochs) - 1] for number in range(1, epochs + 1)]
    validation = [round(loss + _VALIDATION_ABOVE_TRAINING, 6) for loss in ends]
    return Losses(training, (scripted or {}).get("validation") or validation, epochs)


def write_artifacts(backend: ServiceBackend, job: ModelCustomizationJob, losses: Losses) -> None:
    """Writes the losses of a job step by step, if its bucket is there."""
    uri = job.output_data_config["s3Uri"]
    bucket = neighbours.bucket_of(backend, uri)
    if bucket is None:
        return
    folder = neighbours.split_uri(uri)[1].rstrip("/")
    job_folder = f"model-customization-job-{job.arn.rpartition('/')[2]}"
    place = f"{folder}/{job_folder}" if folder else job_folder
    bucket.put(f"{place}/{_TRAINING}", _table("training_loss", losses.training, losses.epochs))
    if job.validation_data_config["validators"]:
        table = _table("validation_loss", losses.validation, losses.epochs)
        bucket.put(f"{place}/{_VALIDATION}", table)


def _table(loss: str, values: Sequence[float], epochs: int) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["step_number", "epoch_number", loss, "perplexity"])
    for step, value in enumerate(values):
        perplexity = round(exp(min(value, _MAX_EXPONENT)), 6)
        writer.writerow([step, 1 + step * epochs // len(values), value, perplexity])
    return text.getvalue().encode()
