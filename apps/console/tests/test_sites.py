"""What holds for every page of the console, whichever app or plugin it comes from."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django_celery_beat.models import IntervalSchedule
from unfold.admin import ModelAdmin

from apps.access.models import DataRule, DataScope, Menu, ObjectGrant, Role
from apps.access.services.shares import grant_create
from apps.accounts.models import Session, User
from apps.audit.models import ChangeLog, LoginLog, OperaLog
from apps.console.selectors.sidebar import pages
from apps.console.sites import ConsoleSite
from apps.core.codes import declared_codes
from apps.core.console import ConsoleModelAdmin
from apps.core.visibility import Act, _filter
from apps.organization.models import Department, Position
from apps.scheduling.models import OutboxJob, Run, Schedule

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
PAGES = pages()
GUARDED = [page for page in PAGES if page.resource]
NAMES = [page.opts.label for page in PAGES]


def _some(model: Any, number: int) -> Any:
    """Return a row of any model of the console."""
    text = f"x{number}"
    fields: dict[Any, dict[str, Any]] = {
        Department: {"name": text},
        Position: {"name": text, "code": text},
        Role: {"name": text},
        Menu: {"name": text, "title": text},
        DataScope: {"name": text},
        DataRule: {"name": text, "model": "m", "column": "c", "expression": 0, "value": "v"},
        User: {"username": text, "nickname": text},
        LoginLog: {"username": text, "happened_at": timezone.now()},
        OperaLog: {
            "path": text,
            "method": "PUT",
            "happened_at": timezone.now(),
            "code": "200",
            "cost_us": 1,
        },
        ChangeLog: {"model": text, "object_id": number, "name": text, "action": "made"},
        OutboxJob: {"task_id": text, "name": text, "payload": "{}"},
        Run: {"task_id": text, "name": text, "queued_at": timezone.now(), "state": "succeeded"},
    }
    if model is Session:
        owner = User.objects.create(username=f"owner{text}", nickname=text)
        return Session.objects.create(user=owner, expires_at=timezone.now())
    if model is ObjectGrant:
        owner = User.objects.create(username=f"owner{text}", nickname=text)
        key = Role.objects.create(name=f"shared {text}").pk
        return grant_create(actor=None, user=owner, model="Role", key=key, level=Act.VIEW)
    if model is Schedule:
        often = IntervalSchedule.objects.create(every=1, period="days")
        return Schedule.objects.create(name=text, task=text, interval=often)
    if model in fields:
        return model.objects.create(**fields[model])
    return _of_a_plugin(model, text)


def _of_a_plugin(model: Any, text: str) -> Any:
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.is_relation and not field.null:
            values[field.name] = _of_a_plugin(field.related_model, text)
        elif field.get_internal_type() in {"CharField", "TextField"} and not field.has_default():
            values[field.name] = text
    return model.objects.create(**values)


def _paths(page: ConsoleModelAdmin) -> list[str]:
    row = _some(page.model, 1)
    return [
        page.url("changelist"),
        page.url("add"),
        page.url("change", row.pk),
        page.url("delete", row.pk),
        page.url("history", row.pk),
    ]


def test_libraries_have_no_pages() -> None:
    assert not admin.site.is_registered(Group)
    assert {page.opts.app_label for page in PAGES} <= {
        config.label
        for config in apps.get_app_configs()
        if config.name.startswith(("apps.", "plugins."))
    }


def test_every_resource_of_a_page_is_guarded_by_the_api_or_held_by_superusers_alone() -> None:
    guarded = {code.rsplit(":", 1)[0] for code in declared_codes()}
    unguarded = {page.resource for page in PAGES} - guarded
    assert unguarded <= {""}


def test_a_page_of_ours_that_knows_no_codes_stops_the_start() -> None:
    class Careless(ModelAdmin):  # type: ignore[misc] # unfold has no types
        """A page without a resource."""

    with pytest.raises(ImproperlyConfigured, match="Careless"):
        ConsoleSite().register(Group, Careless)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_stranger_is_sent_to_the_sign_in_page(page: Any, client: Client) -> None:
    for path in _paths(page):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_an_operator_without_the_code_is_refused_and_sees_no_link(
    page: Any, console_with: Browser
) -> None:
    others = [code for code in declared_codes() if not code.startswith(f"{page.resource}:")]
    browser = console_with(*(others if page.resource else declared_codes()))
    for path in _paths(page):
        assert browser.get(path).status_code == 403, path
    assert f'href="{page.url("changelist")}"' not in browser.get("/admin/").content.decode()


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.resource], ids=lambda p: p.resource
)
def test_each_code_opens_what_it_says_and_no_more(page: Any, console_with: Browser) -> None:
    row = _some(page.model, 1)
    browser = console_with(f"{page.resource}:list")
    assert browser.get(page.url("changelist")).status_code == 200
    assert browser.get(page.url("change", row.pk)).status_code == 200
    assert browser.get(page.url("add")).status_code == 403
    assert browser.get(page.url("delete", row.pk)).status_code == 403
    assert browser.post(page.url("change", row.pk), {}).status_code == 403
    assert f'href="{page.url("changelist")}"' in browser.get("/admin/").content.decode()


@pytest.mark.parametrize("verb", ["edit", "del"])
def test_writing_without_reading_opens_nothing(verb: str, console_with: Browser) -> None:
    row = _some(Role, 1)
    browser = console_with(f"sys:role:{verb}")
    assert browser.get(f"/admin/access/role/{row.pk}/change/").status_code == 403
    assert browser.get(f"/admin/access/role/{row.pk}/delete/").status_code == 403


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_superuser_can_open_every_page(page: Any, console_with: Browser) -> None:
    browser = console_with(is_superuser=True)
    row = _some(page.model, 1)
    assert browser.get(page.url("changelist")).status_code == 200
    assert browser.get(page.url("change", row.pk)).status_code == 200
    assert browser.get(page.url("history", row.pk)).status_code == 200
    assert browser.get(page.url("add")).status_code == (200 if _may_add(page) else 403)


def _may_add(page: Any) -> bool:
    written_by_us = {"accounts.Session", "scheduling.OutboxJob", "scheduling.Run"}
    return page.opts.label not in written_by_us and page.opts.app_label != "audit"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_list_costs_the_same_for_5_and_50_rows(page: Any, console_with: Browser) -> None:
    browser = console_with(is_superuser=True)
    counts = []
    for number in range(50):
        _some(page.model, number)
        if number in {4, 49}:
            browser.get(page.url("changelist"))  # whatever is cached is cached now
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(page.url("changelist")).status_code == 200
            counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 9


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_what_is_out_of_sight_is_out_of_every_page(
    page: Any, console_with: Browser, settings: Any
) -> None:
    browser = console_with(is_superuser=True)
    row = _some(page.model, 1)
    settings.VISIBILITY = f"{__name__}.nothing"
    _filter.cache_clear()
    try:
        assert f"/{row.pk}/change/" not in browser.get(page.url("changelist")).content.decode()
        answer = browser.get(page.url("change", row.pk))
        assert answer.status_code == 302, "the admin sends a missing row to the front page"
        deleted = browser.post(page.url("delete", row.pk), {"post": "yes"})
        assert deleted.status_code in {302, 403}
    finally:
        _filter.cache_clear()
    assert page.model.objects.filter(pk=row.pk).exists()


def nothing(queryset: Any, _user: Any, **_act: Any) -> Any:
    return queryset.none()


def test_only_operators_enter(console_with: Browser) -> None:
    browser = console_with("sys:user:list", is_staff=False)
    assert browser.get("/admin/accounts/user/").status_code == 302


def test_pages_may_run_their_own_scripts_and_none_that_are_written_into_them(
    console_with: Browser,
) -> None:
    policy = console_with().get("/admin/")["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self' 'unsafe-eval'"
    assert directives["style-src"] == "'self'"
    assert "unsafe-inline" not in directives["script-src"]
    assert "http" not in policy


def test_other_pages_of_the_site_may_not_even_evaluate(client: Client) -> None:
    policy = client.get("/api/v1/auth/codes")["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_a_choice_field_offers_what_its_form_accepts(console_with: Browser) -> None:
    role = Role.objects.create(name="Readers")
    path = "/admin/autocomplete/"
    query = {"app_label": "accounts", "model_name": "user", "field_name": "roles", "term": "Read"}
    assert console_with("sys:role:list").get(path, query).status_code == 403
    found = console_with("sys:user:list", "sys:user:edit").get(path, query).json()["results"]
    assert found == [{"id": str(role.pk), "text": "Readers"}]


def test_the_language_switch_is_kept_in_a_cookie_of_the_console(console_with: Browser) -> None:
    browser = console_with()
    with translation.override("en"):  # what a request chooses stays chosen in its thread
        answer = browser.post("/admin/language/", {"language": "zh-hans", "next": "/admin/"})
        cookie = answer.cookies["atrium_language"]
        assert (cookie.value, cookie["path"]) == ("zh-hans", "/admin/")
        assert 'lang="zh-hans"' in browser.get("/admin/").content.decode()
