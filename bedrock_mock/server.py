"""moto's server with our Bedrock in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bedrock_mock._takeover import takeover

_NEEDS_EXTRA = (
    "bedrock-mock serve needs moto's server, which is not installed: "
    "pip install 'bedrock-mock[server]'"
)


def serve(argv: Sequence[str]) -> None:
    """Runs moto's server until it is interrupted.

    Args:
        argv: the flags of ``moto_server``: ``-H``/``--host`` (default ``127.0.0.1``),
            ``-p``/``--port`` (default 5000), ``-s``/``--ssl``, ``-c``/``--ssl-cert``,
            ``-k``/``--ssl-key``, ``-r``/``--reload``.

    Raises:
        SystemExit: the extra ``server`` is not installed, or a flag is not known.

    Source: https://docs.getmoto.org/en/latest/docs/server_mode.html
    """
    try:
        from moto import server  # noqa: PLC0415 - it needs the extra
    except ImportError as error:
        raise SystemExit(_NEEDS_EXTRA) from error
    # moto's parser names the program after the first argument, and takes an empty list of
    # flags for "look at sys.argv".
    sys.argv = ["bedrock-mock serve", *argv]
    takeover.acquire()
    try:
        server.main(list(argv))
    finally:
        takeover.release()
