"""The Celery application. `config.settings.base` imports it, so it is there wherever Django is.

No default settings module is set here: this module loads before `asgi.py`, so a default
given here would win over the one given there.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from celery import Celery
from celery.app.amqp import task_message
from celery.signals import setup_logging, worker_init

from config import transport

transport.register()
app = Celery("atrium")
app.set_default()  # for every thread; Celery makes it current for the one that imports us alone
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add("config.holding:Holding")
app.steps["worker"].add("config.holding:Farewell")


@app.on_after_finalize.connect
def collect_schedules(sender: Celery, **_kwargs: Any) -> None:
    """Let Celery know the schedules that code declares."""
    for entries in declared_schedules().values():
        sender.conf.beat_schedule.update(entries)


def declared_schedules() -> dict[str, Mapping[str, Any]]:
    """Return the `SCHEDULES` of every app that has some, by its label."""
    from django.apps import apps  # noqa: PLC0415 - settings are not loaded when this module is
    from django.utils.module_loading import module_has_submodule  # noqa: PLC0415

    return {
        config.label: import_module(f"{config.name}.schedules").SCHEDULES
        for config in apps.get_app_configs()
        if config.module is not None and module_has_submodule(config.module, "schedules")
    }


@worker_init.connect(dispatch_uid="atrium.panel")
def answer_questions(**_kwargs: Any) -> None:
    """Let a worker tell of itself; not before, because it loads what only a worker needs."""
    import_module("config.panel")


@setup_logging.connect(dispatch_uid="atrium.logs")
def keep_logging(**_kwargs: Any) -> None:
    """Leave the logging as Django set it up; that somebody listens is what Celery asks for."""


def publish(message: Mapping[str, Any]) -> None:
    """Queue a job anew from the `name`, `headers`, `body` and `queue` that it was queued with."""
    headers = dict(message["headers"])
    properties = {"correlation_id": headers["id"], "reply_to": ""}
    again = task_message(headers, properties, tuple(message["body"]), None)
    task: Any = app.tasks.get(message["name"])
    queue = message.get("queue")
    told = {"queue": queue} if queue in app.amqp.queues else {}
    way = app.amqp.router.route(told, message["name"], task_type=task)
    with app.producer_or_acquire() as producer:
        app.amqp.send_task_message(producer, message["name"], again, **way)
