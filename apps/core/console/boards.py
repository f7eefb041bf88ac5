"""Pages of the console that stand for no model: monitors, managers, reports.

An app's `admin.py` declares them with `@board(...)`; the site mounts them, the sidebar and the
search show them to whoever holds their code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise

View = Callable[..., HttpResponseBase]
_boards: dict[str, Board] = {}


@dataclass(kw_only=True)
class Board:
    """A page; decorates the view that answers for it, which whoever holds the code alone reaches.

    Attributes:
        name: Unique among the pages; its address is named `admin:<name>`.
        label: What the sidebar calls it; None for a page that others lead to.
        code: The permission code that opens it.
        app_label: The app whose group of the sidebar it stands in.
        path: Its address below the console, with places for parts of it: `monitor/<str:key>/`.
        icon: A name from Material Symbols.
        place: Where it stands in its group.
    """

    name: str
    code: str
    app_label: str
    path: str
    label: str | Promise | None = None
    icon: str = "monitoring"
    place: int = 0
    view: View = field(init=False)

    def __call__(self, view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not self.is_open_to(request):
                raise PermissionDenied
            return view(request, **kwargs)

        self.view = guarded
        _boards[self.name] = self
        return guarded

    def is_open_to(self, request: HttpRequest) -> bool:
        """Tell whether the user may see the page."""
        return bool(request.user.is_active and request.user.has_perm(self.code))

    def url(self) -> str:
        """Return the address of the page."""
        return reverse(f"admin:{self.name}")


def boards() -> list[Board]:
    """Return every page that is declared."""
    return list(_boards.values())


def page_context(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """Return what the template of such a page needs, with `title` and what else is given."""
    return {**admin.site.each_context(request), **context}
