"""News of accounts, for whoever stands above."""

from django.dispatch import Signal

signed_in = Signal()
"""A session was opened by a password, inside the transaction: `user`, `channel`."""

sign_in_failed = Signal()
"""Somebody was refused: `username` as typed, `channel`, `reason` and `message`."""
