"""Pausing all schedules from their list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.scheduling.admin.cells import exact
from apps.scheduling.admin.questions import asked
from apps.scheduling.selectors.halts import halt_now
from apps.scheduling.services.halts import schedules_halt, schedules_resume


class HaltingMixin:
    """The pages that ask before all schedules are paused, and before they go on."""

    def halt_all(self: Any, request: HttpRequest) -> HttpResponse:
        """Ask, then pause all schedules; where they are paused, let them go on."""
        if not self.holds(request, "edit"):
            raise PermissionDenied
        halt, back = halt_now(), self.url("changelist")
        if halt is None:
            return _ask_to_halt(request, back)
        facts = [(_("paused since"), exact(halt.since_at)), (_("paused by"), halt.by)]
        return asked(
            request,
            lambda: _done(schedules_resume, back),
            back=back,
            title=_("Let the schedules go on?"),
            text=_("What was due meanwhile was missed; each schedule says what becomes of that."),
            submit=_("Go on"),
            facts=facts,
        )


def _ask_to_halt(request: HttpRequest, back: str) -> HttpResponse:
    return asked(
        request,
        lambda: _done(schedules_halt, back),
        back=back,
        title=_("Pause all schedules?"),
        text=_(
            "Nothing starts by itself until somebody lets them go on, also after a restart."
            " What runs or waits goes on, and jobs can be started by hand."
        ),
        submit=_("Pause all"),
        is_grave=True,
        facts=[],
    )


def _done(act: Callable[[], object], back: str) -> str:
    act()
    return back
