"""What the files need done from time to time."""

from django.utils.translation import gettext_lazy as _

from apps.core.jobs import SCHEDULED, job
from apps.files.services import orphans
from apps.files.services.bin import bin_expire
from apps.files.services.uploads import uploads_expire


@job(label=_("files: purge the bin"), queue=SCHEDULED, is_repeatable=True)
def purge_bin() -> int:
    """Purge files that have been in the bin for too long."""
    return bin_expire()


@job(label=_("files: give up uploads"), queue=SCHEDULED, is_repeatable=True)
def give_up_uploads() -> int:
    """Give up uploads that were not completed within a day."""
    return uploads_expire()


@job(label=_("files: remove orphans"), queue=SCHEDULED, is_repeatable=True)
def remove_orphans() -> dict[str, int]:
    """Remove bytes that no row knows, and report rows whose bytes are gone."""
    return {"removed": orphans.orphans_remove(), "missing": len(orphans.missing_report())}
