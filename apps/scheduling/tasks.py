"""What scheduling does by itself, and a job to try it out."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.jobs import QUICK, SCHEDULED, job, progress
from apps.scheduling.selectors.tables import greatest_tables
from apps.scheduling.services.alerts import alert_send, alerts_due
from apps.scheduling.services.reaping import silent_reap, vanished_reap
from apps.scheduling.services.retention import results_prune, runs_prune
from apps.scheduling.services.statistics import statistics_renew

log = logging.getLogger(__name__)


class DemoError(Exception):
    """What the demonstration fails with."""


@job(label=gettext_lazy("demonstration: count the seconds"), is_repeatable=True)
def demo_count(seconds: int = 10, fail: bool = False) -> dict[str, int]:  # noqa: FBT001, FBT002 - arguments of jobs come by position too
    """Count some seconds, telling each; fail at the end on wish.

    It shows what runs show: percent, lines, a result or a traceback, and that it can be cancelled.
    """
    seconds = max(0, min(seconds, 3600))
    for second in range(seconds):
        progress(
            100 * second / seconds, _("second %(n)d of %(all)d") % {"n": second + 1, "all": seconds}
        )
        log.info("second %d of %d", second + 1, seconds)
        time.sleep(1)
    progress(100)
    if fail:
        msg = "it was asked to fail"
        raise DemoError(msg)
    return {"seconds": seconds}


@job(
    label=gettext_lazy("jobs: look after runs whose worker died"),
    queue=SCHEDULED,
    is_repeatable=True,
    is_quiet=True,
    ignore_result=True,
)
def reap() -> None:
    """End runs whose worker or message is gone, and send alerts that could not be sent before."""
    silent_reap()
    vanished_reap()
    alerts_due()


@job(
    label=gettext_lazy("jobs: send an alert"),
    queue=QUICK,
    is_repeatable=True,
    is_quiet=True,
    ignore_result=True,
    time_limit=110,  # less than an alert is held for who sends it
)
def send_alert(alert_id: int) -> None:
    """Tell people of a run that went wrong, by one way; one that fails is tried again later."""
    alert_send(alert_id=alert_id)


@job(label=gettext_lazy("jobs: forget old runs"), queue=SCHEDULED, is_repeatable=True)
def prune_runs() -> dict[str, int]:
    """Delete runs, their lines and their results that are older than they are kept."""
    days = settings.ATRIUM.run_days
    return {"runs": runs_prune(days=days), "results": results_prune(days=days)}


@job(label=gettext_lazy("database: renew its statistics"), queue=SCHEDULED, is_repeatable=True)
def database_statistics() -> list[dict[str, Any]]:
    """Renew the database's statistics and return its greatest tables, with their rows and sizes."""
    statistics_renew()
    return [asdict(table) for table in greatest_tables()]
