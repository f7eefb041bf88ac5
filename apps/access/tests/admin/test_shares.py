from typing import Any

import pytest
from django.test import Client

from apps.access.models import ObjectGrant
from apps.access.tests.factories import make_role

pytestmark = pytest.mark.django_db
GRANTS = "/admin/access/objectgrant/"


@pytest.fixture
def browser(console_for: Any, make_user: Any) -> Client:
    made: Client = console_for(make_user(is_superuser=True, is_staff=True))
    return made


def _body(user: Any, key: int, **more: Any) -> dict[str, Any]:
    body = {"model": "Role", "key": key, "user": user.pk, "level": "change"}
    return {**body, "expires_at_0": "", "expires_at_1": "", **more}


def test_a_row_is_shared_and_taken_back(browser: Client, user: Any) -> None:
    role = make_role()
    assert browser.get(f"{GRANTS}add/?model=Role&key={role.pk}").status_code == 200
    assert browser.post(f"{GRANTS}add/", _body(user, role.pk)).status_code == 302
    grant = ObjectGrant.objects.get()
    assert (grant.user, grant.row_id, grant.level) == (user, role.pk, "change")
    assert browser.get(f"{GRANTS}{grant.pk}/change/").status_code == 200
    browser.post(f"{GRANTS}{grant.pk}/delete/", {"post": "yes"})
    assert not ObjectGrant.objects.exists()


def test_what_the_service_refuses_stands_beside_its_field(browser: Client, user: Any) -> None:
    unknown = browser.post(f"{GRANTS}add/", _body(user, 2**40))
    assert "key" in unknown.context["adminform"].form.errors
    role = make_role()
    browser.post(f"{GRANTS}add/", _body(user, role.pk))
    twice = browser.post(f"{GRANTS}add/", _body(user, role.pk))
    assert "user" in twice.context["adminform"].form.errors
    past = _body(user, role.pk, expires_at_0="2001-01-01", expires_at_1="00:00:00")
    assert "expires_at" in browser.post(f"{GRANTS}add/", past).context["adminform"].form.errors
