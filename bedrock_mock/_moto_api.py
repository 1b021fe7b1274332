"""Our paths under moto's ``/moto-api/``."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from moto.core.config import default_user_config
from moto.moto_api._internal import urls

from bedrock_mock._remote import CONFIG_PATH


def added() -> AbstractContextManager[Any]:
    """While this lasts, moto's API has our paths too."""
    return patch.dict(urls.url_paths, {f"{{0}}{CONFIG_PATH}": config})


def config(request: Any, full_url: str, headers: Any) -> tuple[int, dict[str, str], str]:  # noqa: ARG001
    """GET and POST of Bedrock's part of moto's config."""
    settings: Any = default_user_config
    if request.method == "POST":
        settings["bedrock"] = json.loads(request.get_data())
    body = json.dumps(settings.get("bedrock", {}))
    return 200, {"Content-Type": "application/json"}, body
