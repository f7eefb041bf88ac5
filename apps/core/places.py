"""Where an address is, by a table on our own disk; nobody outside is asked."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from ip2region import searcher, util

MAX_LENGTH = 64
FIELDS = 5
COUNTRY_CODE = re.compile("[A-Z]{2}")
FILES = {4: "ip2region_v4.xdb", 6: "ip2region_v6.xdb"}
log = logging.getLogger(__name__)


class Place(NamedTuple):
    """Names as the table has them; "" where it does not know."""

    country: str = ""
    region: str = ""
    city: str = ""


def table_path(version: int) -> Path:
    """Return where the table for addresses of IPv4 or IPv6 lies, if it is installed."""
    folder: Path = settings.DATA_DIR
    return folder / FILES[version]


def table_version(content: bytes) -> int:
    """Return 4 or 6: the addresses that a table knows.

    Raises:
        ValueError: It is no table.
    """
    if len(content) < util.HeaderInfoLength + util.VectorIndexLength:
        msg = "too short for a table of addresses"
        raise ValueError(msg)
    header = util.Header(content[: util.HeaderInfoLength])
    version = header.ipVersion if header.version == util.XdbStructure30 else util.XdbIPv4Id
    known = {util.XdbStructure20, util.XdbStructure30}
    if header.version not in known or version not in FILES or header.endIndexPtr > len(content):
        msg = "no table of addresses"
        raise ValueError(msg)
    return version


@lru_cache(maxsize=4096)
def place_of(address: str) -> Place:
    """Return where an address is; blank without a table, and for addresses of private networks."""
    try:
        ip = ip_address(address)
    except ValueError:
        return Place()
    table = _table(ip.version)
    if table is None or not ip.is_global:
        return Place()
    return _place(table.search(ip.packed))


def _place(told: str) -> Place:
    """Return the place in `country|region|city|provider|CC`.

    Older tables have `country|area|region|city|provider`.
    """
    parts = ["" if part in {"0", "None"} else part[:MAX_LENGTH] for part in told.split("|")]
    if len(parts) == FIELDS and not COUNTRY_CODE.fullmatch(parts[-1]):
        del parts[1]
    return Place(*(parts + [""] * 3)[:3])


@lru_cache(maxsize=2)
def _table(version: int) -> Any | None:
    path = table_path(version)
    if not path.is_file():
        return None
    content = path.read_bytes()
    try:
        table_version(content)
    except ValueError:
        log.exception("%s is left out; places stay blank", path.name)
        return None
    kind = util.IPv4 if version == util.XdbIPv4Id else util.IPv6
    return searcher.new_with_buffer(kind, content)


def place_text(address: str | None) -> str:
    """Return where an address is, in one line; "" where the table does not know."""
    return " ".join(dict.fromkeys(part for part in place_of(address or "") if part))


def forget_tables() -> None:
    """Read the tables anew at the next question."""
    place_of.cache_clear()
    _table.cache_clear()
