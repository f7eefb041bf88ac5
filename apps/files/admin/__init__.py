"""The pages of the files in the console."""

from apps.files.admin import manager, uploads

__all__ = ["manager", "uploads"]
