"""When the audit does something by itself."""

from datetime import timedelta

from celery.schedules import crontab

SCHEDULES = {
    "audit: seal the logs": {
        "task": "apps.audit.tasks.seal_logs",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
    "audit: prune the logs": {
        "task": "apps.audit.tasks.prune_logs",
        "schedule": crontab(hour="3", minute="40"),
    },
}
