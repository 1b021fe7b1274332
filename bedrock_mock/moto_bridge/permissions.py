"""What the caller of the Resource Groups Tagging API may do with the resources themselves.

The service of a resource is asked too, so a policy needs its action beside that of the API.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError

from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.types import Foreign

#: The response object of the request that is answered, if moto has checked its policies.
_checked: ContextVar[Any] = ContextVar("checked", default=None)
_AUTHORISE = "_authenticate_and_authorize_normal_action"


@contextmanager
def known() -> Iterator[None]:
    """While this lasts, the caller of each request to the API is known."""
    from moto.resourcegroupstaggingapi.responses import (  # noqa: PLC0415 - only where it is used
        ResourceGroupsTaggingAPIResponse,
    )

    original = getattr(ResourceGroupsTaggingAPIResponse, _AUTHORISE)

    def authorise(self: Foreign, *args: Foreign, **kwargs: Foreign) -> None:
        is_checked = ActionAuthenticatorMixin.request_count >= settings.INITIAL_NO_AUTH_ACTION_COUNT
        _checked.set(None)
        original(self, *args, **kwargs)
        if is_checked:
            _checked.set(self)

    with REPLACED.attribute(ResourceGroupsTaggingAPIResponse, _AUTHORISE, authorise):
        yield


def refusal(action: str, arn: str) -> str | None:
    """Why the caller may not do this; ``None`` if it may, or policies are not checked."""
    response = _checked.get()
    if response is None:
        return None
    from moto.iam.access_control import IAMRequest  # noqa: PLC0415 - it loads all of IAM

    request: Any = IAMRequest(
        account_id=response.current_account,
        method=response.method,
        path=response.raw_path,
        data=response.data,
        body=response.raw_body,
        headers=response.headers,
        action=action,
    )
    # It has put the service before the action that the request is signed for.
    request._action = action  # noqa: SLF001 - see the canaries
    try:
        request.check_action_permitted(arn)
    except AccessDeniedError as error:
        return str(error.message)
    return None
