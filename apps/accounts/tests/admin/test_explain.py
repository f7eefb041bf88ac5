from typing import Any

import pytest

from apps.access.tests.factories import make_button, make_role, make_rule, make_scope

pytestmark = pytest.mark.django_db
CODES = ("sys:user:list", "sys:user:explain", "sys:user:edit")


@pytest.fixture
def clerk(make_user: Any) -> Any:
    role = make_role(make_button("sys:user:edit"), name="clerks")
    role.scopes.add(make_scope(make_rule(name="bob only", value="bob"), name="few"))
    return make_user(username="clerk", roles=[role])


def _url(user: Any) -> str:
    return f"/admin/accounts/user/{user.pk}/explain/"


def test_the_way_to_a_yes_is_shown(console_with: Any, make_user: Any, clerk: Any) -> None:
    bob = make_user(username="bob")
    query = {"code": "sys:user:edit", "model": "User", "key": bob.pk}
    page = console_with(*CODES).get(_url(clerk), query)
    assert page.context["answer"].may
    text = page.content.decode()
    for word in ("clerks", "few", "bob only", "A role shows the row."):
        assert word in text


def test_what_is_missing_is_shown(console_with: Any, clerk: Any) -> None:
    query = {"code": "sys:user:edit", "model": "User", "key": clerk.pk}
    page = console_with(*CODES).get(_url(clerk), query)
    assert not page.context["answer"].may
    assert "Its rules keep the row out." in page.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "no:such:code"}, "code"),
        ({"model": "Session"}, "model"),
        ({"key": ""}, "key"),
        ({"key": "x"}, "key"),
        ({"key": "987654"}, "key"),
    ],
)
def test_a_bad_question_is_named(
    console_with: Any, clerk: Any, change: dict[str, str], field: str
) -> None:
    query = {"code": "sys:user:edit", "model": "User", "key": "1", **change}
    page = console_with(*CODES).get(_url(clerk), query)
    assert list(page.context["form"].errors) == [field]
    assert page.context["answer"] is None


def test_the_page_needs_its_code_and_a_user_in_sight(console_with: Any, clerk: Any) -> None:
    assert console_with("sys:user:list").get(_url(clerk)).status_code == 403
    assert console_with(*CODES, scopes=[]).get(_url(clerk)).status_code == 404
    assert console_with(*CODES).get(_url(clerk)).context["answer"] is None
