"""What an alert says."""

from __future__ import annotations

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.scheduling.choices import RunState
from apps.scheduling.models import Alert, Run


def title_of(alert: Alert) -> str:
    """Return one line: which job, and what became of it at the time, whatever has since."""
    run = alert.run
    name = " ".join((run.schedule_name or run.name).split())
    if alert.state == RunState.LOST:
        return _("Job lost: %(name)s") % {"name": name}
    return _("Job failed: %(name)s") % {"name": name}


def lines_of(run: Run) -> list[str]:
    """Return what somebody who looks into it needs."""
    ended = localtime(run.ended_at).strftime("%Y-%m-%d %H:%M:%S") if run.ended_at else ""
    told = {
        _("Task"): run.name,
        _("Error"): run.why,
        _("Attempt"): str(run.attempt),
        _("Worker"): run.worker,
        _("Ended at"): ended,
        _("Run"): run.task_id,
    }
    return [f"{name}: {value}" for name, value in told.items() if value]
