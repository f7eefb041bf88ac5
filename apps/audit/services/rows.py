"""Write rows of the logs.

A row that cannot be written is a line for the operators, not an error of whoever is served.
"""

from __future__ import annotations

import logging
from typing import Any, TypeVar

from django.db import Error, transaction

from apps.accounts.selectors.devices import describe_device
from apps.audit.models import LogRow, SealedRow
from apps.audit.selectors.seals import mac_of
from apps.core.context import RequestContext
from apps.core.masking import storable
from apps.core.places import place_of

R = TypeVar("R", bound=LogRow)
log = logging.getLogger(__name__)


def row_make(model: type[R], context: RequestContext | None, **values: Any) -> R:
    """Return a row that is not saved yet: from where, with every text cut to its column."""
    agent = context.user_agent if context else ""
    address = context.address if context else ""
    device, place = describe_device(agent), place_of(address)
    values |= {
        "trace_id": context.request_id if context else "",
        "address": address,
        "user_agent": agent,
        "os": device.os,
        "browser": device.browser,
        "device": device.device,
        **place._asdict(),
    }
    for column in model._meta.concrete_fields:
        if column.max_length and column.name in values:
            values[column.name] = storable(values[column.name], column.max_length)
    row = model(**values)
    row.mac = mac_of(row)
    return row


def row_save(row: SealedRow) -> bool:
    """Add a row to its log, inside the transaction if there is one; tell whether that worked."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except Error:
        log.exception("a row of the %s could not be written: %s", row._meta.verbose_name, row)
        return False
    return True
