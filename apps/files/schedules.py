"""When the files are put in order."""

from celery.schedules import crontab

SCHEDULES = {
    "files: purge the bin": {
        "task": "apps.files.tasks.purge_bin",
        "schedule": crontab(hour="3", minute="50"),
    },
    "files: give up uploads": {
        "task": "apps.files.tasks.give_up_uploads",
        "schedule": crontab(minute="20"),
    },
    "files: remove orphans": {
        "task": "apps.files.tasks.remove_orphans",
        "schedule": crontab(hour="4", minute="30"),
    },
}
