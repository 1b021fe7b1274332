"""The verbs that script the service: the same for the mock in this process and for a server."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bedrock_mock.mock.model_verbs import ModelVerbs, Request
from bedrock_mock.mock.verb import verb

if TYPE_CHECKING:
    from bedrock_mock.mock.calls import Calls

#: Scores by the names of metrics, each as it is or in ``{"score": ..., "explanation": ...}``.
Scores = Mapping[str, Any]


class Scripting(ModelVerbs):
    """Outcomes, a clock in hand, faults and the record of calls.

    What is scripted holds for all accounts and regions unless ``region_name`` or
    ``account_id`` say otherwise, and ends with the mock or a reset. Jobs are named by
    their name or ARN. Every verb raises ValueError for what makes no sense.
    """

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
