"""StartAsyncInvoke, GetAsyncInvoke and ListAsyncInvokes: one kind of job of the runtime."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar

from bedrock_mock.moto_bridge import neighbours
from bedrock_mock.moto_bridge.clock import utcnow
from bedrock_mock.protocol.errors import ConflictException, ValidationException
from bedrock_mock.resources.jobs import Job
from bedrock_mock.resources.kind import Kind
from bedrock_mock.resources.lifecycle import FAILED
from bedrock_mock.resources.listing import earlier, equals, later
from bedrock_mock.resources.tagging import as_dict
from bedrock_mock.services.bedrock_runtime.answering import blocks_of, stop_reason_of
from bedrock_mock.services.bedrock_runtime.asking import ask
from bedrock_mock.services.bedrock_runtime.async_invoke.embeddings import (
    LongMarengo,
    NovaSegments,
)
from bedrock_mock.services.bedrock_runtime.async_invoke.producers import Producer
from bedrock_mock.services.bedrock_runtime.async_invoke.videos import LumaRay, NovaReel
from bedrock_mock.services.bedrock_runtime.bodies import question_of
from bedrock_mock.services.bedrock_runtime.conversations import plain_error
from bedrock_mock.services.bedrock_runtime.families.base import Said
from bedrock_mock.services.bedrock_runtime.models import CalledModel, asynchronous_model

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime.type_defs import StartAsyncInvokeRequestTypeDef

    from bedrock_mock.protocol.types import Members
    from bedrock_mock.resources.backend import ServiceBackend

_NOT_ASYNCHRONOUS = (
    "This action doesn't support the model that you provided. Call InvokeModel or Converse and "
    "try again."
)
#: The first glob that a model's id matches says what it produces.
_PRODUCERS: tuple[tuple[str, Producer], ...] = (
    ("amazon.nova-reel*", NovaReel()),
    ("amazon.nova-2-multimodal-embeddings*", NovaSegments()),
    ("luma.ray*", LumaRay()),
    ("twelvelabs.marengo*", LongMarengo()),
)
#: What the same token must come with again.
_REPEATED = ("modelId", "modelInput", "outputDataConfig")


def _producer_of(model: CalledModel) -> Producer:
    for glob, producer in _PRODUCERS:
        if fnmatchcase(model.kind, glob):
            return producer
    raise ValidationException(_NOT_ASYNCHRONOUS)


class AsyncInvoke(Job):
    """One asynchronous invocation; its attributes are the members of GetAsyncInvoke."""

    clock = "bedrock-runtime::async_invoke"
    transitions: ClassVar = {"InProgress": "Completed"}

    def __init__(
        self,
        backend: ServiceBackend,
        request: StartAsyncInvokeRequestTypeDef,
        tags: dict[str, str],
        producer: Producer,
        said: Said,
    ) -> None:
        now = utcnow()
        super().__init__("InProgress", now, request)
        self._backend = backend
        self._producer = producer
        self.arn = self.invocation_arn = backend.new_arn("async-invoke")
        self.name = self.arn.rpartition("/")[2]
        self.model_arn = (
            f"arn:{backend.arn_partition}:bedrock:{backend.region_name}::foundation-model/"
            f"{said.model.name}"
        )
        self.client_request_token = request.get("clientRequestToken")
        self.output_data_config = request["outputDataConfig"]
        self.creation_time = self.submit_time = self.last_modified_time = now
        self.end_time: datetime | None = None
        self.tags = tags
        #: What a completed one has written, made when it was asked.
        self._files = producer.files(said, self._folder)

    @property
    def _folder(self) -> str:
        """The S3 URI of the folder with its files."""
        s3: Any = self.output_data_config["s3OutputDataConfig"]
        return f"{s3['s3Uri'].rstrip('/')}/{self.name}/"

    def entered(self, status: str, at: datetime) -> None:
        """It has ended: its files are in S3, if the bucket is there."""
        self.last_modified_time = self.end_time = at
        files = self._files
        if status == FAILED:
            files = self._producer.files_of_failure(str(self.failure), self._folder)
        bucket = neighbours.bucket_of(self._backend, self._folder)
        if bucket is not None:
            folder = neighbours.split_uri(self._folder)[1]
            for name, content in files.items():
                bucket.put(f"{folder}{name}", content)
        self._files = {}


class AsyncInvokes(Kind[AsyncInvoke]):
    """The operations on asynchronous invocations."""

    arn_type = "async-invoke"
    identifier = "invocationArn"
    created = "invocationArn"
    filters: ClassVar = {
        "submitTimeAfter": later("submit_time"),
        "submitTimeBefore": earlier("submit_time"),
        "statusEquals": equals("status"),
    }
    operations: ClassVar = {
        "create": "StartAsyncInvoke",
        "get": "GetAsyncInvoke",
        "list": "ListAsyncInvokes",
    }

    def create(self, request: Members) -> object:
        """Starts an invocation; with a token that came before it is that one.

        Raises:
            ConflictException: the token came with another request.
        """
        token = request.get("clientRequestToken")
        earlier_ones = (each for each in self.store if each.client_request_token == token)
        for each in earlier_ones if token else ():
            if any(each.request.get(name) != request.get(name) for name in _REPEATED):
                msg = "The provided clientRequestToken was used with another request."
                raise ConflictException(msg)
        return super().create(request)

    def new(self, request: StartAsyncInvokeRequestTypeDef) -> AsyncInvoke:
        """An invocation of a model that answers so, which is asked at once.

        Raises:
            ValidationException: there is no such model, it answers otherwise, or its input
                breaks the schema of its family.
        """
        model = asynchronous_model(self._backend, request["modelId"])
        producer = _producer_of(model)
        body: Any = request["modelInput"]
        asked = question_of(producer, body)
        s3: Any = request["outputDataConfig"]["s3OutputDataConfig"]
        control: Any = self._backend.sibling("bedrock")
        control.check_bucket("outputDataConfig.s3OutputDataConfig.s3Uri", s3["s3Uri"])
        tags = as_dict(request.get("tags", ()))
        reply = ask(self._backend, "StartAsyncInvoke", model, asked, body)
        if reply.error is not None:
            raise plain_error(reply.error)
        blocks = blocks_of(reply, model.traits)
        stop_reason = stop_reason_of(reply, blocks)
        said = Said(reply, blocks, stop_reason, 0, 0, model, body, 0)
        return AsyncInvoke(self._backend, request, tags, producer, said)
