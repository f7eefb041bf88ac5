"""When realtime does something by itself."""

from celery.schedules import crontab

SCHEDULES = {
    "events: forget what is old": {
        "task": "apps.realtime.tasks.prune_events",
        "schedule": crontab(hour="3", minute="50"),
    },
}
