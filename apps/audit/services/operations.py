"""The operation log: what a request wrote is logged in the same commit."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from django.db import Error
from django.utils import timezone

from apps.audit.constants import BATCH_SECONDS, MAX_WAITING
from apps.audit.models import OperaLog
from apps.audit.selectors.seals import mac_of
from apps.audit.services.commits import around_commit
from apps.audit.services.rows import row_make, row_save
from apps.core.context import RequestContext
from apps.core.writebehind import WriteBehind

log = logging.getLogger(__name__)
_numbers = count()


@dataclass(frozen=True)
class Outcome:
    """How a request ended, in the words of its answer."""

    is_success: bool = True
    code: str = "200"
    message: str = "Success"


@dataclass
class Operation:
    """A request that is being logged.

    Attributes:
        title: What people call it.
        arguments: Reads what it was called with, as JSON; asked once, as late as possible.
    """

    context: RequestContext | None
    method: str
    path: str
    arguments: Callable[[], str]
    title: str = ""
    happened_at: datetime = field(default_factory=timezone.now)
    started: float = field(default_factory=time.perf_counter)
    row: OperaLog | None = None
    is_committed: bool = False

    def until_commit(self) -> AbstractContextManager[None]:
        """Log the operation with the first transaction that the block commits."""
        return around_commit(before=self._write_before_commit, after=self._commit)

    def finish(self, outcome: Outcome) -> None:
        """Log the operation if no transaction of its own took the row along."""
        if self.row is None or not self.is_committed:
            self.row = self.made(outcome)
            row_save(self.row)
        elif outcome != Outcome(self.row.is_success, self.row.code, self.row.message):
            self._correct(outcome)

    def finish_later(self, outcome: Outcome) -> None:
        """Log the operation with others, within seconds; lost if the process dies before."""
        if waiting.pending_count() < MAX_WAITING:
            waiting.put(next(_numbers), self.made(outcome))
        else:
            log.warning("too many operations wait to be logged; %s is left out", self.path)

    def made(self, outcome: Outcome) -> OperaLog:
        """Return the row, not saved."""
        return row_make(
            OperaLog,
            self.context,
            username=self.context.username if self.context else "",
            user_id=self.context.user_id if self.context else None,
            method=self.method,
            title=self.title,
            path=self.path,
            args=self.arguments(),
            is_success=outcome.is_success,
            code=outcome.code,
            message=outcome.message,
            cost_us=self._cost_us(),
            happened_at=self.happened_at,
        )

    def _write_before_commit(self) -> None:
        if self.row is None:
            self.row = self.made(Outcome())
            row_save(self.row)

    def _commit(self) -> None:
        self.is_committed = self.row is not None and self.row.pk is not None

    def _correct(self, outcome: Outcome) -> None:
        """Say how it ended after all: it failed after something had been committed."""
        assert self.row is not None  # noqa: S101 - only asked once it is there
        fixed = self.made(outcome)
        fixed.created_at = self.row.created_at
        fixed.mac = mac_of(fixed)
        names = ("is_success", "code", "message", "cost_us", "mac")
        values = {name: getattr(fixed, name) for name in names}
        try:
            unsealed = OperaLog.objects.filter(pk=self.row.pk, position__isnull=True)
            if not unsealed.update(**values):  # sealed already: said in a row of its own
                row_save(fixed)
        except Error:
            log.exception("the outcome of %s could not be written", self.path)

    def _cost_us(self) -> int:
        return round((time.perf_counter() - self.started) * 1_000_000)


def _write(rows: Mapping[int, OperaLog]) -> None:
    OperaLog.objects.bulk_create(rows.values(), batch_size=200)


waiting: WriteBehind[int, OperaLog] = WriteBehind(_write, seconds=BATCH_SECONDS)
"""What is logged in batches: sampled reads, and what strangers were refused."""
