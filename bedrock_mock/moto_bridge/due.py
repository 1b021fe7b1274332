"""What is due happens before moto answers a request to any of its services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps

from moto.core.custom_responses_mock import CallbackResponse
from moto.core.utils import convert_to_flask_response

from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.schedule import SCHEDULE


@contextmanager
def happens() -> Iterator[None]:
    """While this lasts, what is due happens before a request by ``requests`` or to moto's Flask.

    botocore's requests in the process go through ``stubber``, which does it too, and those to
    our own services on a server through ``Application``.
    """
    with ExitStack() as stack:
        for owner, name in (
            (CallbackResponse, "get_response"),
            (convert_to_flask_response, "__call__"),
        ):
            stack.enter_context(REPLACED.attribute(owner, name, _after_due(getattr(owner, name))))
        yield


def _after_due(original: Foreign) -> Foreign:
    @wraps(original)
    def answer(*args: Foreign, **kwargs: Foreign) -> Foreign:
        SCHEDULE.settle()
        return original(*args, **kwargs)

    return answer
