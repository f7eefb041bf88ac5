"""The browser of the cache: name spaces, keys, values; what is deleted is made anew when needed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from apps.core.console import Board, page_context
from apps.core.errors import DomainError
from apps.monitor.selectors.cache import CLOSED, entry_of, keys_of, spaces
from apps.monitor.services.cache import key_delete, space_clear

CODE = "monitor:cache"


@Board(
    name="monitor_cache",
    label=gettext_lazy("cache"),
    code=f"{CODE}:list",
    app_label="monitor",
    path="monitor/cache/",
    icon="cached",
    place=3,
)
@never_cache
def cache(request: HttpRequest) -> HttpResponse:
    """Show the name spaces, the keys of one, and the value of one; on POST, delete."""
    if request.method == "POST":
        return _deleted(request)
    context: dict[str, Any] = {}
    try:
        _fill(context, request)
    except DomainError as refusal:
        context["refusal"] = refusal  # beside what was found until then
    page = page_context(
        request,
        title=_("Cache"),
        may_delete=request.user.has_perm(f"{CODE}:del"),
        may_clear=request.user.has_perm(f"{CODE}:clear"),
        **context,
    )
    return TemplateResponse(request, "monitor/cache.html", page)


def _fill(shown: dict[str, Any], request: HttpRequest) -> None:
    found, is_complete = spaces()
    space, search = request.GET.get("space", ""), request.GET.get("search", "").strip()
    shown |= {"spaces": found, "is_complete": is_complete, "space": space, "search": search}
    if not space or space in CLOSED:
        return
    cursor = request.GET.get("cursor", "0")
    keys, following = keys_of(space, search=search, cursor=int(cursor) if cursor.isdigit() else 0)
    shown |= {"keys": keys, "cursor": following}
    key = request.GET.get("key")
    if key:
        entry = entry_of(space, key)
        value = entry["value"]
        text = value if isinstance(value, str) else _pretty(value)
        shown |= {"entry": entry, "text": text}


def _pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _deleted(request: HttpRequest) -> HttpResponse:
    space, key = request.POST.get("space", ""), request.POST.get("key", "")
    if not request.user.has_perm(f"{CODE}:del" if key else f"{CODE}:clear"):
        raise PermissionDenied
    address = reverse("admin:monitor_cache")
    try:
        if key:
            key_delete(space=space, key=key)
            messages.success(request, _("The key was deleted."))
            return HttpResponseRedirect(f"{address}?{urlencode({'space': space})}")
        count = space_clear(space=space)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(n)s key was deleted.", "%(n)s keys were deleted.", count)
        messages.success(request, text % {"n": count})
    return HttpResponseRedirect(address)
