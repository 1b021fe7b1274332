"""Our paths under moto's ``/moto-api/``."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from moto.core.config import default_user_config
from moto.moto_api._internal import urls

from bedrock_mock.mock.performing import perform
from bedrock_mock.mock.remote import API_PATH, BYTES, CONFIG_PATH
from bedrock_mock.moto_bridge.replaced import REPLACED
from bedrock_mock.protocol.bounded import MESSAGE, bounded
from bedrock_mock.protocol.types import Foreign
from bedrock_mock.resources.settings import begin_part, check_part
from bedrock_mock.services import settings as declared_settings

#: How much of a body a message shows.
_SHOWN = 100
Answer = tuple[int, dict[str, str], str]


@contextmanager
def added() -> Iterator[None]:
    """While this lasts, moto's API has our paths too."""
    # Config comes first: in the process the first path that matches counts.
    paths = {CONFIG_PATH: _config, f"{API_PATH}/(?P<verb>[^/]+)": _verb}
    with ExitStack() as stack:
        for path, answer in paths.items():
            stack.enter_context(REPLACED.item(urls.url_paths, f"{{0}}{path}", answer))
        yield


def _config(request: Foreign, full_url: str, headers: Foreign) -> Answer:  # noqa: ARG001
    """GET and POST of Bedrock's part of moto's config."""
    settings: Any = default_user_config

    def change() -> Foreign:
        if request.method == "POST":
            config = _body(request)
            check_part(config, declared_settings())
            begin_part(config, declared_settings())
            settings["bedrock"] = config
        return settings.get("bedrock", {})

    return _answer(change)


def _verb(request: Foreign, full_url: str, headers: Foreign) -> Answer:  # noqa: ARG001
    """A scripting verb; the body has its arguments."""
    name = urlsplit(full_url).path.rpartition("/")[2].replace("-", "_")

    def done() -> Foreign:
        if request.method != "POST":
            msg = f"a verb is a POST of its arguments, not a {request.method}"
            raise ValueError(msg)
        return {"result": perform(name, _with_bytes(_body(request)))}

    return _answer(done)


def _with_bytes(value: Foreign) -> Foreign:
    """A value of JSON with bytes where an object stands for them.

    Raises:
        ValueError: an object that stands for bytes has something else.
    """
    if isinstance(value, list):
        return [_with_bytes(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {BYTES}:
        try:
            return b64decode(value[BYTES], validate=True)
        except (TypeError, ValueError):
            msg = f"{BYTES} must be base64, got {value[BYTES]!r}"
            raise ValueError(msg) from None
    return {name: _with_bytes(each) for name, each in value.items()}


def _body(request: Foreign) -> dict[str, Any]:
    sent = request.get_data() or b"{}"
    try:
        body = json.loads(sent)
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except ValueError as error:
        msg = f"the body must be a JSON object, not {sent[:_SHOWN]!r}: {error}"
        raise ValueError(msg) from None
    if not isinstance(body, dict):
        msg = f"the body must be a JSON object, not {body!r}"
        raise ValueError(msg)
    return body


def _answer(work: Callable[[], Any]) -> Answer:
    try:
        status, content = 200, work()
    except ValueError as error:
        status, content = 400, {"message": bounded(str(error), MESSAGE)}
    return (
        status,
        {"Content-Type": "application/json"},
        json.dumps(content, default=_as_json),
    )


def _as_json(value: Foreign) -> str:
    """What JSON does not have: moments, and bytes of bodies, which are text where they can be."""
    if isinstance(value, datetime):
        return value.isoformat()
    try:
        return str(value.decode())
    except UnicodeDecodeError:
        return b64encode(value).decode()
