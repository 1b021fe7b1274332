"""RuntimeBackend composes the operations of the runtime."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from bedrock_mock.protocol.types import Json
from bedrock_mock.resources.backend import ServiceBackend
from bedrock_mock.resources.kind import Kind
from bedrock_mock.services.bedrock_runtime.async_invoke.async_invokes import AsyncInvokes
from bedrock_mock.services.bedrock_runtime.batches import BatchModel, batch_model
from bedrock_mock.services.bedrock_runtime.conversations import Conversations
from bedrock_mock.services.bedrock_runtime.counting import Counting
from bedrock_mock.services.bedrock_runtime.guardrails.apply import Applications
from bedrock_mock.services.bedrock_runtime.guardrails.checks import Checks
from bedrock_mock.services.bedrock_runtime.invocation_logs.logging import logged
from bedrock_mock.services.bedrock_runtime.invocations import Invocations

if TYPE_CHECKING:
    from bedrock_mock.resources.operations import Handler
    from bedrock_mock.resources.served import Served

_NOTHING = nullcontext()


class RuntimeBackend(ServiceBackend):
    """The runtime of one account in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        #: How often imported models have said that they are cold.
        self.cold_calls = Counter[str]()
        self.conversations = Conversations(self)
        self.counting = Counting(self)
        self.invocations = Invocations(self)
        self.applications = Applications(self)
        self.checks = Checks(self)
        self.async_invokes = AsyncInvokes(self)
        self.compose()

    def held(self, handler: Handler) -> AbstractContextManager[Any]:
        """Only what changes resources: a model that takes its time does not hold up the others."""
        is_of_kind = isinstance(getattr(handler, "__self__", None), Kind)
        return self.lock if is_of_kind else _NOTHING

    def answered(self, served: Served) -> Json:
        """Logs the call, if the account and region log invocations."""
        return logged(self, served)

    def batch_model(self, identifier: str) -> BatchModel:
        """The model that answers the records of a batch inference job.

        Args:
            identifier: the ``modelId`` of the job.

        Raises:
            ServiceError: there is no such model, or the test has no access to it.
        """
        return batch_model(self, identifier)
