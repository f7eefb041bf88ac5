"""A job to try the pages with, and rows to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Literal

import pytest
from celery import current_app
from django.utils import timezone

from apps.core.jobs import QUICK, Job
from apps.scheduling.models import Run
from apps.scheduling.services.schedules import schedule_create

REPORT = "tests.scheduling.report"


@pytest.fixture
def report() -> Iterator[Any]:
    """A declared job that takes one argument of each kind."""

    def make_report(  # noqa: PLR0913, PLR0917 - one of each kind
        title: str,
        size: Literal["small", "large"] = "small",
        copies: int = 1,
        share: float | None = None,
        is_loud: bool = False,  # noqa: FBT001, FBT002 - an argument of a job
        columns: list[str] | None = None,
        options: dict[str, Any] | None = None,
        day: date | None = None,
        at: datetime | None = None,
        password: str = "",
    ) -> dict[str, Any]:
        """Make a <b>report</b>."""
        return {"title": title, "size": size, "copies": copies, "share": share, "loud": is_loud}

    # Not by `job`: what that declares is declared anew to every application to come.
    yield current_app.task(
        base=Job,
        name=REPORT,
        label="<i>Report</i>",
        lane=QUICK,
        is_repeatable=True,
        is_quiet=False,
        shared=False,
        lazy=False,
    )(make_report)
    current_app.tasks.pop(REPORT, None)


@pytest.fixture
def keys() -> Iterator[Any]:
    """A declared job whose arguments are secrets by their names, one of each kind."""

    def turn_keys(
        pin_token: int,
        has_secret: bool,  # noqa: FBT001 - an argument of a job
        secret_kind: Literal["a", "b"],
        token_day: date,
    ) -> None:
        """Turn them."""

    name = "tests.scheduling.keys"
    yield current_app.task(base=Job, name=name, label="Keys", lane=QUICK, shared=False, lazy=False)(
        turn_keys
    )
    current_app.tasks.pop(name, None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Keep jobs from being sent; the runs that would be."""
    runs: list[Any] = []
    monkeypatch.setattr("apps.scheduling.services.runs._send", lambda run, *_: runs.append(run))
    return runs


@pytest.fixture
def make_schedule(db: None, report: Any) -> Callable[..., Any]:
    def make(name: str = "Weekly", **values: Any) -> Any:
        usual: dict[str, Any] = {"task": REPORT, "kind": 0, "every": 10, "period": "seconds"}
        usual["kwargs"] = {"title": "T"}
        return schedule_create(name=name, **usual | values)

    return make


@pytest.fixture
def make_run(db: None) -> Callable[..., Run]:
    numbers = iter(range(1000))

    def make(**values: Any) -> Run:
        values = {"name": REPORT, "queued_at": timezone.now(), "state": "succeeded"} | values
        if values["state"] not in {"queued", "running", "retrying"}:
            values = {"started_at": timezone.now(), "ended_at": timezone.now()} | values
        return Run.objects.create(task_id=f"task-{next(numbers)}", **values)

    return make
