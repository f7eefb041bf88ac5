"""The base of the pages, seen through a page of its own over a model of the platform."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse

from apps.core.console import ConsoleModelAdmin, SwitchMixin, dialog_action
from apps.core.errors import ConflictError, DomainError, InvalidInputError, OutOfSightError

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


class PositionPage(SwitchMixin, ConsoleModelAdmin):
    """A page whose writes are refused on demand."""

    resource = "sys:position"
    refusal_fields: ClassVar = {ConflictError.reason: "code", "wire_code": "code"}
    fields = ("name", "code", "sort", "is_active", "remark")
    list_display = ("name",)
    refusal: DomainError | None = None

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        made = super().save_new(request, data)
        if self.refusal:
            raise self.refusal
        return made

    def remove(self, request: HttpRequest, instances: list[Any]) -> None:
        super().remove(request, instances)
        if self.refusal:
            raise self.refusal

    def switch(self, request: HttpRequest, instances: list[Any], *, is_active: bool) -> int:
        for instance in instances:
            instance.is_active = is_active
            instance.save()
        return len(instances)


@pytest.fixture
def model() -> Any:
    return apps.get_model("organization.Position")


@pytest.fixture
def page(model: Any) -> PositionPage:
    return PositionPage(model, admin.site)


@pytest.fixture
def ask(rf: Any, make_user: Make) -> Callable[..., HttpRequest]:
    user = make_user(is_superuser=True, is_staff=True)

    def make(path: str = "/", data: dict[str, Any] | None = None, **headers: str) -> HttpRequest:
        request: HttpRequest = rf.get(path) if data is None else rf.post(path, data, **headers)
        request.user = user
        request.session = SessionStore()
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined] # where the admin looks
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined] # no browser asks
        return request

    return make


def _said(request: HttpRequest) -> list[str]:
    return [str(message) for message in get_messages(request)]


GIVEN = {"name": "Cook", "code": "cook", "sort": "1", "is_active": "on", "remark": ""}


def test_a_form_saves_through_the_hook_of_the_page(page: Any, model: Any, ask: Any) -> None:
    answer = page.add_view(ask("/", GIVEN))
    assert answer.status_code == 302
    assert model.objects.get().code == "cook"


@pytest.mark.parametrize(
    ("refusal", "field"),
    [
        (ConflictError(), "code"),
        (InvalidInputError("name", "Not this one."), "name"),
        (InvalidInputError("wire_code", "Not this one."), "code"),
        (OutOfSightError(), "__all__"),
    ],
)
def test_what_a_service_refuses_stands_at_its_field_and_nothing_is_saved(
    page: Any, model: Any, ask: Any, refusal: DomainError, field: str
) -> None:
    page.refusal = refusal
    answer = page.add_view(ask("/", GIVEN))
    assert answer.status_code == 200
    assert answer.context_data["adminform"].form.errors == {field: [str(refusal)]}
    assert answer.context_data["adminform"].form.data["name"] == "Cook"
    assert not model.objects.exists()


def test_a_row_that_may_not_be_deleted_stays_and_the_page_says_why(
    page: Any, model: Any, ask: Any
) -> None:
    row = model.objects.create(name="Cook", code="cook")
    page.refusal = ConflictError()
    request = ask("/", {"post": "yes"})
    answer = page.delete_view(request, str(row.pk))
    assert answer["Location"].endswith(f"/position/{row.pk}/change/")
    assert _said(request) == [str(ConflictError())]
    assert model.objects.filter(pk=row.pk).exists()


def test_of_many_rows_all_are_deleted_or_none(page: Any, model: Any, ask: Any) -> None:
    rows = [model.objects.create(name=name, code=name) for name in "ab"]
    data = {
        "action": "delete_selected",
        "_selected_action": [row.pk for row in rows],
        "post": "yes",
    }
    page.refusal = ConflictError()
    request = ask("/list?o=1", data)
    answer = page.changelist_view(request)
    assert answer["Location"] == "/list?o=1"
    assert _said(request) == [str(ConflictError())]
    assert model.objects.count() == 2
    page.refusal = None
    page.changelist_view(ask("/", data))
    assert model.objects.count() == 0


def test_disabling_asks_first_and_enabling_does_not(page: Any, model: Any, ask: Any) -> None:
    row = model.objects.create(name="Cook", code="cook")
    data = {"action": "disable", "_selected_action": [row.pk]}
    answer = page.changelist_view(ask("/", data))
    assert "Disable these positions?" in answer.render().content.decode()
    assert model.objects.get().is_active
    request = ask("/", {**data, "confirmed": "yes"})
    page.changelist_view(request)
    assert not model.objects.get().is_active
    assert _said(request) == ["1 row was disabled."]
    page.changelist_view(ask("/", {**data, "action": "enable"}))
    assert model.objects.get().is_active


def test_a_page_without_a_resource_is_for_superusers_alone(
    page: Any, ask: Any, make_user: Make
) -> None:
    page.resource = ""
    request = ask()
    assert page.has_view_permission(request)
    request.user = make_user(is_staff=True)
    assert not page.has_view_permission(request)
    assert not page.has_add_permission(request)


def test_a_dialog_shows_what_a_service_refuses(page: Any, ask: Any, model: Any) -> None:
    dialog = {"title": "Sure?", "description": "", "form_submit_text": "Do it"}

    @dialog_action(dialog, description="Act", permissions=["view"], icon="bolt")
    def act(page: Any, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        model.objects.create(name="half", code="done")
        raise ConflictError

    answer = act(page, ask("/", {"_form_submitted": "True"}), object_id="1")
    assert str(ConflictError()) in answer.content.decode()
    assert not model.objects.exists()


def test_an_action_out_of_a_dialog_sends_the_whole_page_on(page: Any, ask: Any) -> None:
    plain = page.back(ask("/", {}), "done", "/there")
    assert (plain.status_code, plain["Location"]) == (302, "/there")
    dialog = page.back(ask("/", {}, headers={"HX-Request": "true"}), "done", "/there")
    assert (dialog.status_code, dialog["HX-Redirect"]) == (200, "/there")


def test_text_that_is_long_gets_a_box_of_three_lines(page: Any, ask: Any) -> None:
    form = page.get_form(ask())
    assert form.base_fields["remark"].widget.attrs["rows"] == 3
