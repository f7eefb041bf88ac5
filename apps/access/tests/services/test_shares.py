from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from apps.access.errors import GrantExistsError, GrantNotOwnError
from apps.access.models import ObjectGrant
from apps.access.selectors import visible_to
from apps.access.services import shares
from apps.access.services.shares import grant_create, grants_revoke
from apps.access.tests.factories import make_role, make_rule, make_scope
from apps.core.errors import InvalidInputError, NotFoundError
from apps.core.visibility import Act

Department = apps.get_model("organization.Department")
User = apps.get_model("accounts.User")
pytestmark = pytest.mark.django_db


@pytest.fixture
def people(make_user: Any) -> Any:
    """Return somebody who sees bob alone, bob, and carl."""
    bob, carl = make_user(username="bob"), make_user(username="carl")
    role = make_role()
    role.scopes.add(make_scope(make_rule(value="bob")))
    return make_user(username="dora", roles=[role]), bob, carl


def _share(user: Any, row: Any, *, actor: Any = None, level: Act = Act.VIEW, **more: Any) -> Any:
    return grant_create(actor=actor, user=user, model="User", key=row.pk, level=level, **more)


def _seen(user: Any, act: Act = Act.VIEW) -> set[str]:
    rows = visible_to(User.objects.all(), user, act=act)
    return set(rows.values_list("username", flat=True))


@pytest.mark.parametrize("level", list(Act))
def test_a_level_includes_the_ones_before_it(people: Any, level: Act) -> None:
    dora, _bob, carl = people
    _share(dora, carl, level=level)
    for act in Act:
        is_included = list(Act).index(act) <= list(Act).index(level)
        assert _seen(dora, act) == ({"bob", "carl"} if is_included else {"bob"})


def test_a_grant_that_has_run_out_shows_nothing_and_can_be_renewed(people: Any) -> None:
    dora, _bob, carl = people
    grant = _share(dora, carl, expires_at=timezone.now() + timedelta(hours=1))
    assert _seen(dora) == {"bob", "carl"}
    ObjectGrant.objects.update(expires_at=timezone.now())
    assert _seen(dora) == {"bob"}
    assert _share(dora, carl).pk != grant.pk
    assert _seen(dora) == {"bob", "carl"}


def test_the_same_row_is_not_shared_twice(people: Any) -> None:
    dora, _bob, carl = people
    _share(dora, carl)
    with pytest.raises(GrantExistsError):
        _share(dora, carl, level=Act.CHANGE)


def test_nobody_shares_what_they_do_not_see(people: Any, make_user: Any) -> None:
    dora, bob, carl = people
    with pytest.raises(NotFoundError):
        _share(bob, carl, actor=dora)
    _share(carl, bob, actor=dora)


def test_nobody_passes_on_what_is_only_shared_with_them(people: Any) -> None:
    dora, bob, carl = people
    _share(dora, carl, level=Act.DELETE)
    with pytest.raises(GrantNotOwnError):
        _share(bob, carl, actor=dora)


def test_bad_input_is_refused(people: Any) -> None:
    dora, _bob, carl = people
    with pytest.raises(InvalidInputError, match="cannot be shared"):
        grant_create(actor=None, user=dora, model="Nothing", key=1, level=Act.VIEW)
    with pytest.raises(InvalidInputError, match="moment to come"):
        _share(dora, carl, expires_at=timezone.now())
    with pytest.raises(NotFoundError):
        grant_create(actor=None, user=dora, model="User", key=2**60, level=Act.VIEW)


def test_a_row_is_taken_back_by_whoever_sees_it_or_shared_it(people: Any) -> None:
    dora, bob, carl = people
    foreign = _share(bob, carl)
    with pytest.raises(GrantNotOwnError):
        grants_revoke(actor=dora, grants=[foreign])
    ObjectGrant.objects.update(created_by_id=dora.pk)
    foreign.refresh_from_db()
    grants_revoke(actor=dora, grants=[foreign])
    grants_revoke(actor=dora, grants=[_share(carl, bob)])
    assert not ObjectGrant.objects.exists()


def test_grants_vanish_with_their_row_and_user(people: Any) -> None:
    dora, bob, _carl = people
    first = Department.objects.create(name="first")
    key = first.pk
    grant_create(actor=None, user=dora, model="Dept", key=key, level=Act.VIEW)
    grant_create(actor=None, user=bob, model="Dept", key=key, level=Act.VIEW)
    bob.delete()
    assert [grant.user for grant in ObjectGrant.objects.all()] == [dora]
    Department.objects.filter(pk=key).delete()
    assert not ObjectGrant.objects.exists()
    again = Department.objects.create(pk=key, name="again")
    assert not visible_to(Department.objects.filter(pk=again.pk), dora).exists()


def test_old_grants_are_pruned_in_batches_and_the_others_stay(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "PRUNE_BATCH", 2)
    rows = [make_role() for _ in range(7)]
    grants = [
        grant_create(actor=None, user=user, model="Role", key=row.pk, level=Act.VIEW)
        for row in rows
    ]
    now = timezone.now()
    ends = [*[now - timedelta(days=8)] * 5, now - timedelta(days=6), None]
    for grant, end in zip(grants, ends, strict=True):
        ObjectGrant.objects.filter(pk=grant.pk).update(expires_at=end)
    assert shares.grants_prune(days=7) == 5
    assert set(ObjectGrant.objects.all()) == set(grants[5:])
