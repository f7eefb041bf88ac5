"""The page of one run, what its script asks for, and what may be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.scheduling.admin.cells import TONES, duration_text, job_label
from apps.scheduling.admin.questions import arguments_text, asked, is_masked, result_text, run_url
from apps.scheduling.choices import RunState
from apps.scheduling.errors import RunOverError
from apps.scheduling.models import Run
from apps.scheduling.selectors.lines import PORTION, lines_after, newest_lines
from apps.scheduling.services.runs import run_cancel, run_start


class RunPageMixin:
    """The pages of one run, instead of the admin's form."""

    def get_urls(self: Any) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/lines/", wrap(self.lines), name="scheduling_run_lines"),
            path("<int:pk>/log/", wrap(self.log), name="scheduling_run_log"),
            path("<int:pk>/cancel/", wrap(self.cancel), name="scheduling_run_cancel"),
            path("<int:pk>/again/", wrap(self.again), name="scheduling_run_again"),
        ]
        urls: list[Any] = super().get_urls()  # type: ignore[misc] # of the admin
        return [*own, *urls]

    def change_view(
        self: Any,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a run: how far it is, what it was given, what came of it, what it wrote."""
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        run: Run | None = self.get_object(request, unquote(object_id))
        if run is None:
            away: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return away
        lines, has_more = newest_lines(run)
        context = {
            **self.admin_site.each_context(request),
            "title": job_label(run.name),
            "opts": self.opts,
            "run": run,
            "tone": TONES[run.state],
            "percent": 100 if run.state == RunState.SUCCEEDED else round(run.percent),
            "duration": duration_text(run.duration),
            "arguments": arguments_text(run.args, run.kwargs),
            "result": result_text(run.result),
            "zone": timezone.get_current_timezone_name(),
            "lines": lines,
            "has_more": has_more,
            "alerts": run.alerts.all(),
            "last_line": lines[-1].pk if lines else 0,
            "states": _states(),
            "may": {
                "cancel": run.is_live and self.holds(request, "revoke"),
                "again": not run.is_live and self.holds(request, "exec"),
                "delete": self.has_delete_permission(request, run),
            },
        }
        return TemplateResponse(request, "scheduling/run.html", context | (extra_context or {}))

    def lines(self: Any, request: HttpRequest, pk: int) -> JsonResponse:
        """Tell what a run wrote after a line, and how far it is."""
        run = self._found(request, pk)
        after = request.GET.get("after", "0")
        found = lines_after(run, int(after) if after.isdecimal() else 0)
        return JsonResponse(
            {
                "lines": [
                    {
                        "id": str(line.pk),
                        "at": line.at.isoformat(),
                        "clock": date_format(timezone.localtime(line.at), "H:i:s"),
                        "level": line.level,
                        "level_text": line.get_level_display(),
                        "text": line.said,
                    }
                    for line in found
                ],
                "has_more": len(found) == PORTION,
                "is_live": run.is_live,
                "state": run.state,
                "percent": run.percent,
                "text": run.doing,
            }
        )

    def log(self: Any, request: HttpRequest, pk: int) -> HttpResponse:
        """Send all lines of a run as a text."""
        run = self._found(request, pk)
        lines = (
            f"{line.at.isoformat()} {line.level.upper()} {line.said}\n"
            for line in run.lines.iterator(chunk_size=PORTION)
        )
        name = f"run-{run.task_id}.log"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(lines, content_type="text/plain; charset=utf-8", headers=headers)

    def cancel(self: Any, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then ask for the end of a run."""
        if not self.holds(request, "revoke"):
            raise PermissionDenied
        run = self._found(request, pk)
        if not run.is_live and request.method == "GET":
            messages.info(request, str(RunOverError.message))
            return HttpResponseRedirect(run_url(run.pk))

        def end() -> str:
            run_cancel(run=run)
            return run_url(run.pk)

        return asked(
            request,
            end,
            back=run_url(run.pk),
            title=_("Cancel this run?"),
            text=_(
                "A run that waits does not begin. One at work stops where it tells its progress."
            ),
            submit=_("Cancel the run"),
            is_grave=True,
            facts=_facts_of(run),
        )

    def again(self: Any, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then start the job of a run with the same arguments."""
        if not self.holds(request, "exec"):
            raise PermissionDenied
        run = self._found(request, pk)
        if is_masked(run.args) or is_masked(run.kwargs):
            # What it was given is not known any more; a person fills it in.
            messages.warning(request, _("Secrets are not kept. Fill in what is missing."))
            address = reverse("admin:scheduling_start_one", args=[run.name])
            return HttpResponseRedirect(f"{address}?run={run.pk}")

        def start() -> str:
            return run_url(
                run_start(
                    name=run.name,
                    args=run.args,
                    kwargs=run.kwargs,
                    queue=run.queue,
                    schedule=run.schedule,
                ).pk
            )

        return asked(
            request,
            start,
            back=run_url(run.pk),
            title=_("Run it again?"),
            text=_("The job starts anew with the same arguments."),
            submit=_("Run again"),
            facts=_facts_of(run),
        )

    def _found(self: Any, request: HttpRequest, pk: int) -> Run:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Run = self.visible_object(request, str(pk))
        return found


def _facts_of(run: Run) -> list[tuple[str, str]]:
    return [
        (_("job"), job_label(run.name)),
        (_("state"), run.get_state_display()),
        (_("arguments"), arguments_text(run.args, run.kwargs)),
    ]


def _states() -> dict[str, dict[str, str]]:
    """Return the word and the colour of each state, for the script."""
    return {state.value: {"label": str(state.label), "tone": TONES[state]} for state in RunState}
