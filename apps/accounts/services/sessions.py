"""Sessions: opened by a sign-in, renewed by the refresh cookie, ended by many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework_simplejwt.exceptions import TokenError

from apps.access.selectors import grants_of
from apps.accounts.choices import Channel, Closing
from apps.accounts.constants import FLUSH_SECONDS, TOUCH_SECONDS, session_tag
from apps.accounts.errors import (
    DepartmentDisabledError,
    RolesDisabledError,
    SessionEndedError,
    UserDisabledError,
)
from apps.accounts.models import Session, User
from apps.accounts.selectors.devices import describe_device
from apps.accounts.services.tokens import TokenPair, refresh_token_read, token_pair_issue
from apps.accounts.signals import sign_in_failed
from apps.core.cached import invalidate
from apps.core.context import current_context
from apps.core.live import broadcast
from apps.core.writebehind import WriteBehind


def refuse_unusable(user: User) -> None:
    """Let an account pass that may be used.

    Raises:
        UserDisabledError: It is disabled.
        DepartmentDisabledError: Its department is disabled or deleted.
        RolesDisabledError: It has roles, and every one of them is disabled.
    """
    department = user.department
    if not user.is_active:
        raise UserDisabledError
    if department and (not department.is_active or department.deleted_at):
        raise DepartmentDisabledError
    if not user.is_superuser and grants_of(user.pk).are_all_disabled:
        raise RolesDisabledError


@transaction.atomic
def session_open(*, user: User, channel: Channel) -> TokenPair:
    """Open a session for a user who has proved who they are, and return its tokens.

    A user who may be signed in only once loses all other sessions, refresh cookies included.
    """
    if not user.is_multi_login:
        sessions_close(sessions=user.sessions.all(), closing=Closing.REPLACED)
    context = current_context()
    agent = context.user_agent if context else ""
    device = describe_device(agent)
    session = Session(
        user=user,
        channel=channel,
        address=context.address if context else None,
        user_agent=agent,
        os=device.os,
        browser=device.browser,
        device=device.device,
    )
    pair = token_pair_issue(user_id=user.pk, sid=str(session.sid))
    session.refresh_jti = pair.refresh_jti
    session.expires_at = pair.refresh_expires_at
    session.save(force_insert=True)
    return pair


def session_refresh(*, raw: str) -> TokenPair:
    """Return new tokens for the session of a refresh cookie; the old cookie is dead from then on.

    Raises:
        SessionEndedError: The cookie is not ours, has run out or was used before; a second use
            means that it was stolen, so it ends the session. Source: RFC 9700, 4.14.2.
    """
    try:
        user_id, sid, jti = refresh_token_read(raw)
    except TokenError as error:
        raise SessionEndedError from error
    with transaction.atomic():
        sessions = Session.objects.select_for_update().live()
        session = sessions.filter(sid=sid, user=user_id).first()
        if session is None:
            raise _ended(sid)
        if session.refresh_jti == jti:
            refuse_unusable(session.user)
            pair = token_pair_issue(user_id=user_id, sid=sid)
            session.refresh_jti = pair.refresh_jti
            session.expires_at = pair.refresh_expires_at
            session.active_at = timezone.now()
            session.save(update_fields=["refresh_jti", "expires_at", "active_at"])
            invalidate(session_tag(sid))
            return pair
        sessions_close(sessions=Session.objects.filter(pk=session.pk), closing=Closing.REUSED)
    raise _ended(sid)  # outside of the block: the closing must be kept


def _ended(sid: str) -> SessionEndedError:
    """Return the refusal of a cookie whose session is over, and tell why it is."""
    session = Session.objects.select_related("user").filter(sid=sid).first()
    refusal = SessionEndedError()
    if session is not None:
        with translation.override(settings.LANGUAGE_CODE):
            why = session.get_closing_display() if session.closing else _("run out")
            message = f"{refusal} ({why})"
        sign_in_failed.send(
            sender=User,
            username=session.user.username,
            channel=session.channel,
            reason=f"accounts.session.{session.closing or 'expired'}",
            message=message,
        )
    return refusal


@transaction.atomic
def sessions_close(*, sessions: QuerySet[Session], closing: Closing) -> int:
    """End sessions: their access tokens are refused on the next request, their cookies are dead.

    Returns:
        How many were open.
    """
    found = list(sessions.filter(closed_at__isnull=True).values_list("pk", "sid", "user_id"))
    Session.objects.filter(pk__in=[pk for pk, _sid, _user in found]).update(
        closed_at=timezone.now(), closing=closing
    )
    invalidate(*(session_tag(str(sid)) for _pk, sid, _user in found))
    for _pk, sid, user_id in found:
        broadcast(f"user.{user_id}", "session.closed", sid=str(sid), closing=str(closing))
    return len(found)


def session_touch(*, sid: str) -> None:
    """Note that a session is in use; written within seconds, at most every half minute."""
    now = timezone.now()
    last = _touched.get(sid)
    if last is None or now - last > timedelta(seconds=TOUCH_SECONDS):
        if len(_touched) > MAX_TOUCHED:
            _touched.clear()
        _touched[sid] = now
        activity.put(sid, now)


def _write_activity(seen: Mapping[str, datetime]) -> None:
    found = list(Session.objects.filter(sid__in=list(seen)))
    for session in found:
        session.active_at = seen[str(session.sid)]
    Session.objects.bulk_update(found, ["active_at"], batch_size=500)


MAX_TOUCHED = 50_000
_touched: dict[str, datetime] = {}
activity: WriteBehind[str, datetime] = WriteBehind(_write_activity, seconds=FLUSH_SECONDS)
