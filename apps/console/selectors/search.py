"""The search of the console: pages and rows that the operator may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.text import capfirst

from apps.console.constants import MIN_SEARCH_LETTERS, SEARCH_PER_MODEL
from apps.console.selectors.sidebar import navigation, pages


@dataclass(frozen=True)
class Hit:
    """Something that was found, and where it is."""

    title: str
    about: str
    link: str
    icon: str


def found_everywhere(request: HttpRequest, text: str) -> list[Hit]:
    """Return the pages whose name holds `text`, then the rows that each page's own search finds."""
    if len(text) < MIN_SEARCH_LETTERS:
        return []
    return [*_found_pages(request, text.casefold()), *_found_rows(request, text)]


def _found_pages(request: HttpRequest, text: str) -> list[Hit]:
    return [
        Hit(str(item["title"]), str(group["title"]), item["link"], item["icon"])
        for group in navigation(request)
        for item in group["items"]
        if text in str(item["title"]).casefold()
    ]


def _found_rows(request: HttpRequest, text: str) -> list[Hit]:
    hits: list[Hit] = []
    for page in pages():
        if page.search_fields and page.has_view_permission(request):
            rows, _may_repeat = page.get_search_results(request, page.get_queryset(request), text)
            hits += [
                Hit(
                    str(row),
                    capfirst(str(page.opts.verbose_name)),
                    page.url("change", row.pk),
                    page.icon,
                )
                for row in rows.distinct()[:SEARCH_PER_MODEL]
            ]
    return hits
