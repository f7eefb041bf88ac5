"""The page on which a schedule is made and changed, and what its script asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from apps.core.console.cells import EMPTY
from apps.core.errors import DomainError, InvalidInputError
from apps.scheduling.admin.cells import exact, job_label
from apps.scheduling.admin.forms import ScheduleForm
from apps.scheduling.admin.policies import PolicyForm
from apps.scheduling.admin.questions import arguments_text
from apps.scheduling.errors import BothEndsError, ScheduleNameTakenError
from apps.scheduling.models import Schedule
from apps.scheduling.selectors.arguments import arguments_shown
from apps.scheduling.selectors.crontabs import cron_text
from apps.scheduling.selectors.plans import (
    Times,
    plan_text,
    times_after,
    times_ahead,
    times_of,
    times_text,
)
from apps.scheduling.selectors.policies import policy_of_schedule
from apps.scheduling.services.schedules import schedule_create, schedule_update
from apps.scheduling.services.times import cron_fields, interval_length

FIELDS: Mapping[str, str] = {
    ScheduleNameTakenError.reason: "name",
    BothEndsError.reason: "expires_at",
    "interval_every": "every",
    "interval_period": "period",
    "crontab": "cron",
    "expire_time": "expires_at",
    "task": "task",
}
"""The field of the form that a refusal is about."""

OTHER_JOB = "_job"
"""The button that shows the arguments of the chosen job where no script does."""

TIMES = 5
PRESETS: tuple[str, ...] = (
    "* * * * *",
    "*/5 * * * *",
    "0 * * * *",
    "0 2 * * *",
    "0 8 * * 1-5",
    "0 3 * * 0",
    "0 0 1 * *",
)


class EditingMixin:
    """The form of a schedule, instead of the admin's own, which writes to tables by itself."""

    form_template: ClassVar[str] = "scheduling/schedule.html"

    def changeform_view(
        self: Any,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form; what a service refuses is shown in it, with everything that was typed."""
        schedule = self._edited(request, object_id)
        if schedule is None and object_id is not None:
            away: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return away
        form = _form_of(schedule, request)
        is_asking = OTHER_JOB in request.POST
        if request.method == "POST" and not is_asking and form.is_valid():
            try:
                with transaction.atomic():
                    saved = _saved(schedule, form)
            except DomainError as refusal:
                _show(form, refusal)
            else:
                messages.success(request, _("“%(name)s” was saved.") % {"name": saved.name})
                is_seen = self.has_view_permission(request)
                index = reverse("admin:index")
                return HttpResponseRedirect(self.url("changelist") if is_seen else index)
        return TemplateResponse(request, self.form_template, self._page(request, schedule, form))

    def preview(self: Any, request: HttpRequest) -> JsonResponse:
        """Tell what times that are being typed mean, in each language, and when they come next."""
        self._may_write(request)
        try:
            times = _times(request.GET)
            moments = times_after(times, settled=timezone.now(), count=TIMES)
        except InvalidInputError as error:
            return JsonResponse({"is_valid": False, "text": str(error)})
        except (KeyError, ValueError):
            return JsonResponse({"is_valid": False, "text": _("These times cannot be read.")})
        if not moments:
            return JsonResponse({"is_valid": False, "text": _("These times never come.")})
        return JsonResponse(
            {
                "is_valid": True,
                "texts": _texts(times),
                "times": [exact(moment) for moment in moments],
                "zone": timezone.get_default_timezone_name(),
            }
        )

    def arguments(self: Any, request: HttpRequest) -> HttpResponse:
        """Send the part of the form that follows the job: what it does and what it takes."""
        self._may_write(request)
        form = ScheduleForm(initial={"task": request.GET.get("task", "")})
        context = {"form": form, "job": form.job, "arguments": form.argument_fields()}
        return TemplateResponse(request, "scheduling/arguments.html", context)

    def _may_write(self: Any, request: HttpRequest) -> None:
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied

    def _edited(self: Any, request: HttpRequest, object_id: str | None) -> Schedule | None:
        """Return the schedule to change; None for a new one, and for one that is out of sight."""
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return None
        is_look = request.method in {"GET", "HEAD"}
        may = self.has_view_permission if is_look else self.has_change_permission
        if not may(request):
            raise PermissionDenied
        found: Schedule | None = self.get_object(request, unquote(object_id))
        if found is not None and not may(request, found):
            raise PermissionDenied
        return found

    def _page(
        self: Any, request: HttpRequest, schedule: Schedule | None, form: PolicyForm
    ) -> dict[str, Any]:
        is_whole = isinstance(form, ScheduleForm)
        return {
            **self.admin_site.each_context(request),
            "title": schedule.name if schedule else _("Add a schedule"),
            "opts": self.opts,
            "form": form,
            "schedule": schedule,
            "job": form.job if isinstance(form, ScheduleForm) else None,
            "arguments": form.argument_fields() if isinstance(form, ScheduleForm) else (),
            "facts": () if is_whole else _facts(schedule),
            "may_save": schedule is None or self.has_change_permission(request, schedule),
            "may_delete": schedule and is_whole and self.has_delete_permission(request, schedule),
            "may_run": schedule and self.holds(request, "exec"),
            "presets": [(text, _words(text)) for text in PRESETS],
            "parts": [
                _("minute"),
                _("hour"),
                _("day of month"),
                _("month"),
                _("day of week"),
            ],
        }


def _form_of(schedule: Schedule | None, request: HttpRequest) -> PolicyForm:
    # A change of the job shows other fields; what was typed stays, and nothing is judged yet.
    is_asking = OTHER_JOB in request.POST
    data = request.POST if request.method == "POST" and not is_asking else None
    initial = {n: v for n, v in request.POST.items() if v} if is_asking else {}
    policy = policy_of_schedule(schedule.pk if schedule else None)
    if policy is not None and policy.declared_by:
        return PolicyForm(data, policy=policy)
    return ScheduleForm(data, policy=policy, schedule=schedule, initial=initial)


def _saved(schedule: Schedule | None, form: PolicyForm) -> PeriodicTask:
    values = form.values() if isinstance(form, ScheduleForm) else {}
    if schedule is None:
        return schedule_create(policy=form.policy(), **values)
    return schedule_update(schedule=schedule.plain, policy=form.policy(), **values)


def _show(form: PolicyForm, refusal: DomainError) -> None:
    about = getattr(refusal, "field", refusal.reason)
    name = FIELDS.get(about, about)
    form.add_error(name if name in form.fields else None, str(refusal))


def _facts(schedule: Schedule | None) -> list[tuple[str, str]]:
    """Return what code declares of a schedule, to look at."""
    if schedule is None:
        return []
    moments = times_ahead(times_of(schedule), count=TIMES)
    return [
        (_("job"), job_label(schedule.task)),
        (_("runs"), plan_text(schedule)),
        (_("arguments"), arguments_text(*arguments_shown(schedule))),
        (_("next runs"), "\n".join(exact(moment) for moment in moments) or EMPTY),
    ]


def _times(given: Mapping[str, str]) -> Times:
    if "cron" in given:
        cron_fields(given["cron"])
        return Times(cron=given["cron"])
    every, period = int(given["every"]), given["period"]
    interval_length(every=every, period=period)
    return Times(every=every, period=period)


def _texts(times: Times) -> list[dict[str, str]]:
    """Return the words for times in each language of the platform, the reader's first."""
    mine = translation.get_language() or settings.LANGUAGE_CODE
    languages = sorted((code for code, _name in settings.LANGUAGES), key=lambda code: code != mine)
    return [{"language": code, "text": times_text(times, code)} for code in languages]


def _words(text: str) -> str:
    return cron_text(text, translation.get_language() or settings.LANGUAGE_CODE)
