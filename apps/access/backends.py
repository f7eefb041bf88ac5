"""Plug roles into Django's own `user.has_perm()`."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from apps.access.selectors import grants_of


class RoleMenuBackend(BaseBackend):
    """Grant what the user's roles grant. It never authenticates anybody.

    The codes come from the snapshot that the user was made of; a user who was read from the
    database (a command, a task) has none, and is asked for once.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if user_obj.granted_codes is None:
            user_obj.granted_codes = grants_of(user_obj.pk).codes
        return perm in user_obj.granted_codes
