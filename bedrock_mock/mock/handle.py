"""BedrockMock: what a test holds in its hand while the mock is active."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from moto import settings
from moto.core.models import DEFAULT_ACCOUNT_ID

from bedrock_mock.mock.clients import Clients, region_of
from bedrock_mock.mock.remote import Remote
from bedrock_mock.mock.verbs import Scripting
from bedrock_mock.protocol.types import Foreign, Json

if TYPE_CHECKING:
    from bedrock_mock.services.bedrock.backend import BedrockBackend


class BedrockMock(Clients, Scripting):
    """The active mock: what ``with mock_bedrock() as bedrock:`` and the fixture give."""

    def __init__(self, config: dict[str, dict[str, Any]]) -> None:
        self._config = config
        self._undo: list[Callable[[], None]] = []
        self._has_ended = False

    def __getattr__(self, name: str) -> Foreign:
        """Says what is meant by a name that belongs to the module, or is misspelt."""
        import bedrock_mock  # noqa: PLC0415 - it imports this module

        msg = f"{type(self).__name__!r} object has no attribute {name!r}"
        if name in bedrock_mock.__all__:
            msg += (
                f"; the module bedrock_mock has it: from bedrock_mock import {name}. In a test "
                "with the fixture bedrock_mock, that name is the fixture's"
            )
        elif close := get_close_matches(name, dir(type(self)), n=1):
            msg += f"; did you mean {close[0]!r}?"
        raise AttributeError(msg)

    def _make_client(self, service_name: str, region_name: str) -> Foreign:
        options: dict[str, Any] = {}
        if not settings.TEST_SERVER_MODE:
            # AWS_ENDPOINT_URL, say, is meant for others than the mock.
            ignore: Any = {"ignore_configured_endpoint_urls": True}
            options["config"] = Config(**ignore)
        # boto3.client is looked up at each call: moto replaces it in server mode.
        return boto3.client(service_name, region_name=region_name, **options)  # type: ignore[call-overload]

    def backend(
        self, region_name: str | None = None, account_id: str | None = None
    ) -> BedrockBackend:
        """The backend that holds the state of an account in a region.

        Args:
            region_name: as for :meth:`client`.
            account_id: default: ``MOTO_ACCOUNT_ID``, or ``123456789012``.

        Raises:
            RuntimeError: in moto's server mode the state is in another process.
            ValueError: the region does not exist.
        """
        if settings.TEST_SERVER_MODE:
            msg = (
                "backend() is not available with TEST_SERVER_MODE=true: the state is in the "
                "server's process. Use client(), or the server's /moto-api/data.json."
            )
            raise RuntimeError(msg)
        from bedrock_mock.moto_bridge.backends import backends_of  # noqa: PLC0415
        from bedrock_mock.resources.backend import unknown_region  # noqa: PLC0415
        from bedrock_mock.services import SERVICES  # noqa: PLC0415

        regions = backends_of(SERVICES[0])[
            account_id or os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)
        ]
        region = region_of(region_name)
        try:
            return cast("BedrockBackend", regions[region])
        except KeyError:
            raise ValueError(unknown_region(region, regions.regions)) from None

    def set_transition(self, model_name: str, transition: dict[str, Any]) -> None:
        """Sets how jobs move on, until the mock ends.

        Args:
            model_name: the clock, such as ``bedrock::model_import_job``; docs/usage.md lists
                all clocks.
            transition: ``{"progression": "immediate"}``, ``{"progression": "manual",
                "times": n}`` (the n-th look sees the next status), ``{"progression":
                "time", "seconds": s}`` or, as :meth:`freeze` does, ``{"progression":
                "frozen"}``.

        Raises:
            ValueError: the clock or the progression is unknown.

        Example::

            bedrock.set_transition(
                "bedrock::model_import_job", {"progression": "manual", "times": 2}
            )

        Source: moto's state manager,
        https://docs.getmoto.org/en/latest/docs/configuration/state_transition/
        """
        self._check_active("set_transition")
        from bedrock_mock.services import check_transition  # noqa: PLC0415 - it loads moto

        check_transition(model_name, transition)
        if settings.TEST_SERVER_MODE:
            remote = Remote(settings.test_server_mode_endpoint())
            self._undo.append(
                partial(remote.set_transition, model_name, remote.transition(model_name))
            )
            remote.set_transition(model_name, transition)
        else:
            from moto.moto_api import state_manager  # noqa: PLC0415 - not before it is needed

            state_manager.set_transition(model_name, transition)

    def _perform(self, verb: str, **arguments: Json) -> Json:
        self._check_active(verb)
        if settings.TEST_SERVER_MODE:
            return Remote(settings.test_server_mode_endpoint()).perform(verb, arguments)
        from bedrock_mock.mock.performing import perform  # noqa: PLC0415 - not before it is needed

        return perform(verb, arguments)

    def begin(self) -> None:
        """The mock has started: a server, if there is one, learns our part of the config."""
        if "bedrock" not in self._config:
            return
        if settings.TEST_SERVER_MODE:
            remote = Remote(settings.test_server_mode_endpoint())
            self._undo.append(partial(remote.set_config, remote.config()))
            remote.set_config(self._config["bedrock"])
        else:
            from bedrock_mock.resources.settings import begin_part  # noqa: PLC0415 - as above
            from bedrock_mock.services import settings as declared  # noqa: PLC0415

            begin_part(self._config["bedrock"], declared())

    def end(self) -> None:
        """The mock is about to end: a server, if there is one, gets its settings back."""
        self._has_ended = True
        with ExitStack() as stack:
            for undo in self._undo:
                stack.callback(undo)
            self._undo.clear()

    def _check_active(self, what: str) -> None:
        if self._has_ended:
            msg = f"{what}(): this mock has ended; what it does now would hold for others"
            raise RuntimeError(msg)
