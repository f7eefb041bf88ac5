"""The pages of the files in the console."""

from apps.files.admin import folders, uploads

__all__ = ["folders", "uploads"]
