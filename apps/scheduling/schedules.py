"""When scheduling does something by itself, and what a demonstration shows."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from django.conf import settings

DEMO: dict[str, dict[str, Any]] = {
    "demo: count": {
        "task": "apps.scheduling.tasks.demo_count",
        "schedule": timedelta(seconds=30),
        "kwargs": {"seconds": 5},
        "options": {"expires": 30},
    },
    "demo: count each hour": {
        "task": "apps.scheduling.tasks.demo_count",
        "schedule": crontab(minute="1"),
        "kwargs": {"seconds": 10},
    },
    "demo: count with arguments": {
        "task": "apps.scheduling.tasks.demo_count",
        "schedule": crontab(minute="1"),
        "args": [3, False],
    },
}

SCHEDULES: dict[str, dict[str, Any]] = {
    "jobs: look after runs": {
        "task": "apps.scheduling.tasks.reap",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
    "jobs: forget old runs": {
        "task": "apps.scheduling.tasks.prune_runs",
        "schedule": crontab(hour="4", minute="0"),
    },
    "database: renew its statistics": {
        "task": "apps.scheduling.tasks.database_statistics",
        "schedule": crontab(hour="4", minute="15", day_of_week="0"),
    },
    **(DEMO if settings.ATRIUM.demo else {}),
}
