"""Plug users into Django's authentication, for the console."""

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from apps.accounts.models import User


class PasswordBackend(BaseBackend):
    """Finds the user of a console session. Passwords are checked by `services.sign_in` alone."""

    def authenticate(self, request: HttpRequest | None, **credentials: object) -> None:
        return None

    def get_user(self, user_id: int) -> User | None:
        found: User | None = User.objects.filter(pk=user_id).first()
        return found
