"""A small valid MP4 file: one image of one pixel, for as long as a video is asked for.

Source: ISO/IEC 14496-12 for the boxes, 14496-1 for the descriptors.
"""

from __future__ import annotations

import struct

from bedrock_mock.services.bedrock_runtime.families.images import DOT

#: Times are in milliseconds.
_SCALE = 1000
_MATRIX = struct.pack("!9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_BRANDS = b"isom" + struct.pack("!I", 512) + b"isomiso2mp41"
_WIDTH = _HEIGHT = 1
#: The object type of PNG in the registry of MPEG-4, and the stream type of a picture.
_PNG, _VISUAL = 0x6D, 0x11
_UNDEFINED_LANGUAGE = 0x55C4
_FAST = b"\x00" * 11


def video(seconds: float) -> bytes:
    """An MP4 file.

    Args:
        seconds: how long the video is.
    """
    duration = round(seconds * _SCALE)
    beginning = _box(b"ftyp", _BRANDS)
    # The place of the picture counts from the beginning of the file, and the size of what
    # stands before it does not depend on it.
    place = len(beginning) + len(_movie(duration, 0)) + 8
    return beginning + _movie(duration, place) + _box(b"mdat", DOT)


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack("!I4s", 8 + len(content), kind) + content


def _full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A box with a version, 0, and flags."""
    return _box(kind, struct.pack("!I", flags), *parts)


def _numbers(*values: int) -> bytes:
    return struct.pack(f"!{len(values)}I", *values)


def _movie(duration: int, place: int) -> bytes:
    rate_and_volume = struct.pack("!IH10x", 0x10000, 0x100)
    times = _numbers(0, 0, _SCALE, duration)
    head = _full(b"mvhd", times, rate_and_volume, _MATRIX, b"\0" * 24, _numbers(2))
    return _box(b"moov", head, _track(duration, place))


def _track(duration: int, place: int) -> bytes:
    times = _numbers(0, 0, 1, 0, duration)
    size = _numbers(_WIDTH << 16, _HEIGHT << 16)
    head = _full(b"tkhd", times, b"\0" * 16, _MATRIX, size, flags=3)
    media_head = _full(
        b"mdhd", _numbers(0, 0, _SCALE, duration), struct.pack("!HH", _UNDEFINED_LANGUAGE, 0)
    )
    handler = _full(b"hdlr", _numbers(0), b"vide", b"\0" * 12, b"bedrock_mock\0")
    data = _full(b"dref", _numbers(1), _full(b"url ", flags=1))
    information = _box(
        b"minf",
        _full(b"vmhd", b"\0" * 8, flags=1),
        _box(b"dinf", data),
        _samples(duration, place),
    )
    return _box(b"trak", head, _box(b"mdia", media_head, handler, information))


def _samples(duration: int, place: int) -> bytes:
    """The table of the samples: one, the picture."""
    return _box(
        b"stbl",
        _full(b"stsd", _numbers(1), _format()),
        _full(b"stts", _numbers(1, 1, duration)),
        _full(b"stsc", _numbers(1, 1, 1, 1)),
        _full(b"stsz", _numbers(len(DOT), 1)),
        _full(b"stco", _numbers(1, place)),
    )


def _format() -> bytes:
    """What a sample is: a picture in PNG."""
    decoder = _descriptor(4, struct.pack("!BB", _PNG, _VISUAL) + _FAST)
    stream = _descriptor(3, struct.pack("!HB", 1, 0) + decoder + _descriptor(6, b"\x02"))
    return _box(
        b"mp4v",
        struct.pack("!6xH16x", 1),
        struct.pack("!HHIII", _WIDTH, _HEIGHT, 0x480000, 0x480000, 0),
        struct.pack("!H32xHh", 1, 24, -1),
        _full(b"esds", stream),
    )


def _descriptor(tag: int, content: bytes) -> bytes:
    return struct.pack("!BB", tag, len(content)) + content
