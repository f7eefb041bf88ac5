import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.audit.models import OperaLog
from apps.audit.services import operations
from apps.core.testing.fixtures import PASSWORD

pytestmark = pytest.mark.django_db
DEPARTMENTS = "/api/v1/sys/depts"
POSITIONS = "/admin/organization/position/"
BODY = {"name": "sales", "status": 1}


def _last() -> OperaLog:
    return OperaLog.objects.order_by("-pk")[0]


def test_a_write_is_logged(admin_client: Any) -> None:
    response = admin_client.post(f"{DEPARTMENTS}?from=x", {"name": "sales", "status": 1})
    assert response.status_code == 200, response.content
    row = _last()
    assert (row.method, row.path, row.is_success) == ("POST", DEPARTMENTS, True)
    assert (row.code, row.message) == ("200", "Success")
    assert (row.username, row.user_id) == (admin_client.user.username, admin_client.user.pk)
    assert row.trace_id == response["X-Request-ID"]
    assert row.title
    assert json.loads(row.args) == {
        "query_params": {"from": "x"},
        "json": {"name": "sales", "status": 1},
    }
    assert row.cost_us > 0


def test_refusals_are_logged_with_their_code_and_message(client_with: Any) -> None:
    response = client_with().post(DEPARTMENTS, {"name": "sales"})
    row = _last()
    assert (row.is_success, row.code) == (False, "403")
    assert row.message == response.json()["msg"]
    assert json.loads(row.args)["json"] == {"name": "sales"}


def test_bad_input_is_logged_with_the_names_in_the_path(admin_client: Any) -> None:
    admin_client.put(f"{DEPARTMENTS}/7", {"name": ""})
    row = _last()
    assert (row.is_success, row.code) == (False, "404")
    assert json.loads(row.args)["path_params"] == {"pk": "7"}


def test_secrets_are_masked(admin_client: Any, user: Any) -> None:
    APIClient().post("/api/v1/auth/login", {"username": "ann", "password": PASSWORD})
    assert PASSWORD not in _last().args
    assert json.loads(_last().args)["json"]["username"] == "ann"


def test_a_body_that_is_no_json_breaks_nothing(admin_client: Any) -> None:
    response = admin_client.generic("POST", DEPARTMENTS, b"{", content_type="application/json")
    assert response.status_code == 422
    assert _last().code == "422"


def test_files_of_a_form_are_logged_by_name_and_size(admin_client: Any) -> None:
    file = BytesIO(b"secret content")
    file.name = "a.txt"
    admin_client.post(DEPARTMENTS, {"name": "x", "file": file}, format="multipart")
    assert "secret content" not in _last().args


def test_what_strangers_are_refused_is_written_later() -> None:
    APIClient().post(DEPARTMENTS, {"name": "x"})
    assert OperaLog.objects.count() == 0
    operations.waiting.flush()
    assert (_last().code, _last().username) == ("401", "")


def test_reads_are_not_logged_unless_sampled(admin_client: Any, atrium: Any) -> None:
    admin_client.get(DEPARTMENTS)
    operations.waiting.flush()
    assert OperaLog.objects.count() == 0
    atrium(audit_reads=1.0)
    admin_client.get(f"{DEPARTMENTS}?name=x")
    operations.waiting.flush()
    assert (_last().method, json.loads(_last().args)) == ("GET", {"query_params": {"name": "x"}})


def test_lists_that_are_taken_away_are_logged_like_writes(
    admin_client: Any, console_with: Any
) -> None:
    admin_client.get("/api/v1/sys/users/export?username=bob")
    row = _last()
    assert (row.method, row.path, row.is_success) == ("GET", "/api/v1/sys/users/export", True)
    assert json.loads(row.args) == {"query_params": {"username": "bob"}}
    console_with("sys:position:list", "sys:position:export").get(f"{POSITIONS}export/")
    assert (_last().path, _last().title) == (f"{POSITIONS}export/", "Console: Position (export)")
    console_with("sys:position:list").get(f"{POSITIONS}export/")
    assert not _last().is_success


def test_writes_in_the_console_are_logged(console_with: Any) -> None:
    browser = console_with("sys:user:list", "sys:user:edit", is_superuser=True)
    other = User.objects.create(username="bob", nickname="bob")
    path = f"/admin/accounts/user/{other.pk}/change/"
    browser.post(path, {"username": "bob", "nickname": "Robert", "csrfmiddlewaretoken": "x"})
    row = _last()
    assert (row.path, row.title) == (path, "Console: User (change)")
    assert "csrfmiddlewaretoken" not in row.args
    assert "Robert" in row.args


def test_passwords_typed_in_the_console_are_masked(console_with: Any) -> None:
    browser = console_with()
    form = {"old": PASSWORD, "new": "Hushhush-1", "confirm": "Hushhush-1"}
    browser.post("/admin/password_change/", form)
    assert _last().path == "/admin/password_change/"
    assert "Hushhush" not in _last().args
    assert PASSWORD not in _last().args


def test_a_form_that_is_refused_in_the_console_is_no_success(user: Any) -> None:
    Client().post("/admin/login/", {"username": "ann", "password": "Wrong-1"})
    operations.waiting.flush()
    assert (_last().is_success, _last().code) == (False, "200")


def test_an_error_of_ours_is_logged_by_name(
    admin_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("apps.organization.api.views.DepartmentViewSet.save_new", fail)
    admin_client.raise_request_exception = False
    assert admin_client.post(DEPARTMENTS, BODY).status_code == 500
    assert (_last().code, _last().message) == ("500", "ZeroDivisionError")


@pytest.mark.django_db(transaction=True)
def test_the_row_is_committed_together_with_what_was_written(
    admin_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies right after the commit: the write and its row are both there."""
    monkeypatch.setattr(operations.Operation, "finish", lambda *_args: None)
    admin_client.post(DEPARTMENTS, BODY)
    assert _last().path == DEPARTMENTS
