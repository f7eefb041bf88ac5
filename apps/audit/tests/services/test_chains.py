from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.audit.constants import LOGIN_ROWS
from apps.audit.models import ChainHead, LoginLog, Removal
from apps.audit.selectors.seals import faults_of
from apps.audit.services import chains
from apps.audit.services.chains import logs_prune, logs_seal, rows_remove
from apps.audit.services.rows import row_make, row_save
from apps.core.cached import two_level

pytestmark = pytest.mark.django_db
Add = Callable[..., list[LoginLog]]


def _faults() -> list[str]:
    return list(faults_of(LoginLog))


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch) -> Add:
    monkeypatch.setattr(chains, "SETTLE_SECONDS", 0)

    def make(count: int, **values: Any) -> list[LoginLog]:
        values = {"happened_at": timezone.now(), "is_success": True} | values
        rows = [row_make(LoginLog, None, username=f"u{n}", **values) for n in range(count)]
        assert [row_save(row) for row in rows] == [True] * count
        return rows

    return make


def test_rows_get_places_in_the_order_of_their_keys(add: Add) -> None:
    rows = add(3)
    assert logs_seal() == 3
    assert logs_seal() == 0
    add(2)
    assert logs_seal() == 2
    assert list(LoginLog.objects.order_by("pk").values_list("position", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
    ]
    assert ChainHead.objects.get(log="loginlog").position == 5
    assert rows[0].position is None  # the log writes it, not the writer
    assert _faults() == []


def test_young_rows_wait(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    add(2)
    monkeypatch.setattr(chains, "SETTLE_SECONDS", 60)
    assert logs_seal() == 0
    assert _faults() == []


def test_a_batch_is_bounded_and_the_next_goes_on(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "SEAL_BATCH", 2)
    add(5)
    assert [logs_seal() for _batch in range(4)] == [2, 2, 1, 0]
    assert _faults() == []


def test_a_row_that_is_not_ours_gets_no_place(add: Add) -> None:
    add(1)
    forged = LoginLog.objects.create(
        username="eve", is_success=True, happened_at=timezone.now(), mac="0" * 64
    )
    assert logs_seal() == 1
    assert f"row {forged.pk} was altered or is not ours" in _faults()[0]


def test_chosen_rows_go_and_the_chain_holds(add: Add) -> None:
    rows = add(6)
    seen = two_level.get("test:count", LoginLog.objects.count, tags=(LOGIN_ROWS,))
    pks = [rows[1].pk, rows[2].pk, rows[5].pk]
    assert rows_remove(rows=LoginLog.objects.filter(pk__in=pks)) == 3
    assert LoginLog.objects.count() == 3
    assert [(r.first, r.last) for r in Removal.objects.order_by("first")] == [(2, 3), (6, 6)]
    again = two_level.get("test:count", LoginLog.objects.count, tags=(LOGIN_ROWS,))
    assert (seen, again) == (6, 3)
    add(2)
    logs_seal()
    assert _faults() == []


def test_a_log_can_be_emptied_again_and_again(add: Add) -> None:
    for _time in range(3):
        add(3)
        assert rows_remove(rows=LoginLog.objects.all()) == 3
        assert not LoginLog.objects.exists()
    assert [(r.first, r.last) for r in Removal.objects.order_by("first")] == [
        (1, 3),
        (4, 6),
        (7, 9),
    ]
    assert _faults() == []


def test_old_rows_are_pruned_up_to_the_first_that_is_kept(add: Add) -> None:
    old = timezone.now() - timedelta(days=100)
    add(4, created_at=old)
    add(1)
    add(1, created_at=old)  # behind a younger one: stays until that goes
    logs_seal()
    rows_remove(rows=LoginLog.objects.filter(position__in=[2, 4]))
    assert logs_prune(days=90) == 2
    assert set(LoginLog.objects.values_list("position", flat=True)) == {5, 6}
    anchor = Removal.objects.get()
    assert (anchor.first, anchor.last, anchor.reason) == (1, 4, "retention")
    assert _faults() == []
    assert logs_prune(days=90) == 0


def test_everything_may_be_too_old(add: Add) -> None:
    add(3, created_at=timezone.now() - timedelta(days=100))
    logs_seal()
    assert logs_prune(days=0) == 0
    assert logs_prune(days=90) == 3
    add(1)
    logs_seal()
    assert _faults() == []


def test_nothing_is_pruned_where_the_chain_is_broken(add: Add) -> None:
    rows = add(3, created_at=timezone.now() - timedelta(days=100))
    add(1)
    logs_seal()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_loginlog WHERE id = %s", [rows[2].pk])
    assert logs_prune(days=90) == 0
    assert LoginLog.objects.count() == 3
