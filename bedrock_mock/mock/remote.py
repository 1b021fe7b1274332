"""A client of a server's ``/moto-api/``: moto's paths, and the scripting verbs beside them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import requests

from bedrock_mock.protocol.types import Json

#: Beside moto's own paths.
API_PATH = "/moto-api/bedrock"
#: The one member of an object that stands for bytes: their base64.
BYTES = "$bytes"
#: GET and POST of ``{"validate_requests": true}``.
CONFIG_PATH = f"{API_PATH}/config"
_TIMEOUT_SECONDS = 30
#: What an argument can be in place of a function; others can be a text.
_INSTEAD = {
    "content": "a text, a block or a Reply",
    "matching": "a dict",
    "scores": "a dict",
}
_REFUSED = 400


def verb_path(verb: str) -> str:
    """Where a scripting verb is, its name with hyphens: ``/moto-api/bedrock/fail-next``."""
    return f"{API_PATH}/{verb.replace('_', '-')}"


def _sendable(verb: str, name: str, value: Json) -> Json:
    """An argument as JSON can have it; what is within lists and dicts, too.

    Raises:
        ValueError: a part of it cannot be sent.
    """
    from bedrock_mock.scripting.reply import Reply  # noqa: PLC0415 - not before it is needed

    if isinstance(value, Reply):
        return _sendable(verb, name, value.said)
    if isinstance(value, Mapping):
        return {key: _sendable(verb, name, each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sendable(verb, name, each) for each in value]
    if isinstance(value, bytes):
        return {BYTES: b64encode(value).decode()}
    if callable(value) or isinstance(value, re.Pattern):
        is_pattern = isinstance(value, re.Pattern)
        kind = "a pattern" if is_pattern else "a function"
        instead = "a text" if is_pattern else _INSTEAD.get(name, "a text")
        msg = f"{verb}: {name} is {kind}, which a server cannot be sent: give {instead}"
        raise ValueError(msg)
    return value


class Remote:
    """The ``/moto-api/`` of one server.

    Args:
        endpoint_url: where it is: ``http://127.0.0.1:5000``.
        ca_bundle: the path of a file with the authorities to trust; default: the system's.
    """

    def __init__(self, endpoint_url: str, ca_bundle: str | None = None) -> None:
        self._endpoint_url = endpoint_url
        self._verify: str | bool = ca_bundle or True

    def reset(self) -> None:
        """Forgets all state."""
        self._call("POST", "/moto-api/reset")

    def config(self) -> dict[str, Any]:
        """Bedrock's part of the server's config."""
        answer: dict[str, Any] = self._call("GET", CONFIG_PATH).json()
        return answer

    def set_config(self, config: dict[str, Any]) -> None:
        """Makes this Bedrock's part of the server's config."""
        self._call("POST", CONFIG_PATH, config)

    def transition(self, model_name: str) -> dict[str, Any]:
        """The transition that is in force for a clock."""
        path = f"/moto-api/state-manager/get-transition?model_name={model_name}"
        answer: dict[str, Any] = self._call("GET", path).json()
        return answer

    def set_transition(self, model_name: str, transition: dict[str, Any]) -> None:
        """Sets the transition of a clock."""
        body = {"model_name": model_name, "transition": transition}
        self._call("POST", "/moto-api/state-manager/set-transition", body)

    def perform(self, verb: str, arguments: Mapping[str, Any]) -> Json:
        """Has the server do what a scripting verb says.

        Raises:
            ValueError: it makes no sense, or cannot be said over HTTP.
        """
        body = {name: _sendable(verb, name, value) for name, value in arguments.items()}
        return self._call("POST", verb_path(verb), body).json()["result"]

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> requests.Response:
        url = f"{self._endpoint_url}{path}"
        with requests.Session() as session:
            # Ignore proxy settings: this is a local server.
            session.trust_env = False
            response = session.request(
                method, url, json=body, timeout=_TIMEOUT_SECONDS, verify=self._verify
            )
        if response.status_code == _REFUSED:
            raise ValueError(response.json()["message"])
        if not response.ok:
            msg = (
                f"{method} {url} answered {response.status_code}: is the server at this address "
                "bedrock-mock serve? moto_server does not know the path."
            )
            raise RuntimeError(msg)
        return response
