"""What ties the rows of a log together: a signature of each, and a chain through them all."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from heapq import merge
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Count, Model

from apps.audit.models import ChainHead, Removal, SealedRow

UNSIGNED = frozenset({"id", "mac", "position", "digest"})
"""Columns of a row that its signature leaves out; the digest covers the key and the place."""

CHUNK = 2_000


def mac_of(row: Model) -> str:
    """Return the signature of everything that a row says, made when it is written."""
    left_out = UNSIGNED if isinstance(row, SealedRow) else {"id", "mac"}
    values = [
        _plain(getattr(row, column.attname))
        for column in row._meta.concrete_fields
        if column.attname not in left_out
    ]
    return _sign([row._meta.model_name, values])


def digest_of(position: int, pk: int, mac: str, before: str) -> str:
    """Return the digest of a row at its place: it covers its content and the digest before."""
    return _sign([position, pk, mac, before])


def faults_of(model: type[SealedRow]) -> Iterator[str]:
    """Yield a sentence for each row that was altered, removed or inserted behind our back."""
    name = str(model._meta.model_name)
    head = ChainHead.objects.filter(log=name).first() or ChainHead(log=name)
    if head.pk and head.mac != mac_of(head):
        yield f"{name}: the end of the chain was altered"
    walk = _Walk(name)
    for start, kind, item in merge(_removals(name), _rows(model), key=lambda found: found[:2]):
        yield from walk.step(start, item, is_row=bool(kind))
    if walk.expected <= head.position:
        yield _missing(name, walk.expected, head.position, f"after {walk.last}, at the end")
    if walk.expected > head.position + 1:
        yield f"{name}: rows were inserted after place {head.position}, where the chain ends"
    yield from _unsealed_faults(model)


@dataclass
class _Walk:
    """Where a walk along a chain has come to."""

    name: str
    expected: int = 1
    before: str = ""
    last: str = "the beginning"

    def step(self, start: int, item: Any, *, is_row: bool) -> Iterator[str]:
        """Yield what is wrong with the next row, or the next record of removed ones."""
        label = f"row {item.pk}" if is_row else f"removal {item.pk}"
        is_gap = start > self.expected
        if start < self.expected:
            yield f"{self.name}: {label} was inserted: its place {start} is taken"
            return
        if is_gap:
            where = f"between {self.last} and {label}"
            yield _missing(self.name, self.expected, start - 1, where)
        if item.mac != mac_of(item):
            yield f"{self.name}: {label} was altered or is not ours"
        elif is_row and not is_gap and not self._follows(start, item):
            yield f"{self.name}: {label} was inserted or moved: it does not follow {self.last}"
        self.expected = (start if is_row else item.last) + 1
        self.before, self.last = item.digest, label

    def _follows(self, start: int, item: Any) -> bool:
        return bool(item.digest == digest_of(start, item.pk, item.mac, self.before))


def _missing(name: str, first: int, last: int, where: str) -> str:
    places = f"place {first}" if first == last else f"places {first} to {last}"
    return f"{name}: {last - first + 1} row(s) were removed, {places}, {where}"


def _rows(model: type[SealedRow]) -> Iterator[tuple[int, int, Any]]:
    rows = model._default_manager.filter(position__isnull=False).order_by("position")
    return ((row.position or 0, 1, row) for row in rows.iterator(CHUNK))


def _removals(name: str) -> Iterator[tuple[int, int, Any]]:
    removals = Removal.objects.filter(log=name).order_by("first")
    return ((removal.first, 0, removal) for removal in removals.iterator(CHUNK))


def _unsealed_faults(model: type[SealedRow]) -> Iterator[str]:
    name, rows = model._meta.model_name, model._default_manager.order_by()
    for row in rows.filter(position__isnull=True).iterator(CHUNK):
        if row.mac != mac_of(row):
            yield f"{name}: row {row.pk} was altered or is not ours; it is not sealed yet"
    copies = rows.values("mac").annotate(times=Count("pk")).filter(times__gt=1)
    for copied in copies.values_list("mac", flat=True):
        pks = list(rows.filter(mac=copied).order_by("pk").values_list("pk", flat=True)[:10])
        yield f"{name}: rows {', '.join(map(str, pks))} are copies of one row"


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _sign(value: Any) -> str:
    return hmac.new(_key(settings.SECRET_KEY), orjson.dumps(value), hashlib.sha256).hexdigest()


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"atrium.audit" + secret.encode()).digest()
