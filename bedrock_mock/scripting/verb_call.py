"""One call of a verb: its text, its region and account, and what its implementation needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.clocks import clocks
from bedrock_mock.scripting.jobs import jobs, must_go_on
from bedrock_mock.scripting.model_call import ModelCall
from bedrock_mock.scripting.replies import When
from bedrock_mock.scripting.reply import Reply
from bedrock_mock.scripting.scripted import ForJob, Matching
from bedrock_mock.scripting.scripts import SCRIPTS
from bedrock_mock.scripting.where import Where

#: What helps where something is scripted for a job that has ended.
_EARLIER = "Say it before the job is created, or hold its clock with freeze()."


@dataclass(frozen=True)
class VerbCall:
    """One call of a verb.

    Attributes:
        text: the call as the test wrote it: ``throttle('ListImportedModels', times=2)``.
        where: the region and the account that it is for.
    """

    text: str
    where: Where

    def jobs(self, clock: str, identifier: str | None) -> Iterator[tuple[Any, Any]]:
        """The jobs of a clock and their backends: all, or those of this name or ARN."""
        for backend, job in jobs(self.where):
            if job.clock == clock and identifier in (None, job.name, job.arn):
                yield backend, job

    def answer_by(
        self,
        text: str,
        matching: Callable[[ModelCall], object],
        content: Callable[[ModelCall], Reply],
        begin: Callable[[], None],
    ) -> None:
        """Has calls to models that a function takes be answered by another one.

        Of the rules of a test it ranks as one with two conditions.

        Args:
            text: what messages and the record call the rule.
            matching: whether it answers a call.
            content: the answer.
            begin: what is to be done when the rule comes into force again.
        """
        when = When(model="*", matching=matching)
        SCRIPTS.replies.add(text, self.where, when, content, is_once=False, begin=begin)

    def script_job(
        self, clock: str, job: str | None, matching: Matching | None, attribute: str, value: Json
    ) -> None:
        """Sets an attribute of a job: of one that is under way, or of the next one that fits.

        Raises:
            ValueError: the clock is unknown, or the job has ended.
        """
        if clock not in clocks():
            msg = f"Unknown clock {clock!r}. Known clocks: {', '.join(clocks())}"
            raise ValueError(msg)
        script = ForJob(self.text, self.where, clock, job, matching, attribute, value)
        there = list(self.jobs(clock, job)) if script.is_for_one else []
        is_over = all(each.has_ended and not each.is_changeable for _, each in there)
        if job is not None and there and is_over:
            must_go_on(self.text, there[0][1], _EARLIER)
        # First, because another thread may create a job now.
        SCRIPTS.add_for_job(script)
        for backend, each in there:
            with backend.lock:
                if each.can_fail and SCRIPTS.give(
                    script, each, backend.account_id, backend.region_name
                ):
                    return
