"""What the handle asks of a server that holds the state (``TEST_SERVER_MODE=true``)."""

from __future__ import annotations

from typing import Any

import requests
from moto import settings

#: Beside moto's own paths: GET and POST of ``{"validate_requests": true}``.
CONFIG_PATH = "/moto-api/bedrock/config"
_TIMEOUT_SECONDS = 30


def config() -> dict[str, Any]:
    """Bedrock's part of the server's config."""
    answer: dict[str, Any] = _call("GET", CONFIG_PATH).json()
    return answer


def set_config(config: dict[str, Any]) -> None:
    """Makes this Bedrock's part of the server's config."""
    _call("POST", CONFIG_PATH, config)


def transition(model_name: str) -> dict[str, Any]:
    """The transition that is in force for a clock."""
    path = f"/moto-api/state-manager/get-transition?model_name={model_name}"
    answer: dict[str, Any] = _call("GET", path).json()
    return answer


def set_transition(model_name: str, transition: dict[str, Any]) -> None:
    """Sets the transition of a clock."""
    body = {"model_name": model_name, "transition": transition}
    _call("POST", "/moto-api/state-manager/set-transition", body)


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> requests.Response:
    url = f"{settings.test_server_mode_endpoint()}{path}"
    response = requests.request(method, url, json=body, timeout=_TIMEOUT_SECONDS)
    if not response.ok:
        msg = (
            f"{method} {url} answered {response.status_code}: is the server at this address "
            "bedrock-mock serve? moto_server does not know the path."
        )
        raise RuntimeError(msg)
    return response
