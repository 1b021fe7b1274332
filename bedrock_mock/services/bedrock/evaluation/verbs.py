"""The scripting verb of evaluation jobs: the scores that one comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.services.bedrock.evaluation.evaluation_jobs import EvaluationJob
from bedrock_mock.services.bedrock.evaluation.scores import checked, scales_of

if TYPE_CHECKING:
    from bedrock_mock.scripting.verb_call import VerbCall


def evaluation_results(call: VerbCall, job: str, scores: Json) -> None:
    """Has an evaluation job come to these scores."""
    matching = None
    if not callable(scores):
        checked(scores, job)
        for _, there in call.jobs(EvaluationJob.clock, job):
            checked(scores, job, scales_of(there.request))

        def matching(request: Mapping[str, Any]) -> bool:
            # One that lacks a metric is not meant, and the script is left unused.
            scales = scales_of(request)
            return set(scores) <= set(scales) and bool(checked(scores, job, scales))

    call.script_job(EvaluationJob.clock, job, matching, "scores", scores)
