"""Pages that ask before something is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.core.console import page_context
from apps.core.console.cells import EMPTY
from apps.core.errors import DomainError
from apps.core.masking import MASK, masked

TOO_LONG = "…"
"""What is kept in place of arguments that are too long."""


def asked(request: HttpRequest, act: Callable[[], str], *, back: str, **shown: Any) -> HttpResponse:
    """Ask; once that is confirmed, act and go where `act` says.

    Args:
        request: A POST is the yes.
        act: Does it; returns the address of the page to show then.
        back: Where a no leads, and a refusal.
        shown: `title`, `text`, `submit`, `is_grave`, `facts` (pairs of a label and a text).
    """
    if request.method != "POST":
        context = page_context(request, back_url=back, **shown)
        return TemplateResponse(request, "scheduling/question.html", context)
    try:
        address = act()
    except DomainError as refusal:
        messages.error(request, str(refusal))
        address = back
    return HttpResponseRedirect(address)


def pretty(value: Any) -> str:
    """Return JSON for people to read; a dash for nothing at all."""
    return json.dumps(value, ensure_ascii=False, indent=2) if value else EMPTY


def result_text(kept: str) -> str:
    """Return what a job returned for people to read: whole lists and objects item by item."""
    try:
        value = json.loads(kept)
    except ValueError:
        return kept
    return pretty(value) if isinstance(value, list | dict) and value else kept


def arguments_text(args: list[Any], kwargs: Mapping[str, Any]) -> str:
    """Return all arguments of a job for people to read; what is secret by its name is masked."""
    args, kwargs = masked(args), masked(dict(kwargs))
    if args and kwargs:
        return f"{pretty(args)}\n{pretty(dict(kwargs))}"
    return pretty(args or dict(kwargs))


def is_masked(value: Any) -> bool:
    """Tell whether some of the arguments that a run keeps are not those that it was given."""
    if isinstance(value, str):
        return MASK in value or value == TOO_LONG
    if isinstance(value, Mapping):
        return any(map(is_masked, value.values()))
    return isinstance(value, list) and any(map(is_masked, value))


def list_again(request: HttpRequest, address: str) -> str:
    """Return the address of a list with the filters under which the reader saw it."""
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # what a client sends need not be an address
        return address
    return f"{address}?{came.query}" if came.query and came.path == address else address


def run_url(pk: Any) -> str:
    """Return the address of the page of a run."""
    return reverse(f"{admin.site.name}:scheduling_run_change", args=[pk])
