"""How moments look on the wire: in the site's zone, without offset."""

from datetime import datetime

from django.utils import timezone

WIRE_FORMAT = "%Y-%m-%d %H:%M:%S"


def wire_time(moment: datetime | None) -> str | None:
    """Return `YYYY-MM-DD HH:MM:SS` in the site's zone."""
    if moment is None:
        return None
    # isoformat is several times quicker than strftime, and this runs for every cell of every list.
    local = moment.astimezone(timezone.get_default_timezone())
    return local.replace(tzinfo=None).isoformat(" ", "seconds")


def iso_time(moment: datetime | None) -> str | None:
    """Return ISO 8601 in the site's zone with its offset, to the second."""
    if moment is None:
        return None
    return moment.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
