"""The flags of ``bedrock-mock serve``: those of ``moto_server``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

_LAST_PORT = 65535


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The options that are asked for: ``host``, ``port``, ``reload``, ``ssl`` and so on.

    Raises:
        SystemExit: they make no sense; argparse has said why.
    """
    flags = parser()
    options = flags.parse_args(argv)
    if bool(options.ssl_cert) != bool(options.ssl_key):
        flags.error("give --ssl-cert and --ssl-key both, or --ssl for a certificate made here")
    if options.ssl_ca and (options.ssl_cert or not options.ssl):
        flags.error("--ssl-ca is for a certificate made here: give it with --ssl")
    return options


def parser() -> argparse.ArgumentParser:
    """The parser of the flags that ``moto_server`` has, and of our own."""
    flags = argparse.ArgumentParser(prog="bedrock-mock serve", description="moto's server.")
    port = os.environ.get("MOTO_PORT", "5000")
    flags.add_argument(
        "-H", "--host", type=_host, default="127.0.0.1", help="the address (%(default)s)"
    )
    flags.add_argument(
        "-p", "--port", type=_port, default=port, help="the port (%(default)s); 0: a free one"
    )
    flags.add_argument(
        "-r", "--reload", action="store_true", help="start again when a source file changes"
    )
    flags.add_argument(
        "-l", "--log-requests", action="store_true", help="a line for each request on stderr"
    )
    flags.add_argument(
        "-s", "--ssl", action="store_true", help="https, with a certificate made for the occasion"
    )
    flags.add_argument("-c", "--ssl-cert", metavar="FILE", help="https, with this certificate")
    flags.add_argument("-k", "--ssl-key", metavar="FILE", help="and this private key")
    flags.add_argument(
        "--ssl-ca",
        metavar="FILE",
        help="with --ssl: writes what clients must trust to this file, for AWS_CA_BUNDLE",
    )
    flags.add_argument(
        "--replay",
        metavar="PATH",
        action="append",
        default=[],
        help="have models answer as a file or folder of invocation logs says; can be repeated",
    )
    return flags


def _host(text: str) -> str:
    if not text.strip():
        msg = f"give an address of this machine, or 0.0.0.0 for all of them, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > _LAST_PORT:
        msg = f"a port must be 0 to {_LAST_PORT}, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)
