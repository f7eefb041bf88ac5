from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import landmarks
from apps.core.cached import invalidate, two_level
from apps.core.landmarks import Landmarks

pytestmark = pytest.mark.django_db
TAG = "test:groups"


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landmarks, "STEP", 5)
    monkeypatch.setattr(landmarks, "MAX_TAIL", 20)


def _add(count: int) -> None:
    start = Group.objects.count()
    Group.objects.bulk_create(Group(name=f"g{start + n}") for n in range(count))


def _of(rows: Any = None) -> Landmarks:
    two_level.drop(None)
    return Landmarks(Group.objects.all() if rows is None else rows, tag=TAG)


def _pages(found: Landmarks, size: int) -> list[int]:
    return [row.pk for start in range(0, found.total, size) for row in found.page(start, size)]


@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 24, 25, 26, 57, 104])
@pytest.mark.parametrize("size", [1, 4, 5, 7, 200])
def test_pages_hold_every_row_once_newest_first(count: int, size: int) -> None:
    _add(count)
    found = _of()
    assert found.total == count
    assert _pages(found, size) == list(Group.objects.order_by("-pk").values_list("pk", flat=True))


def test_what_is_added_is_seen_at_once_and_gets_landmarks_later() -> None:
    _add(60)
    assert _of().total == 60
    for added in (1, 3, 17, 40):
        _add(added)
        found = _of()
        assert found.total == Group.objects.count()
        assert _pages(found, 7) == list(Group.objects.order_by("-pk").values_list("pk", flat=True))


def test_each_list_has_landmarks_of_its_own() -> None:
    _add(60)
    narrowed = Group.objects.filter(name__endswith="1")
    assert _of().total == 60
    assert _of(narrowed).total == narrowed.count()


def test_deletions_end_them() -> None:
    _add(60)
    assert _of().total == 60
    Group.objects.filter(pk__in=list(Group.objects.values_list("pk", flat=True)[:30])).delete()
    invalidate(TAG)
    found = _of()
    assert found.total == 30
    assert len(_pages(found, 4)) == 30


def test_once_set_they_spare_the_count() -> None:
    _add(100)
    _of()
    with CaptureQueriesContext(connection) as queries:
        found = _of()
        list(found.page(0, 10))
        list(found.page(80, 10))
    assert len(queries) == 3
    assert 'id" >' in queries[0]["sql"] or "`id` >" in queries[0]["sql"]


def test_a_page_past_the_end_is_empty() -> None:
    _add(30)
    assert list(_of().page(30, 10)) == []


def test_a_list_that_cannot_hold_a_row_is_empty() -> None:
    _add(30)
    found = _of(Group.objects.none())
    assert (found.total, list(found.page(0, 10))) == (0, [])
