import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.errors import NotFoundError
from apps.core.picks import locked, picked

pytestmark = pytest.mark.django_db


def _named(*names: str) -> list[Group]:
    return [Group.objects.create(name=name) for name in names]


@pytest.mark.parametrize("is_locked", [True, False])
def test_rows_are_picked_lowest_key_first_each_once(is_locked: bool) -> None:  # noqa: FBT001 - a parameter of the test
    one, two, _three = _named("z", "y", "x")
    rows = Group.objects.order_by("name")
    assert picked(rows, [two.pk, one.pk, two.pk], is_locked=is_locked) == [one, two]


@pytest.mark.parametrize("is_locked", [True, False])
def test_one_key_that_is_not_there_refuses_all(is_locked: bool) -> None:  # noqa: FBT001 - a parameter of the test
    one, hidden = _named("shown", "hidden")
    with pytest.raises(NotFoundError):
        picked(Group.objects.exclude(pk=hidden.pk), [one.pk, hidden.pk], is_locked=is_locked)


def test_no_keys_pick_nothing_and_none_picks_all() -> None:
    rows = _named("a", "b")
    assert picked(Group.objects.all(), []) == []
    assert picked(Group.objects.all(), None) == rows


@pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="SQLite locks the whole file"
)
@pytest.mark.parametrize(("is_locked", "count"), [(True, 1), (False, 0)])
def test_rows_are_locked_unless_it_is_not_wanted(is_locked: bool, count: int) -> None:  # noqa: FBT001 - a parameter of the test
    _named("a")
    with (
        CaptureQueriesContext(
            connection,
        ) as seen,
        transaction.atomic(),
    ):
        picked(Group.objects.all(), None, is_locked=is_locked)
    assert sum("FOR UPDATE" in query["sql"] for query in seen) == count


def test_rows_that_were_narrowed_by_joins_can_be_locked() -> None:
    (one,) = _named("a")
    rows = Group.objects.filter(permissions=None).distinct().order_by("name")
    with transaction.atomic():
        assert list(locked(rows)) == [one]
