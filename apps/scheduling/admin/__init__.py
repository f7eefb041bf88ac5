"""The pages of the jobs in the console."""

from apps.scheduling.admin import load, queue, runs, schedules, starting

__all__ = ["load", "queue", "runs", "schedules", "starting"]
