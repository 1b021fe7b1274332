"""Memory that large requests took goes back to the system when they have been answered."""

from __future__ import annotations

import ctypes
from functools import cache

#: glibc's number of the option, and the size from which a block is one of its own.
_M_MMAP_THRESHOLD, _BYTES = -3, 1024 * 1024


@cache
def return_large_blocks() -> bool:
    """Has the C library give large blocks back as soon as they are free.

    By itself glibc raises the size that it calls large with each such block, to 32 MiB, and
    then keeps up to twice as much for each thread.

    Returns:
        Whether the library can: it is glibc.
    """
    try:
        option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        # macOS, Windows, musl.
        return False
    return bool(option(_M_MMAP_THRESHOLD, _BYTES))
