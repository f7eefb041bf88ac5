"""What stands in the cells of schedules and runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from apps.core.console.cells import EMPTY
from apps.scheduling.choices import RunState
from apps.scheduling.models import Run
from apps.scheduling.selectors.jobs import job_named
from apps.scheduling.selectors.statistics import Story

TONES: Mapping[str, str] = {
    RunState.QUEUED: "quiet",
    RunState.RUNNING: "live",
    RunState.RETRYING: "warm",
    RunState.SUCCEEDED: "good",
    RunState.FAILED: "bad",
    RunState.CANCELLED: "quiet",
    RunState.SKIPPED: "quiet",
    RunState.MISSED: "warm",
    RunState.LOST: "bad",
}
LENGTHS: dict[str, Any] = {
    "year": ngettext_lazy("%(num)d year", "%(num)d years", "num"),
    "month": ngettext_lazy("%(num)d month", "%(num)d months", "num"),
    "week": ngettext_lazy("%(num)d week", "%(num)d weeks", "num"),
    "day": ngettext_lazy("%(num)d day", "%(num)d days", "num"),
    "hour": ngettext_lazy("%(num)d hour", "%(num)d hours", "num"),
    "minute": ngettext_lazy("%(num)d minute", "%(num)d minutes", "num"),
}
"""How far away something is; Django's own words in Chinese do not fit before "ago"."""

MINUTE = 60
BAR_HEIGHT, BAR_STEP = 24, 5


def job_label(name: str) -> str:
    """Return what people call a job; its full name where it is declared no more."""
    job = job_named(name)
    return str(job.label) if job is not None and job.label else name


def two_lines(title: str, about: str, link: str = "") -> SafeString:
    """Return a name with a quiet line below it; where there is a link, the name leads there."""
    top = format_html('<a class="at-tree-link" href="{}">{}</a>', link, title) if link else title
    style = "" if link else "at-strong"
    return format_html(
        '<span class="at-lines"><span class="{}">{}</span><span class="at-quiet">{}</span></span>',
        style,
        top,
        about,
    )


def state_label(state: RunState) -> str:
    """Return the word for a state, without what explains it."""
    return re.split("[:\uff1a]", str(state.label))[0]  # the second one is that of Chinese


def state_marks() -> dict[str, dict[str, str]]:
    """Return the word and the colour of each state, for the scripts of lists."""
    return {state.value: {"label": state_label(state), "tone": TONES[state]} for state in RunState}


def state_cell(run: Run) -> SafeString:
    """Return the state of a run as a chip that follows what is told of it."""
    return format_html(
        '<span class="at-chip at-chip-{}" data-run="{}" data-part="state" title="{}">{}</span>',
        TONES[run.state],
        run.task_id,
        run.get_state_display(),
        state_label(RunState(run.state)),
    )


def progress_cell(run: Run) -> SafeString:
    """Return how far a run is, as a bar that follows what is told of it."""
    percent = 100 if run.state == RunState.SUCCEEDED else round(run.percent)
    return format_html(
        '<span class="at-progress" data-run="{}" data-part="progress"{}>'
        '<progress class="at-bar" max="100" value="{}" aria-label="{}">{} %</progress>'
        '<span class="at-number at-quiet" data-part="percent">{} %</span>'
        '<span class="at-quiet at-progress-text" data-part="text">{}</span></span>',
        run.task_id,
        format_html(' data-state="{}"', run.state),
        percent,
        _("progress"),
        percent,
        percent,
        run.doing,
    )


def moment_cell(moment: datetime | None) -> SafeString:
    """Return a moment in words, with the exact one to point at; a dash for none."""
    if moment is None:
        return format_html("{}", EMPTY)
    return format_html(
        '<time class="at-when" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        exact(moment),
        distance(moment),
    )


def distance(moment: datetime) -> str:
    """Return how far away a moment is, in words."""
    now = timezone.now()
    # Cut, not rounded, as Django does: what is rounded up to a minute would be "0 minutes" there.
    seconds = int(abs((moment - now).total_seconds()))
    if seconds <= 1:
        return _("now")
    if seconds < MINUTE:
        length = ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    else:
        far = timeuntil if moment > now else timesince
        length = far(moment, now, depth=1, time_strings=LENGTHS)
    text = _("in %(time)s") if moment > now else _("%(time)s ago")
    return text % {"time": length}


def exact(moment: datetime) -> str:
    """Return a moment to the second, where the platform is."""
    return date_format(timezone.localtime(moment), "Y-m-d H:i:s")


def duration_text(length: timedelta | None) -> str:
    """Return how long something took, as short as it can be read."""
    if length is None:
        return EMPTY
    seconds = length.total_seconds()
    if seconds < 1:
        return _("%(n)s ms") % {"n": round(seconds * 1000)}
    if round(seconds, 1) < MINUTE:
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    minutes, rest = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes:02}"}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": f"{rest:02}"}


def story_cell(story: Story) -> SafeString:
    """Return the hours of the last day as small bars, with their sum in words."""
    words = ngettext("%(n)s run", "%(n)s runs", story.runs) % {"n": story.runs}
    if story.failures:
        failed = ngettext("%(n)s failed", "%(n)s failed", story.failures) % {"n": story.failures}
        words = f"{words}, {failed}"
    return format_html(
        '<span class="at-story"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
        '<span class="{}">{}</span></span>',
        BAR_STEP * len(story.hours),
        BAR_HEIGHT,
        _("the last 24 hours: %(words)s") % {"words": words},
        _bars(story),
        "at-story-bad" if story.failures else "at-quiet",
        words,
    )


def _bars(story: Story) -> SafeString:
    top = max((hour.total for hour in story.hours), default=0) or 1
    parts = []
    for number, hour in enumerate(story.hours):
        base = BAR_HEIGHT
        for tone in ("good", "other", "bad"):
            times = getattr(hour, tone)
            if times:
                height = max(round((BAR_HEIGHT - 2) * times / top), 2)
                base -= height
                parts.append((tone, number * BAR_STEP, max(base, 0), height))
        if not hour.total:
            parts.append(("none", number * BAR_STEP, BAR_HEIGHT - 2, 2))
    return format_html_join(
        "",
        '<rect class="at-story-{}" x="{}" y="{}" width="4" height="{}" rx="1"></rect>',
        parts,
    )
