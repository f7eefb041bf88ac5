"""The figures of the dashboard: true, of what the operator may see, each for its code."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

from apps.access.models import Role
from apps.accounts.models import Session, User
from apps.console.constants import BROWSERS, FIGURES_SECONDS, NEWEST, PLOT_DAYS, SESSIONS
from apps.core.cached import PRINCIPALS, two_level, user_tag
from apps.core.visibility import visible_to
from apps.organization.models import Department

Figures = dict[str, Any]


def dashboard_of(user: Any) -> Figures:
    """Return the figures that a user may see; a few seconds old at most.

    A part is missing where the user lacks its code: `users`, `departments`, `roles`, `sessions`.
    """
    found: Figures = two_level.get(
        f"console:figures:{user.pk}",
        lambda: _figures(user),
        tags=(PRINCIPALS, user_tag(user.pk)),
        seconds=FIGURES_SECONDS,
    )
    return {**found, **_shown(found)}


def _figures(user: Any) -> Figures:
    parts = {
        "users": ("sys:user", _users),
        "departments": ("sys:dept", _departments),
        "roles": ("sys:role", _roles),
        "sessions": (SESSIONS, _sessions),
    }
    return {
        name: count(user)
        for name, (resource, count) in parts.items()
        if user.has_perm(f"{resource}:list")
    }


def _users(user: Any) -> Figures:
    week = timezone.now() - timedelta(days=7)
    return visible_to(User.objects.all(), user).aggregate(
        total=Count("pk"),
        active=Count("pk", filter=Q(is_active=True)),
        recent=Count("pk", filter=Q(last_login__gte=week)),
    )


def _departments(user: Any) -> Figures:
    return visible_to(Department.objects.live(), user).aggregate(
        total=Count("pk"), active=Count("pk", filter=Q(is_active=True))
    )


def _roles(user: Any) -> Figures:
    return visible_to(Role.objects.all(), user).aggregate(
        total=Count("pk"), active=Count("pk", filter=Q(is_active=True))
    )


def _sessions(user: Any) -> Figures:
    """Return what the last fortnight's sign-ins add up to: four queries."""
    rows: Any = visible_to(Session.objects.all(), user)
    days = _days()
    since = rows.filter(opened_at__gte=days[0])
    # One count for each day of the site's zone; the databases' own zone tables may be missing.
    counts = since.aggregate(
        **{
            f"day{n}": Count(
                "pk", filter=Q(opened_at__gte=day, opened_at__lt=day + timedelta(days=1))
            )
            for n, day in enumerate(days)
        }
    )
    newest = rows.select_related("user").order_by("-opened_at", "-id")[:NEWEST]
    return {
        "open": rows.live().count(),
        "days": [[day.isoformat(), counts[f"day{n}"]] for n, day in enumerate(days)],
        "browsers": _browsers(since.values_list("browser").annotate(times=Count("pk")).order_by()),
        "newest": [_sign_in(session) for session in newest],
    }


def _days() -> list[datetime]:
    """Return the first moments of the last days, today's last, in the site's zone."""
    today = timezone.localtime(timezone=timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return [today - timedelta(days=back) for back in reversed(range(PLOT_DAYS))]


def _browsers(rows: Any) -> list[list[Any]]:
    """Add the versions of a browser up and return the most used ones, the rest under ""."""
    counts: Counter[str] = Counter()
    for name, times in rows:
        family, _space, version = name.rpartition(" ")
        counts[family if version.isdigit() else name] += times
    ranked = counts.most_common()
    rest = sum(times for _name, times in ranked[BROWSERS:])
    shown = [[name, times] for name, times in ranked[:BROWSERS]]
    return [*shown, ["", rest]] if rest else shown


def _sign_in(session: Any) -> Figures:
    return {
        "user": session.user.username,
        "nickname": session.user.nickname,
        "user_id": session.user_id,
        "address": session.address,
        "browser": session.browser,
        "os": session.os,
        "channel": session.channel,
        "opened_at": session.opened_at.isoformat(),
        "is_open": session.closed_at is None and session.expires_at > timezone.now(),
    }


def _shown(found: Figures) -> Figures:
    """Return what the page draws of it, in the reader's language."""
    sessions = found.get("sessions")
    if sessions is None:
        return {}
    days = [(datetime.fromisoformat(day), times) for day, times in sessions["days"]]
    browsers = sessions["browsers"]
    total = sum(times for _name, times in browsers)
    pattern = pgettext("day in a plot", "M j")
    return {
        "today": days[-1][1],
        "total": sum(times for _day, times in days),
        "plot": [(date_format(day, pattern), times) for day, times in days],
        "browsers": [
            {"name": name, "times": times, "percent": round(100 * times / total)}
            for name, times in browsers
        ],
        "newest": [
            {**row, "opened_at": datetime.fromisoformat(row["opened_at"])}
            for row in sessions["newest"]
        ],
    }
