"""The form of a schedule: its job and arguments, its times, and what happens around them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.masking import is_secret
from apps.scheduling.admin.arguments import PREFIX, UNSET, argument_fields, arguments_of, initial_of
from apps.scheduling.admin.policies import PolicyForm
from apps.scheduling.admin.widgets import (
    CheckBox,
    MomentInput,
    NumberInput,
    Select,
    Textarea,
    TextInput,
)
from apps.scheduling.choices import Period, ScheduleKind
from apps.scheduling.models import Schedule
from apps.scheduling.selectors.arguments import arguments_shown
from apps.scheduling.selectors.jobs import JobInfo, declared_jobs, job_named
from apps.scheduling.selectors.plans import times_of
from apps.scheduling.services.values import QUEUES

POLICY = PolicyForm.base_fields.keys()


class ScheduleForm(PolicyForm):
    """A whole schedule; the fields for arguments follow the job."""

    name = forms.CharField(label=_("name"), max_length=200, widget=TextInput)
    task = forms.ChoiceField(label=_("job"), widget=Select)
    kind = forms.TypedChoiceField(
        label=_("runs"),
        choices=[
            (ScheduleKind.INTERVAL.value, _("after each interval")),
            (ScheduleKind.CRONTAB.value, _("at set times (cron)")),
        ],
        coerce=lambda value: ScheduleKind(int(value)),
        widget=forms.RadioSelect,
    )
    every = forms.IntegerField(label=_("every"), required=False, min_value=1, widget=NumberInput)
    period = forms.ChoiceField(
        label=_("unit"), required=False, choices=Period.choices, widget=Select
    )
    cron = forms.CharField(
        label=_("cron"),
        required=False,
        max_length=500,
        widget=TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("Five fields: minute, hour, day of month, month, day of week."),
    )
    start_at = forms.DateTimeField(
        label=_("starts"), required=False, widget=MomentInput, help_text=_("Empty: at once.")
    )
    expires_at = forms.DateTimeField(
        label=_("ends"), required=False, widget=MomentInput, help_text=_("Empty: never.")
    )
    one_off = forms.BooleanField(label=_("run only once"), required=False, widget=CheckBox)
    queue = forms.ChoiceField(label=_("queue"), required=False, widget=Select)
    remark = forms.CharField(label=_("remark"), required=False, widget=Textarea)

    job: JobInfo | None
    schedule: Schedule | None

    def __init__(self, *args: Any, schedule: Schedule | None = None, **options: Any) -> None:
        options["initial"] = _initial(schedule) | (options.get("initial") or {})
        super().__init__(*args, **options)
        self.schedule = schedule
        jobs: Any = self.fields["task"]
        jobs.choices = [("", _("choose a job")), *job_choices()]
        for name in ("start_at", "expires_at"):
            field = self.fields[name]
            zone = timezone.get_current_timezone_name()
            field.help_text = _("%(text)s Time zone: %(zone)s.") % {
                "text": field.help_text,
                "zone": zone,
            }
        queues: Any = self.fields["queue"]
        queues.choices = [("", _("the job's own")), *((name, name) for name in QUEUES)]
        if schedule is not None and schedule.queue and schedule.queue not in QUEUES:
            queues.choices.append((schedule.queue, schedule.queue))
        self.job = job_named(str(self["task"].value() or ""))
        if self.job is not None:
            self.fields.update(argument_fields(self.job))
        for name in self._secrets():
            _let_be_kept(self.fields[name])

    def values(self) -> dict[str, Any]:
        """Return what the services take, without the policy, once the form is valid."""
        given = self.cleaned_data
        found = {name: given[name] for name in ScheduleForm.base_fields.keys() - POLICY}
        found["queue"] = found["queue"] or None
        found["kwargs"] = self._others() | (arguments_of(self.job, given) if self.job else {})
        return found | {"args": []}

    def argument_fields(self) -> list[Any]:
        """Return the fields for arguments, for the template."""
        return [self[name] for name in (argument_fields(self.job) if self.job else ())]

    def _others(self) -> dict[str, Any]:
        """Return kept arguments that the form does not show: secrets, and what has no field.

        They are masks, for which the services have what is kept.
        """
        secrets = self._secrets()
        return {
            name: value
            for name, value in self._kept().items()
            if f"{PREFIX}{name}" not in self.fields or f"{PREFIX}{name}" in secrets
        }

    def _secrets(self) -> list[str]:
        """Return the fields of arguments that are kept but not shown."""
        names = [f"{PREFIX}{name}" for name in self._kept() if is_secret(name)]
        return [name for name in names if name in self.fields]

    def _kept(self) -> dict[str, Any]:
        """Return the arguments of the schedule by name; nothing once another job is chosen."""
        if self.schedule is None or self.job is None or self.schedule.task != self.job.name:
            return {}
        args, kwargs = arguments_shown(self.schedule)
        names = [parameter.name for parameter in self.job.parameters]
        return dict(zip(names, args, strict=False)) | kwargs


def _let_be_kept(field: forms.Field) -> None:
    """Let what is kept stay where nothing is typed."""
    field.required = False
    field.help_text = _("Leave it empty to keep what it is.")
    choices = getattr(field, "choices", None)
    if choices is not None:
        kept = [choice for choice in choices if choice[0] != UNSET]
        field.choices = [(UNSET, _("as it is")), *kept]  # type: ignore[attr-defined] # it has some


def job_choices() -> list[tuple[str, str]]:
    """Return the declared jobs with what people call them, by label."""
    found = [(job.name, str(job.label or job.name)) for job in declared_jobs()]
    return sorted(found, key=lambda choice: choice[1].casefold())


def _initial(schedule: Schedule | None) -> dict[str, Any]:
    if schedule is None:
        return {
            "kind": ScheduleKind.INTERVAL.value,
            "every": 10,
            "period": Period.MINUTES.value,
            "cron": "0 2 * * *",
        }
    interval, crontab = schedule.interval, schedule.crontab
    job = job_named(schedule.task)
    args, kwargs = arguments_shown(schedule)
    return (initial_of(job, args, kwargs) if job else {}) | {
        "name": schedule.name,
        "task": schedule.task,
        "kind": (ScheduleKind.CRONTAB if crontab else ScheduleKind.INTERVAL).value,
        "every": interval.every if interval else None,
        "period": interval.period if interval else Period.MINUTES.value,
        "cron": times_of(schedule).cron or "",
        "start_at": _local(schedule.start_time),
        "expires_at": _local(schedule.expires),
        "one_off": schedule.one_off,
        "queue": schedule.queue or "",
        "remark": schedule.description,
    }


def _local(moment: Any) -> Any:
    return timezone.localtime(moment) if moment else None
