from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.checks import check_guards, check_menus, check_proxies
from apps.core.codes import declared_codes
from apps.core.guards import Guard
from apps.core.menus import MenuEntry


class Unguarded(APIView):
    def get(self, request: Request) -> Response:
        return Response()


class Misspelt(Unguarded):
    guard = Guard("Sys Role", "roles", verbs={"get": "list"})


class First(Unguarded):
    guard = Guard("sys:thing", "things", verbs={"get": "list"})


class Second(Unguarded):
    guard = Guard("sys:thing", "things", verbs={"get": "list"})


class Named(Unguarded):
    guard = Guard("sys:shared", "ones", verbs={"get": "list"}, name="ones")


class NamedToo(Unguarded):
    guard = Guard("sys:shared", "others", verbs={"get": "list"}, name="others")


class Intruder(Unguarded):
    guard = Guard("sys:shared", "mine", verbs={"get": "list"}, name="mine")


Intruder.__module__ = "plugins.shop.api.views"


class Verbless(Unguarded):
    guard = Guard("sys:other", "others")


@pytest.fixture(autouse=True)
def _forget_codes() -> Iterator[None]:
    declared_codes.cache_clear()
    yield
    declared_codes.cache_clear()


def _ids(settings: Any, *views: type[APIView]) -> list[str | None]:
    urls = ModuleType("urls")
    urls.urlpatterns = [path(view.__name__, view.as_view()) for view in views]  # type: ignore[attr-defined] # a module made here
    settings.ROOT_URLCONF = urls
    return [message.id for message in check_guards()]


@pytest.mark.parametrize(
    ("views", "ids"),
    [
        ((First,), []),
        ((Unguarded,), ["core.E001"]),
        ((Misspelt,), ["core.E002"]),
        ((First, Second), ["core.E003"]),
        ((Named, NamedToo), []),
        ((Named, Intruder), ["core.E003"]),
        ((Named, NamedToo, Intruder), ["core.E003"]),
        ((Verbless,), ["core.E004"]),
    ],
)
def test_a_guard_that_is_missing_or_wrong_stops_the_start(
    settings: Any, views: tuple[type[APIView], ...], ids: list[str]
) -> None:
    assert _ids(settings, *views) == ids


def test_a_menu_that_names_what_is_not_there_stops_the_start(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = "apps.core.tests.sample"
    page = MenuEntry(name="Groups", title="groups", label="groups", resource="test:group")
    entries = [
        page,
        page,
        MenuEntry(name="Ghosts", title="ghosts", label="ghosts", resource="test:ghost"),
        MenuEntry(name="Lost", title="lost", label="lost", parent="Nowhere", also=("a:b:c",)),
    ]
    monkeypatch.setattr("apps.core.checks.declared_menus", lambda: entries)
    assert {message.id for message in check_menus()} == {f"core.E01{n}" for n in range(5)}


@pytest.mark.parametrize(("entry", "is_good"), [("10.0.0.0/8", True), ("::1", True), ("x", False)])
def test_a_trusted_proxy_must_be_an_address(settings: Any, entry: str, is_good: bool) -> None:  # noqa: FBT001 - a case
    settings.ATRIUM = replace(live_settings.ATRIUM, trusted_proxies=(entry,))
    assert (not check_proxies()) is is_good
