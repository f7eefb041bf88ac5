"""The pages of accounts in the console."""

from apps.accounts.admin.sessions import SessionAdmin
from apps.accounts.admin.users import UserAdmin

__all__ = ["SessionAdmin", "UserAdmin"]
