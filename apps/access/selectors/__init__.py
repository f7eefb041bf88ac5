"""Reads: what roles grant, which rows they show; what other apps ask is at hand here."""

from apps.access.selectors.grants import (
    Grants,
    all_codes,
    codes_of_roles,
    grants_of,
    is_unscoped,
    scope_ids_of,
    split_codes,
)
from apps.access.selectors.sidebar import sidebar_of
from apps.access.selectors.visibility import visible_to

__all__ = [
    "Grants",
    "all_codes",
    "codes_of_roles",
    "grants_of",
    "is_unscoped",
    "scope_ids_of",
    "sidebar_of",
    "split_codes",
    "visible_to",
]
