from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.utils import timezone

from apps.access.choices import Operator
from apps.access.models import ObjectGrant
from apps.access.services.shares import grant_create
from apps.access.tests.factories import make_role, make_rule, make_scope
from apps.core.visibility import Act

pytestmark = pytest.mark.django_db
CODES = ("sys:role:list", "sys:grant:list", "sys:grant:add", "sys:grant:del")


def _path(row: Any, model: str = "access/role") -> str:
    return f"/admin/{model}/{row.pk}/shared/"


def _share(user: Any, row: Any, **more: Any) -> Any:
    fields = {"actor": None, "model": type(row).__name__, "level": Act.VIEW, **more}
    return grant_create(user=user, key=row.pk, **fields)


@pytest.fixture
def root(console_for: Any, make_user: Any) -> Any:
    return console_for(make_user(username="root", is_superuser=True, is_staff=True))


def test_the_page_of_a_row_leads_to_whom_it_is_shared_with(root: Any, user: Any) -> None:
    role, other = make_role(), make_role()
    grant = _share(user, role)
    _share(user, other)
    page = root.get(f"/admin/access/role/{role.pk}/change/").content.decode()
    assert f'href="{_path(role)}"' in page
    shown = root.get(_path(role))
    assert list(shown.context["grants"]) == [grant]
    listed = root.get(shown.context["all_url"])
    assert [found.row_id for found in listed.context["cl"].queryset] == [role.pk]


def test_whoever_may_not_see_grants_has_no_such_link(console_with: Any) -> None:
    role = make_role()
    browser = console_with("sys:role:list")
    page = browser.get(f"/admin/access/role/{role.pk}/change/")
    assert "Shared with" not in page.content.decode()
    assert browser.get(_path(role)).status_code == HTTPStatus.FORBIDDEN


def test_a_row_is_shared_by_the_form_until_a_moment(root: Any, user: Any) -> None:
    role = make_role()
    sent = {"user": user.username, "level": "change", "until": "2999-01-02T03:04"}
    page = root.post(_path(role), sent, follow=True)
    assert "The row is shared." in page.content.decode()
    grant = ObjectGrant.objects.get()
    assert (grant.user_id, grant.row_id, grant.level) == (user.pk, role.pk, "change")
    assert timezone.localtime(grant.expires_at).strftime("%Y-%m-%d %H:%M") == "2999-01-02 03:04"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"user": "nobody"}, "There is no such user."),
        ({"until": "2001-01-01T00:00"}, "Enter a moment to come."),
        ({"until": "soon"}, "Enter a valid date/time."),
        ({"level": "own"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    root: Any, user: Any, sent: dict[str, str], said: str
) -> None:
    page = root.post(_path(make_role()), {"user": user.username, "level": "view", **sent})
    assert page.status_code == HTTPStatus.OK
    assert said in str(page.context["form"].errors[next(iter(sent))])
    assert not ObjectGrant.objects.exists()


def test_the_same_row_is_not_shared_twice(root: Any, user: Any) -> None:
    role = make_role()
    _share(user, role)
    page = root.post(_path(role), {"user": user.username, "level": "view"})
    assert page.context["form"].errors["user"]
    assert ObjectGrant.objects.count() == 1


def test_a_grant_of_this_row_is_taken_back_and_no_other(root: Any, user: Any) -> None:
    role, other = make_role(), make_role()
    grant, foreign = _share(user, role), _share(user, other)
    for text in (str(foreign.pk), "x", ""):
        page = root.post(_path(role), {"take_back": text}, follow=True)
        assert "The row is shared no more." not in page.content.decode()
    assert ObjectGrant.objects.count() == 2
    page = root.post(_path(role), {"take_back": str(grant.pk)}, follow=True)
    assert "The row is shared no more." in page.content.decode()
    assert list(ObjectGrant.objects.all()) == [foreign]


def test_without_the_codes_nothing_is_shared_or_taken_back(console_with: Any, user: Any) -> None:
    role = make_role()
    grant = _share(user, role)
    browser = console_with("sys:role:list", "sys:grant:list")
    page = browser.get(_path(role)).content.decode()
    assert "Share with one more" not in page
    assert "Take back" not in page
    for sent in ({"user": user.username, "level": "view"}, {"take_back": str(grant.pk)}):
        assert browser.post(_path(role), sent).status_code == HTTPStatus.FORBIDDEN
    assert list(ObjectGrant.objects.all()) == [grant]


def test_nobody_shares_what_they_do_not_see_nor_with_whom_they_do_not_see(
    console_with: Any, make_user: Any
) -> None:
    bob, carl = make_user(username="bob"), make_user(username="carl")
    make_user(username="dave")
    scopes = [make_scope(make_rule(value=name, operator=Operator.OR)) for name in ("bob", "carl")]
    browser = console_with("sys:user:list", *CODES, scopes=scopes)
    hidden = make_user(username="eve")
    path = _path(hidden, "accounts/user")
    sent = {"user": "carl", "level": "view"}
    assert browser.get(path).status_code == HTTPStatus.NOT_FOUND
    assert browser.post(path, sent).status_code == HTTPStatus.NOT_FOUND
    page = browser.post(_path(bob, "accounts/user"), {**sent, "user": "dave"})
    assert page.context["form"].errors["user"]
    assert not ObjectGrant.objects.exists()
    _share(browser.user, hidden, level=Act.DELETE)
    page = browser.post(path, sent)
    assert page.context["form"].non_field_errors()
    assert not ObjectGrant.objects.filter(user=carl).exists()
    browser.post(_path(bob, "accounts/user"), sent)
    assert ObjectGrant.objects.get(user=carl).row_id == bob.pk


@pytest.mark.parametrize("key", ["x", "9" * 30, "0"])
def test_what_is_no_key_is_not_found(root: Any, key: str) -> None:
    assert root.get(f"/admin/access/role/{key}/shared/").status_code == HTTPStatus.NOT_FOUND


def test_a_grant_that_ran_out_is_shown_as_such(root: Any, user: Any) -> None:
    role = make_role()
    grant = _share(user, role)
    ObjectGrant.objects.filter(pk=grant.pk).update(expires_at=timezone.now() - timedelta(1))
    assert "run out" in root.get(_path(role)).content.decode()
