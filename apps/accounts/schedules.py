"""When accounts do something by themselves."""

from celery.schedules import crontab

SCHEDULES = {
    "recycle bins: purge what is old": {
        "task": "apps.accounts.tasks.prune_bins",
        "schedule": crontab(hour="3", minute="20"),
    },
    "sessions: forget what ended long ago": {
        "task": "apps.accounts.tasks.prune_sessions",
        "schedule": crontab(hour="3", minute="30"),
    },
}
