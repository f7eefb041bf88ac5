"""The history of master data: one row for what a request made of one object."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import orjson
from django.db.models import Model

from apps.audit.choices import ChangeAction
from apps.audit.constants import MASK
from apps.audit.models import ChangeLog
from apps.audit.selectors.arguments import is_secret
from apps.audit.selectors.seals import mac_of
from apps.audit.selectors.snapshots import Values
from apps.audit.services.rows import row_save
from apps.core.context import current_context
from apps.core.masking import storable

Key = tuple[str, int]
_joined: ContextVar[dict[Key, ChangeLog] | None] = ContextVar("audit_changes", default=None)
Changes = dict[str, list[Any]]


def change_add(
    *, instance: Model, action: ChangeAction, before: Values, after: Values
) -> ChangeLog | None:
    """Keep the difference, inside the transaction that makes it; None where there is none.

    Args:
        instance: The row of master data.
        action: What became of it.
        before: Its columns and links, as far as they are known; {} for a new row.
        after: The same afterwards; {} for a deleted row.
    """
    found = _difference(before, after)
    if not found and action == ChangeAction.CHANGED:
        return None
    key = (instance._meta.label_lower, instance.pk)
    earlier = (_joined.get() or {}).get(key)
    if earlier is not None and _join(earlier, action, found):
        return earlier
    row = _made(instance, action, found)
    row_save(row)
    joined = _joined.get()
    if joined is not None:
        joined[key] = row
    return row


@contextmanager
def changes_joined() -> Iterator[None]:
    """Join what happens to one object inside the block into one row."""
    outer = _joined.set({})
    try:
        yield
    finally:
        _joined.reset(outer)


def _made(instance: Model, action: ChangeAction, found: Changes) -> ChangeLog:
    context = current_context()
    row = ChangeLog(
        model=instance._meta.label_lower,
        object_id=instance.pk,
        name=storable(str(instance), 255),
        action=action.value,
        changes=orjson.dumps(found).decode(),
        user_id=context.user_id if context else None,
        username=context.username if context else "",
        trace_id=context.request_id if context else "",
    )
    row.mac = mac_of(row)
    return row


def _join(row: ChangeLog, action: ChangeAction, found: Changes) -> bool:
    """Add to a row that was written a moment ago; False if it is not there any more."""
    changes: Changes = orjson.loads(row.changes)
    for name, (before, after) in found.items():
        changes[name] = [changes[name][0] if name in changes else before, after]
    row.changes = orjson.dumps(changes).decode()
    if action != ChangeAction.CHANGED:
        row.action = action.value
    row.mac = mac_of(row)
    unsealed = ChangeLog.objects.filter(pk=row.pk, position__isnull=True)
    return bool(unsealed.update(changes=row.changes, action=row.action, mac=row.mac))


def _difference(before: Values, after: Values) -> Changes:
    """Return `[before, after]` by name; of secrets only that they differ."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {
        name: [MASK, MASK] if _is_hidden(name, after) else [before.get(name), after.get(name)]
        for name in names
    }


def _is_hidden(name: str, after: Values) -> bool:
    """Tell whether a column holds a secret, not a moment or a flag about one."""
    return is_secret(name) and not name.endswith("_at") and not isinstance(after.get(name), bool)
