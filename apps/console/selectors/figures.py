"""The figures of the dashboard: true, of what the operator may see, each for its code."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

from apps.access.models import Role
from apps.accounts.models import Session, User
from apps.accounts.selectors.statistics import sign_in_statistics
from apps.console.constants import FIGURES_SECONDS, PLOT_DAYS, SESSIONS
from apps.core.cached import PRINCIPALS, two_level, user_tag
from apps.core.visibility import visible_to
from apps.organization.models import Department
from apps.scheduling.selectors.statistics import figures as run_figures

Figures = dict[str, Any]


def dashboard_of(user: Any) -> Figures:
    """Return the figures that a user may see; a few seconds old at most.

    A part is missing where the user lacks its code: `users`, `departments`, `roles`, `sessions`,
    `runs`.
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
        "runs": ("sys:task", _runs),
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
    return visible_to(Department.objects.all(), user).aggregate(
        total=Count("pk"), active=Count("pk", filter=Q(is_active=True))
    )


def _roles(user: Any) -> Figures:
    return visible_to(Role.objects.all(), user).aggregate(
        total=Count("pk"), active=Count("pk", filter=Q(is_active=True))
    )


def _runs(_user: Any) -> Figures:
    found = run_figures()
    return {
        "running": found.running,
        "queued": found.queued,
        "ended": found.ended,
        "failures": found.failures,
    }


def _sessions(user: Any) -> Figures:
    """Return what the last fortnight's sign-ins add up to: four queries."""
    visible = visible_to(Session.objects.all(), user)
    found = sign_in_statistics(among=visible, days=PLOT_DAYS)
    return {
        "open": found["open"],
        "online": found["online"],
        "days": [[row["day"].isoformat(), row["times"]] for row in found["days"]],
        "browsers": [[row["name"], row["times"]] for row in found["browsers"]],
        "newest": [_sign_in(session) for session in found["newest"].select_related("user")],
    }


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
