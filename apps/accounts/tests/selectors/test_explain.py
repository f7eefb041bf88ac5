from typing import Any

import pytest

from apps.access.tests.factories import make_button, make_role, make_rule, make_scope
from apps.accounts.errors import DepartmentDisabledError, UserDisabledError
from apps.accounts.selectors.explain import explain, row_named
from apps.core.errors import NotFoundError
from apps.core.scopes import scoped_models
from apps.organization.models import Department

pytestmark = pytest.mark.django_db
CODE = "sys:user:edit"


def test_a_user_may_what_a_role_grants_to_rows_that_a_scope_shows(make_user: Any) -> None:
    role = make_role(make_button(CODE))
    role.scopes.add(make_scope(make_rule(value="bob")))
    ann = make_user(username="ann", roles=[role])
    bob, cid = make_user(username="bob"), make_user(username="cid")
    assert explain(user=ann, code=CODE).may
    assert explain(user=ann, code=CODE, row=bob).may
    assert not explain(user=ann, code=CODE, row=cid).may
    assert not explain(user=ann, code="sys:user:del", row=bob).may


def test_an_account_that_is_shut_may_nothing(make_user: Any) -> None:
    place = Department.objects.create(name="shut", is_active=False)
    role = make_role(make_button(CODE), is_scoped=False)
    for fields, error in (
        ({"is_active": False}, UserDisabledError),
        ({"department": place}, DepartmentDisabledError),
    ):
        found = explain(user=make_user(roles=[role], **fields), code=CODE)
        assert not found.may
        assert found.problem == str(error.message)


def test_a_row_is_found_by_name_where_the_asker_sees_it(make_user: Any) -> None:
    admin = make_user(is_superuser=True)
    blind = make_user(roles=[make_role()])
    assert row_named(f"User:{blind.pk}", asker=admin) == blind
    for text, asker in (
        (f"User:{admin.pk}", blind),
        ("User:987654", admin),
        ("User:x", admin),
        ("User", admin),
        ("Session:1", admin),
    ):
        with pytest.raises(NotFoundError):
            row_named(text, asker=asker)


def test_the_answer_never_differs_from_what_happens(make_user: Any) -> None:
    """Each combination of roles is asked for each user both ways."""
    people = [make_user(username=name) for name in ("bob", "cid")]
    shown = make_role()
    shown.scopes.add(make_scope(make_rule(value="bob")))
    hidden = make_role()
    hidden.scopes.add(make_scope(make_rule(value="bob"), is_active=False))
    roles = [shown, hidden, make_role(is_scoped=False), make_role(is_scoped=False, is_active=False)]
    for held in range(2 ** len(roles)):
        given = [role for bit, role in enumerate(roles) if held >> bit & 1]
        user = make_user(roles=given)
        for row in people:
            found = explain(user=user, code=CODE, row=row).row
            assert found is not None
            assert found.is_seen == any(reason.is_shown for reason in found.roles)
    assert scoped_models()["User"] is type(people[0])
