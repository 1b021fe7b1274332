"""The verbs that script the service: the same for the mock in this process and for a server."""
# ruff: noqa: B027 - @verb supplies the bodies.

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from bedrock_mock.protocol.types import Json

if TYPE_CHECKING:
    # Those who enter a mock and say nothing do not pay for these; ``performing`` has them.
    from bedrock_mock.mock.calls import Calls
    from bedrock_mock.scripting.model_call import ModelCall
    from bedrock_mock.scripting.replies import TextTest

#: Scores by the names of metrics, each as it is or in ``{"score": ..., "explanation": ...}``.
Scores = Mapping[str, Any]
Request = Mapping[str, Any]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Owner = TypeVar("Owner", bound="Scripting")


def verb(
    documented: Callable[Concatenate[Owner, Arguments], Result],
) -> Callable[Concatenate[Owner, Arguments], Result]:
    """Makes a method a verb: its arguments, without defaults, go to ``_perform``."""
    declared = signature(documented)

    @wraps(documented)
    def performed(self: Owner, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            _, *given = declared.bind(self, *args, **kwargs).arguments.items()
        except TypeError as error:
            _, *names = declared.parameters
            msg = f"{documented.__name__}: {error}. Its arguments are: {', '.join(names)}"
            raise TypeError(msg) from None
        defaults = declared.parameters
        said = {name: value for name, value in given if value is not defaults[name].default}
        result: Result = self._perform(documented.__name__, **said)
        return result

    return performed


class Scripting(ABC):
    """Outcomes, a clock in hand, faults and the record of calls.

    What is scripted holds for all accounts and regions unless ``region_name`` or
    ``account_id`` say otherwise, and ends with the mock or a reset. Jobs are named by
    their name or ARN. Every verb raises ValueError for what makes no sense.
    """

    @abstractmethod
    def _perform(self, verb: str, **arguments: Json) -> Json:
        """Has a verb done where the state is."""

    @abstractmethod
    def set_transition(self, model_name: str, transition: dict[str, Any]) -> None:
        """Sets how jobs move on."""

    # --- outcomes --------------------------------------------------------------------

    @verb
    def fail_next(
        self,
        model_name: str,
        message: str,
        *,
        job: str | None = None,
        matching: Request | Callable[[Request], object] | None = None,
        recommendations: Sequence[str] | None = None,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has a job fail, when its clock says that it ends.

        Without ``job`` and ``matching`` it is the next one that is created. With them it
        is the one that fits: one that is under way, or else the next such one. Guardrails,
        Provisioned Throughput, deployments and marketplace endpoints may also fail when they
        are updated: it is then the next one that is created or updated.

        Args:
            model_name: the clock of the job: ``bedrock::model_import_job`` and the like.
            message: its ``failureMessage``.
            job: the job's name, or its ARN.
            matching: what its Create request has at least, or a function of the request
                that says whether it is the one.
            recommendations: the ``failureRecommendations`` of a guardrail.
            region_name: where (default: anywhere).
            account_id: whose (default: anybody's).

        Raises:
            ValueError: the clock is unknown, the job has ended already and cannot be updated,
                or it does not report recommendations.

        Example::

            bedrock.fail_next("bedrock::model_import_job", "The model is too large.")
        """

    @verb
    def evaluation_results(
        self,
        job: str,
        scores: Scores | Callable[[Mapping[str, Any]], Scores],
        *,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has an evaluation job come to these scores; the others are made up.

        Args:
            job: the job's name, or its ARN; it is yet to be created, or under way.
            scores: the score of each metric: from 0 to 1, for a custom metric a value of its
                ``ratingScale``, -1 or ``None`` for no rating; or ``{"score": 0.8,
                "explanation": "..."}``. Or a function that gives them for an input record.
                A job that lacks one of the metrics is not the one that is meant.
            region_name: where (default: anywhere).
            account_id: whose (default: anybody's).

        Raises:
            ValueError: the job has ended already or lacks a metric, or ``scores`` is
                something else. What a function gives is looked at when it is called, and
                whether a value is on the scale of a job's own metric when there is the job.

        Example::

            bedrock.evaluation_results("job", {"Builtin.Accuracy": 0.8})
        """

    @verb
    def customization_results(
        self,
        job: str,
        training_loss: Sequence[float],
        validation_loss: Sequence[float] | None = None,
        *,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has a customization job come to these losses; the others are made up.

        They are in the files that the job writes to S3, and the last of each in its
        ``trainingMetrics`` and ``validationMetrics``.

        Args:
            job: the job's name, or its ARN; it is yet to be created, or under way.
            training_loss: the loss after each step, from 0.
            validation_loss: the same of the validation, if the job has validators.
            region_name: where (default: anywhere).
            account_id: whose (default: anybody's).

        Raises:
            ValueError: the job has ended already, or the losses are something else.

        Example::

            bedrock.customization_results("job", [2.1, 1.4, 0.9])
        """

    # --- the clock -------------------------------------------------------------------

    @verb
    def advance(  # type: ignore[empty-body]
        self, job: str, *, region_name: str | None = None, account_id: str | None = None
    ) -> str:
        """Moves a job on by one status; it works with every clock.

        Returns:
            The new status; ``Gone`` for one that is deleted now.

        Raises:
            ValueError: no job or several jobs have this name, or the job has ended.
        """

    @verb
    def complete(  # type: ignore[empty-body]
        self, job: str, *, region_name: str | None = None, account_id: str | None = None
    ) -> str:
        """Moves a job on to its end, be that ``Completed``, ``Failed`` or ``Stopped``.

        Returns, raises:
            As :meth:`advance`.
        """

    @verb
    def advance_all(  # type: ignore[empty-body]
        self, *, region_name: str | None = None, account_id: str | None = None
    ) -> dict[str, str]:
        """Moves every job on by one status.

        Returns:
            The new status of each job that was moved, by its ARN.
        """

    def freeze(self, model_name: str | None = None) -> None:
        """Holds the clock of a kind of jobs, or of all: they stay until they are advanced.

        Args:
            model_name: the clock; default: every clock of Bedrock's jobs.

        Example::

            bedrock.freeze()
            ...
            bedrock.complete("my-job")
        """
        from bedrock_mock.resources.clocks import FROZEN  # noqa: PLC0415
        from bedrock_mock.services import clocks  # noqa: PLC0415 - it loads moto

        for each in clocks() if model_name is None else [model_name]:
            self.set_transition(each, dict(FROZEN))

    # --- faults ----------------------------------------------------------------------

    @verb
    def throttle(
        self,
        operation: str,
        times: int | None = 1,
        *,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has the next calls of an operation end in ThrottlingException (429).

        botocore tries again by itself: in its standard mode up to two times.

        Args, raises:
            As :meth:`raise_next`; also ValueError for an operation that is not implemented.
        """

    @verb
    def raise_next(
        self,
        operation: str,
        code: str,
        message: str | None = None,
        *,
        times: int | None = 1,
        after: int = 0,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has the next calls of an operation end in an error, with its modelled status.

        Args:
            operation: ``CreateModelImportJob`` and the like.
            code: an error that the operation declares: ``ServiceQuotaExceededException``,
                ``AccessDeniedException``, ``InternalServerException`` ..., or one about the
                caller's credentials: ``ExpiredTokenException``,
                ``UnrecognizedClientException`` ...
            message: its message; default: one of ours.
            times: how many calls get it; ``None``: all of them.
            after: how many calls get through before.
            region_name: where (default: anywhere).
            account_id: whose (default: anybody's).

        Raises:
            ValueError: the operation is unknown, or it does not declare this error.

        Example::

            bedrock.raise_next("CreateModelImportJob", "ServiceQuotaExceededException")
        """

    # --- what models answer ----------------------------------------------------------

    @verb
    def reply(
        self,
        content: object,
        *,
        model: str | None = None,
        user: TextTest | None = None,
        system: TextTest | None = None,
        tool: str | None = None,
        after: str | None = None,
        operation: str | None = None,
        matching: Request | Callable[[ModelCall], object] | None = None,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has models answer with this whenever a call meets the conditions.

        One declaration answers Converse, InvokeModel in the form of the model's family, and
        the streams of both. Of the rules that a call meets, the one with more conditions
        wins, then the later one.

        Args:
            content: text, a content block of Converse, :func:`bedrock_mock.tool_use`,
                :func:`bedrock_mock.reasoning`, a list of these, a
                :class:`bedrock_mock.Reply`, or a function of the call that gives one of them.
            model: a glob on the model's id, name or ARN: ``anthropic.*``.
            user: a text that the last message contains, a compiled pattern, or a function of
                its text.
            system: the same for the system prompts.
            tool: a tool that is offered and has no result since the last text of the user.
            after: a tool whose result the last message holds.
            operation: ``Converse`` and the like.
            matching: what the request (of InvokeModel: its body) has at least, or a function
                of the call.
            region_name: where (default: anywhere).
            account_id: whose (default: anybody's).

        Raises:
            ValueError: ``content`` is something else.

        Example::

            bedrock.reply("Paris.", user="capital of France")
        """

    def reply_next(self, *contents: object, **when: Json) -> None:
        """Has models answer with these, each once and in this order, before any rule.

        What is left at its end fails a test that uses the fixtures.

        Args:
            contents: what :meth:`reply` takes.
            when: the conditions of :meth:`reply`.

        Raises:
            ValueError: there is no content, one is something else, or a condition is unknown.

        Example::

            bedrock.reply_next("first", "second")
        """
        if not contents:
            msg = "reply_next: give at least one content: reply_next('first', 'second')"
            raise ValueError(msg)
        from bedrock_mock.scripting.reply import reply_of  # noqa: PLC0415 - as below

        for content in contents:
            try:
                # All of them first: if one is refused, none is scripted.
                if not callable(content):
                    reply_of(content)
            except ValueError as error:
                msg = f"reply_next({content!r}): {error}"
                raise ValueError(msg) from None
        for content in contents:
            self._perform("reply_next", content=content, **when)

    # --- what guardrails detect --------------------------------------------------------

    @verb
    def detect(
        self,
        text: TextTest | None = None,
        *,
        guardrail: str | None = None,
        source: str | None = None,
        topics: Sequence[str] | None = None,
        filters: Mapping[str, Any] | None = None,
        entities: Mapping[str, Any] | None = None,
        grounding: float | None = None,
        relevance: float | None = None,
        findings: Sequence[Mapping[str, Any]] | None = None,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> None:
        """Has guardrails detect what only a model can detect, whenever a text is evaluated.

        Words, profanities, regular expressions and personal data with a pattern are found
        without it. What a guardrail then does is up to its policies: a topic that it does not
        have changes nothing. Declarations hold together, and may stay unused.

        Args:
            text: a text that the evaluated text contains, a compiled pattern, or a function of
                the text; default: any text, and images.
            guardrail: the guardrail's id, ARN or name (default: any, and
                InvokeGuardrailChecks).
            source: ``INPUT`` or ``OUTPUT`` (default: both).
            topics: the names of denied topics.
            filters: the confidence, ``LOW``, ``MEDIUM`` or ``HIGH``, or a score from 0 to 1, of
                each category: ``{"HATE": "HIGH"}``. LOW is a score of 0.3, MEDIUM of 0.6, HIGH
                of 0.9; InvokeGuardrailChecks reports the score.
            entities: the texts that are personal data, by type: ``{"NAME": "Ada"}``.
            grounding: how much an answer is based on its source, from 0 to 1 (default 1).
            relevance: how much it answers the query, from 0 to 1 (default 1).
            findings: findings of automated reasoning, in the form of the service.
            region_name: where (default: anywhere).
            account_id: whose (default: anybody's).

        Raises:
            ValueError: nothing is detected, or a name or value is unknown.

        Example::

            bedrock.detect(text="election", guardrail="politics", topics=["Elections"])
        """

    def replay(
        self,
        path: str | PathLike[str] | None = None,
        *,
        records: Sequence[Request] | None = None,
        region_name: str | None = None,
        account_id: str | None = None,
    ) -> int:
        """Has models answer as invocation logs say, those of the real service too.

        A call of the same model with the same messages gets the answer that was logged, in
        whichever form it asks. Several answers to the same question are given in their order,
        and then the last one again. A replay ranks as a rule with two conditions.

        Args:
            path: a file of ModelInvocationLogs, one a line, plain or gzip, or a folder of
                such files. It is read where this is called, not on the server.
            records: the records themselves, in place of a file.
            region_name: where (default: anywhere, wherever they were logged).
            account_id: whose (default: anybody's).

        Returns:
            How many logged calls have an answer; a call that failed does not count.

        Raises:
            ValueError: neither or both are given, a file is not one of logs, or no record
                has an answer.
            OSError: the file cannot be read.

        Example::

            bedrock.replay("logs/20260102T030405678Z_0123456789abcdef.json.gz")
        """
        from bedrock_mock.mock.log_files import read_logs  # noqa: PLC0415 - as below

        if (path is None) == (records is None):
            msg = "replay: give the path of a file or a folder, or records=[...]"
            raise ValueError(msg)
        said: dict[str, Any] = {"region_name": region_name, "account_id": account_id}
        if path is None:
            said["records"] = records
        else:
            said |= {"path": fspath(path), "records": read_logs(path)}
        given = {name: value for name, value in said.items() if value is not None}
        count: int = self._perform("replay", **given)
        return count

    # --- the record --------------------------------------------------------------------

    @property
    def calls(self) -> Calls:
        """The calls that were made since the mock began, or since the last reset.

        Of very many, the last 10,000. Calls that no operation has are not among them.

        Example::

            bedrock.calls.of("CreateModelImportJob").once(importedModelName="model")
        """
        from bedrock_mock.mock.calls import Calls  # noqa: PLC0415 - not before it is needed

        return Calls.from_record(self._perform("calls"))

    @verb
    def unused(self) -> list[str]:  # type: ignore[empty-body]
        """What was scripted and never used, as it was written.

        The fixtures fail a test that leaves any behind.
        """
