"""What stands in the cells of a list."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

HUES = 6
EMPTY = "-"


def chips(names: Iterable[str], *, tone: str = "") -> SafeString:
    """Return names side by side, or a dash where there are none.

    Args:
        names: What to show.
        tone: good, bad, warm or quiet; our own colour where empty.
    """
    style = f"at-chip at-chip-{tone}" if tone else "at-chip"
    made = format_html_join("", '<span class="{}">{}</span>', ((style, name) for name in names))
    if not made:
        return format_html("{}", EMPTY)
    return format_html('<span class="at-chips">{}</span>', made)


def state_chip(is_on: bool, on: str = "", off: str = "") -> SafeString:  # noqa: FBT001 - it is what is shown
    """Return whether something is on, in a word and a colour."""
    if is_on:
        return format_html('<span class="at-chip at-chip-good">{}</span>', on or _("active"))
    return format_html('<span class="at-chip at-chip-bad">{}</span>', off or _("disabled"))


def named_cell(title: str, about: str, pk: int) -> SafeString:
    """Return a name with a line below it and its initials before it.

    Args:
        title: The name; `about` stands in for an empty one.
        about: The line below.
        pk: Chooses the colour, so that a row keeps it.
    """
    words = (title or about).split()
    initials = words[0][:1] + words[-1][:1] if len(words) > 1 else (title or about)[:2]
    return format_html(
        '<span class="at-person"><span class="at-avatar at-hue-{}" aria-hidden="true">{}</span>'
        '<span><span class="at-strong">{}</span><span class="at-quiet">{}</span></span></span>',
        pk % HUES,
        initials,
        title or about,
        about,
    )
