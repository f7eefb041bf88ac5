from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.schema import answers
from apps.core.api.viewsets import CrudViewSet
from apps.core.errors import InvalidInputError
from apps.core.guards import Guard
from apps.core.times import wire_time
from apps.scheduling.api import filters
from apps.scheduling.api.serializers import bodies, jobs, rows
from apps.scheduling.choices import ScheduleKind
from apps.scheduling.constants import EACH_MINUTE
from apps.scheduling.models import Halt
from apps.scheduling.selectors.halts import halt_now
from apps.scheduling.selectors.plans import Times, times_ahead, times_text
from apps.scheduling.services.halts import schedules_halt, schedules_resume
from apps.scheduling.services.schedules import (
    schedule_create,
    schedule_delete,
    schedule_execute,
    schedule_switch,
    schedule_update,
)
from apps.scheduling.services.times import (
    cron_fields,
    ends_verify,
    interval_length,
    times_verify_part,
)

AHEAD = 5


class ScheduleViewSet(CrudViewSet[PeriodicTask]):
    """What runs at which times."""

    guard = Guard(
        "sys:task",
        _("schedules"),
        verbs={
            "list_all": "list",
            "preview": "list",
            "halt": "list",
            "set_halt": "edit",
            "switch": "edit",
            "execute": "exec",
        },
        name="schedulers",
    )
    queryset = PeriodicTask.objects.order_by("pk")
    row = rows.ScheduleRow
    write_serializer_class = bodies.ScheduleSerializer
    filterset_class = filters.ScheduleFilter

    @answers(row=rows.ScheduleRow, many=True)
    @action(detail=False, url_path="all")
    def list_all(self, request: Request) -> Response:
        """List all schedules without pages."""
        return Response(self.row.read(self.get_queryset()))

    @answers(body=bodies.TimesSerializer, row=rows.PreviewSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Show the next times of a schedule before it is saved, and all of them in words."""
        times = _times(self.read_with(bodies.TimesSerializer, request))
        told = {
            "next_times": [wire_time(moment) for moment in times_ahead(times, count=AHEAD)],
            "text_en": times_text(times, "en"),
            "text_zh": times_text(times, "zh-hans"),
        }
        return Response(told)

    @answers(row=jobs.HaltStateSerializer)
    @action(detail=False)
    def halt(self, request: Request) -> Response:
        """Tell whether all schedules are paused, by whom and since when."""
        return _halt_answer(halt_now())

    @answers(body=bodies.HaltSerializer, row=jobs.HaltStateSerializer)
    @halt.mapping.put
    def set_halt(self, request: Request) -> Response:
        """Pause all schedules, or let them go on; what was missed follows their policies."""
        if self.read_with(bodies.HaltSerializer, request)["halted"]:
            return _halt_answer(schedules_halt())
        schedules_resume()
        return _halt_answer(None)

    @answers(body=bodies.SwitchSerializer, row=rows.ScheduleRow)
    @action(detail=True, methods=["put"], url_path="status")
    @transaction.atomic
    def switch(self, request: Request, pk: str) -> Response:
        """Switch a schedule on or off; without a value, to the other of what it is."""
        data = self.read_with(bodies.SwitchSerializer, request)
        schedule = schedule_switch(schedule=self.get_object(), is_enabled=data.get("enabled"))
        return self.show(schedule.pk)

    @answers(row=jobs.StartedSerializer)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def execute(self, request: Request, pk: str) -> Response:
        """Queue the job of a schedule now; the answer does not wait for it."""
        run = schedule_execute(schedule=self.get_object())
        return Response(jobs.StartedSerializer(run).data)

    def save_new(self, data: dict[str, Any]) -> PeriodicTask:
        with _inner_named():
            return schedule_create(**data)

    def save_changed(self, instance: PeriodicTask, data: dict[str, Any]) -> None:
        if self.request.method == "PATCH":
            times_verify_part(schedule=instance, values=data)
        with _inner_named():
            schedule_update(schedule=instance, **data)

    def remove(self, instances: list[PeriodicTask]) -> None:
        for schedule in instances:
            schedule_delete(schedule=schedule)


@contextmanager
def _inner_named() -> Iterator[None]:
    """Name a field of the policy by where it stands in the body."""
    try:
        yield
    except InvalidInputError as error:
        if error.field not in rows.POLICY:
            raise
        told = {"policy": {error.field: [str(error)]}}
        raise ValidationError(told, code=error.reason) from None


def _halt_answer(halt: Halt | None) -> Response:
    told: dict[str, Any] = {"halted": halt is not None, "by": None, "since": None}
    if halt is not None:
        told |= {"by": halt.by or None, "since": halt.since_at}
    return Response(jobs.HaltStateSerializer(told).data)


def _times(data: dict[str, Any]) -> Times:
    """Return the times that were asked about.

    Raises:
        InvalidInputError: They break a rule; names it.
    """
    ends: dict[str, Any] = {"start_at": data.get("start_at"), "end_at": data.get("expires_at")}
    ends_verify(start=ends["start_at"], end=ends["end_at"])
    if data["kind"] == ScheduleKind.INTERVAL:
        every, period = data.get("every"), data.get("period")
        interval_length(every=every, period=period)
        return Times(every=every, period=period, **ends)
    cron = data.get("cron") or EACH_MINUTE
    cron_fields(cron)
    return Times(cron=cron, **ends)
