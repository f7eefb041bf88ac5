"""Seal the rows of the logs into chains, and take rows out so that the chain still holds.

Rows are written without a place in the chain, so that writers do not wait for each other. Every few
seconds one process gives the new ones their places, in the order of their keys; only that, and
removals, hold the lock of the chain's end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from apps.audit.choices import RemovalReason
from apps.audit.constants import CHANGE_ROWS, LOGIN_ROWS, OPERA_ROWS, SEAL_BATCH, SETTLE_SECONDS
from apps.audit.models import ChainHead, ChangeLog, LoginLog, OperaLog, Removal, SealedRow
from apps.audit.selectors.seals import digest_of, mac_of
from apps.core.cached import invalidate
from apps.core.context import current_context

log = logging.getLogger(__name__)
TAGS: dict[type[SealedRow], str] = {
    LoginLog: LOGIN_ROWS,
    OperaLog: OPERA_ROWS,
    ChangeLog: CHANGE_ROWS,
}
Range: TypeAlias = tuple[int, int, str]


def logs_seal() -> int:
    """Seal what has settled in every log and return how many rows that were."""
    return sum(_seal_settled(model) for model in TAGS)


@transaction.atomic
def rows_remove(*, rows: QuerySet[Any]) -> int:
    """Delete rows of one log, leave a record of who did it, and return how many they were."""
    model = rows.model
    head = _head(model)
    while _seal(model, head, until=timezone.now()):
        pass
    chosen = model._default_manager.filter(pk__in=rows.order_by().values("pk"))
    sealed = chosen.filter(position__isnull=False).order_by("position")
    for first, last, digest in _ranges(sealed.values_list("position", "digest").iterator()):
        _removal_add(model, first, last, digest, RemovalReason.DELETED)
    removed: int
    removed, _by_model = rows.order_by().delete()
    invalidate(TAGS[model])
    return removed


def logs_prune(*, days: int) -> int:
    """Delete the rows that are older than `days`, from the start of each chain; 0 keeps all."""
    before = timezone.now() - timedelta(days=days)
    return sum(_prune(model, before) for model in TAGS) if days else 0


@transaction.atomic
def _prune(model: type[SealedRow], before: datetime) -> int:
    head = _head(model)
    rows = model._default_manager.filter(position__isnull=False)
    kept = rows.filter(created_at__gte=before).aggregate(first=Min("position"))["first"]
    last = head.position if kept is None else kept - 1
    old = rows.filter(position__lte=last)
    if not old.exists():
        return 0
    name = str(model._meta.model_name)
    end = rows.filter(position=last).values_list("digest", flat=True).first()
    gone = Removal.objects.filter(log=name, last__lte=last)
    digest = end or gone.filter(last=last).values_list("digest", flat=True).first()
    if digest is None:
        log.error("place %s of the %s is missing; nothing is pruned, run audit_verify", last, name)
        return 0
    removed, _by_model = old.delete()
    gone.delete()
    _removal_add(model, 1, last, digest, RemovalReason.RETENTION)
    invalidate(TAGS[model])
    return removed


@transaction.atomic
def _seal_settled(model: type[SealedRow]) -> int:
    return _seal(model, _head(model), until=timezone.now() - timedelta(seconds=SETTLE_SECONDS))


def _seal(model: type[SealedRow], head: ChainHead, *, until: datetime) -> int:
    """Give places to the rows written until then; one that is not ours gets none."""
    waiting = model._default_manager.filter(position__isnull=True, created_at__lte=until)
    sealed = []
    for row in waiting.order_by("pk")[:SEAL_BATCH]:
        if row.mac == mac_of(row):
            head.position += 1
            head.digest = digest_of(head.position, row.pk, row.mac, head.digest)
            sealed.append((head.position, head.digest, row.pk))
    if sealed:
        _write_places(model, sealed)
        head.mac = mac_of(head)
        head.save(update_fields=["position", "digest", "mac"])
    return len(sealed)


def _write_places(model: type[SealedRow], sealed: list[tuple[int, str, int]]) -> None:
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    sql = f"UPDATE {table} SET position = %s, digest = %s WHERE id = %s"  # noqa: S608 - our own name
    with connection.cursor() as cursor:
        cursor.executemany(sql, sealed)


def _head(model: type[SealedRow]) -> ChainHead:
    """Return the end of a log's chain, locked until the transaction ends."""
    name = str(model._meta.model_name)
    fresh = ChainHead(log=name)
    ChainHead.objects.get_or_create(log=name, defaults={"mac": mac_of(fresh)})
    return ChainHead.objects.select_for_update().get(log=name)


def _ranges(places: Iterator[tuple[int, str]]) -> Iterator[Range]:
    """Yield places that follow each other as one: first, last, digest of the last."""
    first = last = 0
    digest = ""
    for position, mark in places:
        if first and position != last + 1:
            yield first, last, digest
            first = 0
        first = first or position
        last, digest = position, mark
    if first:
        yield first, last, digest


def _removal_add(
    model: type[SealedRow], first: int, last: int, digest: str, reason: RemovalReason
) -> None:
    context = current_context()
    removal = Removal(
        log=str(model._meta.model_name),
        first=first,
        last=last,
        digest=digest,
        reason=reason.value,
        username=context.username if context else "",
        trace_id=context.request_id if context else "",
    )
    removal.mac = mac_of(removal)
    removal.save(force_insert=True)
