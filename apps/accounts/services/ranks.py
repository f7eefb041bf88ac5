"""Who may manage whom."""

from apps.access.selectors import grants_of
from apps.access.services.held import ensure_held
from apps.accounts.errors import SuperuserOnlyError
from apps.accounts.models import User


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
