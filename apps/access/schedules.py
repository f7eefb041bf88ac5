"""When access control does something by itself."""

from celery.schedules import crontab

SCHEDULES = {
    "access: prune the object grants": {
        "task": "apps.access.tasks.prune_grants",
        "schedule": crontab(hour="3", minute="55"),
    },
}
