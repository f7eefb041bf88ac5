"""A table of addresses with one entry, in the layout of the real ones."""

import struct

from ip2region import util


def table(told: str) -> bytes:
    """Return a table that tells the same of every address of IPv4."""
    region = told.encode()
    data = util.HeaderInfoLength + util.VectorIndexLength
    index = data + len(region)
    header = struct.pack("<HHIIIHH", 3, 1, 0, index, index, 4, 4)
    entries = [_range(number, len(region), data) for number in range(256)]
    vector = b"".join(
        struct.pack("<II", index + 14 * first, index + 14 * first)
        for first in range(256)
        for _ in range(256)
    )
    return header.ljust(util.HeaderInfoLength, b"\0") + vector + region + b"".join(entries)


def _range(first: int, length: int, place: int) -> bytes:
    low, high = bytes([0, 0, 0, first]), bytes([255, 255, 255, first])
    return low + high + struct.pack("<HI", length, place)
