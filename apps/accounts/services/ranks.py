"""Who may manage whom, and whose sessions."""

from uuid import UUID

from django.db import transaction

from apps.access.selectors import grants_of
from apps.access.services.held import ensure_held
from apps.accounts.choices import Closing
from apps.accounts.errors import SuperuserOnlyError
from apps.accounts.models import User
from apps.accounts.services.sessions import sessions_close
from apps.core.errors import NotFoundError


def ensure_manageable(*, actor: User, user: User) -> None:
    """Let an actor pass who holds everything that the user holds.

    Otherwise whoever may reset passwords could become whoever may do more.

    Raises:
        SuperuserOnlyError: The user is a superuser and the actor is not.
        NotHeldError: The user holds codes that the actor does not.
    """
    if actor.is_superuser or actor.pk == user.pk:
        return
    if user.is_superuser:
        raise SuperuserOnlyError
    ensure_held(actor=actor, codes=grants_of(user.pk).codes)


@transaction.atomic
def session_kick(*, actor: User, user: User, sid: UUID, closing: Closing = Closing.KICKED) -> None:
    """End one session of a user: its token is refused from now on, its refresh cookie is dead.

    Raises:
        SuperuserOnlyError, NotHeldError: The user is above the actor.
        NotFoundError: The user has no such open session.
    """
    ensure_manageable(actor=actor, user=user)
    if not sessions_close(sessions=user.sessions.live().filter(sid=sid), closing=closing):
        raise NotFoundError


@transaction.atomic
def user_kick(*, actor: User, user: User) -> int:
    """End every session of a user, on all devices and in the console; return how many there were.

    Raises:
        SuperuserOnlyError, NotHeldError: The user is above the actor.
    """
    ensure_manageable(actor=actor, user=user)
    return sessions_close(sessions=user.sessions.live(), closing=Closing.KICKED)
