"""The command line: ``bedrock-mock serve`` and ``bedrock-mock demo``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from unittest.mock import patch

_USAGE = """\
usage: bedrock-mock {serve,demo} ...

A mock of Amazon Bedrock for moto.

  bedrock-mock serve [-H HOST] [-p PORT] [-s] ...   moto's server with our Bedrock in it
  bedrock-mock serve --help                         all of its flags
  bedrock-mock demo                                 a tour, in this process, in seconds
  bedrock-mock --version
"""
_DEMO_USAGE = """\
usage: bedrock-mock demo

A tour in this process: a model is imported and evaluated, a mistake is made, trouble is scripted.
No request leaves the process, and it takes seconds. It takes no arguments.
"""
_MISUSE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        argv: the arguments; default: those of the process.

    Returns:
        The exit status: 0, or 2 where the arguments are not understood.
    """
    command, *rest = (sys.argv[1:] if argv is None else argv) or ["--help"]
    if command == "serve":
        from bedrock_mock.server import serve  # noqa: PLC0415 - only what is asked for

        return serve(rest)
    if command == "demo" and not rest:
        with patch.dict(os.environ):
            # The demo runs in this process, also if the environment names a server or a profile.
            for name in ("TEST_SERVER_MODE", "TEST_PROXY_MODE", "AWS_PROFILE"):
                os.environ.pop(name, None)
            from bedrock_mock.demo import run  # noqa: PLC0415

            run()
    elif command == "demo" and rest in (["--help"], ["-h"]):
        print(_DEMO_USAGE, end="")
    elif command == "--version":
        from bedrock_mock import __version__  # noqa: PLC0415

        print(f"bedrock-mock {__version__}")
    elif command in ("-h", "--help"):
        print(_USAGE, end="")
    else:
        print(
            f"{_USAGE}\nbedrock-mock: not understood: {' '.join([command, *rest])}", file=sys.stderr
        )
        return _MISUSE
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
