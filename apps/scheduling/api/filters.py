from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from apps.core.api.filters import (
    ContainsFilter,
    IdFilter,
    RangeFilterSet,
    SinceFilter,
    UntilFilter,
)
from apps.scheduling.choices import RunState, ScheduleKind, Trigger
from apps.scheduling.models import Run
from apps.scheduling.selectors.runs import STATUSES, states_of

WORDS = [(word, word) for word in dict.fromkeys(STATUSES.values())]
FLAGS = {"true": True, "1": True, "false": False, "0": False}


@extend_schema_field({"type": "integer", "enum": [0, 1]})
class KindFilter(filters.ChoiceFilter):
    """0 interval, 1 crontab."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(str(kind), kind.label) for kind in ScheduleKind], **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        is_crontab = value == str(ScheduleKind.CRONTAB)
        return qs.filter(interval__isnull=is_crontab) if value else qs


class FlagField(forms.Field):
    """Yes or no as clients write it; nothing is neither."""

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        try:
            return FLAGS[str(value).strip().lower()]
        except KeyError as error:
            text = _("Send true or false.")
            raise forms.ValidationError(text, code="invalid") from error


@extend_schema_field({"type": "boolean"})
class FlagFilter(filters.Filter):
    """`true`, `false`, `1` or `0` on a boolean column."""

    field_class = FlagField


class StatusWordFilter(filters.ChoiceFilter):
    """Celery's word for the state of a run."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=WORDS, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(state__in=states_of(value)) if value else qs


class ScheduleFilter(filters.FilterSet):
    """What schedules can be narrowed by."""

    name = ContainsFilter()
    task = filters.CharFilter()
    type = KindFilter(field_name="interval")
    enabled = FlagFilter()

    class Meta:
        model = PeriodicTask
        fields = ("name", "task", "type", "enabled")


class RunFilter(RangeFilterSet):
    """What runs can be narrowed by."""

    name = ContainsFilter()
    task_id = filters.CharFilter()
    status = StatusWordFilter(field_name="state")
    state = filters.ChoiceFilter(choices=RunState.choices)
    schedule = IdFilter(field_name="schedule_id")
    trigger = filters.ChoiceFilter(choices=Trigger.choices)
    start_time = SinceFilter(field_name="queued_at")
    end_time = UntilFilter(field_name="queued_at")

    class Meta:
        model = Run
        fields = ("name", "task_id", "status", "state", "schedule", "trigger")
