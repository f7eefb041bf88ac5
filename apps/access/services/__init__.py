"""Writes on roles and menus; what accounts asks of them is at hand here."""

from apps.access.services.held import ensure_held, roles_assignable

__all__ = ["ensure_held", "roles_assignable"]
