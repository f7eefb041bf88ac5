from typing import Any

import pytest

from apps.access.services.shares import grant_create
from apps.access.tests.factories import make_role
from apps.core.visibility import Act

pytestmark = pytest.mark.django_db


def test_the_page_of_a_row_leads_to_its_grants(console_for: Any, make_user: Any, user: Any) -> None:
    browser = console_for(make_user(is_superuser=True, is_staff=True))
    role, other = make_role(), make_role()
    for row in (role, other):
        grant_create(actor=None, user=user, model="Role", key=row.pk, level=Act.VIEW)
    page = browser.get(f"/admin/access/role/{role.pk}/change/").content.decode()
    assert "Shared with" in page
    shown = browser.get(f"/admin/access/role/{role.pk}/shared/", follow=True)
    assert [grant.row_id for grant in shown.context["cl"].queryset] == [role.pk]


def test_whoever_may_not_see_grants_has_no_such_link(
    console_with: Any,
) -> None:
    role = make_role()
    browser = console_with("sys:role:list")
    page = browser.get(f"/admin/access/role/{role.pk}/change/")
    assert "Shared with" not in page.content.decode()
    assert browser.get(f"/admin/access/role/{role.pk}/shared/").status_code == 403
