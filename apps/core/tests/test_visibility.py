from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group
from django.db.models import QuerySet

from apps.core import visibility
from apps.core.errors import OutOfSightError
from apps.core.visibility import (
    Act,
    act_of,
    ensure_in_sight,
    may,
    verify_visible,
    visible_to,
)

pytestmark = pytest.mark.django_db


def all_but_hidden(queryset: QuerySet[Any], user: Any, *, act: Act) -> QuerySet[Any]:
    """Stand for the function that the setting VISIBILITY names."""
    found = queryset.exclude(name=f"hidden from {user.username}")
    return found if act is Act.VIEW else found.exclude(name="to look at")


@pytest.fixture(autouse=True)
def _rule(settings: Any) -> Any:
    settings.VISIBILITY = "apps.core.tests.test_visibility.all_but_hidden"
    visibility._filter.cache_clear()
    yield
    visibility._filter.cache_clear()


def test_the_setting_decides_what_a_user_sees(user: Any) -> None:
    Group.objects.create(name="hidden from ann")
    shown = Group.objects.create(name="shown")
    assert list(visible_to(Group.objects.all(), user)) == [shown]


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_a_stranger_sees_nothing(nobody: Any) -> None:
    Group.objects.create(name="shown")
    assert not visible_to(Group.objects.all(), nobody).exists()


def test_a_row_is_looked_up_again_after_a_write(user: Any) -> None:
    row = Group.objects.create(name="shown")
    verify_visible(row, user)
    row.name = "hidden from ann"
    row.save()
    with pytest.raises(OutOfSightError):
        verify_visible(row, user)


@pytest.mark.django_db
def test_rows_that_are_taken_along_must_be_in_sight(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [apps.get_model("organization.Position")(name=n, code=n) for n in "ab"]
    for row in rows:
        row.save()
    ensure_in_sight([], user=user)
    monkeypatch.setattr(
        visibility, "visible_to", lambda found, _user, **_act: found.filter(name="a")
    )
    ensure_in_sight(rows[:1], user=user)
    with pytest.raises(OutOfSightError):
        ensure_in_sight(rows, user=user)


def test_a_row_to_look_at_is_not_found_for_a_change(user: Any) -> None:
    row = Group.objects.create(name="to look at")
    assert may(row, user)
    assert not may(row, user, Act.CHANGE)
    with pytest.raises(OutOfSightError):
        verify_visible(row, user)


@pytest.mark.parametrize(
    ("method", "act"),
    [
        ("GET", Act.VIEW),
        ("HEAD", Act.VIEW),
        ("OPTIONS", Act.VIEW),
        ("PUT", Act.CHANGE),
        ("POST", Act.CHANGE),
        (None, Act.CHANGE),
        ("DELETE", Act.DELETE),
    ],
)
def test_the_method_says_what_rows_are_looked_for(method: str | None, act: Act) -> None:
    assert act_of(method) is act
