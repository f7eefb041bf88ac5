"""Collect the guards that viewsets declare, by walking the URLs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from apps.core.guards import Access, Guard


@dataclass(frozen=True)
class Operation:
    """One method on one path of the API.

    Attributes:
        route: The path with Django's converters as `{name}`: `/api/v1/sys/roles/{pk}`.
        need: The permission code or the Access; None where nobody declared one.
    """

    method: str
    route: str
    action: str
    view: type[APIView]
    guard: Guard | Access | None
    need: str | Access | None


def iter_operations() -> Iterator[Operation]:
    """Yield every operation of every DRF view in the URL configuration, in URL order."""
    pending = [("/", pattern) for pattern in get_resolver().url_patterns]
    while pending:
        prefix, pattern = pending.pop(0)
        if isinstance(pattern, URLResolver):
            inside = prefix + _template(pattern)
            pending[:0] = [(inside, inner) for inner in pattern.url_patterns]
            continue
        view = getattr(pattern.callback, "cls", None)
        if isinstance(view, type) and issubclass(view, APIView):
            yield from _operations(prefix + _template(pattern), view, pattern)


def iter_views() -> Iterator[type[APIView]]:
    """Yield every DRF view class in the URL configuration, each one once."""
    yield from dict.fromkeys(operation.view for operation in iter_operations())


@cache
def declared_codes() -> dict[str, Guard]:
    """Return each code that some operation of the site needs, with its guard."""
    codes: dict[str, Guard] = {}
    for operation in iter_operations():
        if isinstance(operation.need, str) and isinstance(operation.guard, Guard):
            codes.setdefault(operation.need, operation.guard)
    return codes


def _template(pattern: URLPattern | URLResolver) -> str:
    """Return what a pattern adds to the path, its converters written as `{name}`."""
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(pattern.pattern))
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route).strip("^$")


def _operations(route: str, view: type[APIView], pattern: URLPattern) -> Iterator[Operation]:
    guard = getattr(view, "guard", None)
    actions: dict[str, str] | None = getattr(pattern.callback, "actions", None)
    if actions is None:
        actions = {m: m for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)}
    for method, action in actions.items():
        if method == "head":
            continue
        need = guard.need_of(action) if isinstance(guard, Guard) else guard
        yield Operation(method.upper(), route, action, view, guard, need)
