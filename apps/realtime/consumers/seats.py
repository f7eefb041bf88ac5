"""How many of the same may be there at once, at this process."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings

from apps.realtime.constants import MAX_STRANGERS


class Seats(Counter[Any]):
    """Counts who is there; a key that nobody has any more is forgotten."""

    def take(self, key: Any, most: int) -> bool:
        """Take a seat; return whether there was one left of so many."""
        if self[key] >= most:
            return False
        self[key] += 1
        return True

    def leave(self, key: Any) -> None:
        """Give back a seat that was taken."""
        self[key] -= 1
        if self[key] <= 0:
            del self[key]


strangers = Seats()
"""Sockets of each address on which nobody has signed in yet."""

users = Seats()
"""Sockets of each user."""


class Seat:
    """The place of one client: among those of its address, and once it is known its user's."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._user_id: int | None = None
        self._is_taken = False

    def take(self) -> bool:
        """Sit down among the strangers; return whether there was room."""
        self._is_taken = strangers.take(self._address, MAX_STRANGERS)
        return self._is_taken

    def move(self, user_id: int) -> bool:
        """Sit down among the sockets of a user, or stay there; return whether there was room."""
        if self._user_id is None and users.take(user_id, settings.REALTIME_USER_SOCKETS):
            strangers.leave(self._address)
            self._user_id = user_id
        return self._user_id == user_id

    def leave(self) -> None:
        """Give back the place, if there is one."""
        if self._user_id is not None:
            users.leave(self._user_id)
        elif self._is_taken:
            strangers.leave(self._address)
        self._is_taken, self._user_id = False, None
