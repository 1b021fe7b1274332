"""moto's server with our Bedrock in it: the WSGI application, the command, and one for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedrock_mock.moto_bridge.takeover import install
from bedrock_mock.server.bedrock_server import BedrockServer
from bedrock_mock.server.command import serve
from bedrock_mock.server.listening import application

if TYPE_CHECKING:
    from bedrock_mock.server.application import Application

__all__ = ["BedrockServer", "create_app", "serve"]


def create_app() -> Application:
    """The WSGI application: moto's server, with our Bedrock in it.

    It installs our Bedrock for the whole process, as :func:`bedrock_mock.install` does.
    All state is in the process that runs it, so it must be run by one process.

    Example::

        gunicorn --workers 1 --threads 16 "bedrock_mock.server:create_app()"
    """
    app = application()
    install()
    return app
