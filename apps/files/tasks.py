"""What the files need done from time to time."""

from celery import shared_task

from apps.files.services import orphans
from apps.files.services.bin import bin_expire
from apps.files.services.uploads import uploads_expire


@shared_task
def purge_bin() -> int:
    """Purge files that have been in the bin for too long."""
    return bin_expire()


@shared_task
def give_up_uploads() -> int:
    """Give up uploads that were not completed within a day."""
    return uploads_expire()


@shared_task
def remove_orphans() -> dict[str, int]:
    """Remove bytes that no row knows, and report rows whose bytes are gone."""
    return {"removed": orphans.orphans_remove(), "missing": len(orphans.missing_report())}
